"""``/households``: who lives here, who lives near, on a list and a map in one."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from services import errors, units
from services.database import Transaction
from services.households import finding
from web import finding as questions
from web import view
from web.dependencies import Day, Meeting, Page
from web.finding import Asked, Name

router = APIRouter(include_in_schema=False)
_TAGS = ("empty_nest", "left_behind_child", "unemployed", "social_assistance")
_RADII = (100, 300, 500, 1000)


@router.get("/households", response_class=HTMLResponse)
def show(page: Page, tx: Meeting, asked: Annotated[Asked, Query()]) -> HTMLResponse:
    """Return households by place, unit, address and filters; all of it stands in the address."""
    return _shown(page, tx, asked, "")


@router.post("/households", response_class=HTMLResponse)
def search(
    page: Page, tx: Meeting, day: Day, name: Name, asked: Annotated[Asked, Query()]
) -> HTMLResponse:
    """Return households by a resident's name, which stands in no address."""
    del day
    return _shown(page, tx, asked, name)


def _shown(page: view.Page, tx: Transaction, asked: Asked, name: str) -> HTMLResponse:
    if page.root is None:
        raise errors.NotFoundError("error.units.none", as_of=page.as_of)
    query = asked.query(page.as_of, name)
    found = finding.find(tx, query)
    tx.commit()
    unit = units.find(tx, asked.unit, page.as_of) if asked.unit else None
    return page.render(
        "households.html",
        found=found,
        asked=asked,
        near=query.near,
        name=name.strip(),
        unit=unit,
        tags=_TAGS,
        radii=_RADII,
        centre=query.near or _middle(page.root.bounds),
        next=questions.key(found[-1]) if len(found) == query.limit and not name else None,
    )


def _middle(bounds: tuple[float, float, float, float]) -> tuple[float, float]:
    west, south, east, north = bounds
    return (west + east) / 2, (south + north) / 2
