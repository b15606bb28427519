"""How far the people of each unit walk: mean and quantiles, at all levels, without sorting them all.

Quantiles of a unit do not follow from those of its parts, so each unit looks at all its places.
Sorting these anew for every level is avoided: they are told apart by as many equal classes of
distance as there are places, and only those of the class that holds a quantile are sorted. Of very
many places, first those are picked out that lie near the quantile of a sample (after Floyd & Rivest
1975, Communications of the ACM 18: 165).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gis import arrays

_PERCENT: Final = (50, 90)
_AT_A_TIME: Final = 8_000
"""Places looked at together: their arrays stay in the processor's cache, and in memory at hand."""

_MANY: Final = 20_000
"""Places of a unit that is looked at by itself, after a sample of `_SAMPLE` of them."""

_SAMPLE: Final = 8_000
_NEAR: Final = 0.02
"""Share of people on either side of a sample's quantile; some four times its standard error."""


@dataclass(frozen=True, eq=False)
class Walks:
    """How far people walk who can reach any supply; NaN where there are none; shape (k,) each.

    A quantile is the smallest distance that at least that share of them is within (the inverse of
    the empirical distribution function; Hyndman & Fan 1996, The American Statistician 50:361,
    definition 1).
    """

    mean_m: arrays.Floats
    median_m: arrays.Floats
    p90_m: arrays.Floats


@dataclass(frozen=True, eq=False)
class Runs:
    """Places in an order in which those of a unit and of all units below it follow each other.

    Attributes
    ----------
    unit
        Unit that each place is in, -1 for none, in the order given, shape (n,).
    place
        Indices of the places in the new order, shape (n,).
    weight
        People at each of them, in the new order, shape (n,).
    start, stop
        The run of each unit in the new order, shape (units,).
    """

    unit: arrays.Int32s
    place: arrays.Int64s
    weight: arrays.Floats
    start: arrays.Int64s
    stop: arrays.Int64s

    @classmethod
    def of(cls, unit: arrays.Int32s, weight: arrays.Int32s, last: arrays.AnyInts) -> Runs:
        """Sort places by unit.

        Parameters
        ----------
        unit
            Unit that each place is in, -1 for none, shape (n,).
        weight
            People at each place, shape (n,).
        last
            Of each unit the last one that it contains; all those between are in it as well, and
            so is the unit itself. Shape (units,).

        Raises
        ------
        ValueError
            If a unit is out of range, or the arrays do not belong together.
        """
        n = len(last)
        if unit.shape != weight.shape or (len(unit) and not -1 <= unit.min() <= unit.max() < n):
            raise ValueError("each place needs a weight, and a unit that exists or -1")
        if ((last < np.arange(n)) | (last >= n)).any():
            raise ValueError("the last unit below a unit must be itself or come after it")
        ends = arrays.offsets(np.bincount(unit + 1, minlength=n + 1))
        place = _stable_order(unit + 1, n + 1)
        return cls(unit, place, weight[place].astype(np.float64), ends[1:-1], ends[last + 2])


def walks(runs: Runs, distance_m: arrays.Floats, units: arrays.AnyInts) -> Walks:
    """Find how far the people of some units walk, whatever the limits.

    A unit's figures do not depend on which others are asked for.

    Parameters
    ----------
    runs
        The places.
    distance_m
        Walking metres of each place; NaN is unattached, infinite unreachable, shape (n,).
    units
        The units asked for, shape (k,).
    """
    first, count = runs.start[units], (runs.stop - runs.start)[units]
    found = np.full((3, len(units)), np.nan)
    is_many = count > _MANY
    for unit in np.flatnonzero(is_many):
        run = slice(first[unit], first[unit] + count[unit])
        found[:, unit] = _of_many(distance_m[runs.place[run]], runs.weight[run])
    few = np.flatnonzero((count > 0) & ~is_many)
    part = arrays.offsets(count[few])[:-1] // _AT_A_TIME
    for of_part in np.split(few, np.flatnonzero(np.diff(part)) + 1) if len(few) else ():
        at = arrays.ranges(first[of_part], count[of_part])
        starts = arrays.offsets(count[of_part])
        found[:, of_part] = _of_runs(distance_m[runs.place[at]], runs.weight[at], starts)
    return Walks(*found)


