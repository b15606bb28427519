"""The shortest ways that pair up nodes: what makes odd crossings even (Edmonds & Johnson 1973).

The ways form a shortest T-join, which is found as a least perfect matching of the nodes by their
distances (Mathematical Programming 5:88-124). Not all pairs are needed. A shortest T-join is a
forest. Walk up one of its trees from the leaves: at each node, let the ways that come from below
be joined two by two, and let the node's own way, if it is one of the nodes to be paired, go on
up. No way then has passed more than one of the nodes on its course. So pairs whose shortest way
passes two or more of the others can be left out, which leaves some twenty for each node of a road
network, and the matching is still the least among all.

The matching itself is rustworkx's (Galil 1986, ACM Computing Surveys 18:23-38).
"""

from __future__ import annotations

import heapq
import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import rustworkx

if TYPE_CHECKING:
    from gis import arrays
    from gis.patrol.roads import Roads

_WEIGHT_BITS = 50
"""Distances become whole numbers of this many bits: the matching is then exact in itself."""

_TIE = 1e-9
"""Ways whose lengths differ by less than this share of a section count as equally long."""


def shortest(roads: Roads, nodes: arrays.AnyInts) -> tuple[arrays.Int64s, float]:
    """Pair up nodes by ways of least total length.

    Parameters
    ----------
    roads
        Walked in both directions.
    nodes
        Distinct nodes, an even number of them in each connected part.

    Returns
    -------
    tuple[Int64s, float]
        The pairs of nodes, shape (k / 2, 2), and the metres of all ways together.

    Raises
    ------
    ValueError
        When the nodes of some part cannot be paired up.
    """
    if not len(nodes):
        return np.zeros((0, 2), dtype=np.int64), 0.0
    tail, head, metres = _candidates(roads, np.asarray(nodes, dtype=np.int64))
    scale = 2.0**_WEIGHT_BITS / (float(metres.max(initial=0.0)) + 1.0)
    # more pairs go before shorter ones: every node gets a partner
    worth = 2**_WEIGHT_BITS - np.rint(metres * scale).astype(np.int64)
    graph: rustworkx.PyGraph[None, int] = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from([None] * len(nodes))
    graph.add_edges_from(list(zip(tail.tolist(), head.tolist(), worth.tolist(), strict=True)))
    matching = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    if 2 * len(matching) != len(nodes):
        raise ValueError("an odd number of nodes in a connected part cannot be paired up")
    found = np.array(sorted((min(pair), max(pair)) for pair in matching), dtype=np.int64)
    key = tail * len(nodes) + head
    place = np.searchsorted(key, found[:, 0] * len(nodes) + found[:, 1])
    return nodes[found], float(metres[place].sum())


def _candidates(
    roads: Roads, nodes: arrays.Int64s
) -> tuple[arrays.Int64s, arrays.Int64s, arrays.Floats]:
    """Pairs (places in `nodes`) on whose way at most one other of the nodes lies; in order."""
    place = np.full(roads.n_nodes, -1, dtype=np.int64)
    place[nodes] = np.arange(len(nodes))
    steps = _steps(roads)
    places = place.tolist()
    tie = _TIE * float(roads.graph.data.mean()) if roads.graph.nnz else 0.0
    found: dict[tuple[int, int], float] = {}
    for here, node in enumerate(nodes.tolist()):
        for there, metres in _freest(steps, node, places, tie).items():
            key = (min(here, there), max(here, there))
            found[key] = min(metres, found.get(key, math.inf))
    pairs = np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
    metres_of = np.array([found[a, b] for a, b in pairs.tolist()])
    return pairs[:, 0], pairs[:, 1], metres_of


def _steps(roads: Roads) -> list[list[tuple[int, float]]]:
    """Neighbours of each node and the metres to them."""
    graph = roads.graph
    heads, metres, first = graph.indices.tolist(), graph.data.tolist(), graph.indptr.tolist()
    return [list(zip(heads[a:b], metres[a:b], strict=True)) for a, b in itertools.pairwise(first)]


def _freest(
    steps: list[list[tuple[int, float]]], source: int, places: list[int], tie: float
) -> dict[int, float]:
    """Metres to the nodes to be paired that are reached past one other of them at most.

    Dijkstra's algorithm that does not go on where two have been passed: of a large town it sees
    the neighbourhood only. Of ways equally long, to rounding, all that pass fewer are followed.
    """
    reached: dict[int, float] = {}
    settled: dict[int, tuple[float, int]] = {}
    heap = [(0.0, 0, source)]
    while heap:
        far, passed, node = heapq.heappop(heap)
        before = settled.get(node)
        if before is not None and (passed >= before[1] or far > before[0] + tie):
            continue
        settled[node] = (far if before is None else before[0], passed)
        if node != source and places[node] >= 0:
            reached.setdefault(places[node], far)
            passed += 1
            if passed > 1:
                continue
        for head, metres in steps[node]:
            known = settled.get(head)
            if known is None or (passed < known[1] and far + metres <= known[0] + tie):
                heapq.heappush(heap, (far + metres, passed, head))
    return reached
