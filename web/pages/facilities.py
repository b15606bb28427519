"""``/facilities``: which there are, by kind and unit."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from services import errors, facilities, units
from services.facility_kinds import FacilityKind
from web.dependencies import Optional, Page, Reading, UnitCode

router = APIRouter(include_in_schema=False)
_ON_A_PAGE = 50


@router.get("/facilities", response_class=HTMLResponse)
def listing(
    page: Page,
    tx: Reading,
    kind: Annotated[FacilityKind | None, Optional, Query()] = None,
    unit: UnitCode = None,
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """Return a page of the facilities that are open on the day."""
    if page.root is None:
        raise errors.NotFoundError("error.units.none", as_of=page.as_of)
    within = units.find(tx, unit, page.as_of) if unit else None
    found = facilities.open_on(tx, page.as_of, kind, unit)
    first = (number - 1) * _ON_A_PAGE
    names = {found_unit.code: found_unit.name for found_unit in units.listing(tx, page.as_of)}
    return page.render(
        "facilities.html",
        places=found[first : first + _ON_A_PAGE],
        total=len(found),
        first=first,
        number=number,
        pages=max(1, -(-len(found) // _ON_A_PAGE)),
        kind=kind,
        kinds=tuple(FacilityKind),
        within=within,
        choices=[u for u in units.listing(tx, page.as_of) if len(u.code) < 15],
        names=names,
    )