def _of_runs(metres: arrays.Floats, weight: arrays.Floats, starts: arrays.Int64s) -> arrays.Floats:
    """Mean, median, 90 % quantile of each run, none of which is empty; shape (3, runs)."""
    is_reached = np.isfinite(metres)
    metres[~is_reached], weight[~is_reached] = 0.0, 0.0
    cell = _classes(metres, starts)
    people = np.concatenate([[0.0], np.cumsum(np.bincount(cell, weight, minlength=len(cell)))])
    before, total = people[starts[:-1]], np.diff(people[starts]).astype(np.int64)
    figures = np.full((3, len(total)), np.nan)
    some = np.flatnonzero(total)
    if len(some):
        wanted = before[some] + _ranks(total[some])
        at = np.searchsorted(people, wanted) - 1
        figures[1:, some] = _ranked(metres, weight, cell, at, wanted - people[at])
        figures[0, some] = arrays.sums_of_runs(weight * metres, starts)[some] / total[some]
    return figures


def _of_many(metres: arrays.Floats, weight: arrays.Floats) -> arrays.Floats:
    """Mean, median, 90 % quantile of many places of one unit; shape (3,)."""
    is_reached = np.isfinite(metres)
    if not is_reached.all():
        metres, weight = metres[is_reached], weight[is_reached]
    total = weight.sum().astype(np.int64)
    if not total:
        return np.full(3, np.nan)
    sample = slice(None, None, len(metres) // _SAMPLE + 1)
    order = np.argsort(metres[sample])
    by_metres, people = metres[sample][order], np.cumsum(weight[sample][order])
    figures = [(weight * metres).sum() / total]
    for rank in _ranks(total):
        near = people[-1] * (rank / total + np.array([-_NEAR, _NEAR]))
        ends = np.minimum(np.searchsorted(people, near), len(people) - 1)
        figures.append(_between(metres, weight, by_metres[ends], rank))
    return np.array(figures)


def _between(metres: arrays.Floats, weight: arrays.Floats, ends: arrays.Floats, rank: int) -> float:
    """Distance of the person of a rank, from 1 on, who is supposed to be between two distances."""
    low, high = ends
    place = np.flatnonzero((metres >= low) & (metres <= high))
    before = weight.sum(where=metres < low)
    if not before < rank <= before + weight[place].sum():
        place, before = np.arange(len(metres)), 0.0
    place = place[np.argsort(metres[place])]
    at = np.searchsorted(np.cumsum(weight[place]), rank - before)
    return float(metres[place[at]])


def _ranks(total: arrays.Int64s) -> arrays.Int64s:
    """Rank of the person of each quantile; whole: 0.9 * 10 people must not become 10."""
    return np.stack([-(-total * percent // 100) for percent in _PERCENT])


def _classes(metres: arrays.Floats, starts: arrays.Int64s) -> arrays.Int64s:
    """Class of each place: ascending by run and, within it, by distance; as many as places."""
    count = np.diff(starts)
    low = np.minimum.reduceat(metres, starts[:-1])
    high = np.maximum.reduceat(metres, starts[:-1])
    # The least width keeps roundings far below the half class that is left at either end.
    scale = (count - 1) / np.maximum(high - low, np.maximum(1e-6 * high, 1e-6))
    shift = starts[:-1] + 0.5 - low * scale
    cell: arrays.Floats = np.repeat(scale, count)
    cell *= metres
    cell += np.repeat(shift, count)
    return cell.astype(np.int64)


def _ranked(
    metres: arrays.Floats,
    weight: arrays.Floats,
    cell: arrays.Int64s,
    at: arrays.Int64s,
    rank: arrays.Floats,
) -> arrays.Floats:
    """Distance of the person of a rank, from 1 on, in each of some classes; shapes alike."""
    is_wanted = np.zeros(len(cell), dtype=np.bool_)
    is_wanted[at] = True
    place = np.flatnonzero(is_wanted[cell])
    place = place[np.lexsort((metres[place], cell[place]))]
    people = arrays.offsets(weight[place].astype(np.int64))
    first = np.searchsorted(cell[place], at)
    found: arrays.Floats = metres[place[np.searchsorted(people, people[first] + rank) - 1]]
    return found


def _stable_order(unit: arrays.Int32s, n_units: int) -> arrays.Int64s:
    """Stable order by unit; numpy sorts 16-bit integers by radix, ten times faster than others."""
    small = n_units <= np.iinfo(np.uint16).max
    key = unit.astype(np.uint16) if small else unit
    return np.argsort(key, kind="stable").astype(np.int64)
