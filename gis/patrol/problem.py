"""What is asked of a patrol plan: road sections, and the team that walks them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gis import arrays


class Oneway(IntEnum):
    """In which direction a section can be walked."""

    BACKWARD = -1
    """From target to source only."""
    BOTH = 0
    FORWARD = 1
    """From source to target only."""


@dataclass(frozen=True, eq=False)
class Sections:
    """Road sections between nodes 0 .. n_nodes - 1; refused with a ValueError when inconsistent.

    Parallel sections and sections from a node to itself are allowed.

    Attributes
    ----------
    n_nodes
        Number of nodes.
    source, target
        Nodes at the two ends of each section, shape (e,).
    length_m
        Metres, above zero, shape (e,).
    passes
        How often each must be walked, in either direction; 0 for one that may be used and need
        not be. Shape (e,).
    oneway
        An `Oneway` for each, shape (e,).
    weight
        What leaving out one pass of each counts if the time does not suffice for all, zero or
        more; shape (e,).
    """

    n_nodes: int
    source: arrays.Int32s
    target: arrays.Int32s
    length_m: arrays.Floats
    passes: arrays.Int32s
    oneway: arrays.Int8s
    weight: arrays.Floats

    def __post_init__(self) -> None:
        """Refuse arrays that contradict each other."""
        per_section = (self.target, self.length_m, self.passes, self.oneway, self.weight)
        if any(values.shape != (len(self.source),) for values in per_section):
            raise ValueError("the arrays of sections differ in length")
        for ends in (self.source, self.target):
            if len(ends) and (ends.min() < 0 or ends.max() >= self.n_nodes):
                raise ValueError("a section ends at a node that does not exist")
        if not (np.isfinite(self.length_m).all() and (self.length_m > 0).all()):
            raise ValueError("lengths must be finite and above zero")
        if (self.passes < 0).any():
            raise ValueError("passes must be zero or more")
        if not (np.isfinite(self.weight).all() and (self.weight >= 0).all()):
            raise ValueError("weights must be finite and zero or more")
        if (np.abs(self.oneway) > 1).any():
            raise ValueError("a direction is none of those that exist")

    def __len__(self) -> int:
        """Return the number of sections."""
        return len(self.source)


@dataclass(frozen=True)
class Team:
    """Who walks; refused with a ValueError when impossible.

    Attributes
    ----------
    patrols
        How many walk at the same time, one or more.
    start, end
        Nodes where every walk starts and ends; the same for closed walks.
    speed_m_s
        Metres walked in a second.
    limit_s
        Seconds that no walk may exceed; infinite for no limit.
    """

    patrols: int
    start: int
    end: int
    speed_m_s: float = 1.0
    limit_s: float = math.inf

    def __post_init__(self) -> None:
        """Refuse an impossible team."""
        if self.patrols < 1:
            raise ValueError("at least one patrol is needed")
        if not (self.speed_m_s > 0 and math.isfinite(self.speed_m_s)):
            raise ValueError("the speed must be above zero")
        if not self.limit_s > 0:
            raise ValueError("the time limit must be above zero")

    @property
    def limit_m(self) -> float:
        """Metres that no walk may exceed."""
        return self.speed_m_s * self.limit_s


@dataclass(frozen=True, eq=False)
class Problem:
    """Sections and the team; refused with a ValueError when the team starts or ends nowhere."""

    sections: Sections
    team: Team

    def __post_init__(self) -> None:
        """Refuse a start or an end that is no node."""
        for node in (self.team.start, self.team.end):
            if not 0 <= node < self.sections.n_nodes:
                raise ValueError("the team starts or ends at a node that does not exist")


def all_once(
    n_nodes: int, source: arrays.AnyInts, target: arrays.AnyInts, length_m: arrays.Floats
) -> Sections:
    """Sections that are all to be walked once, in whichever direction, all of equal weight."""
    n = len(source)
    return Sections(
        n_nodes,
        np.asarray(source, np.int32),
        np.asarray(target, np.int32),
        np.asarray(length_m, np.float64),
        np.ones(n, np.int32),
        np.zeros(n, np.int8),
        np.ones(n),
    )
