"""Cleaning a recorded track: what cannot be used is left out, and each point is told why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from gis import arrays
from gis.tracks import clocks, noise, stays
from gis.tracks.track import Fate, Pieces, Track


@dataclass(frozen=True)
class Rules:
    """What counts as a gap, a jump and a stay.

    Attributes
    ----------
    gap_s
        A longer pause between points splits a track (or three usual ones, if that is more).
    fastest_m_s
        Nobody on patrol is faster.
    stay_s, stay_m
        Who keeps within this distance for this long is not on patrol.
    """

    gap_s: float = 120.0
    fastest_m_s: float = 7.0
    stay_s: float = 300.0
    stay_m: float = 25.0

    def __post_init__(self) -> None:
        """Refuse limits that are not above zero."""
        if min(self.gap_s, self.fastest_m_s, self.stay_s, self.stay_m) <= 0:
            raise ValueError("limits of cleaning must be above zero")


USUAL = Rules()

_SIGMAS = 6.0  # a step longer than walking allows by so many standard deviations is a jump
_OFF_M = 15.0  # a point this far from the median of its neighbours is off, if sigma allows
_NEIGHBOURS = 5
_CLOSE_S = 5.0  # points at most so far apart in time tell where the one between them must be
_BRIEF_S = 60.0
_USUAL_STEPS = 3.0


def clean(track: Track, rules: Rules = USUAL) -> Pieces:
    """Bring a track into pieces that can be matched.

    In turn: places that are none, the clock, repetitions, points away from their neighbours,
    stretches away from the rest, long stays; then what is left is split at gaps, jumps and stays,
    and points left alone are dropped.
    """
    fate = np.zeros(len(track), np.int8)
    finite = np.isfinite(track.xy).all(axis=1)
    fate[~finite] = Fate.BAD_PLACE
    point = np.flatnonzero(finite)
    kept, time, clock = clocks.ordered(track.time_s[point], track.xy[point])
    fate[np.delete(point, kept)] = Fate.BAD_CLOCK
    point = point[kept]
    again = np.diff(time, prepend=-np.inf) <= 0
    fate[point[again]] = Fate.REPEATED
    point, time = point[~again], time[~again]
    for find, reason in ((_off, Fate.OFF), (_astray, Fate.OFF)):
        out = find(time, track.xy[point], rules)
        fate[point[out]] = reason
        point, time = point[~out], time[~out]
    split = _parted(time, track.xy[point], rules)
    gap = _gap_s(time, rules)
    out = stays.long_stays(time, track.xy[point], gap, rules.stay_s, rules.stay_m)
    fate[point[out]] = Fate.STAY
    sitting = np.cumsum(split | np.diff(out, prepend=False))[~out]
    point, time = point[~out], time[~out]
    counts = np.unique(sitting, return_counts=True)[1]
    alone = np.repeat(counts, counts) == 1
    fate[point[alone]] = Fate.STRAY
    point, time = point[~alone], time[~alone]
    start = arrays.offsets(counts[counts > 1])
    return Pieces(time, track.xy[point], start, point, fate, clock)


def _off(time: arrays.Floats, xy: arrays.Floats, _rules: Rules) -> arrays.Bools:
    """Single points far from the median of those around them, where points are dense."""
    out = np.zeros(len(time), np.bool_)
    half = _NEIGHBOURS // 2
    if len(time) < _NEIGHBOURS:
        return out
    middle = np.stack([ndimage.median_filter(axis, _NEIGHBOURS) for axis in xy.T], axis=1)
    far = np.hypot(*(xy - middle).T) > max(_OFF_M, _SIGMAS * _sigma(time, xy))
    dense = time[2 * half :] - time[: -2 * half] <= 2 * half * _CLOSE_S
    out[half:-half] = dense & far[half:-half]
    return out


def _astray(time: arrays.Floats, xy: arrays.Floats, rules: Rules) -> arrays.Bools:
    """Brief stretches that one has to leap to and back from, while their ends fit each other."""
    out = np.zeros(len(time), np.bool_)
    leap = np.flatnonzero(_leaps(time, xy, rules)[1:]) + 1
    first, last = leap[:-1], leap[1:] - 1
    brief = time[last] - time[first] <= _BRIEF_S
    first, last = first[brief], last[brief]
    before, after = first - 1, last + 1
    fits = np.hypot(*(xy[after] - xy[before]).T) <= _allowed(
        time[after] - time[before], _sigma(time, xy), rules
    )
    first, last = first[fits], last[fits]
    free = np.ones(len(first), np.bool_)
    free[1:] = first[1:] > last[:-1] + 1  # of two in a row one is the rest of the walk
    out[arrays.ranges(first[free], (last - first + 1)[free])] = True
    return out


def _parted(time: arrays.Floats, xy: arrays.Floats, rules: Rules) -> arrays.Bools:
    """Points before which there is a gap or a leap."""
    return _leaps(time, xy, rules) | (np.diff(time, prepend=time[:1]) > _gap_s(time, rules))


def _gap_s(time: arrays.Floats, rules: Rules) -> float:
    steps = np.diff(time)
    return max(rules.gap_s, _USUAL_STEPS * float(np.median(steps))) if len(steps) else rules.gap_s


def _leaps(time: arrays.Floats, xy: arrays.Floats, rules: Rules) -> arrays.Bools:
    """Points that nobody on foot reaches from the one before, errors allowed for."""
    leap = np.zeros(len(time), np.bool_)
    step = np.hypot(*np.diff(xy, axis=0).T)
    leap[1:] = step > _allowed(np.diff(time), _sigma(time, xy), rules)
    return leap


def _allowed(seconds: arrays.Floats, sigma_m: float, rules: Rules) -> arrays.Floats:
    return rules.fastest_m_s * seconds + _SIGMAS * sigma_m


def _sigma(time: arrays.Floats, xy: arrays.Floats) -> float:
    return noise.scatter_m(time, xy, np.array([0, len(time)]))
