"""Classes of a choropleth map: breaks, and the class of each value.

Breaks are ascending limits, both ends included: k classes have k + 1 breaks. A value on a break
belongs to the class above it, the highest value to the last class, so that every class reads
"from ... to under ...".
"""

import dataclasses
from typing import Final

import numpy as np

from gis import arrays
from gis.arrays import Floats, Int8s, Int64s

SHARE_BREAKS: Final = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
"""Fixed for shares, so that two dates and two maps compare."""

NO_CLASS: Final = -1

_MOST_CLASSES: Final = 127


def classify(values: Floats, breaks: Floats) -> Int8s:
    """Put values into classes.

    Parameters
    ----------
    values
        Shape (n,); NaN is no class.
    breaks
        Ascending, at least two, shape (k + 1,).

    Returns
    -------
    Int8s
        Class of each value, 0 to k - 1, `NO_CLASS` (-1) for NaN; shape (n,). Values below the
        first break and above the last are in the first and the last class.

    Raises
    ------
    ValueError
        If the breaks are not ascending or too few or too many.
    """
    if not 2 <= len(breaks) <= _MOST_CLASSES + 1 or not (np.diff(breaks) >= 0).all():
        raise ValueError("breaks must be ascending, 2 to 128 of them")
    found = np.searchsorted(breaks[1:-1], values, side="right").astype(np.int8)
    return np.where(np.isnan(values), np.int8(NO_CLASS), found)


def classify_shares(values: Floats) -> Int8s:
    """Put shares (n,) from 0 to 1 into the fixed classes of `SHARE_BREAKS`.

    Raises
    ------
    ValueError
        If a share is below 0 or above 1.
    """
    if ((values < 0.0) | (values > 1.0)).any():
        raise ValueError("shares lie between 0 and 1")
    return classify(values, np.array(SHARE_BREAKS))


def quantile_breaks(values: Floats, k: int) -> Floats:
    """Give breaks that put about equally many values into each class.

    Breaks are values of the data: class j begins at the smallest value with at least j/k of all
    values below or at it. Where many values are equal, there are fewer classes than asked for.

    Parameters
    ----------
    values
        Shape (n,); NaN is left out.
    k
        Number of classes wanted, 1 or more.

    Returns
    -------
    Floats
        Strictly ascending breaks, shape (2,) to (k + 1,), but two equal ones for a single
        distinct value, and none at all for no values.
    """
    known = _sorted(values, k)
    if len(known) == 0:
        return known
    cuts = np.quantile(known, np.arange(k + 1) / k, method="inverted_cdf")
    return _ascending(cuts)


def natural_breaks(values: Floats, k: int) -> Floats:
    """Give the breaks with the least sum of squared deviations within classes.

    Exact, by dynamic programming over the sorted distinct values (Fisher 1958,
    Journal of the American Statistical Association 53: 789-798; known on maps as Jenks' natural
    breaks). The best place of a break moves up with the values looked at, so each step looks only
    between the places of its neighbours: O(k d log d) for d distinct values.

    Parameters
    ----------
    values
        Shape (n,); NaN is left out.
    k
        Number of classes wanted, 1 or more; never more than there are distinct values.

    Returns
    -------
    Floats
        Breaks: the lowest value of each class, and the highest of all; shape (2,) to (k + 1,),
        none for no values.
    """
    known = _sorted(values, k)
    if len(known) == 0:
        return known
    starts = np.flatnonzero(np.r_[True, known[1:] != known[:-1]])
    sums = _Sums.of(known - known.mean(), np.append(starts, len(known)))
    return np.append(known[starts[_optimal_starts(sums, k)]], known[-1])


@dataclasses.dataclass(frozen=True)
class _Sums:
    """Running count, sum and sum of squares of sorted values at the ends of distinct ones."""

    count: Floats
    total: Floats
    squares: Floats

    @classmethod
    def of(cls, values: Floats, at: Int64s) -> "_Sums":
        total = np.concatenate(([0.0], np.cumsum(values)))
        squares = np.concatenate(([0.0], np.cumsum(values**2)))
        return cls(at.astype(np.float64), total[at], squares[at])

    def deviation(self, start: Int64s, stop: Int64s) -> Floats:
        """Sum of squared deviations from the mean of distinct values start to stop - 1."""
        total = self.total[stop] - self.total[start]
        count = self.count[stop] - self.count[start]
        return np.maximum(self.squares[stop] - self.squares[start] - total**2 / count, 0.0)


def _optimal_starts(sums: _Sums, k: int) -> Int64s:
    """Give the first distinct value of each class of the best division into k or fewer."""
    size = len(sums.count) - 1
    stops = np.arange(1, size + 1)
    best = np.concatenate(([0.0], sums.deviation(np.zeros_like(stops), stops)))
    choices = []
    for _ in range(min(k, size) - 1):
        best, choice = _with_one_more(sums, best)
        choices.append(choice)
    starts, stop = [0], size
    for choice in reversed(choices):
        stop = int(choice[stop])
        starts.append(stop)
    return np.unique(np.array(starts, dtype=np.int64))


def _with_one_more(sums: _Sums, best: Floats) -> tuple[Floats, Int64s]:
    """Allow one more class: the least deviation of the first n values, and its last class's start.

    Solved for every 2^p-th n first, then for those half-way between, each between the answers of
    its neighbours.
    """
    size = len(best) - 1
    improved, choice = np.zeros(size + 1), np.zeros(size + 1, dtype=np.int64)
    stride = 1 << size.bit_length()
    while stride > 1:
        half = stride // 2
        stop = np.arange(half, size + 1, stride)
        lowest = choice[stop - half]
        after = stop + half
        solved = after <= size
        highest = np.where(solved, choice[np.where(solved, after, 0)], stop - 1)
        counts = np.minimum(highest, stop - 1) - lowest + 1
        start = arrays.ranges(lowest, counts)
        candidate = best[start] + sums.deviation(start, np.repeat(stop, counts))
        first = arrays.offsets(counts)[:-1]
        improved[stop] = np.minimum.reduceat(candidate, first)
        is_best = np.flatnonzero(candidate == np.repeat(improved[stop], counts))
        choice[stop] = start[is_best[np.searchsorted(is_best, first)]]
        stride = half
    return improved, choice


def _sorted(values: Floats, k: int) -> Floats:
    if not 1 <= k <= _MOST_CLASSES:
        raise ValueError("the number of classes must lie between 1 and 127")
    known: Floats = np.sort(values[~np.isnan(values)])
    return known


def _ascending(cuts: Floats) -> Floats:
    distinct: Floats = np.unique(cuts)
    return distinct if len(distinct) > 1 else np.repeat(distinct, 2)
