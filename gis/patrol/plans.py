"""A plan: who walks which sections in which order, what is left out, and how good it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gis import arrays


class Reason(IntEnum):
    """Why a section is in no walk."""

    UNREACHABLE = 1
    """No way leads there from the start, or from there to the end."""
    TOO_FAR = 2
    """A walk to it alone takes longer than the limit."""
    NO_TIME = 3
    """All of the limit is spent on sections that count more."""


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Required passes that are in no walk.

    Attributes
    ----------
    section
        Section of each, ascending, shape (u,); one that misses two passes stands here twice.
    reason
        A `Reason` for each, shape (u,).
    """

    section: arrays.Int32s
    reason: arrays.Int8s

    def __len__(self) -> int:
        """Return the number of passes left out."""
        return len(self.section)

    def because(self, reason: Reason) -> arrays.Int32s:
        """Sections left out for one reason, each once."""
        return np.unique(self.section[self.reason == reason])


@dataclass(frozen=True, eq=False)
class Walk:
    """One patrol's walk.

    Attributes
    ----------
    section
        Sections in the order of walking, the ways between required ones included, shape (s,).
    forward
        Whether each is walked from its source to its target, shape (s,).
    length_m
        Metres in all.
    """

    section: arrays.Int32s
    forward: arrays.Bools
    length_m: float


@dataclass(frozen=True, eq=False)
class Plan:
    """Walks for every patrol, and a proof of how much better they could be at most.

    Attributes
    ----------
    walks
        One for each patrol; a patrol with nothing to do has a walk without sections.
    longest_m
        Metres of the longest walk.
    bound_m
        No plan for what these walks cover has a shorter longest walk.
    left_out
        What is not covered.
    """

    walks: tuple[Walk, ...]
    longest_m: float
    bound_m: float
    left_out: LeftOut

    @property
    def gap(self) -> float:
        """Share of the longest walk by which it may be too long; 0 is proven optimal."""
        return max(0.0, 1.0 - self.bound_m / self.longest_m) if self.longest_m > 0 else 0.0

    @property
    def idle(self) -> int:
        """Patrols with nothing to do."""
        return sum(1 for walk in self.walks if not len(walk.section))


def none_left_out() -> LeftOut:
    """Nothing left out."""
    return LeftOut(np.zeros(0, np.int32), np.zeros(0, np.int8))


def merged(parts: list[LeftOut]) -> LeftOut:
    """Put lists of passes left out together."""
    section = np.concatenate([part.section for part in parts])
    reason = np.concatenate([part.reason for part in parts])
    order = np.lexsort((reason, section))
    return LeftOut(section[order], reason[order])
