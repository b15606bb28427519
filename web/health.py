"""Whether the service lives, whether it can answer, how it fares."""

from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from services import caller as callers
from services import errors, migrations
from services.rights import Door
from web import metrics
from web.dependencies import Held
from web.state import State

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def ready(held: Held) -> JSONResponse:
    """Say whether the database answers and has the schema of this version."""
    checks = _checks(held)
    fine = all(checks.values())
    status = HTTPStatus.OK if fine else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse({"status": "ok" if fine else "unavailable", **checks}, status)


@router.get("/metrics")
def figures(held: Held) -> Response:
    """Return the figures for Prometheus."""
    return Response(held.metrics.text(), media_type=metrics.MEDIA_TYPE)


def _checks(held: State) -> dict[str, bool]:
    try:
        with held.database.transaction(callers.gatekeeper(), Door.GATE) as tx:
            return {"database": True, "migrations": migrations.is_current(tx.sql)}
    except errors.DatabaseError:
        return {"database": False, "migrations": False}
