"""``/``: the district in one sentence, the map beside it, communities worst first."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from gis import codes
from layers import units as unit_layer
from services import checklist, jobs, overview, rules, units
from services.coverage import CoverageRow
from services.database import Transaction
from services.memo import versions
from services.themes.day_care import Coverage, DayCareQuery
from web import figures, minimap
from web.dependencies import Page, Reading
from web.figures import Figures
from web.minimap import MiniMap

router = APIRouter(include_in_schema=False)
_RUNS = 5
_JOBS = 5
_FIRST = 12


class Order(StrEnum):
    """In which order communities are listed."""

    PEOPLE = "people"
    SHARE = "share"


class Extent(StrEnum):
    """How many communities are listed."""

    FIRST = "first"
    ALL = "all"


_SORTED: dict[Order, Callable[[list[CoverageRow]], list[CoverageRow]]] = {
    Order.PEOPLE: figures.worst_first,
    Order.SHARE: figures.lowest_first,
}


@dataclass(frozen=True)
class Answer:
    """The district's day care, ready to be shown."""

    coverage: Coverage
    whole: CoverageRow
    communities: list[CoverageRow]
    worst: CoverageRow | None
    map: MiniMap


@router.get("/", response_class=HTMLResponse)
def show(
    page: Page, tx: Reading, sort: Order = Order.PEOPLE, rows: Extent = Extent.FIRST
) -> HTMLResponse:
    """Return the overview; on an empty database, what to do first."""
    counts = overview.counts(tx, page.as_of)
    latest = jobs.latest(tx, _JOBS)
    if page.root is None:
        return page.render("welcome.html", counts=counts, jobs=latest, steps=tuple(overview.Step))
    rule_set = rules.load()
    answer = _answer(page, tx, page.root, sort)
    return page.render(
        "overview.html",
        counts=counts,
        answer=answer,
        figures=Figures(page.t),
        rows={row.code: row for row in answer.coverage.rows},
        classes=unit_layer.share_classes(page.t).options(),
        checklist=_checklist(page, tx, rule_set),
        runs=overview.import_runs(tx, _RUNS),
        jobs=latest,
        sort=sort,
        shown=_FIRST if rows is Extent.FIRST else len(answer.communities),
        orders=tuple(Order),
    )


def _answer(page: Page, tx: Transaction, root: units.Root, sort: Order) -> Answer:
    coverage = page.state.day_care.coverage(tx, DayCareQuery(page.as_of))
    communities = [row for row in coverage.rows if row.level is codes.Level.COMMUNITY]
    ranked = figures.worst_first(communities)
    worst = ranked[0] if ranked and figures.missing(ranked[0]) else None
    return Answer(
        coverage,
        coverage.rows[0],
        _SORTED[sort](communities),
        worst,
        _map(page, tx, root, coverage),
    )


def _map(page: Page, tx: Transaction, root: units.Root, coverage: Coverage) -> MiniMap:
    known = versions(tx)
    key = ("minimap", page.as_of, *sorted(known.items()))

    def draw() -> MiniMap:
        found, boundaries = units.geometries(tx, page.as_of, level=codes.Level.COMMUNITY)
        rows = {row.code: row for row in coverage.rows}
        lonlat = np.array([(centre.lon, centre.lat) for centre in coverage.centres])
        return minimap.draw(found, boundaries, root.metric_epsg, rows, lonlat)

    return page.state.memo.get(key, draw)


def _checklist(page: Page, tx: Transaction, rule_set: rules.RuleSet) -> checklist.Checklist:
    key = ("checklist", page.as_of, rule_set.name, *sorted(versions(tx).items()))
    return page.state.memo.get(key, lambda: checklist.checklist(tx, page.as_of, rule_set))
