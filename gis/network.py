"""The walking network: nodes, edges with their polylines, and the graph that searches run on.

All coordinates are metres in a projected CRS; edges are walked in both directions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from gis import arrays, splitting

MIN_LENGTH_M = 0.001
"""Shorter edges count as this long: a weight of zero is no edge to sparse matrix routines."""


@dataclass(frozen=True, eq=False)
class WayAttributes:
    """What is known of each way before it is cut into edges.

    Attributes
    ----------
    step_free
        1 yes, 0 unknown, -1 no; shape (w,).
    highway
        Index into `highway_names`, shape (w,).
    highway_names
        Values of the highway tag.
    """

    step_free: arrays.Int8s
    highway: arrays.Int16s
    highway_names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Network:
    """A walking network; refused with a ValueError when it does not hold together.

    Attributes
    ----------
    node_xy
        Metres, shape (n, 2).
    source, target
        Nodes at the two ends of each edge, shape (e,).
    length_m
        Length of each edge, above zero, shape (e,).
    coords, coord_start
        Polylines of the edges from source to target, shape (c, 2); the first vertex of each edge
        and the end of the last, shape (e + 1,).
    step_free
        1 yes, 0 unknown, -1 no; shape (e,).
    highway
        Index into `highway_names`, shape (e,).
    highway_names
        Values of the highway tag.
    """

    node_xy: arrays.Floats
    source: arrays.Int32s
    target: arrays.Int32s
    length_m: arrays.Floats
    coords: arrays.Floats
    coord_start: arrays.Int32s
    step_free: arrays.Int8s
    highway: arrays.Int16s
    highway_names: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse arrays that contradict each other."""
        _check_shapes(self)
        _check_values(self)

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_xy)

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return len(self.source)

    @cached_property
    def graph(self) -> sparse.csr_matrix:
        """Metres between neighbouring nodes, both directions; see `adjacency`."""
        return _symmetric(self.source, self.target, self.length_m, self.n_nodes)

    @cached_property
    def lines(self) -> arrays.Objects:
        """The edges as LineStrings, shape (e,)."""
        of_vertex = np.repeat(np.arange(self.n_edges), np.diff(self.coord_start))
        lines: arrays.Objects = shapely.linestrings(self.coords, indices=of_vertex)
        return lines

    @cached_property
    def bounds(self) -> arrays.Floats:
        """Boxes of the edges: rows west, south, east and north, shape (4, e)."""
        first, columns = self.coord_start[:-1], np.ascontiguousarray(self.coords.T)
        low, high = (f.reduceat(columns, first, axis=1) for f in (np.minimum, np.maximum))
        return np.concatenate([low, high])

    @cached_property
    def line_index(self) -> shapely.STRtree:
        """Spatial index over `lines`."""
        return shapely.STRtree(self.lines)


@dataclass(frozen=True, eq=False)
class Built:
    """A network and where it came from.

    Attributes
    ----------
    network
        The network.
    way
        Way or line that each edge was cut from, shape (e,).
    """

    network: Network
    way: arrays.Int32s


def build(
    coords: arrays.Floats,
    way_start: arrays.AnyInts,
    node_ids: arrays.Int64s,
    attributes: WayAttributes,
) -> Network:
    """Build a network from ways, see `trace`, without telling which edge is part of which way."""
    return trace(coords, way_start, node_ids, attributes).network


def trace(
    coords: arrays.Floats,
    way_start: arrays.AnyInts,
    node_ids: arrays.Int64s,
    attributes: WayAttributes,
) -> Built:
    """Build a network from ways whose vertices carry identities, as in OpenStreetMap.

    Ways are cut at their ends and where they share a vertex; repeated points are removed; closed
    ways are cut so that they are not lost. Vertices of one id must have one place.

    Parameters
    ----------
    coords
        Vertices of all ways, metres, shape (c, 2).
    way_start
        First vertex of each way and the end of the last, shape (w + 1,).
    node_ids
        Identity of each vertex, shape (c,).
    attributes
        Of each way.

    Raises
    ------
    ValueError
        When the arrays' lengths differ or a coordinate is not finite.
    """
    if len(coords) != len(node_ids) or len(coords) != way_start[-1]:
        raise ValueError("coords, node_ids and way_start do not describe the same vertices")
    if len(attributes.step_free) != len(way_start) - 1:
        raise ValueError("one attribute per way is needed")
    if not np.isfinite(coords).all():
        raise ValueError("coordinates must be finite")
    pieces = splitting.split(coords, way_start, node_ids)
    network = Network(
        node_xy=pieces.node_xy,
        source=pieces.source,
        target=pieces.target,
        length_m=_lengths(pieces.coords, pieces.coord_start),
        coords=pieces.coords,
        coord_start=pieces.coord_start,
        step_free=attributes.step_free[pieces.way],
        highway=attributes.highway[pieces.way],
        highway_names=attributes.highway_names,
    )
    return Built(network, pieces.way.astype(np.int32))


