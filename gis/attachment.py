"""Attaching places to the walking network: at the nearest point of an edge, not of a node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gis import arrays, network

LIMIT_M = 200.0
"""Places farther than this from every edge are not attached unless the caller says otherwise."""

_EDGES_PER_POINT = 200
"""With fewer points than one for so many edges, an index over all edges costs more than it gives."""

_ONE_BY_ONE = 10
"""So few points are held against the boxes of all edges one after the other."""

_ROUNDING_M = 0.001
"""By so much farther than the limit, boxes are near enough to be looked into."""

_CELLS_A_SIDE = 1000
"""Finest raster for picking edges near a few points."""


@dataclass(frozen=True, eq=False)
class Attachment:
    """Where places meet the network; refused with a ValueError when inconsistent.

    Attributes
    ----------
    edge
        Edge of each place, -1 when it is unattached, shape (n,).
    offset_m
        Metres along the edge from its source; 0 when unattached, shape (n,).
    access_m
        Straight metres to that point of the edge; when unattached, to the nearest edge
        (infinite on a network without edges), shape (n,).
    """

    edge: arrays.Int32s
    offset_m: arrays.Floats
    access_m: arrays.Floats

    def __post_init__(self) -> None:
        """Refuse arrays of different lengths, negative or missing metres."""
        if not self.edge.shape == self.offset_m.shape == self.access_m.shape:
            raise ValueError("the arrays of an attachment differ in length")
        if not ((self.offset_m >= 0).all() and (self.access_m >= 0).all()):
            raise ValueError("offsets and access legs must be zero or more")

    def __len__(self) -> int:
        """Count the places."""
        return len(self.edge)

    @property
    def attached(self) -> arrays.Bools:
        """Which places are attached, shape (n,)."""
        return self.edge >= 0

    def take(self, index: arrays.AnyInts) -> Attachment:
        """Attachment of some of the places, by their indices, shape (k,)."""
        return Attachment(self.edge[index], self.offset_m[index], self.access_m[index])


def attach(net: network.Network, points: arrays.Floats, limit_m: float = LIMIT_M) -> Attachment:
    """Attach each point at the nearest point of an edge.

    Where several edges are equally near (at a junction, say) the lowest edge index is taken, so
    the result depends neither on the order of the points nor on the index.

    Parameters
    ----------
    net
        The network.
    points
        Metres in the network's CRS, shape (n, 2).
    limit_m
        A point farther than this from every edge is unattached.

    Raises
    ------
    ValueError
        When a coordinate is not finite or the limit is negative.
    """
    if not np.isfinite(points).all():
        raise ValueError("points must be finite")
    if limit_m < 0:
        raise ValueError("limit_m must be zero or more")
    few = len(points) <= net.n_edges // _EDGES_PER_POINT
    edge, access = (_nearest_of_few if few else _nearest_edges)(net, points, limit_m)
    edge[access > limit_m] = -1
    offset = np.zeros(len(points))
    on = np.flatnonzero(edge >= 0)
    lines = network.lines_of(net, edge[on]) if few else net.lines[edge[on]]
    along = shapely.line_locate_point(lines, shapely.points(points[on]))
    offset[on] = np.clip(along, 0.0, net.length_m[edge[on]])
    return Attachment(edge, offset, access)


def edges_near(net: network.Network, points: arrays.Floats, limit_m: float) -> arrays.Int64s:
    """Edges that may be within a limit of some point, ascending, without an index over all edges.

    Parameters
    ----------
    net
        The network.
    points
        Metres in the network's CRS, shape (n, 2).
    limit_m
        None within it is left out; some beyond it are in.
    """
    if not len(points) or not net.n_edges:
        return np.zeros(0, dtype=np.int64)
    return (_edges_at if len(points) <= _ONE_BY_ONE else _edges_near)(net, points, limit_m)


def _nearest_of_few(
    net: network.Network, points: arrays.Floats, limit_m: float
) -> tuple[arrays.Int32s, arrays.Floats]:
    """Do as `_nearest_edges` for a few points without an index over all edges.

    Only edges near some point can be within the limit; where none is, the whole index is asked
    after all.
    """
    if not len(points):
        return _nearest_edges(net, points, limit_m)
    near = edges_near(net, points, limit_m)
    edge, access = _query(shapely.STRtree(network.lines_of(net, near)), points)
    edge[edge >= 0] = near[edge[edge >= 0]]
    far = np.flatnonzero(~(access <= limit_m))
    edge[far], access[far] = _nearest_edges(net, points[far], limit_m)
    return edge, access


def _edges_at(net: network.Network, points: arrays.Floats, limit_m: float) -> arrays.Int64s:
    """Edges whose box is within the limit of some point, eastwards and northwards, ascending."""
    west, south, east, north = net.bounds
    reach = limit_m + _ROUNDING_M
    is_near = np.zeros(net.n_edges, dtype=np.bool_)
    for x, y in points:
        across = np.flatnonzero((west <= x + reach) & (east >= x - reach))
        along = (south[across] <= y + reach) & (north[across] >= y - reach)
        is_near[across[along]] = True
    return np.flatnonzero(is_near)


def _edges_near(net: network.Network, points: arrays.Floats, limit_m: float) -> arrays.Int64s:
    """Edges whose box may be within the limit of some point, by a coarse raster, ascending.

    Cells near a point are marked; a table of sums over them tells of each edge's box at once
    whether it has a marked one.
    """
    low = np.minimum(points.min(axis=0), net.bounds[:2].min(axis=1)) - limit_m
    high = np.maximum(points.max(axis=0), net.bounds[2:].max(axis=1)) + limit_m
    size = max(limit_m, float((high - low).max()) / _CELLS_A_SIDE, 1.0)
    first, last = (((points + d - low) // size).astype(np.int64) for d in (-limit_m, limit_m))
    shape = ((high - low) // size).astype(np.int64) + 1
    marked = np.zeros(shape, dtype=np.int64)
    for (west, south), (east, north) in zip(first.tolist(), last.tolist(), strict=True):
        marked[west : east + 1, south : north + 1] = 1
    sums = np.zeros(shape + 1, dtype=np.int64)
    sums[1:, 1:] = marked.cumsum(axis=0).cumsum(axis=1)
    west, south = ((net.bounds[:2] - low[:, None]) / size).astype(np.int32)
    east, north = ((net.bounds[2:] - low[:, None]) / size).astype(np.int32) + 1
    inside = sums[east, north] - sums[west, north] - sums[east, south] + sums[west, south]
    return np.flatnonzero(inside)


def _nearest_edges(
    net: network.Network, points: arrays.Floats, _limit_m: float
) -> tuple[arrays.Int32s, arrays.Floats]:
    """Nearest edge of each point, the lowest index among equals, and its distance."""
    if not len(points) or not net.n_edges:
        return np.full(len(points), -1, dtype=np.int32), np.full(len(points), np.inf)
    return _query(net.line_index, points)


def _query(index: shapely.STRtree, points: arrays.Floats) -> tuple[arrays.Int32s, arrays.Floats]:
    """Ask an index for the nearest line of each point: the lowest among equals, its distance."""
    edge = np.full(len(points), -1, dtype=np.int32)
    access = np.full(len(points), np.inf)
    order = arrays.curve_order(points)  # neighbours in turn find the index's pages still in cache
    (place, found), metres = index.query_nearest(
        shapely.points(points[order]), return_distance=True, all_matches=True
    )
    by_place = np.lexsort((found, place))
    first = by_place[np.unique(place[by_place], return_index=True)[1]]
    edge[order[place[first]]] = found[first]
    access[order[place[first]]] = metres[first]
    return edge, access
