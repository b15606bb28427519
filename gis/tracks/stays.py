"""Long stays in one place: a phone in a pocket at home, a rest in the office."""

import numpy as np

from gis import arrays

_BIN_S = 10.0


def long_stays(
    time_s: arrays.Floats, xy: arrays.Floats, gap_s: float, stay_s: float, stay_m: float
) -> arrays.Bools:
    """Find the points of stays, shape (k,).

    Means over ten seconds are looked at, so that errors of single positions do not make a stay
    look like walking. A stay is wherever the means of so many seconds scatter about their middle
    by no more than the distance (root of the mean square); what of it leads to the place and away
    is not part of it. Time without positions does not count.

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
    time_s = np.cumsum(np.where(steps > gap_s, _BIN_S, steps))
    if not len(time_s) or time_s[-1] < stay_s:
        return np.zeros(len(time_s), np.bool_)
    number = np.floor(time_s / _BIN_S)
    first = np.flatnonzero(np.diff(number, prepend=-1.0))
    counts = np.diff(np.append(first, len(time_s)))
    mean = np.add.reduceat(xy, first, axis=0) / counts[:, None]
    end = np.searchsorted(number[first], number[first] + stay_s // _BIN_S, side="left") + 1
    begin = np.flatnonzero(end <= len(first))
    end = end[begin]
    quiet = _scatter(mean - mean[0], begin, end) <= stay_m
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
