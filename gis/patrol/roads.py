"""The graph that patrols walk on: distances between nodes, one-way sections respected, and ways."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from gis.patrol.problem import Oneway

if TYPE_CHECKING:
    from gis import arrays
    from gis.patrol.problem import Sections


@dataclass(frozen=True, eq=False)
class Roads:
    """Sections as a directed graph.

    Attributes
    ----------
    graph
        Metres from node to node along the shortest of parallel sections, shape (n, n).
    section, forward
        For each entry stored in `graph`: the section it is, and whether it is walked there from
        its source to its target.
    """

    graph: sparse.csr_matrix
    section: arrays.Int32s
    forward: arrays.Bools

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return int(self.graph.shape[0])

    def distances(self, sources: arrays.AnyInts) -> arrays.Floats:
        """Metres from some nodes to every node, infinite where no way leads, shape (s, n)."""
        if not len(sources):
            return np.zeros((0, self.n_nodes))
        found: arrays.Floats = csgraph.dijkstra(self.graph, indices=sources)
        return found

    def distances_to(self, node: int) -> arrays.Floats:
        """Metres from every node to one, shape (n,)."""
        turned = sparse.csr_matrix(self.graph.T)
        found: arrays.Floats = csgraph.dijkstra(turned, indices=np.array([node]))[0]
        return found

    def step(self, tail: int, head: int) -> tuple[int, bool]:
        """Section that leads from a node to a neighbour on the shortest way, and if forward."""
        first, last = self.graph.indptr[tail : tail + 2]
        entry = first + int(np.searchsorted(self.graph.indices[first:last], head))
        return int(self.section[entry]), bool(self.forward[entry])


class Ways(NamedTuple):
    """Shortest ways from some nodes.

    Attributes
    ----------
    row
        Row of each source node in `before`.
    before
        Node before each node on the way from the source, negative where there is none.
    """

    row: dict[int, int]
    before: arrays.Int32s

    def nodes(self, tail: int, head: int) -> list[int]:
        """Nodes along the shortest way, both ends included."""
        before = self.before[self.row[tail]]
        way = [head]
        while way[-1] != tail:
            way.append(int(before[way[-1]]))
        return way[::-1]


def build(sections: Sections) -> Roads:
    """Build the graph; sections from a node to itself lead nowhere and are left out."""
    onward = np.flatnonzero(sections.oneway != Oneway.BACKWARD)
    back = np.flatnonzero(sections.oneway != Oneway.FORWARD)
    section = np.concatenate([onward, back]).astype(np.int32)
    tail = np.concatenate([sections.source[onward], sections.target[back]])
    head = np.concatenate([sections.target[onward], sections.source[back]])
    forward = np.arange(len(section)) < len(onward)
    order = np.lexsort((sections.length_m[section], head, tail))
    order = order[tail[order] != head[order]]
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
    kept = order[fresh]
    n = sections.n_nodes
    starts = np.zeros(n + 1, dtype=np.int32)
    np.cumsum(np.bincount(tail[kept], minlength=n), out=starts[1:])
    graph = sparse.csr_matrix(
        (sections.length_m[section[kept]], head[kept].astype(np.int32), starts), shape=(n, n)
    )
    return Roads(graph, section[kept], forward[kept])


def both_ways(sections: Sections) -> Sections:
    """Let every section be walked in both directions: no distance grows by it."""
    return replace(sections, oneway=np.zeros(len(sections), dtype=np.int8))


def ways(roads: Roads, sources: arrays.AnyInts) -> Ways:
    """Find the shortest ways from some nodes to all others."""
    if not len(sources):
        return Ways({}, np.zeros((0, roads.n_nodes), dtype=np.int32))
    _, before = csgraph.dijkstra(roads.graph, indices=sources, return_predecessors=True)
    return Ways({int(node): row for row, node in enumerate(sources)}, before)
