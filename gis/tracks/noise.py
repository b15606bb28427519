"""How far recorded places scatter about the true ones."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from gis import arrays

LEAST_M, MOST_M = 1.0, 60.0
"""Estimates are kept between these."""

_MEDIAN_OF_NORM = float(np.sqrt(2 * np.log(2)))  # of two standard normal coordinates (Rayleigh)
_HALF_NORMAL = float(special.ndtri(0.75))


_LAG_S = 20.0
_CORNERS_M = 4.0  # what corners add to the bend over that lag, on paths in towns
_STRAIGHT = 0.75  # of scatter, what is left at least when that is taken off
_UNSURE = 1.2  # an estimate of scatter may be off by so much
_FADED = 1.3  # what is lost of errors that fade within half a minute, by looking over that lag


@dataclass(frozen=True)
class Errors:
    """Errors of recorded places; refused with a ValueError when negative.

    Attributes
    ----------
    scatter_m
        Standard deviation in each axis of what differs from one point to the next.
    wander_m
        The same of what changes slowly, so that means over some seconds keep it.
    """

    scatter_m: float
    wander_m: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is not zero or more."""
        if not (self.scatter_m >= 0 and self.wander_m >= 0):
            raise ValueError("errors must be zero or more")


def estimate(time_s: arrays.Floats, xy: arrays.Floats, start: arrays.AnyInts) -> Errors:
    """Tell the errors of a cleaned track from how it bends over short and longer times.

    Parameters
    ----------
    time_s, xy
        Seconds, ascending within pieces, shape (k,), and metres, shape (k, 2).
    start
        First point of each piece, and the end of the last, shape (p + 1,).
    """
    scatter = scatter_m(time_s, xy, start)
    every = float(np.median(np.diff(time_s))) if len(time_s) > 1 else _LAG_S
    longer = scatter_m(time_s, xy, start, max(1, int(_LAG_S / max(every, 1e-3))))
    excess = longer**2 - (_UNSURE * scatter) ** 2 - _CORNERS_M**2
    straight = scatter**2 - (_CORNERS_M * every / _LAG_S) ** 2
    scatter = max(float(np.sqrt(max(straight, 0.0))), _STRAIGHT * scatter, LEAST_M)
    return Errors(scatter, min(_FADED * float(np.sqrt(max(excess, 0.0))), MOST_M))


def scatter_m(
    time_s: arrays.Floats, xy: arrays.Floats, start: arrays.AnyInts, lag: int = 1
) -> float:
    """Estimate the standard deviation, in each axis, of errors from one point to the next.

    From second differences: whoever walks straight on at an even pace has none, so that their
    median tells of errors alone, and a few corners and outliers do not matter.

    Parameters
    ----------
    time_s, xy, start
        As for `estimate`.
    lag
        Points between those compared.

    Returns
    -------
    float
        Metres; between `LEAST_M` and `MOST_M`, the least where no three points follow each other.
    """
    piece = np.repeat(np.arange(len(start) - 1), np.diff(start))
    at = np.arange(lag, len(time_s) - lag)
    at = at[piece[at - lag] == piece[at + lag]]
    if not len(at):
        return LEAST_M
    share = (time_s[at] - time_s[at - lag]) / (time_s[at + lag] - time_s[at - lag])
    bend = xy[at] - xy[at - lag] - share[:, None] * (xy[at + lag] - xy[at - lag])
    unit = np.sqrt(1 + share**2 + (1 - share) ** 2)
    norm = np.hypot(bend[:, 0], bend[:, 1]) / unit
    return float(np.clip(np.median(norm) / _MEDIAN_OF_NORM, LEAST_M, MOST_M))


def offset_m(off_m: arrays.Floats) -> float:
    """Estimate the standard deviation of errors, in each axis, from distances to the path walked.

    The distance to a straight path is the size of one coordinate of the error (half-normal).
    """
    if not len(off_m):
        return LEAST_M
    return float(np.clip(np.median(off_m) / _HALF_NORMAL, LEAST_M, MOST_M))
