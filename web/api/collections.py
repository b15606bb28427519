"""``/api/units``, ``/api/facilities``, ``/api/service-areas``: collections as GeoJSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from services import units
from web.api import delivery
from web.api.questions import Options
from web.dependencies import Asker, Day, Held, Reading

router = APIRouter(prefix="/api", tags=["collections"])
_MOST_FOUND = 50


@router.get("/units", response_class=Response)
def all_units(
    request: Request, held: Held, asker: Asker, tx: Reading, options: Options
) -> Response:
    """Return units with their boundaries."""
    return delivery.collection(request, held, asker, tx, "units", options)


@router.get("/units/search")
def search(
    tx: Reading,
    as_of: Day,
    q: Annotated[str, Query(min_length=1, max_length=60)],
    limit: Annotated[int, Query(ge=1, le=_MOST_FOUND)] = 10,
) -> JSONResponse:
    """Return units by a part of their name or the beginning of their code."""
    found = units.search(tx, q, as_of, limit)
    return JSONResponse(
        [{"code": unit.code, "name": unit.name, "level": unit.level.value} for unit in found]
    )


@router.get("/facilities", response_class=Response)
def facilities(
    request: Request, held: Held, asker: Asker, tx: Reading, options: Options
) -> Response:
    """Return the facilities that are open on a day."""
    return delivery.collection(request, held, asker, tx, "facilities", options)


@router.get("/service-areas", response_class=Response)
def service_areas(
    request: Request, held: Held, asker: Asker, tx: Reading, options: Options
) -> Response:
    """Return the areas from which day care is reached, one for each limit."""
    return delivery.collection(request, held, asker, tx, "service-areas", options)
