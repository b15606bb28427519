"""What coverage themes share: rows per unit at every level, fit to be shown.

Counts of one to four people are not shown, nor what would give them away by subtraction: the
finest partition of each unit's demand is suppressed as a whole (`gis.suppression`), and a coarser
figure is shown only if every fine cell it adds up is.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gis import codes, coverage, suppression
from services import hierarchy

SMALL = 5
"""Counts of people below this are not shown."""


class CoverageState(StrEnum):
    """Why a row has figures, or has none."""

    SHOWN = "shown"
    SUPPRESSED = "suppressed"
    NOBODY = "nobody"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class CoverageRow:
    """Coverage of one unit. None: not shown (see `state`) or not defined.

    Attributes
    ----------
    demand
        People the theme is for.
    covered, beyond, unreachable, unattached
        Of these: within the limit, beyond it, without a way, too far from any path.
    share
        ``covered / demand``.
    mean_walk_m, median_walk_m, p90_walk_m
        Walking metres of those who have a way.
    bands
        People within each distance of the rule set's bands, not cumulated.
    straight_covered, straight_share
        The same by straight line, which is what tables report today.
    places, centres
        Capacity and number of supplies in the unit.
    places_per_100
        Places per 100 people of demand.
    """

    code: str
    name: str
    level: codes.Level
    kind: str
    parent_code: str | None
    demand: int | None
    covered: int | None
    beyond: int | None
    unreachable: int | None
    unattached: int | None
    share: float | None
    mean_walk_m: float | None
    median_walk_m: float | None
    p90_walk_m: float | None
    bands: tuple[int | None, ...]
    straight_covered: int | None
    straight_share: float | None
    places: int
    places_per_100: float | None
    centres: int
    state: CoverageState


@dataclass(frozen=True)
class Measured:
    """What was measured for each household of the demand; arrays ``(n,)``.

    Attributes
    ----------
    position
        Position of its unit in the hierarchy, -1: in no unit.
    people
        Its demand.
    walk_m
        NaN: unattached; infinite: no way.
    straight_m
        Straight line to the nearest supply.
    """

    position: NDArray[np.int32]
    people: NDArray[np.int32]
    walk_m: NDArray[np.float64]
    straight_m: NDArray[np.float64]


@dataclass(frozen=True)
class Supply:
    """Supplies per unit of the hierarchy, ``(n,)``, all levels: places and number."""

    places: NDArray[np.int64]
    centres: NDArray[np.int64]


@dataclass(frozen=True)
class Limits:
    """The limit asked for, and the bands of the rule set, ascending; metres."""

    max_walk_m: float
    bands_m: tuple[float, ...]

    @property
    def cuts_m(self) -> tuple[float, ...]:
        """Ends of the finest ranges any figure is made of."""
        return tuple(sorted({*self.bands_m, self.max_walk_m}))


@dataclass(frozen=True)
class _Figures:
    """Figures of all units, whatever their level, in the hierarchy's order.

    `fine` is the finest partition: people by range of distance, then those without a way, then
    those too far from any path.
    """

    fine: NDArray[np.int64]
    straight: NDArray[np.int64]
    mean: NDArray[np.float64]
    median: NDArray[np.float64]
    p90: NDArray[np.float64]


def rows(
    tree: hierarchy.Hierarchy, measured: Measured, supply: Supply, limits: Limits
) -> tuple[CoverageRow, ...]:
    """Make the row of every unit, ordered by code."""
    figures = _figures(tree, measured, limits)
    hidden = suppression.suppress_tree(figures.fine, tree.parent)
    within = len([cut for cut in limits.cuts_m if cut <= limits.max_walk_m])
    straight = _straight_hidden(tree, figures, figures.fine[:, :within].sum(axis=1))
    maker = _RowMaker(tree, figures, hidden, straight, supply, limits, within)
    return tuple(maker.row(i) for i in range(len(tree.units)))


def rows_without_network(
    tree: hierarchy.Hierarchy, measured: Measured, supply: Supply, limits: Limits
) -> tuple[CoverageRow, ...]:
    """Make rows that say: no walking network was imported, so nothing is known."""
    blank: NDArray[np.float64] = np.full(len(measured.people), np.nan)
    unknown = Measured(measured.position, measured.people, blank, measured.straight_m)
    return tuple(_no_data(row, len(limits.bands_m)) for row in rows(tree, unknown, supply, limits))


def _no_data(row: CoverageRow, bands: int) -> CoverageRow:
    if row.state is CoverageState.NOBODY:
        return row
    return CoverageRow(
        row.code, row.name, row.level, row.kind, row.parent_code, row.demand,
        None, None, None, None, None, None, None, None, (None,) * bands,
        row.straight_covered, row.straight_share, row.places, row.places_per_100, row.centres,
        CoverageState.NO_DATA,
    )  # fmt: skip


def _figures(tree: hierarchy.Hierarchy, measured: Measured, limits: Limits) -> _Figures:
    """Summarise each level in turn and put the results in the hierarchy's order."""
    n = len(tree.units)
    whole = _Figures(
        np.zeros((n, len(limits.cuts_m) + 3), dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        *(np.full(n, np.nan) for _ in range(3)),
    )
    demand = coverage.Demand(
        measured.position, measured.people, measured.walk_m, measured.straight_m
    )
    cuts = coverage.Limits(limits.max_walk_m, limits.cuts_m)
    inside = measured.position >= 0
    for level in tree.at_level:
        unit = np.where(inside, level[measured.position], -1).astype(np.int32)
        found = coverage.summarise(demand.in_units(unit), cuts, n)
        at = level == np.arange(n)
        whole.fine[at] = found.bands[at]
        if found.straight_covered is not None:
            whole.straight[at] = found.straight_covered[at]
        whole.mean[at] = found.mean_walk_m[at]
        whole.median[at] = found.median_walk_m[at]
        whole.p90[at] = found.p90_walk_m[at]
    return whole


def _straight_hidden(
    tree: hierarchy.Hierarchy, figures: _Figures, covered: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which straight-line figures would give away small counts, next to the walking ones."""
    total = figures.fine.sum(axis=1)
    only_straight = np.maximum(figures.straight - covered, 0)
    parts = np.column_stack([covered, only_straight, total - covered - only_straight])
    hidden = suppression.suppress_tree(parts, tree.parent)
    return np.asarray(hidden.cells[:, :2].any(axis=1))


@dataclass(frozen=True)
class _RowMaker:
    tree: hierarchy.Hierarchy
    figures: _Figures
    hidden: suppression.Suppression
    straight_hidden: NDArray[np.bool_]
    supply: Supply
    limits: Limits
    within: int

    def row(self, i: int) -> CoverageRow:
        """Make the row of the i-th unit."""
        unit, last = self.tree.units[i], self.figures.fine.shape[1]
        total = int(self.figures.fine[i].sum())
        demand = None if self.hidden.totals[i] else total
        covered = self._sum(i, 0, self.within)
        straight = None if self.straight_hidden[i] or covered is None else self._straight(i)
        reachable = int(self.figures.fine[i, : last - 2].sum())
        places = int(self.supply.places[i])
        return CoverageRow(
            code=unit.code,
            name=unit.name,
            level=unit.level,
            kind=unit.kind,
            parent_code=unit.parent_code,
            demand=demand,
            covered=covered,
            beyond=self._sum(i, self.within, last - 2),
            unreachable=self._sum(i, last - 2, last - 1),
            unattached=self._sum(i, last - 1, last),
            share=_ratio(covered, demand),
            mean_walk_m=_metres(self.figures.mean[i], reachable),
            median_walk_m=_metres(self.figures.median[i], reachable),
            p90_walk_m=_metres(self.figures.p90[i], reachable),
            bands=self._bands(i),
            straight_covered=straight,
            straight_share=_ratio(straight, demand),
            places=places,
            places_per_100=None if not demand else round(100 * places / demand, 2),
            centres=int(self.supply.centres[i]),
            state=_state(total, demand, covered),
        )

    def _sum(self, i: int, start: int, stop: int) -> int | None:
        """Add up fine cells; None if one of them is hidden."""
        if self.hidden.totals[i] or self.hidden.cells[i, start:stop].any():
            return None
        return int(self.figures.fine[i, start:stop].sum())

    def _straight(self, i: int) -> int:
        return int(self.figures.straight[i])

    def _bands(self, i: int) -> tuple[int | None, ...]:
        cuts, found, start = self.limits.cuts_m, [], 0
        for limit in self.limits.bands_m:
            stop = cuts.index(limit) + 1
            found.append(self._sum(i, start, stop))
            start = stop
        return tuple(found)


def _state(total: int, demand: int | None, covered: int | None) -> CoverageState:
    if total == 0:
        return CoverageState.NOBODY
    if demand is None or covered is None:
        return CoverageState.SUPPRESSED
    return CoverageState.SHOWN


def _ratio(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else round(part / whole, 4)


def _metres(value: np.float64, people: int) -> float | None:
    return None if people < SMALL or not np.isfinite(value) else round(float(value), 1)
