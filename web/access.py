"""Who may ask what: each route with the right it takes; a route that is not here is refused.

It is asked once, before any route, for pages, API and tiles alike (`admit`). Which households a
right opens is not decided here but in the database, by row-level security.
"""

from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from services import api_keys, errors, rights, sessions
from services import caller as callers
from services.caller import Caller, Role
from services.rights import Door, Right
from services.sessions import Session
from web import state, themes
from web.state import State

COOKIE = "wangge_session"
_BEARER = "bearer "
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

OPEN = frozenset(
    {
        "/healthz",
        "/readyz",
        "/metrics",
        "/login",
        "/login/oidc",
        "/login/oidc/return",
        "/logout/left",
        "/offline",
        "/sw.js",
        "/manifest.webmanifest",
        "/api/openapi.json",
        "/static/{name:path}",
        "/assets/{name:path}",
    }
)
"""Routes that ask for nothing."""

ANYBODY = frozenset({"/logout", "/account", "/account/password", "/api/session"})
"""Routes for whoever has logged in."""

RIGHTS: Mapping[str, Right] = MappingProxyType(
    {
        **{path: right for theme in themes.ALL for path, right in theme.all_rights.items()},
        "/": Right.FIGURES,
        "/units": Right.FIGURES,
        "/units/{code}": Right.FIGURES,
        "/facilities": Right.FIGURES,
        "/exports": Right.FIGURES,
        "/exports/{collection}": Right.FIGURES,
        "/exports/{collection}/about": Right.FIGURES,
        "/imports": Right.LOAD_PLACES,
        "/imports/{number}/apply": Right.LOAD_PLACES,
        "/imports/{number}/rejects": Right.LOAD_PLACES,
        "/imports/{number}/discard": Right.LOAD_PLACES,
        "/jobs": Right.LOAD_PLACES,
        "/jobs/{number}": Right.LOAD_PLACES,
        "/jobs/{number}/cancel": Right.LOAD_PLACES,
        "/patrol/plans": Right.PATROL,
        "/patrol/plans/{number}": Right.PATROL,
        "/patrol/plans/{number}/cancel": Right.PATROL,
        "/patrol/plans/{number}/adopt": Right.PATROL,
        "/patrol/routes": Right.FIGURES,
        "/patrol/routes/new": Right.PATROL,
        "/patrol/routes/{code:path}/change": Right.PATROL,
        "/patrol/routes/{code:path}/end": Right.PATROL,
        "/api/patrol/way": Right.PATROL,
        "/api/coverage/{theme}": Right.FIGURES,
        "/api/coverage/{theme}/items": Right.FIGURES,
        "/ogc": Right.FIGURES,
        "/ogc/": Right.FIGURES,
        "/ogc/conformance": Right.FIGURES,
        "/ogc/collections": Right.FIGURES,
        "/ogc/collections/{collection}": Right.FIGURES,
        "/ogc/collections/{collection}/items": Right.FIGURES,
        "/ogc/collections/{collection}/items/{feature}": Right.FIGURES,
        "/api/units": Right.FIGURES,
        "/api/units/search": Right.FIGURES,
        "/api/facilities": Right.FIGURES,
        "/api/service-areas": Right.FIGURES,
        "/due": Right.PEOPLE,
        "/due/round": Right.PEOPLE,
        "/households": Right.PEOPLE,
        "/api/households": Right.PEOPLE,
        "/api/households/search": Right.PEOPLE,
        "/households/{code:path}": Right.PEOPLE,
        "/households/{code:path}/visit": Right.PEOPLE,
        "/households/{code:path}/note": Right.PEOPLE,
        "/households/{code:path}/change/{kind}": Right.PEOPLE,
        "/changes": Right.PEOPLE,
        "/changes/{number}/approve": Right.DECIDE,
        "/changes/{number}/return": Right.DECIDE,
        "/changes/{number}/withdraw": Right.PEOPLE,
        "/api/households/{code:path}": Right.PEOPLE,
        "/api/households/{code:path}/visits": Right.PEOPLE,
        "/api/households/{code:path}/notes": Right.PEOPLE,
        "/api/households/{code:path}/changes": Right.PEOPLE,
        "/residents": Right.PEOPLE,
        "/residents/{code:path}/held": Right.DECIDE,
        "/api/residents/{code:path}/reveal": Right.PEOPLE,
        "/api/offline": Right.PEOPLE,
        "/api/offline/choices": Right.PEOPLE,
        "/api/outbox": Right.PEOPLE,
        "/admin": Right.ACCOUNTS,
        "/admin/accounts": Right.ACCOUNTS,
        "/admin/accounts/{name}": Right.ACCOUNTS,
        "/admin/accounts/{name}/units": Right.ACCOUNTS,
        "/admin/accounts/{name}/password": Right.ACCOUNTS,
        "/admin/accounts/{name}/disable": Right.ACCOUNTS,
        "/admin/accounts/{name}/enable": Right.ACCOUNTS,
        "/admin/keys": Right.ACCOUNTS,
        "/admin/keys/revoke": Right.ACCOUNTS,
        "/admin/audit": Right.AUDIT,
        "/assistance": Right.PEOPLE,
        "/assistance/grants": Right.DECIDE,
        "/assistance/rules": Right.FIGURES,
        "/assistance/rules/{kind}": Right.ACCOUNTS,
        "/assistance/{number}/end": Right.DECIDE,
        "/roster": Right.ROSTER,
        "/roster/employments": Right.ACCOUNTS,
        "/roster/trainings": Right.ACCOUNTS,
        "/visits": Right.PEOPLE,
        "/visits/rules": Right.FIGURES,
        "/visits/rules/{name}": Right.ACCOUNTS,
        "/tiles/{layer}/{z}/{x}/{y}.mvt": Right.FIGURES,
    }
)
"""The right that each route takes."""

