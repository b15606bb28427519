"""One walk over everything that is required: the Chinese and the rural postman's.

If every section is required and none is one-way, the walk is optimal: what makes the odd
crossings even is a shortest T-join (Edmonds & Johnson 1973, Mathematical Programming 5:88-124).
Otherwise the parts are joined by a least spanning tree first, which makes the walk at most half
as long again as the best (Frederickson 1979, Journal of the ACM 26:538-554), and one-way
sections are heeded afterwards, by the choice of directions and detours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from gis.patrol import circuits, joins
from gis.patrol import legs as legging
from gis.patrol import roads as road_graph

if TYPE_CHECKING:
    from gis import arrays
    from gis.patrol.legs import Legs
    from gis.patrol.problem import Problem


@dataclass(frozen=True, eq=False)
class Tour:
    """A walk over every leg.

    Attributes
    ----------
    route
        Directed legs in the order of walking.
    length_m
        Metres, from the start through all legs to the end.
    bound_m
        No set of walks over all legs, whatever their number, is shorter in total.
    """

    route: arrays.Int64s
    length_m: float
    bound_m: float


def tour(problem: Problem, legs: Legs) -> Tour:
    """Walk every leg in one walk.

    Parameters
    ----------
    problem
        Sections and team.
    legs
        Those that can be reached.
    """
    if not len(legs):
        return Tour(np.zeros(0, np.int64), 0.0, 0.0)
    free = road_graph.build(road_graph.both_ways(problem.sections))
    stops = legs.distances.stops
    ends = stops[legs.into].reshape(-1, 2)
    team = problem.team
    if team.start != team.end:  # the way home, so that the walk closes
        ends = np.concatenate([ends, [[team.end, team.start]]])
    pairs, metres = joins.shortest(free, _odd(ends, free.n_nodes))
    if team.start != team.end:  # an even number of walks pairs up others than an odd one does
        metres = min(metres, joins.shortest(free, _odd(ends[:-1], free.n_nodes))[1])
    bound = float(legs.cost.reshape(-1, 2).min(axis=1).sum()) + metres
    connectors = _connectors(free, ends, team.start)
    if len(connectors):
        ends = np.concatenate([ends, connectors])
        pairs, _ = joins.shortest(free, _odd(ends, free.n_nodes))
    ends = np.concatenate([ends, pairs])
    order, onward = circuits.circuit(ends[:, 0], ends[:, 1], team.start)
    if team.start != team.end:
        order, onward = circuits.opened(order, onward, int(np.flatnonzero(order == len(legs))[0]))
    real = order < len(legs)
    route = 2 * order[real] + ~onward[real]
    if problem.sections.oneway.any():
        route = legging.oriented(legs, route)
    return Tour(route, legs.length(route), bound)


def _odd(ends: arrays.Int64s, n_nodes: int) -> arrays.Int64s:
    """Nodes where an odd number of edges meet."""
    return np.flatnonzero(np.bincount(ends.ravel(), minlength=n_nodes) % 2)


def _connectors(free: road_graph.Roads, ends: arrays.Int64s, start: int) -> arrays.Int64s:
    """Ways, as pairs of nodes, that join what hangs together and the start by least metres.

    A least spanning tree of the parts by their distances (Mehlhorn 1988, Information Processing
    Letters 27:125-128): each node belongs to the part nearest to it, and only where two parts'
    neighbourhoods meet can an edge of the tree run.
    """
    n = free.n_nodes
    touched = np.unique(np.concatenate([ends.ravel(), [start]]))
    links = sparse.coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))
    part = csgraph.connected_components(links, directed=False)[1]
    far, _, nearest = csgraph.dijkstra(
        free.graph, indices=touched, min_only=True, return_predecessors=True
    )
    tail = np.repeat(np.arange(n), np.diff(free.graph.indptr))
    head = free.graph.indices
    near = np.flatnonzero(np.isfinite(far[tail]) & np.isfinite(far[head]))
    tail, head, metres = tail[near], head[near], free.graph.data[near]
    ways = np.stack([nearest[tail], nearest[head]], axis=1).astype(np.int64)
    a, b = part[ways[:, 0]], part[ways[:, 1]]
    length = far[tail] + metres + far[head]
    order = np.lexsort((length, b, a))
    order = order[a[order] < b[order]]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (np.diff(a[order]) != 0) | (np.diff(b[order]) != 0)
    kept = order[first]
    table = sparse.csr_matrix((length[kept], (a[kept], b[kept])), shape=(n, n))
    tree = csgraph.minimum_spanning_tree(table).tocoo()
    by_parts = {
        (int(x), int(y)): way for x, y, way in zip(a[kept], b[kept], ways[kept], strict=True)
    }
    chosen = [by_parts[int(x), int(y)] for x, y in zip(tree.row, tree.col, strict=True)]
    return np.array(chosen, dtype=np.int64).reshape(-1, 2)
