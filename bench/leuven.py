"""leuven-map-matching on our networks: its map, its matcher, its result as sections of edges."""

import itertools
import logging
from collections.abc import Iterator

import numpy as np
from leuvenmapmatching.map.inmem import InMemMap
from leuvenmapmatching.matcher.distance import DistanceMatcher

from gis import arrays, network
from gis.tracks import along, intervals

_LATTICE = 10  # wider is several times slower and finds nothing better


class Leuven:
    """A network in memory, indexed as its manual says, with each straight piece as an edge."""

    def __init__(self, net: network.Network) -> None:
        logging.getLogger("be.kuleuven.cs.dtai.mapmatching").setLevel(logging.ERROR)
        self._map = InMemMap("net", use_latlon=False, use_rtree=True, index_edges=True)
        number = np.arange(len(net.coords)) + net.n_nodes
        number[net.coord_start[:-1]] = net.source
        number[net.coord_start[1:] - 1] = net.target
        places = dict(zip(number.tolist(), net.coords.tolist(), strict=True))
        for node, xy in places.items():
            self._map.add_node(node, tuple(xy))
        measured = along.lay_out(net)
        vertex, edge = arrays.segments(net.coords, net.coord_start)
        base = measured.base_m[edge]
        begin, end = measured.vertex_m[vertex] - base, measured.vertex_m[vertex + 1] - base
        self._sections: dict[tuple[int, int], tuple[int, float, float]] = {}
        rows = zip(
            *(values.tolist() for values in (number[vertex], number[vertex + 1], edge, begin, end)),
            strict=True,
        )
        for a, b, of, start, stop in rows:
            if a == b or (a, b) in self._sections:
                continue
            self._map.add_edge(a, b)
            self._map.add_edge(b, a)
            self._sections[a, b], self._sections[b, a] = (of, start, stop), (of, stop, start)

    def match(self, xy: arrays.Floats, sigma_m: float, *, sparse: bool) -> intervals.Stretches:
        """Match points; with states between them when they are sparse."""
        matcher = DistanceMatcher(
            self._map,
            max_dist=4 * sigma_m + 20,
            obs_noise=sigma_m,
            non_emitting_states=sparse,
            max_lattice_width=_LATTICE,
        )
        matcher.match([tuple(point) for point in xy.tolist()])
        states = [(m.edge_m.l1, m.edge_m.l2, m.edge_m.ti) for m in matcher.lattice_best or []]
        found = list(self._walked(states))
        if not found:
            return intervals.nothing()
        edge, from_m, to_m = (np.array(column) for column in zip(*found, strict=True))
        return intervals.of_walk(edge, from_m.astype(np.float64), to_m.astype(np.float64))

    def _walked(self, states: list[tuple[int, int, float]]) -> Iterator[tuple[int, float, float]]:
        """Sections between states one after the other: on one edge, or on two that meet."""
        for (a, b, share), (c, d, next_share) in itertools.pairwise(states):
            of, begin, end = self._sections[a, b]
            other, start, stop = self._sections[c, d]
            here, there = begin + share * (end - begin), start + next_share * (stop - start)
            if of == other and {a, b} == {c, d}:
                yield of, here, there
            elif b == c:
                yield of, here, end
                yield other, start, there
