"""From the order of legs to a walk: the shortest ways between them filled in."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from gis.patrol import roads as road_graph
from gis.patrol.plans import Walk

if TYPE_CHECKING:
    from gis import arrays
    from gis.patrol.legs import Legs
    from gis.patrol.problem import Sections
    from gis.patrol.roads import Roads


def walk(sections: Sections, roads: Roads, legs: Legs, route: arrays.Int64s) -> Walk:
    """Write a route out as the sections that are walked, one after another."""
    if not len(route):
        return Walk(np.zeros(0, np.int32), np.zeros(0, np.bool_), 0.0)
    stops = legs.distances.stops
    tail = stops[np.concatenate([[legs.start], legs.out[route]])]
    head = stops[np.concatenate([legs.into[route], [legs.end]])]
    between = road_graph.ways(roads, np.unique(tail[tail != head]))
    steps: list[tuple[int, bool]] = []
    for place, (here, there) in enumerate(zip(tail.tolist(), head.tolist(), strict=True)):
        if here != there:
            way = between.nodes(here, there)
            steps += [roads.step(a, b) for a, b in itertools.pairwise(way)]
        if place < len(route):
            leg = int(route[place])
            steps.append((int(legs.section[leg >> 1]), leg & 1 == 0))
    section = np.array([number for number, _ in steps], dtype=np.int32)
    forward = np.array([onward for _, onward in steps], dtype=np.bool_)
    return Walk(section, forward, float(sections.length_m[section].sum()))
