"""What coverage themes share: rows per unit at every level, fit to be shown."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gis import codes, suppression
from services import coverage_counts, hierarchy, units
from services.coverage_counts import Counts, Limits, Supply
from services.measured import Measured

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
    farther
        People who have a way, longer than the last band.
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
    farther: int | None
    straight_covered: int | None
    straight_share: float | None
    places: int
    places_per_100: float | None
    centres: int
    state: CoverageState


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of all units, ordered by code, and what they were made of."""

    tree: hierarchy.Hierarchy
    limits: Limits
    counts: Counts
    rows: tuple[CoverageRow, ...]


def table(
    tree: hierarchy.Hierarchy,
    measured: Measured,
    supply: Supply,
    limits: Limits,
    before: Table | None = None,
) -> Table:
    """Make the row of every unit.

    Parameters
    ----------
    before
        An earlier table; rows of the same tree and limits that would be made of the same numbers
        are taken from it.
    """
    counts = coverage_counts.count(tree, measured, supply, limits)
    if before is None or before.tree is not tree or before.limits != limits:
        return Table(tree, limits, counts, tuple(_RowMaker(tree.units, counts, limits).rows()))
    other = counts.other_than(before.counts)
    rows = list(before.rows)
    made = _RowMaker([tree.units[at] for at in other], counts.of(other), limits).rows()
    for at, row in zip(other, made, strict=True):
        rows[at] = row
    return Table(tree, limits, counts, tuple(rows))


def table_without_network(
    tree: hierarchy.Hierarchy, measured: Measured, supply: Supply, limits: Limits
) -> Table:
    """Make rows that say: no walking network was imported, so nothing is known."""
    blank: NDArray[np.float64] = np.full(len(measured.people), np.nan)
    unknown = Measured(measured.position, measured.people, blank, measured.straight_m)
    made = table(tree, unknown, supply, limits)
    rows = tuple(_no_data(row, len(limits.bands_m)) for row in made.rows)
    return Table(tree, limits, made.counts, rows)


def _no_data(row: CoverageRow, bands: int) -> CoverageRow:
    if row.state is CoverageState.NOBODY:
        return row
    return CoverageRow(
        row.code, row.name, row.level, row.kind, row.parent_code, row.demand,
        None, None, None, None, None, None, None, None, (None,) * bands, None,
        row.straight_covered, row.straight_share, row.places, row.places_per_100, row.centres,
        CoverageState.NO_DATA,
    )  # fmt: skip


@dataclass(frozen=True)
class _RowMaker:
    listed: Sequence[units.Unit]
    counts: Counts
    limits: Limits

    def rows(self) -> Iterable[CoverageRow]:
        """Make the rows of the units, column by column: much faster than figure by figure."""
        counts, within, end = self.counts, self.limits.within, self.counts.fine.shape[1]
        total = counts.fine.sum(axis=1)
        demand = _shown(total, counts.total_hidden)
        covered = self._sum(0, within)
        straight = _shown(counts.straight, counts.straight_hidden | self._is_hidden(0, within))
        places = counts.places.tolist()
        columns = (  # in the order of the fields of a row, from demand on
            demand,
            covered,
            self._sum(within, end - 2),
            self._sum(end - 2, end - 1),
            self._sum(end - 1, end),
            map(_ratio, covered, demand),
            *map(self._metres, counts.walks.T),
            self._bands(),
            self._farther(),
            straight,
            map(_ratio, straight, demand),
            places,
            map(_per_100, places, demand),
            counts.centres.tolist(),
            map(_state, total.tolist(), demand, covered),
        )
        for unit, figures in zip(self.listed, zip(*columns, strict=True), strict=True):
            yield CoverageRow(
                unit.code, unit.name, unit.level, unit.kind, unit.parent_code, *figures
            )

    def _sum(self, start: int, stop: int) -> list[int | None]:
        """Add up fine cells; None if one of them is hidden."""
        return _shown(self.counts.fine[:, start:stop].sum(axis=1), self._is_hidden(start, stop))

    def _is_hidden(self, start: int, stop: int) -> NDArray[np.bool_]:
        return np.asarray(self.counts.total_hidden | self.counts.hidden[:, start:stop].any(axis=1))

    def _bands(self) -> Iterable[tuple[int | None, ...]]:
        stops = [self.limits.cuts_m.index(limit) + 1 for limit in self.limits.bands_m]
        bands = [self._sum(start, stop) for start, stop in itertools.pairwise([0, *stops])]
        return zip(*bands, strict=True) if bands else itertools.repeat((), len(self.listed))

    def _farther(self) -> list[int | None]:
        longest = max(self.limits.bands_m, default=0.0)
        stop = sum(cut <= longest for cut in self.limits.cuts_m)
        return self._sum(stop, self.counts.fine.shape[1] - 2)

    def _metres(self, values: NDArray[np.float64]) -> list[float | None]:
        """Round; None where too few people have a way."""
        reachable = self.counts.fine[:, :-2].sum(axis=1)
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
