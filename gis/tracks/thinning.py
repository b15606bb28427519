"""From recorded points to observations: means over windows of time, as long as errors ask for.

Points a second apart with errors of many metres say little one by one: the way between two of them
is all error. The mean of a window has a smaller error but blurs corners; the length at which both
are in balance follows from the errors and the speed.
"""

from dataclasses import dataclass

import numpy as np

from gis import arrays
from gis.tracks import clocks, noise
from gis.tracks.track import Pieces

_BALANCE = 0.2
"""Error of a window's mean over the metres walked within it."""

_MAP_M = 2.5
"""What even a perfect position is off by: the map's error, and corners that a mean cuts."""

_SHORTEST_S = 5.0
"""Nobody on foot gets anywhere in less."""

_APART = 2.0
"""Metres between observations for each of slow errors."""

_KEPT = 0.8
"""What of slow errors is left in a mean."""

_STRIDE_M = 40.0
"""Longer steps between windows make them shorter, where points are dense enough."""


@dataclass(frozen=True, eq=False)
class Observations:
    """Where the device was, window by window.

    Attributes
    ----------
    time_s
        Seconds, shape (n,).
    xy
        Metres, shape (n, 2).
    begins
        Which of them begin a piece, shape (n,).
    first
        First point of the track's pieces that each is made of, shape (n,).
    sigma_m
        Standard deviation of their errors in each axis.
    """

    time_s: arrays.Floats
    xy: arrays.Floats
    begins: arrays.Bools
    first: arrays.Int64s
    sigma_m: float

    def __len__(self) -> int:
        """Count the observations."""
        return len(self.time_s)

    def take(self, index: arrays.AnyInts, begins: arrays.Bools) -> "Observations":
        """Make a choice of them, with pieces told anew."""
        return Observations(
            self.time_s[index], self.xy[index], begins, self.first[index], self.sigma_m
        )


def observe(pieces: Pieces, errors: noise.Errors) -> Observations:
    """Take means over windows of equal length within each piece.

    Parameters
    ----------
    pieces
        A cleaned track.
    errors
        Of its points.
    """
    inner = np.ones(len(pieces), np.bool_)
    inner[pieces.start[:-1]] = False
    every = float(np.median(np.diff(pieces.time_s, prepend=0.0)[inner]))
    length = _window_s(errors, every)
    found = _means(pieces, length, every, errors)
    stride = float(np.median(np.hypot(*np.diff(found.xy, axis=0).T))) if len(found) > 1 else 0.0
    if stride > _STRIDE_M + _APART * found.sigma_m and length > every:
        found = _means(pieces, max(length * _STRIDE_M / stride, every), every, errors)
    return found


def _window_s(errors: noise.Errors, every_s: float) -> float:
    """Seconds after which the mean's error and the metres walked are in balance.

    Slow errors are left in the mean: observations are kept as far apart as Newson and Krumm do,
    so that they tell the same thing less often.
    """
    walked = _BALANCE * clocks.WALKING_M_S
    balanced = (errors.scatter_m * np.sqrt(every_s) / walked) ** (2 / 3)
    apart = _APART * errors.wander_m / clocks.WALKING_M_S
    longest = max(balanced, apart, _SHORTEST_S)
    return every_s * max(1.0, float(np.floor(longest / every_s + 1e-6)))


def _means(pieces: Pieces, length_s: float, every_s: float, errors: noise.Errors) -> Observations:
    of, begun = pieces.of_point, pieces.time_s[pieces.start[:-1]]
    lasting = pieces.time_s[pieces.start[1:] - 1] - begun + every_s
    windows = np.maximum(np.round(lasting / length_s), 1.0)
    share = (pieces.time_s - begun[of]) / lasting[of]
    number = np.minimum(np.floor(share * windows[of] + 1e-9), windows[of] - 1)
    fresh = np.ones(len(pieces), np.bool_)
    fresh[1:] = (np.diff(number) != 0) | (np.diff(of) != 0)
    first = np.flatnonzero(fresh)
    counts = np.diff(np.append(first, len(pieces)))
    begins = np.zeros(len(pieces), np.bool_)
    begins[pieces.start[:-1]] = True
    scatter = errors.scatter_m / np.sqrt(float(np.median(counts)))
    return Observations(
        np.add.reduceat(pieces.time_s, first) / counts,
        np.add.reduceat(pieces.xy, first, axis=0) / counts[:, None],
        begins[first],
        first,
        float(np.sqrt(scatter**2 + (_KEPT * errors.wander_m) ** 2 + _MAP_M**2)),
    )
