"""Walking distances from places of demand to places of supply, exact on the network.

The walking distance between two places is the access leg of each, plus the shortest way between
their points on the network: through the nearer of both ends of the edges, or directly along the
edge when both lie on it. All metres; the network's CRS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import sparse, spatial
from scipy.sparse import csgraph

from gis import arrays, attachment


class Walkable(Protocol):
    """What can be searched: a network, or a part of one; see `gis.network.Network`."""

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""

    @property
    def n_edges(self) -> int:
        """Number of edges."""

    @property
    def source(self) -> arrays.Int32s:
        """First node of each edge, shape (e,)."""

    @property
    def target(self) -> arrays.Int32s:
        """Last node of each edge, shape (e,)."""

    @property
    def length_m(self) -> arrays.Floats:
        """Metres of each edge, shape (e,)."""

    @property
    def graph(self) -> sparse.csr_matrix:
        """Metres between neighbouring nodes, shape (n, n)."""


@dataclass(frozen=True, eq=False)
class NodeReach:
    """The way from each node to its nearest supply.

    Attributes
    ----------
    distance
        Metres, the access leg of the supply included; infinite when unreachable, shape (n,).
    origin
        Index of that supply, -1 when unreachable, shape (n,).
    """

    distance: arrays.Floats
    origin: arrays.Int32s


@dataclass(frozen=True, eq=False)
class Reach:
    """The nearest supply of each place of demand.

    Attributes
    ----------
    distance_m
        Metres; NaN when the place is unattached, infinite when nothing can be reached, shape (n,).
    supply
        Index of the nearest supply, -1 when there is none, shape (n,).
    """

    distance_m: arrays.Floats
    supply: arrays.Int32s


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of demand and supply within a limit, sorted by demand, then supply.

    Attributes
    ----------
    demand, supply
        Indices, shape (p,).
    distance_m
        Walking metres, both access legs included, shape (p,).
    """

    demand: arrays.Int32s
    supply: arrays.Int32s
    distance_m: arrays.Floats

    def __post_init__(self) -> None:
        """Refuse arrays of different lengths, and pairs out of order or given twice."""
        if not self.demand.shape == self.supply.shape == self.distance_m.shape:
            raise ValueError("the arrays of pairs differ in length")
        step, next_supply = np.diff(self.demand), np.diff(self.supply)
        if not ((step > 0) | ((step == 0) & (next_supply > 0))).all():
            raise ValueError("pairs must be sorted by demand, then supply, without repeats")

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.demand)


_CELLS = 4_000_000
"""Distances that `pairs` holds at a time: 32 MB."""


def node_distances(
    net: Walkable, supply: attachment.Attachment, limit_m: float = np.inf
) -> NodeReach:
    """Search once from all supplies together (Dijkstra) for the distance of every node.

    Unattached supplies are ignored. Where supplies are equally far, the one met first is named:
    always the same for the same input.

    Parameters
    ----------
    net
        The network.
    supply
        Places on it.
    limit_m
        What is farther counts as unreachable.
    """
    n = net.n_nodes
    on = np.flatnonzero(supply.attached)
    if not len(on):
        return NodeReach(np.full(n, np.inf), np.full(n, -1, dtype=np.int32))
    distance, _, source = csgraph.dijkstra(
        with_sources(net, supply, on),
        indices=np.arange(n, n + len(on)),
        min_only=True,
        return_predecessors=True,
        limit=limit_m,
    )
    found = source[:n]
    origin = np.full(n, -1, dtype=np.int32)
    reached = found >= n  # scipy marks what it did not reach with a negative number
    origin[reached] = on[found[reached] - n]
    return NodeReach(distance[:n], origin)


def with_sources(
    net: Walkable, supply: attachment.Attachment, on: arrays.AnyInts
) -> sparse.csr_matrix:
    """Graph of the network with one more row for each supply in `on`, leading into the network.

    Parameters
    ----------
    net
        The network.
    supply
        Places on it.
    on
        Indices of attached supplies; the k-th becomes node ``n_nodes + k``.
    """
    graph = net.graph
    edge, n = supply.edge[on], net.n_nodes
    to_ends = np.column_stack([net.source[edge], net.target[edge]])
    metres = np.column_stack([supply.offset_m[on], net.length_m[edge] - supply.offset_m[on]])
    metres += supply.access_m[on][:, None]
    more = graph.indptr[-1] + 2 * np.arange(1, len(on) + 1, dtype=np.int32)
    return sparse.csr_matrix(
        (
            np.concatenate([graph.data, metres.ravel()]),
            np.concatenate([graph.indices, to_ends.ravel()]),
            np.concatenate([graph.indptr, more]),
        ),
        shape=(n + len(on), n + len(on)),
    )


def nearest(
    net: Walkable,
    demand: attachment.Attachment,
    supply: attachment.Attachment,
    node_reach: NodeReach | None = None,
) -> Reach:
    """Nearest supply of each place of demand.

    Among equally near candidates (through the edge's source, through its target, along the
    edge) the one with the lowest supply index is named.

    Parameters
    ----------
    net
        The network.
    demand, supply
        Places on it.
    node_reach
        Result of `node_distances` for the same supply, when the caller has it already.
    """
    if not net.n_edges:
        n = len(demand)
        return Reach(np.full(n, np.nan), np.full(n, -1, dtype=np.int32))
    nodes = node_distances(net, supply) if node_reach is None else node_reach
    edge = demand.edge
    source, target = net.source[edge], net.target[edge]
    metres = demand.offset_m + nodes.distance[source]
    other = (net.length_m[edge] - demand.offset_m) + nodes.distance[target]
    origin, second = nodes.origin[source], nodes.origin[target]
    closer = (other < metres) | ((other == metres) & (second < origin))
    metres = np.where(closer, other, metres)
    origin = np.where(closer, second, origin)
    _along_edges(demand, supply, metres, origin)
    metres += demand.access_m
    off = ~demand.attached
    metres[off], origin[off] = np.nan, -1
    return Reach(metres, origin)