def build_from_lines(
    lines: arrays.Objects, attributes: WayAttributes, snap_m: float = 0.01
) -> Network:
    """Build a network from lines, see `trace_lines`, without telling which edge was which line."""
    return trace_lines(lines, attributes, snap_m).network


def trace_lines(lines: arrays.Objects, attributes: WayAttributes, snap_m: float = 0.01) -> Built:
    """Build a network from a line layer: lines are joined at vertices with equal coordinates.

    Lines that cross without a shared vertex are not joined: one of them may be a bridge.

    Parameters
    ----------
    lines
        LineStrings or MultiLineStrings, metres, shape (w,). Missing and empty ones are left out.
    attributes
        Of each line.
    snap_m
        Coordinates are equal when they round to the same multiple of this many metres.

    Raises
    ------
    ValueError
        When the numbers of lines and attributes differ or a coordinate is not finite.
    """
    if len(attributes.step_free) != len(lines):
        raise ValueError("one attribute per line is needed")
    parts, of_line = shapely.get_parts(lines, return_index=True)
    coords, of_part = shapely.get_coordinates(parts, return_index=True)
    if not np.isfinite(coords).all():
        raise ValueError("coordinates must be finite")
    way_start = arrays.offsets(np.bincount(of_part, minlength=len(parts)))
    kept = WayAttributes(
        attributes.step_free[of_line], attributes.highway[of_line], attributes.highway_names
    )
    built = trace(coords, way_start, _place_ids(coords, snap_m), kept)
    return Built(built.network, of_line[built.way].astype(np.int32))


def lines_of(network: Network, edges: arrays.AnyInts) -> arrays.Objects:
    """Make LineStrings of some edges only, by index, shape (k,)."""
    counts = np.diff(network.coord_start)[edges]
    vertex = arrays.ranges(network.coord_start[:-1][edges], counts)
    lines: arrays.Objects = shapely.linestrings(
        network.coords[vertex], indices=np.repeat(np.arange(len(edges)), counts)
    )
    return lines


def adjacency(network: Network) -> sparse.csr_matrix:
    """Graph of the network: metres between neighbouring nodes, shape (n, n), symmetric.

    float64 weights and int32 indices, so that scipy's searches take it without a copy. Of
    parallel edges the shortest counts; edges from a node to itself are left out. Made once.
    """
    return network.graph


def components(network: Network) -> tuple[int, arrays.Int32s]:
    """Find the connected parts; the one with most metres of edges comes first.

    Returns
    -------
    tuple[int, Int32s]
        Number of parts and the part of each node, shape (n,).
    """
    if not network.n_nodes:
        return 0, np.zeros(0, dtype=np.int32)
    count, label = csgraph.connected_components(adjacency(network), directed=False)
    metres = np.bincount(label[network.source], network.length_m, minlength=count)
    rank = np.empty(count, dtype=np.int32)
    rank[np.argsort(-metres, kind="stable")] = np.arange(count, dtype=np.int32)
    return int(count), rank[label]


def component_lengths(network: Network) -> arrays.Floats:
    """Metres of edges in each connected part, longest first, as numbered by `components`."""
    count, label = components(network)
    return np.bincount(label[network.source], network.length_m, minlength=count).astype(np.float64)


_PLAIN = (
    "node_xy",
    "source",
    "target",
    "length_m",
    "coords",
    "coord_start",
    "step_free",
    "highway",
)


