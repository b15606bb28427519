"""How many patrols must go out to a quarter: cuts that tell many walks from one.

Whoever walks in a quarter has to go there and come back, and has only the rest of the walk for
what is required in it. So if a plan with a shorter longest walk than the one known is to exist,
so many walks at least must cross into the quarter, and each crosses twice. For capacities in
place of lengths these are the cuts of Belenguer & Benavent (1998, Computational Optimization and
Applications 10:165-187); that lengths bound walks in the same way is used by Ahr & Reinelt (2002,
Lecture Notes in Computer Science 2461:64-74). Quarters are what lies farther out than some
distance, as a whole and in its connected parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.patrol import rural_cuts, rural_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gis import arrays
    from gis.patrol.problem import Team
    from gis.patrol.roads import Roads

_RINGS, _MORE_RINGS = 30, 300
"""Distances tried; more if the first show nothing: of a large town not all, which takes seconds."""

_WHOLE = 1e-6


def build(model: rural_model.Model, roads: Roads, team: Team) -> Crossings:
    """Measure what the cuts of a team are made of."""
    shortest = np.full(model.n_nodes, np.inf)
    for ends in (model.tail, model.head):
        np.minimum.at(shortest, ends, model.metres)
    return Crossings(
        model,
        roads.distances(np.array([team.start]))[0][model.node],
        roads.distances_to(team.end)[model.node],
        model.metres * model.required,
        np.where(model.odd, shortest / 2.0, 0.0),
    )


@dataclass(frozen=True, eq=False)
class Crossings:
    """What the cuts of one team are made of.

    Attributes
    ----------
    model
        All walks of the team.
    there, back
        Metres from the start to each node and from it to the end, shape (n_nodes,).
    work_m
        Metres that must be walked along each edge, shape (e,).
    mending_m
        Metres that must be walked beside these at each node, shape (n_nodes,): where an odd
        number of required passes meet, half the shortest edge.
    """

    model: rural_model.Model
    there: arrays.Floats
    back: arrays.Floats
    work_m: arrays.Floats
    mending_m: arrays.Floats

    def violated(self, limit_m: float, extra: arrays.Floats) -> rural_cuts.Cuts:
        """Cuts that a solution violates, valid if no walk is longer than a limit."""
        levels = np.unique((self.there + self.back) / 2.0)[:-1]
        for rings in (_RINGS, _MORE_RINGS):
            tried = levels[:: len(levels) // rings + 1]
            found = [cuts for level in tried for cuts in self._beyond(level, limit_m, extra)]
            if found:
                return rural_cuts.distinct(found)
        return rural_cuts.none(self.model)

    def _beyond(
        self, level: float, limit_m: float, extra: arrays.Floats
    ) -> Iterator[rural_cuts.Cuts]:
        """Violated cuts around what lies beyond a distance, as a whole and in its parts."""
        outside = (self.there + self.back) / 2.0 > level
        inner = outside[self.model.tail] & outside[self.model.head]
        apart = rural_model.parts(self.model, inner)
        for label in (np.where(outside, 1, 0), np.where(outside, apart + 1, 0)):
            cuts = self._around(label, extra, limit_m)
            if len(cuts):
                yield cuts

    def _around(
        self, label: arrays.Int64s, extra: arrays.Floats, limit_m: float
    ) -> rural_cuts.Cuts:
        """Violated cuts around the nodes of each label but 0."""
        model, count = self.model, int(label.max()) + 1
        tail, head = label[model.tail], label[model.head]
        work = np.bincount(tail, self.work_m, count) + np.bincount(head, self.work_m, count)
        work -= np.bincount(tail[tail == head], self.work_m[tail == head], count)
        work += np.bincount(label, self.mending_m, count)
        crossing = np.flatnonzero(tail != head)
        sides = np.concatenate([tail[crossing], head[crossing]])
        outer = np.concatenate([model.head[crossing], model.tail[crossing]])
        near, home = np.full(count, np.inf), np.full(count, np.inf)
        np.minimum.at(near, sides, self.there[outer])
        np.minimum.at(home, sides, self.back[outer])
        left = limit_m - np.where(np.isfinite(near + home), near + home, limit_m)
        walks = np.zeros(count)
        there = np.flatnonzero((left > _WHOLE) & (np.arange(count) > 0))
        walks[there] = np.ceil(work[there] / left[there] - _WHOLE)
        fixed = np.bincount(sides, model.required[np.tile(crossing, 2)], count)
        return rural_cuts.around(model, label, 2.0 * walks - fixed, extra)
