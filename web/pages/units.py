"""``/units`` and ``/units/{code}``: any area of the hierarchy, its figures, parts and past."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse

from gis import codes
from layers import units as unit_layer
from services import errors, facilities, units
from services.database import Transaction
from services.memo import versions
from services.themes.day_care import Coverage, DayCareQuery
from web import minimap, view
from web.dependencies import Page, Reading
from web.figures import Figures, worst_first
from web.minimap import MiniMap

router = APIRouter(include_in_schema=False)
_FOUND = 50
Code = Annotated[str, Path(max_length=20)]


@dataclass(frozen=True)
class Branch:
    """A unit and those directly below it."""

    unit: units.Unit
    below: tuple[units.Unit, ...]


@router.get("/units", response_class=HTMLResponse)
def listing(page: Page, tx: Reading, q: Annotated[str, Query(max_length=60)] = "") -> HTMLResponse:
    """Return the hierarchy down to communities, or what a search finds."""
    if page.root is None:
        raise errors.NotFoundError("error.units.none", as_of=page.as_of)
    found = units.search(tx, q, page.as_of, _FOUND) if q.strip() else None
    return page.render("units.html", branches=_branches(tx, page), found=found, q=q)


@router.get("/units/{code}", response_class=HTMLResponse)
def show(page: Page, tx: Reading, code: Code) -> HTMLResponse:
    """Return a unit: figures, parts, facilities, versions."""
    unit = units.find(tx, code, page.as_of)
    coverage = page.state.day_care.coverage(tx, DayCareQuery(page.as_of, unit=code))
    rows = {row.code: row for row in coverage.rows}
    below = {child.code: child for child in units.children(tx, code, page.as_of)}
    worst = worst_first([rows[child] for child in below])
    return page.render(
        "unit.html",
        unit=unit,
        above=units.ancestors(tx, code, page.as_of),
        below=[below[one.code] for one in worst],
        row=rows[code],
        rows=rows,
        coverage=coverage,
        figures=Figures(page.t),
        classes=unit_layer.share_classes(page.t).options(),
        map=_map(page, tx, unit, coverage),
        places=facilities.open_on(tx, page.as_of, within=code),
        versions=units.versions(tx, code),
    )


def _branches(tx: Transaction, page: view.Page) -> list[Branch]:
    everything = units.listing(tx, page.as_of)
    townships = [unit for unit in everything if unit.level is codes.Level.TOWNSHIP]
    return [
        Branch(
            township,
            tuple(
                unit
                for unit in everything
                if unit.level is codes.Level.COMMUNITY and unit.parent_code == township.code
            ),
        )
        for township in townships
    ]


def _map(page: view.Page, tx: Transaction, unit: units.Unit, coverage: Coverage) -> MiniMap:
    """Draw the parts of a unit, or the unit itself where it has none."""
    root = units.root(tx, page.as_of)
    key = ("unit map", unit.code, page.as_of, *sorted(versions(tx).items()))

    def draw() -> MiniMap:
        level = _level_below(unit, coverage)
        found, boundaries = units.geometries(tx, page.as_of, unit.code, level)
        rows = {row.code: row for row in coverage.rows}
        lonlat = np.array(
            [
                (centre.lon, centre.lat)
                for centre in coverage.centres
                if (centre.unit_code or "").startswith(unit.code)
            ]
        )
        return minimap.draw(found, boundaries, root.metric_epsg, rows, lonlat)

    return page.state.memo.get(key, draw)


def _level_below(unit: units.Unit, coverage: Coverage) -> codes.Level:
    below = {row.level for row in coverage.rows if row.parent_code == unit.code}
    return next((level for level in codes.LEVELS if level in below), unit.level)
