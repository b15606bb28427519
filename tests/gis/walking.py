"""Small random networks and the slow, obvious way to measure distances on them."""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from hypothesis import strategies as st

from gis import arrays, attachment, network


def network_of(lines: list[list[tuple[float, float]]]) -> network.Network:
    """Make a network of polylines given by their vertices."""
    ways = np.array([shapely.LineString(line) for line in lines], dtype=np.object_)
    return network.build_from_lines(ways, plain(len(lines)))


def plain(count: int) -> network.WayAttributes:
    """Nothing known of any way."""
    return network.WayAttributes(np.zeros(count, np.int8), np.zeros(count, np.int16), ("footway",))


def _coordinate() -> st.SearchStrategy[float]:
    return st.integers(0, 6).map(lambda value: value * 50.0)


@st.composite
def networks(draw: st.DrawFn) -> network.Network:
    """Networks with parallel edges, closed ways, shared vertices and separate parts."""
    point = st.tuples(_coordinate(), _coordinate())
    line = st.lists(point, min_size=2, max_size=4).filter(lambda line: len(set(line)) > 1)
    return network_of(draw(st.lists(line, min_size=1, max_size=8)))


@st.composite
def points(draw: st.DrawFn, max_size: int = 8) -> arrays.Floats:
    """Places on and off the network, some of them in one place."""
    anywhere = st.floats(-120, 420, allow_nan=False).map(lambda value: round(value, 3))
    number = st.one_of(_coordinate(), anywhere)
    drawn = draw(st.lists(st.tuples(number, number), min_size=1, max_size=max_size))
    return np.array(drawn, dtype=np.float64).reshape(-1, 2)


def nearest_edge(net: network.Network, point: arrays.Floats) -> tuple[int, float, float]:
    """Edge, offset and distance of the nearest point of any segment, by trying them all."""
    best = (np.inf, -1, 0.0)
    for edge in range(net.n_edges):
        line = net.coords[net.coord_start[edge] : net.coord_start[edge + 1]]
        walked = 0.0
        for a, b in itertools.pairwise(line):
            length = float(np.hypot(*(b - a)))
            share = 0.0 if length == 0 else float(np.clip((point - a) @ (b - a) / length**2, 0, 1))
            gap = float(np.hypot(*(point - a - share * (b - a))))
            if gap < best[0] - 1e-9:
                best = (gap, edge, walked + share * length)
            walked += length
    return best[1], best[2], best[0]


def at_nodes(net: network.Network) -> attachment.Attachment:
    """Places at the nodes, each at an end of one of its edges."""
    ends = np.concatenate([net.source, net.target])
    offset = np.concatenate([np.zeros(net.n_edges), net.length_m])
    first = np.unique(ends, return_index=True)[1]
    edge = (first % net.n_edges).astype(np.int32)
    return attachment.Attachment(edge, offset[first], np.zeros(net.n_nodes))


def all_distances(
    net: network.Network, demand: attachment.Attachment, supply: attachment.Attachment
) -> arrays.Floats:
    """Distance of each demand (rows) to each supply (columns) by Floyd-Warshall.

    Every attached place becomes a node that cuts its edge, and another one at the end of its
    access leg.
    """
    both = [demand, supply]
    edge = np.concatenate([part.edge for part in both])
    offset = np.concatenate([part.offset_m for part in both])
    access = np.concatenate([part.access_m for part in both])
    n, places = net.n_nodes, len(edge)
    size = n + 2 * places
    metres = np.full((size, size), np.inf)
    np.fill_diagonal(metres, 0.0)

    def join(a: int, b: int, length: float) -> None:
        metres[a, b] = metres[b, a] = min(metres[a, b], length)

    for k in range(net.n_edges):
        stops = [(0.0, int(net.source[k])), (float(net.length_m[k]), int(net.target[k]))]
        stops += [(float(offset[p]), n + p) for p in range(places) if edge[p] == k]
        first, last, middle = stops[0], stops[1], sorted(stops[2:])
        chain = [first, *middle, last]
        for (at, a), (then, b) in itertools.pairwise(chain):
            join(a, b, then - at)
    for p in range(places):
        if edge[p] >= 0:
            join(n + p, n + places + p, float(access[p]))
    for k in range(size):
        metres = np.minimum(metres, metres[:, k : k + 1] + metres[k : k + 1])
    ends = n + places
    table = metres[ends : ends + len(demand), ends + len(demand) :]
    table[:, supply.edge < 0] = np.inf
    table[demand.edge < 0] = np.nan
    return table
