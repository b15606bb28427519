"""What can be walked at all: the rest is named, and left to no walk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.patrol import legs as legging
from gis.patrol import plans
from gis.patrol.distances import Distances

if TYPE_CHECKING:
    from gis import arrays
    from gis.patrol.problem import Problem
    from gis.patrol.roads import Roads


def legs_within_reach(problem: Problem, roads: Roads) -> tuple[legging.Legs, plans.LeftOut]:
    """Turn required passes into legs, as far as some walk within the limit can do each alone."""
    shortest = _shortest_walks(problem, roads)
    passes = problem.sections.passes
    reason = np.zeros(len(passes), dtype=np.int8)
    reason[shortest > problem.team.limit_m] = plans.Reason.TOO_FAR
    reason[~np.isfinite(shortest)] = plans.Reason.UNREACHABLE
    wanted = np.repeat(np.arange(len(passes), dtype=np.int32), passes)
    out = wanted[reason[wanted] > 0]
    return _legs(problem, roads, wanted[reason[wanted] == 0]), plans.LeftOut(out, reason[out])


def _shortest_walks(problem: Problem, roads: Roads) -> arrays.Floats:
    """Metres of the shortest walk over each section, infinite where there is none, shape (e,)."""
    sections, team = problem.sections, problem.team
    there = roads.distances(np.array([team.start]))[0]
    back = roads.distances_to(team.end)
    cost = legging.directed_costs(sections, np.arange(len(sections)))
    cost[cost == legging.FORBIDDEN] = np.inf
    onward = there[sections.source] + cost[0::2] + back[sections.target]
    inverse = there[sections.target] + cost[1::2] + back[sections.source]
    shortest: arrays.Floats = np.minimum(onward, inverse)
    return shortest


def _legs(problem: Problem, roads: Roads, section: arrays.Int32s) -> legging.Legs:
    sections, team = problem.sections, problem.team
    source, target = sections.source[section], sections.target[section]
    ends = np.stack([source, target], axis=1)
    stops = np.unique(np.concatenate([ends.ravel(), [team.start, team.end]]))
    into = np.searchsorted(stops, ends.ravel())
    return legging.Legs(
        section=section,
        into=into,
        out=np.searchsorted(stops, ends[:, ::-1].ravel()),
        cost=legging.directed_costs(sections, section),
        start=int(np.searchsorted(stops, team.start)),
        end=int(np.searchsorted(stops, team.end)),
        there=np.minimum(roads.distances(np.array([team.start]))[0][stops], legging.FORBIDDEN),
        home=np.minimum(roads.distances_to(team.end)[stops], legging.FORBIDDEN),
        distances=Distances(roads, stops, legging.FORBIDDEN),
    )
