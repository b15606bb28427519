"""Long stays in one place: a phone in a pocket at home, a rest in the office."""

import numpy as np

from gis import arrays
from gis.tracks import noise

_BIN_S = 20.0
_STILL_M_S = 0.45  # slower than anybody walks, faster than the errors of a phone indoors drift
_SHAKE = 1.5  # step between two means of one place, over their standard deviation (half more)


def long_stays(
    time_s: arrays.Floats, xy: arrays.Floats, gap_s: float, stay_s: float, stay_m: float
) -> arrays.Bools:
    """Find the points of stays, shape (k,).

    Means over twenty seconds are looked at, so that errors of single positions do not make a stay
    look like walking. A stay is wherever the means of so many seconds scatter about their middle
    by no more than the distance (root of the mean square), and move on more slowly than anybody
    walks: rounds about a yard are none. What of it leads to the place and away is not part of it.
    Time without positions does not count.

    Parameters
    ----------
    time_s, xy
        Seconds, ascending, shape (k,), and metres, shape (k, 2).
    gap_s
        A longer step between points is time without positions.
    stay_s, stay_m
        How long at least, and the scatter at most.
    """
    steps = np.diff(time_s, prepend=time_s[:1])
    clock = np.cumsum(np.where(steps > gap_s, _BIN_S, steps))
    if not len(clock) or clock[-1] < stay_s:
        return np.zeros(len(clock), np.bool_)
    number = np.floor(clock / _BIN_S)
    first = np.flatnonzero(np.diff(number, prepend=-1.0))
    counts = np.diff(np.append(first, len(clock)))
    mean = np.add.reduceat(xy, first, axis=0) / counts[:, None]
    end = np.searchsorted(number[first], number[first] + stay_s // _BIN_S, side="left") + 1
    begin = np.flatnonzero(end <= len(first))
    end = end[begin]
    quiet = _scatter(mean - mean[0], begin, end) <= stay_m
    shake = noise.scatter_m(time_s, xy, np.array([0, len(clock)])) / np.sqrt(np.median(counts))
    moved = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(mean, axis=0).T))])
    seconds = clock[first[end - 1]] - clock[first[begin]]
    allowed = _STILL_M_S * seconds + _SHAKE * float(shake) * (end - 1 - begin)
    quiet &= moved[end - 1] - moved[begin] <= allowed
    opened = np.zeros(len(first) + 1, np.int64)
    np.add.at(opened, begin[quiet], 1)
    np.add.at(opened, end[quiet], -1)
    still = _without_ways(np.cumsum(opened)[:-1] > 0, mean, stay_m)
    return np.repeat(still, counts)


def _scatter(mean: arrays.Floats, begin: arrays.AnyInts, end: arrays.AnyInts) -> arrays.Floats:
    """Root of the mean square distance from their middle of some runs of places."""
    n = end - begin
    sums = np.concatenate([np.zeros((1, 2)), np.cumsum(mean, axis=0)])
    squares = np.concatenate([[0.0], np.cumsum((mean**2).sum(axis=1))])
    middle = (sums[end] - sums[begin]) / n[:, None]
    spread = (squares[end] - squares[begin]) / n - (middle**2).sum(axis=1)
    root: arrays.Floats = np.sqrt(np.maximum(spread, 0.0))
    return root


def _without_ways(still: arrays.Bools, mean: arrays.Floats, stay_m: float) -> arrays.Bools:
    """Cut each stay down to when its place was first and last come near."""
    kept = np.zeros(len(still), np.bool_)
    edges = np.flatnonzero(np.diff(still, prepend=False, append=False))
    for begin, end in edges.reshape(-1, 2).tolist():
        away = np.hypot(*(mean[begin:end] - np.median(mean[begin:end], axis=0)).T)
        inside = begin + np.flatnonzero(away <= max(stay_m / 2, float(np.median(away))))
        kept[inside[0] : inside[-1] + 1] = True
    return kept