def to_arrays(network: Network) -> dict[str, np.ndarray]:
    """Everything of a network, its graph included, as named arrays to be stored as bytes."""
    graph = adjacency(network)
    named: dict[str, np.ndarray] = {name: getattr(network, name) for name in _PLAIN}
    named["highway_names"] = np.frombuffer("\n".join(network.highway_names).encode(), np.uint8)
    named["graph_data"] = graph.data
    named["graph_indices"] = graph.indices
    named["graph_indptr"] = graph.indptr
    return named


def from_arrays(named: dict[str, np.ndarray]) -> Network:
    """Make the network again from `to_arrays`; nothing is copied or rebuilt.

    Raises
    ------
    ValueError
        When the arrays do not hold together.
    """
    names = named["highway_names"].tobytes().decode()
    network = Network(
        **{name: named[name] for name in _PLAIN},
        highway_names=tuple(names.split("\n")) if names else (),
    )
    n = network.n_nodes
    graph = sparse.csr_matrix(
        (named["graph_data"], named["graph_indices"], named["graph_indptr"]), shape=(n, n)
    )
    vars(network)["graph"] = graph  # what the cached property would have computed
    return network


def _lengths(coords: arrays.Floats, coord_start: arrays.Int32s) -> arrays.Floats:
    vertex, line = arrays.segments(coords, coord_start)
    step = coords[vertex + 1] - coords[vertex]
    metres = np.bincount(line, np.hypot(step[:, 0], step[:, 1]), minlength=len(coord_start) - 1)
    return np.maximum(metres, MIN_LENGTH_M)


def _symmetric(
    source: arrays.Int32s, target: arrays.Int32s, length_m: arrays.Floats, n: int
) -> sparse.csr_matrix:
    low = np.minimum(source, target).astype(np.int64)
    high = np.maximum(source, target).astype(np.int64)
    order = np.lexsort((length_m, high, low))
    order = order[low[order] != high[order]]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    kept = order[first]
    rows = np.concatenate([low[kept], high[kept]]).astype(np.int32)
    columns = np.concatenate([high[kept], low[kept]]).astype(np.int32)
    weights = np.concatenate([length_m[kept], length_m[kept]])
    graph = sparse.coo_matrix((weights, (rows, columns)), shape=(n, n)).tocsr()
    graph.sort_indices()
    return graph


def _place_ids(coords: arrays.Floats, snap_m: float) -> arrays.Int64s:
    """Vertices that round to the same place get the same number."""
    if not len(coords):
        return np.zeros(0, dtype=np.int64)
    cell = np.round(coords / snap_m).astype(np.int64)
    cell -= cell.min(axis=0)
    ids: arrays.Int64s = cell[:, 0] * (int(cell[:, 1].max()) + 1) + cell[:, 1]
    return ids


def _check_shapes(network: Network) -> None:
    per_edge = (network.target, network.length_m, network.step_free, network.highway)
    if any(values.shape != network.source.shape for values in per_edge):
        raise ValueError("the arrays of edges differ in length")
    for points in (network.node_xy, network.coords):
        if points.ndim != 2 or points.shape[1] != 2:
            raise ValueError("coordinates must have two columns")
    if network.coord_start.shape != (network.n_edges + 1,):
        raise ValueError("coord_start must have one entry more than there are edges")


def _check_values(network: Network) -> None:
    for ends in (network.source, network.target):
        if len(ends) and (ends.min() < 0 or ends.max() >= network.n_nodes):
            raise ValueError("an edge ends at a node that does not exist")
    if not (np.isfinite(network.length_m).all() and (network.length_m > 0).all()):
        raise ValueError("lengths must be finite and above zero")
    if not (np.isfinite(network.node_xy).all() and np.isfinite(network.coords).all()):
        raise ValueError("coordinates must be finite")
    start = network.coord_start
    if start[0] != 0 or start[-1] != len(network.coords) or (np.diff(start) < 2).any():
        raise ValueError("each edge needs a polyline of two vertices or more")
    if network.n_edges and (
        network.highway.min() < 0 or network.highway.max() >= len(network.highway_names)
    ):
        raise ValueError("a highway index is out of range")
    if (np.abs(network.step_free) > 1).any():
        raise ValueError("step_free must be 1, 0 or -1")
