"""How things are before anything is mended, and what can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gis import arrays
from gis.stepfree import roads, search


@dataclass(frozen=True, eq=False)
class Mendings:
    """What each mending makes passable; pairs in any order.

    Attributes
    ----------
    count
        Number of mendings, k; indices below are smaller.
    section_of, section
        Mending and the section of road it opens, shape (a,).
    supply_of, supply
        Mending and the supply whose entrance it opens, shape (b,).
    door_of, door
        Mending and the door it opens, shape (c,).
    """

    count: int
    section_of: arrays.Int64s
    section: arrays.Int64s
    supply_of: arrays.Int64s
    supply: arrays.Int64s
    door_of: arrays.Int64s
    door: arrays.Int64s

    def __post_init__(self) -> None:
        """Refuse pairs that are none, and mendings that are not there."""
        for of, what in self.pairs:
            if of.shape != what.shape or (len(of) and not 0 <= of.min() <= of.max() < self.count):
                raise ValueError("mendings and what they open do not go together")

    @property
    def pairs(self) -> tuple[tuple[arrays.Int64s, arrays.Int64s], ...]:
        """Mendings with sections, with supplies, and with doors."""
        return (
            (self.section_of, self.section),
            (self.supply_of, self.supply),
            (self.door_of, self.door),
        )

    def only(self, kept: arrays.Bools) -> "Mendings":
        """Give some of the mendings, shape (k,), numbered anew."""
        number = np.cumsum(kept) - 1
        picked = []
        for of, what in self.pairs:
            picked += [number[of[kept[of]]], what[kept[of]]]
        return Mendings(int(kept.sum()), *picked)

    def some(self, first: int, last: int) -> "Mendings":
        """Give the mendings from `first` up to `last`, numbered anew."""
        picked = []
        for of, what in self.pairs:
            chosen = (of >= first) & (of < last)
            picked += [of[chosen] - first, what[chosen]]
        return Mendings(last - first, *picked)


def joined(parts: Sequence[Mendings]) -> Mendings:
    """Put mendings one below the other, numbered on."""
    starts = np.cumsum([0, *(part.count for part in parts)])
    columns = []
    for pair in range(3):
        pairs = [part.pairs[pair] for part in parts]
        columns.append(
            np.concatenate([of + start for (of, _), start in zip(pairs, starts, strict=False)])
        )
        columns.append(np.concatenate([what for _, what in pairs]))
    return Mendings(int(starts[-1]), *columns)


@dataclass(frozen=True, eq=False)
class Situation:
    """How things are before anything is mended.

    Attributes
    ----------
    ways
        The possible ways of all homes, bounded by no less than the limit.
    homes
        Where homes meet the sections, and the states of their doors.
    door
        Door of each home: homes of one entrance have the same; shape (h,).
    people
        At each home, shape (h,).
    supplies
        What is to be reached.
    limit_m
        Longest way that counts, metres.
    """

    ways: search.Ways
    homes: search.Ends
    door: arrays.Int64s
    people: arrays.Int64s
    supplies: search.Ends
    limit_m: float

    @property
    def roads(self) -> roads.Roads:
        """The sections."""
        return self.ways.open_roads.roads

    @cached_property
    def homes_by_section(self) -> tuple[arrays.Int64s, arrays.Int64s]:
        """Attached homes by section, and the section of each, ascending."""
        place = self.homes.place
        on = np.flatnonzero(place.attached)
        on = on[np.argsort(place.edge[on], kind="stable")]
        return on, place.edge[on].astype(np.int64)
