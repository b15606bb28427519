"""The routes of the application as it starts, whoever added them: routers, mounts, the framework."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts

from services.settings import Settings
from web import access
from web.app import create_app


def application() -> FastAPI:
    """Make the application; nothing is opened before it starts."""
    return create_app(Settings(home=Path("nowhere")))


def of(app: FastAPI) -> tuple[RouteContext, ...]:
    """Return all that an application answers at."""
    return tuple(iter_route_contexts(app.routes))


def asked(routes: Iterable[RouteContext]) -> list[tuple[str, str]]:
    """Return each method with its path; what has no methods (a mount) has ``*``."""
    return [
        (method, str(route.path))
        for route in routes
        for method in sorted(set(route.methods or {"*"}) - {"HEAD"})
    ]


def unguarded(routes: Iterable[RouteContext]) -> Iterator[str]:
    """Yield the paths that are answered without asking `access.admit` first."""
    for route in routes:
        dependant = getattr(route, "dependant", None)
        calls = _calls(dependant) if isinstance(dependant, Dependant) else set()
        if access.admit not in calls:
            yield str(route.path)


def _calls(dependant: Dependant) -> set[object]:
    return {part.call for part in dependant.dependencies}


EVERY = of(application())
