"""Putting the points of a track into the order of time, whatever the device's clock did."""

import bisect

import numpy as np

from gis import arrays
from gis.tracks.track import Clock

WALKING_M_S = 1.2
"""Speed of a walker, where a track has no times of its own."""

_LAG = 5
_LONG_RUN = 10
_NO_WORSE = 1.2


def ordered(time_s: arrays.Floats, xy: arrays.Floats) -> tuple[arrays.Int64s, arrays.Floats, Clock]:
    """Find an order in which time does not run back.

    Times that are missing here and there cost their points. Points out of order are sorted when
    that leads along a way not much longer than the file's order; otherwise the clock is to blame:
    it was set back (the rest is moved to continue) or it erred at single points, which are left
    out: as few as possible.

    Parameters
    ----------
    time_s
        Seconds, NaN or infinite where unknown, shape (n,).
    xy
        Metres, finite, shape (n, 2).

    Returns
    -------
    tuple[Int64s, Floats, Clock]
        Points in order, shape (k,); their times, not descending, shape (k,); and the verdict.
    """
    known = np.flatnonzero(np.isfinite(time_s))
    if 2 * len(known) <= len(time_s) or np.ptp(time_s[known]) == 0:
        return np.arange(len(time_s)), _made_up(xy), Clock.NONE
    time = time_s[known]
    back = np.flatnonzero(np.diff(time) < 0)
    if not len(back):
        return known, time, Clock.GOOD
    order = np.argsort(time, kind="stable")
    if _length(xy[known[order]]) <= _NO_WORSE * _length(xy[known]):
        ahead = int((np.diff(time) > 0).sum())
        return known[order], time[order], Clock.REVERSED if len(back) > ahead else Clock.SORTED
    if len(time) >= _LONG_RUN * (len(back) + 1):
        steps = np.diff(time)
        usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 1.0
        steps[back] = usual
        return known, time[0] + np.concatenate([[0.0], np.cumsum(steps)]), Clock.SHIFTED
    rising = _longest_rising(time)
    return known[rising], time[rising], Clock.GOOD


def _made_up(xy: arrays.Floats) -> arrays.Floats:
    """Make up times, at even steps, that make the track a walker's."""
    lag = min(_LAG, len(xy) - 1)
    if lag < 1:
        return np.zeros(len(xy))
    far = np.hypot(*(xy[lag:] - xy[:-lag]).T)
    step = max(float(np.median(far)) / (lag * WALKING_M_S), 1.0)
    return np.arange(len(xy), dtype=np.float64) * step


def _length(xy: arrays.Floats) -> float:
    return float(np.hypot(*np.diff(xy, axis=0).T).sum())


def _longest_rising(time: arrays.Floats) -> arrays.Int64s:
    """Find the indices of a longest subsequence that never descends (patience sorting)."""
    tops: list[float] = []
    holders: list[int] = []
    before = np.full(len(time), -1, np.int64)
    for i, value in enumerate(time.tolist()):
        pile = bisect.bisect_right(tops, value)
        before[i] = holders[pile - 1] if pile else -1
        if pile == len(tops):
            tops.append(value)
            holders.append(i)
        else:
            tops[pile], holders[pile] = value, i
    chain = [holders[-1]]
    while before[chain[-1]] >= 0:
        chain.append(int(before[chain[-1]]))
    return np.array(chain[::-1], np.int64)
