"""A recorded track, and what became of each of its points."""

import enum
from dataclasses import dataclass

import numpy as np

from gis import arrays


@dataclass(frozen=True, eq=False)
class Track:
    """Positions as a device recorded them, in the order of the file; nothing is assumed of them.

    Attributes
    ----------
    time_s
        Seconds since any moment; NaN where the device gave none, shape (n,).
    xy
        Metres in the network's CRS; may be NaN or infinite, shape (n, 2).
    """

    time_s: arrays.Floats
    xy: arrays.Floats

    def __post_init__(self) -> None:
        """Refuse arrays that do not describe the same points."""
        if self.time_s.ndim != 1 or self.xy.shape != (len(self.time_s), 2):
            raise ValueError("a track needs n times and n places of two coordinates")

    def __len__(self) -> int:
        """Count the points."""
        return len(self.time_s)


class Fate(enum.IntEnum):
    """What became of a point."""

    KEPT = 0
    BAD_PLACE = 1
    """A coordinate is missing or not finite."""
    BAD_CLOCK = 2
    """Its time is missing, or contradicts those around it."""
    REPEATED = 3
    """A point of the same time was there before."""
    OFF = 4
    """It lies away from the points before and after it."""
    STAY = 5
    """The device stayed in one place for long."""
    STRAY = 6
    """It stands alone, after a gap and before one."""
    OFF_NETWORK = 7
    """No section of the network is near."""


class Clock(enum.Enum):
    """How far a track's times could be trusted."""

    GOOD = "good"
    SORTED = "sorted"
    """Points were not in the order of time, and were put into it."""
    REVERSED = "reversed"
    """The last point came first."""
    SHIFTED = "shifted"
    """The clock was set back on the way; what followed was moved to continue."""
    NONE = "none"
    """There were no usable times: the order of the file was taken, and a walker's speed."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """What of a track can be used: pieces without gaps, each in the order of time.

    Attributes
    ----------
    time_s
        Seconds, ascending within each piece, shape (k,).
    xy
        Metres, finite, shape (k, 2).
    start
        First point of each piece, and the end of the last; each has two or more, shape (p + 1,).
    point
        Which point of the track each was, shape (k,).
    fate
        What became of each point of the track, values of `Fate`, shape (n,).
    clock
        How far its times could be trusted.
    """

    time_s: arrays.Floats
    xy: arrays.Floats
    start: arrays.Int64s
    point: arrays.Int64s
    fate: arrays.Int8s
    clock: Clock

    def __post_init__(self) -> None:
        """Refuse pieces that do not hold together."""
        if not (len(self.time_s) == len(self.xy) == len(self.point) == self.start[-1]):
            raise ValueError("the arrays of pieces differ in length")
        inner = np.ones(len(self.time_s), np.bool_)
        inner[self.start[:-1]] = False
        if not (np.diff(self.time_s, prepend=0.0)[inner] > 0).all():
            raise ValueError("times must ascend within a piece")

    def __len__(self) -> int:
        """Count the points in all pieces."""
        return len(self.time_s)

    @property
    def of_point(self) -> arrays.Int64s:
        """Which piece each point belongs to, shape (k,)."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    def counts(self) -> dict[Fate, int]:
        """Count the points of the track by what became of them; fates that none met are left out."""
        found = np.bincount(self.fate, minlength=len(Fate)).tolist()
        return {fate: found[fate] for fate in Fate if found[fate]}
