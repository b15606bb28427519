"""The walking network cut at its gates: kerbs, bollards and steps that stand at one point of it.

A gate becomes a section of its own of next to no length, so that from either side the road can
be walked up to it, and passed only where the gate can.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from gis import arrays, attachment, network

GATE_M = 1e-6
"""Length of a gate: a weight of zero is no edge to sparse matrix routines."""


@dataclass(frozen=True, eq=False)
class Roads:
    """Sections of a network, cut at gates.

    Sections keep the index of the edge they begin, the others follow: gate ``g`` is section
    ``n_edges + 2 g``, what lies behind it ``n_edges + 2 g + 1``.

    Attributes
    ----------
    n_nodes
        Nodes of the network, and two more for each gate.
    source, target
        Nodes at the two ends of each section, shape (s,).
    length_m
        Metres, above zero, shape (s,).
    edge
        Edge of the network that each is part of, shape (s,).
    start_m
        Metres along that edge at which it begins, shape (s,).
    gate
        Index of the gate that it is, as given to `cut`; -1: a road; shape (s,).
    """

    n_nodes: int
    source: arrays.Int32s
    target: arrays.Int32s
    length_m: arrays.Floats
    edge: arrays.Int32s
    start_m: arrays.Floats
    gate: arrays.Int32s
    _n_edges: int
    _edge_start_m: arrays.Floats
    _gate_at_m: arrays.Floats

    @property
    def n_sections(self) -> int:
        """Number of sections, gates included."""
        return len(self.source)

    def moved(self, places: attachment.Attachment) -> attachment.Attachment:
        """Attach places of the network to its sections; exactly at a gate is before it."""
        is_cut = np.zeros(self._n_edges + 1, dtype=np.bool_)  # the last one stands for -1
        is_cut[self.edge[self._n_edges :]] = True
        some = np.flatnonzero(is_cut[places.edge])
        if not len(some):
            return places
        edge, offset = places.edge[some], places.offset_m[some]
        last = np.searchsorted(self._gate_at_m, self._edge_start_m[edge] + offset, side="left") - 1
        behind = (last >= 0) & (self.edge[self._n_edges + 2 * np.maximum(last, 0)] == edge)
        section, along = places.edge.copy(), places.offset_m.copy()
        section[some] = np.where(behind, self._n_edges + 2 * last + 1, edge)
        along[some] = np.where(behind, offset - self.start_m[section[some]], offset)
        along[some] = np.clip(along[some], 0.0, self.length_m[section[some]])
        return attachment.Attachment(section, along, places.access_m)

    @cached_property
    def arcs(self) -> tuple[arrays.Int32s, arrays.Int32s, arrays.Int64s]:
        """Both directions of all sections by node: section, other end, ends of each node's run."""
        start = np.concatenate([self.source, self.target])
        end = np.concatenate([self.target, self.source])
        order = np.argsort(start, kind="stable")
        runs = arrays.offsets(np.bincount(start, minlength=self.n_nodes))
        return (order % self.n_sections).astype(np.int32), end[order], runs


@dataclass(frozen=True, eq=False)
class OpenRoads:
    """The sections that may be passed, as a graph; the others are there, and lead nowhere.

    Attributes
    ----------
    graph
        Metres between nodes, both directions, parallel sections beside each other; shape
        (nodes, nodes).
    is_open
        Which sections may be passed, shape (s,).
    """

    roads: Roads
    is_open: arrays.Bools
    graph: sparse.csr_matrix

    def passes(self, places: attachment.Attachment) -> arrays.Bools:
        """Which places are attached to a section that may be passed."""
        closed = np.append(self.is_open, False)  # the last one stands for -1
        return np.asarray(closed[places.edge], dtype=np.bool_)

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return self.roads.n_nodes

    @property
    def n_edges(self) -> int:
        """Number of sections."""
        return self.roads.n_sections

    @property
    def source(self) -> arrays.Int32s:
        """First node of each section."""
        return self.roads.source

    @property
    def target(self) -> arrays.Int32s:
        """Last node of each section."""
        return self.roads.target

    @property
    def length_m(self) -> arrays.Floats:
        """Metres of each section."""
        return self.roads.length_m


def cut(net: network.Network, edge: arrays.AnyInts, offset_m: arrays.Floats) -> Roads:
    """Cut a network at gates.

    Parameters
    ----------
    net
        The network.
    edge, offset_m
        Where the gates stand, shape (g,).

    Raises
    ------
    ValueError
        When a gate stands on no edge.
    """
    if len(edge) and (edge.min() < 0 or edge.max() >= net.n_edges):
        raise ValueError("a gate stands on no edge")
    order = np.lexsort((offset_m, edge))
    on = np.asarray(edge, dtype=np.int64)[order]
    at = np.clip(offset_m[order], 0.0, net.length_m[on])
    e, n, g = net.n_edges, net.n_nodes, len(on)
    gates = np.arange(g)
    before, behind = n + 2 * gates, n + 2 * gates + 1
    has_next = np.zeros(g, dtype=np.bool_)
    has_next[:-1] = on[1:] == on[:-1]
    is_first = np.ones(g, dtype=np.bool_)
    is_first[1:] = ~has_next[:-1]
    source, target = np.empty(e + 2 * g, np.int32), np.empty(e + 2 * g, np.int32)
    start, length = np.zeros(e + 2 * g), np.empty(e + 2 * g)
    source[:e], target[:e], length[:e] = net.source, net.target, net.length_m
    source[e::2], target[e::2], source[e + 1 :: 2] = before, behind, behind
    target[e + 1 :: 2] = np.where(has_next, np.roll(before, -1), net.target[on])
    target[on[is_first]], length[on[is_first]] = before[is_first], at[is_first]
    start[e::2] = start[e + 1 :: 2] = at
    until = np.where(has_next, np.roll(at, -1), net.length_m[on])
    length[e::2], length[e + 1 :: 2] = GATE_M, until - at
    whole = np.concatenate([np.arange(e), np.repeat(on, 2)]).astype(np.int32)
    gate = np.full(e + 2 * g, -1, dtype=np.int32)
    gate[e::2] = order
    edge_start = np.concatenate([[0.0], np.cumsum(net.length_m)[:-1]])
    return Roads(
        n + 2 * g, source, target, np.maximum(length, GATE_M), whole, start, gate,
        e, edge_start, edge_start[on] + at,
    )  # fmt: skip


def opened(roads: Roads, is_open: arrays.Bools) -> OpenRoads:
    """Leave only some sections to be passed, shape (s,)."""
    section, end, runs = roads.arcs
    kept = is_open[section]
    data, indices = roads.length_m[section[kept]], end[kept]
    indptr = arrays.offsets(kept.astype(np.int64))[runs].astype(np.int32)
    shape = (roads.n_nodes, roads.n_nodes)
    return OpenRoads(roads, is_open, sparse.csr_matrix((data, indices, indptr), shape=shape))
