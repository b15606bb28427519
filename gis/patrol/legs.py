"""Legs: each pass that a section needs, as something to be walked in one direction or the other.

Leg i walked from source to target is the directed leg 2 i, from target to source 2 i + 1. A route
is an array of directed legs in the order of walking; between them, and from the start and to the
end, the shortest way is taken. Forbidden directions and ways that do not exist cost `FORBIDDEN`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gis.patrol.problem import Oneway

if TYPE_CHECKING:
    from gis import arrays
    from gis.patrol.distances import Distances
    from gis.patrol.problem import Sections

FORBIDDEN = 1e9
"""Metres that stand for what is not possible, beyond all that is."""


@dataclass(frozen=True, eq=False)
class Legs:
    """What is to be walked, and how far everything is from everything.

    Attributes
    ----------
    section
        Section of each leg, shape (t,).
    into, out
        Stop at which each directed leg begins and ends, shape (2 t,).
    cost
        Metres of each directed leg, `FORBIDDEN` against a one-way section, shape (2 t,).
    start, end
        Stops where walks start and end.
    there, home
        Metres from the start to each stop, and from each stop to the end, shape (stops,).
    distances
        Between stops.
    """

    section: arrays.Int32s
    into: arrays.Int64s
    out: arrays.Int64s
    cost: arrays.Floats
    start: int
    end: int
    there: arrays.Floats
    home: arrays.Floats
    distances: Distances

    def __len__(self) -> int:
        """Return the number of legs."""
        return len(self.section)

    def some(self, chosen: arrays.Int64s) -> Legs:
        """Take some of the legs, numbered anew, between the same stops."""
        directed = np.stack([2 * chosen, 2 * chosen + 1], axis=1).ravel()
        return replace(
            self,
            section=self.section[chosen],
            into=self.into[directed],
            out=self.out[directed],
            cost=self.cost[directed],
        )

    def hops(self, route: arrays.Int64s) -> arrays.Floats:
        """Metres between consecutive directed legs, shape (len(route) - 1,)."""
        return self.distances.pairs(self.out[route[:-1]], self.into[route[1:]])

    def length(self, route: arrays.Int64s) -> float:
        """Metres of a whole walk; one with nothing to do is not walked at all."""
        if not len(route):
            return 0.0
        ends = self.there[self.into[route[0]]] + self.home[self.out[route[-1]]]
        return float(ends + self.cost[route].sum() + self.hops(route).sum())

    def alone(self) -> arrays.Floats:
        """Metres of the shortest walk that does one leg only, for each leg, shape (t,)."""
        whole = self.there[self.into] + self.cost + self.home[self.out]
        shortest: arrays.Floats = whole.reshape(-1, 2).min(axis=1)
        return shortest


def directed_costs(sections: Sections, section: arrays.AnyInts) -> arrays.Floats:
    """Metres of sections in both directions, forward and backward in turn, shape (2 t,)."""
    cost = np.repeat(sections.length_m[section], 2)
    cost[0::2][sections.oneway[section] == Oneway.BACKWARD] = FORBIDDEN
    cost[1::2][sections.oneway[section] == Oneway.FORWARD] = FORBIDDEN
    return cost


def reverse(route: arrays.Int64s) -> arrays.Int64s:
    """Walk a route the other way round."""
    turned: arrays.Int64s = route[::-1] ^ 1
    return turned


def oriented(legs: Legs, route: arrays.Int64s) -> arrays.Int64s:
    """Choose the direction of every leg so that the walk in this order is shortest.

    Shortest path through the two directions of each leg in turn.
    """
    if not len(route):
        return route
    pair = np.stack([route & ~1, route | 1], axis=1)
    hop = legs.distances.pairs(
        legs.out[np.repeat(pair[:-1], 2, axis=1)], legs.into[np.tile(pair[1:], 2)]
    ).reshape(-1, 2, 2)
    along = (legs.there[legs.into[pair[0]]] + legs.cost[pair[0]]).tolist()
    chosen: list[tuple[int, int]] = []
    for (from_0, from_1), (cost_0, cost_1) in zip(
        hop.tolist(), legs.cost[pair[1:]].tolist(), strict=True
    ):
        via = [(along[0] + from_0[k], along[1] + from_1[k]) for k in (0, 1)]
        chosen.append((int(via[0][1] < via[0][0]), int(via[1][1] < via[1][0])))
        along = [min(via[0]) + cost_0, min(via[1]) + cost_1]
    last = legs.home[legs.out[pair[-1]]]
    way = [int(along[1] + last[1] < along[0] + last[0])]
    for choice in reversed(chosen):
        way.append(choice[way[-1]])
    turned: arrays.Int64s = pair[np.arange(len(pair)), way[::-1]]
    return turned