def _along_edges(
    demand: attachment.Attachment,
    supply: attachment.Attachment,
    metres: arrays.Floats,
    origin: arrays.Int32s,
) -> None:
    """Improve, in place, the distances of demand that shares its edge with a supply."""
    place, other = same_edge(demand, supply)
    direct = np.abs(demand.offset_m[place] - supply.offset_m[other]) + supply.access_m[other]
    best = np.lexsort((other, direct, place))
    best = best[np.unique(place[best], return_index=True)[1]]
    place, other, direct = place[best], other[best], direct[best]
    closer = (direct < metres[place]) | ((direct == metres[place]) & (other < origin[place]))
    metres[place[closer]] = direct[closer]
    origin[place[closer]] = other[closer]


def same_edge(
    demand: attachment.Attachment, supply: attachment.Attachment
) -> tuple[arrays.Int64s, arrays.Int64s]:
    """All pairs of a place of demand and a supply attached to the same edge.

    Returns
    -------
    tuple[Int64s, Int64s]
        Indices of demand and of supply, shape (k,) each, by ascending demand.
    """
    on = np.flatnonzero(supply.attached)
    on = on[np.argsort(supply.edge[on], kind="stable")]
    edges = supply.edge[on]
    taken = np.zeros(1 + max(int(demand.edge.max(initial=-1)), int(edges.max(initial=-1))), bool)
    taken[edges] = True
    place = np.flatnonzero(demand.attached)
    place = place[taken[demand.edge[place]]]
    first = np.searchsorted(edges, demand.edge[place], side="left")
    counts = np.searchsorted(edges, demand.edge[place], side="right") - first
    return np.repeat(place, counts), on[arrays.ranges(first, counts)]


def pairs(
    net: Walkable,
    demand: attachment.Attachment,
    supply: attachment.Attachment,
    limit_m: float,
) -> Pairs:
    """Find all pairs within a walking distance, by one bounded search from each supply.

    Parameters
    ----------
    net
        The network.
    demand, supply
        Places on it; unattached ones are in no pair.
    limit_m
        Longest walking distance, access legs included.
    """
    place = np.flatnonzero(nearest(net, demand, supply).distance_m <= limit_m)
    on = np.flatnonzero(supply.attached)
    few = demand.take(place)
    step = max(1, _CELLS // (max(net.n_nodes, len(place)) + len(on) + 1))
    others, places, metres = [], [], []
    for start in range(0, len(on), step):
        chunk = on[start : start + step]
        table = _table(net, few, supply.take(chunk), limit_m)
        row, column = np.nonzero(table <= limit_m)
        others.append(chunk[row])
        places.append(place[column])
        metres.append(table[row, column])
    if not others:
        return Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0))
    found, other = np.concatenate(places), np.concatenate(others)
    order = np.lexsort((other, found))
    return Pairs(
        found[order].astype(np.int32),
        other[order].astype(np.int32),
        np.concatenate(metres)[order],
    )


def table(
    net: Walkable,
    demand: attachment.Attachment,
    supply: attachment.Attachment,
    limit_m: float,
) -> arrays.Floats:
    """Measure each place of demand from each supply on foot, by one bounded search from each.

    Parameters
    ----------
    net
        The network.
    demand, supply
        Places on it.
    limit_m
        Longest walking distance, access legs included.

    Returns
    -------
    Floats
        Metres, shape (s, n); infinite beyond the limit and where either place is unattached.
    """
    metres = np.full((len(supply), len(demand)), np.inf)
    place, on = np.flatnonzero(demand.attached), np.flatnonzero(supply.attached)
    if len(place) and len(on):
        found = _table(net, demand.take(place), supply.take(on), limit_m)
        metres[np.ix_(on, place)] = np.where(found <= limit_m, found, np.inf)
    return metres


def _table(
    net: Walkable,
    demand: attachment.Attachment,
    supply: attachment.Attachment,
    limit_m: float,
) -> arrays.Floats:
    """Distance of each attached demand from each attached supply, (s, n); right up to the limit."""
    sources = np.arange(len(supply))
    nodes = csgraph.dijkstra(
        with_sources(net, supply, sources), indices=net.n_nodes + sources, limit=limit_m
    )
    edge = demand.edge
    table: arrays.Floats = np.minimum(
        demand.offset_m + nodes[:, net.source[edge]],
        (net.length_m[edge] - demand.offset_m) + nodes[:, net.target[edge]],
    )
    place, other = same_edge(demand, supply)
    direct = np.abs(demand.offset_m[place] - supply.offset_m[other]) + supply.access_m[other]
    table[other, place] = np.minimum(table[other, place], direct)
    table += demand.access_m
    return table


def straight_line(demand_xy: arrays.Floats, supply_xy: arrays.Floats) -> Reach:
    """Nearest supply as the crow flies, the figure that tables report where no network is known.

    Parameters
    ----------
    demand_xy, supply_xy
        Metres, shapes (n, 2) and (s, 2).
    """
    if not len(supply_xy):
        n = len(demand_xy)
        return Reach(np.full(n, np.inf), np.full(n, -1, dtype=np.int32))
    metres, supply = spatial.cKDTree(supply_xy).query(demand_xy, workers=-1)
    return Reach(np.asarray(metres, dtype=np.float64), np.asarray(supply, dtype=np.int32))