GRANTED: Mapping[str, str] = MappingProxyType(
    {
        **{path: name for theme in themes.ALL for path, name in theme.all_granted.items()},
        "/exports/{collection}": "{collection}",
        "/ogc/collections/{collection}": "{collection}",
        "/ogc/collections/{collection}/items": "{collection}",
        "/ogc/collections/{collection}/items/{feature}": "{collection}",
        "/api/units": "units",
        "/api/facilities": "facilities",
        "/api/service-areas": "service-areas",
    }
)
"""Routes that a department's key opens, and the collection it must have been granted."""


KEYED = frozenset({"/ogc", "/ogc/", "/ogc/conformance", "/ogc/collections"})
"""Routes that any department's key opens: they tell what it was granted."""


async def form_token(request: Request) -> str:
    """Return the token that a form or a script sent along, if it did."""
    header = request.headers.get("x-csrf-token")
    if header is not None or request.method in SAFE_METHODS:
        return header or ""
    if request.headers.get("content-type", "").startswith(_FORMS):
        value = (await request.form()).get("csrf")
        return value if isinstance(value, str) else ""
    return ""


def admit(request: Request, token: Annotated[str, Depends(form_token)]) -> None:
    """Let a request through to its route, and note who asks.

    Raises
    ------
    services.errors.UnknownCallerError
        Nobody has logged in.
    services.errors.ForbiddenError
        Whoever did may not ask for this, or a form did not come from our own page.
    """
    route = request.scope["route"].path
    held = state.of(request)
    if route in OPEN:
        return
    key = _bearer(request)
    if key is not None:
        request.state.caller, request.state.granted = _department(held, key, route, request)
        return
    session = _asked_first(request) or _session(held, request)
    if request.method not in SAFE_METHODS and token != session.csrf:
        raise errors.ForbiddenError("error.request.form_token")
    if route not in ANYBODY and not may(session.caller, route):
        raise errors.ForbiddenError("error.forbidden")
    if session.must_change_password and route not in ANYBODY:
        raise errors.ForbiddenError("error.password.must_change")
    request.state.session = session
    request.state.caller = session.caller


class AskedFirst(APIRoute):
    """A route that takes large bodies: who asks is asked before any of the body is taken in.

    What a form carries is in its body, and is looked at by `admit` as on every route.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        usual = super().get_route_handler()

        async def answered(request: Request) -> Response:
            await run_in_threadpool(_check_who, request, self.path)
            return await usual(request)

        return answered


def _check_who(request: Request, route: str) -> None:
    held, key = state.of(request), _bearer(request)
    if key is not None:
        _department(held, key, route, request)
        return
    found = _session(held, request)
    if not may(found.caller, route):
        raise errors.ForbiddenError("error.forbidden")
    request.state.asked_first = found


def _asked_first(request: Request) -> Session | None:
    """Return whose session was found before the body was taken in: it is not looked up twice."""
    found = getattr(request.state, "asked_first", None)
    return found if isinstance(found, Session) else None


def may(caller: Caller, route: str) -> bool:
    """Tell whether a caller may ask for a route, by the pattern of its path."""
    return RIGHTS.get(route) in rights.OF_ROLE[caller.role]


def caller(request: Request) -> Caller:
    """Return who asks, as `admit` found out."""
    found = getattr(request.state, "caller", None)
    if not isinstance(found, Caller):
        raise errors.UnknownCallerError("error.login.needed")
    return found


def granted(request: Request) -> frozenset[str] | None:
    """Return the collections that the key of a department was granted; None: nobody's key."""
    found = getattr(request.state, "granted", None)
    return found if isinstance(found, frozenset) else None


def session(request: Request) -> Session | None:
    """Return the session of whoever asks; None: an open page, or a department's key."""
    found = getattr(request.state, "session", None)
    return found if isinstance(found, Session) else None


def _session(held: State, request: Request) -> Session:
    token = request.cookies.get(COOKIE)
    if not token:
        raise errors.UnknownCallerError("error.login.needed")
    with held.database.transaction(callers.gatekeeper(), Door.GATE) as tx:
        found = sessions.find(tx, token)
        tx.commit()
    return found


def _bearer(request: Request) -> str | None:
    header = request.headers.get("authorization", "")
    return header[len(_BEARER) :].strip() if header.lower().startswith(_BEARER) else None


def _department(
    held: State, key: str, route: str, request: Request
) -> tuple[Caller, frozenset[str]]:
    with held.database.transaction(callers.gatekeeper(), Door.GATE) as tx:
        found, granted = api_keys.find(tx, key)
        tx.commit()
    assert found.role is Role.DEPARTMENT
    if route in KEYED:
        return found, frozenset(granted)
    pattern = GRANTED.get(route)
    if pattern is None or pattern.format(**request.path_params) not in granted:
        raise errors.ForbiddenError("error.keys.not_granted")
    return found, frozenset(granted)
