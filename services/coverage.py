"""What coverage themes share: rows per unit at every level, fit to be shown.

Counts of one to four people are not shown, nor what would give them away by subtraction: the
finest partition of each unit's demand is suppressed as a whole (`gis.suppression`), and a coarser
figure is shown only if every fine cell it adds up is.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gis import codes, coverage, suppression
from services import hierarchy

SMALL = suppression.THRESHOLD
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

    @cached_property
    def demand(self) -> coverage.Demand:
        """The same for `gis.coverage`, which sorts it by distance but once for all limits.

        A straight line is never longer than a way, whatever roundings say: who is covered on foot
        is covered by straight line.
        """
        straight = np.fmin(self.straight_m, self.walk_m)
        return coverage.Demand(self.position, self.people, self.walk_m, straight)

    def walks(self, tree: hierarchy.Hierarchy) -> NDArray[np.float64]:
        """Mean, median and 90 % quantile of the metres walked in each unit ``(3, n)``.

        They are kept for the tree last asked for, since no limit changes them.
        """
        kept: tuple[hierarchy.Hierarchy, NDArray[np.float64]] | None = vars(self).get("_walks")
        if kept is None or kept[0] is not tree:
            kept = (tree, _walks(tree, self.demand))
            vars(self)["_walks"] = kept
        return kept[1]


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
    return _RowMaker(tree, figures, hidden, straight, supply, limits, within).rows()


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
    """Count once, by the unit each place is in, and add up to the units above."""
    n = len(tree.units)
    cuts = coverage.Limits(limits.max_walk_m, limits.cuts_m)
    own = coverage.summarise(measured.demand, cuts, n)
    straight = np.zeros(n, np.int64) if own.straight_covered is None else own.straight_covered
    counts = _added_up(tree, np.column_stack([own.bands, straight]))
    return _Figures(counts[:, :-1], counts[:, -1], *measured.walks(tree))


def _walks(tree: hierarchy.Hierarchy, demand: coverage.Demand) -> NDArray[np.float64]:
    """Find how far people walk: quantiles do not add up, each level is sorted for itself."""
    n = len(tree.units)
    walks = np.full((3, n), np.nan)
    for level in tree.at_level:
        at = level == np.arange(n)
        if at.any():
            unit = np.where(demand.unit >= 0, level[demand.unit], np.int32(-1))
            found = coverage.walks(demand.in_units(unit), n)
            walks[:, at] = [values[at] for values in (found.mean_m, found.median_m, found.p90_m)]
    return walks


def _added_up(tree: hierarchy.Hierarchy, own: NDArray[np.int64]) -> NDArray[np.int64]:
    """Add what is counted in each unit itself ``(n, k)`` to all units it lies in."""
    whole = np.zeros_like(own)
    for level in tree.at_level:
        inside = level >= 0
        np.add.at(whole, level[inside], own[inside])
    return whole


def _straight_hidden(
    tree: hierarchy.Hierarchy, figures: _Figures, covered: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which straight-line figures would give away small counts, next to the walking ones."""
    total = figures.fine.sum(axis=1)
    only_straight = figures.straight - covered
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

    def rows(self) -> tuple[CoverageRow, ...]:
        """Make the rows of all units, column by column: much faster than figure by figure."""
        fine, end = self.figures.fine, self.figures.fine.shape[1]
        total = fine.sum(axis=1)
        demand = _shown(total, self.hidden.totals)
        covered = self._sum(0, self.within)
        straight_hidden = self.straight_hidden | self._is_hidden(0, self.within)
        straight = _shown(self.figures.straight, straight_hidden)
        places = self.supply.places.tolist()
        columns = (  # in the order of the fields of a row, from demand on
            demand,
            covered,
            self._sum(self.within, end - 2),
            self._sum(end - 2, end - 1),
            self._sum(end - 1, end),
            map(_ratio, covered, demand),
            self._metres(self.figures.mean),
            self._metres(self.figures.median),
            self._metres(self.figures.p90),
            self._bands(),
            straight,
            map(_ratio, straight, demand),
            places,
            map(_per_100, places, demand),
            self.supply.centres.tolist(),
            map(_state, total.tolist(), demand, covered),
        )
        return tuple(
            CoverageRow(unit.code, unit.name, unit.level, unit.kind, unit.parent_code, *figures)
            for unit, figures in zip(self.tree.units, zip(*columns, strict=True), strict=True)
        )

    def _sum(self, start: int, stop: int) -> list[int | None]:
        """Add up fine cells; None if one of them is hidden."""
        return _shown(self.figures.fine[:, start:stop].sum(axis=1), self._is_hidden(start, stop))

    def _is_hidden(self, start: int, stop: int) -> NDArray[np.bool_]:
        return np.asarray(self.hidden.totals | self.hidden.cells[:, start:stop].any(axis=1))

    def _bands(self) -> Iterable[tuple[int | None, ...]]:
        stops = [self.limits.cuts_m.index(limit) + 1 for limit in self.limits.bands_m]
        bands = [self._sum(start, stop) for start, stop in itertools.pairwise([0, *stops])]
        return zip(*bands, strict=True) if bands else itertools.repeat((), len(self.tree.units))

    def _metres(self, values: NDArray[np.float64]) -> list[float | None]:
        """Round; None where too few people have a way."""
        reachable = self.figures.fine[:, :-2].sum(axis=1)
        known = (reachable >= SMALL) & np.isfinite(values)
        return [
            round(value, 1) if is_known else None
            for value, is_known in zip(values.tolist(), known.tolist(), strict=True)
        ]


def _shown(values: NDArray[np.int64], hidden: NDArray[np.bool_]) -> list[int | None]:
    return [
        None if is_hidden else value
        for value, is_hidden in zip(values.tolist(), hidden.tolist(), strict=True)
    ]


def _state(total: int, demand: int | None, covered: int | None) -> CoverageState:
    if total == 0:
        return CoverageState.NOBODY
    if demand is None or covered is None:
        return CoverageState.SUPPRESSED
    return CoverageState.SHOWN


def _ratio(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else round(part / whole, 4)


def _per_100(places: int, demand: int | None) -> float | None:
    return None if not demand else round(100 * places / demand, 2)
