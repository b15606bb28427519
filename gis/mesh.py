"""Points at which walking distances are measured in order to draw them: dense along paths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy import spatial

from gis import arrays, attachment, network

EDGE_STEP_M = 15.0
"""Longest step between points along an edge."""

FINEST_M = 25.0
"""Smallest squares beside edges; each next size is twice that, and farther away."""

_RINGS = 2
"""Squares of a size reach this many of their sides away from the edges."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """Points on and beside the edges, attached to the network.

    Attributes
    ----------
    xy
        Metres, shape (m, 2).
    attached
        The points' place on the network.
    """

    xy: arrays.Floats
    attached: attachment.Attachment


def around(net: network.Network, edges: arrays.AnyInts, access_limit_m: float) -> Mesh:
    """Lay points along some edges and, ever wider apart, on both sides of them.

    The points depend on the edges alone, not on any limit or supply, so that what is drawn for
    one question agrees with what is drawn for another. Around all of them lie points that are
    too far from the edges to be attached.

    Parameters
    ----------
    net
        The network.
    edges
        Indices of edges, shape (k,).
    access_limit_m
        Places farther than this from every edge are unattached.
    """
    on_xy, on = along(net, edges)
    beside = _beside(on_xy, access_limit_m)
    off = attachment.attach(net, beside, access_limit_m)
    clear = off.access_m > FINEST_M / 4
    xy = np.concatenate([on_xy, beside[clear]])
    off = off.take(np.flatnonzero(clear))
    attached = attachment.Attachment(
        np.concatenate([on.edge, off.edge]),
        np.concatenate([on.offset_m, off.offset_m]),
        np.concatenate([on.access_m, off.access_m]),
    )
    return Mesh(xy, attached)


def without(mesh: Mesh, xy: arrays.Floats, near_m: float) -> Mesh:
    """Leave out the points nearer than `near_m` to any of the given ones, shape (n, 2)."""
    if not len(xy):
        return mesh
    metres, _ = spatial.cKDTree(xy).query(mesh.xy, distance_upper_bound=near_m)
    kept = np.flatnonzero(np.isinf(metres))
    return Mesh(mesh.xy[kept], mesh.attached.take(kept))


def along(
    net: network.Network, edges: arrays.AnyInts
) -> tuple[arrays.Floats, attachment.Attachment]:
    """Points along edges in equal steps, both ends included; each node once."""
    pieces = np.maximum(1, np.ceil(net.length_m[edges] / EDGE_STEP_M)).astype(np.int64)
    edge = np.repeat(edges, pieces + 1)
    step = arrays.ranges(np.zeros(len(edges), dtype=np.int64), pieces + 1)
    share = step / np.repeat(pieces, pieces + 1)
    xy = shapely.get_coordinates(
        shapely.line_interpolate_point(net.lines[edge], share, normalized=True)
    )
    first = np.sort(np.unique(np.round(xy, 2), axis=0, return_index=True)[1])
    places = attachment.Attachment(
        edge[first].astype(np.int32),
        (share * net.length_m[edge])[first],
        np.zeros(len(first)),
    )
    return xy[first], places


def _beside(on_xy: arrays.Floats, access_limit_m: float) -> arrays.Floats:
    """Centres of squares around the points: a quadtree, coarser with the distance from them.

    Each level covers the squares in or near which there is a point, less those already
    covered by four squares of the level before. At the last, a quarter of a square is farther than
    the access limit, so its outer centres are beyond it.
    """
    found = []
    size, finer = FINEST_M, np.zeros((0, 2), dtype=np.int64)
    while True:
        squares = squares_around(on_xy, size, _RINGS)
        parents, children = _unique(finer // 2)
        full = parents[children == 4]
        found.append(_centres(_difference(squares, full), size))
        if size / 4 > access_limit_m:
            return np.concatenate(found)
        size, finer = size * 2, _unique(np.concatenate([squares, full]))[0]


def _centres(squares: arrays.Int64s, size: float) -> arrays.Floats:
    """Points in the middle halves of squares, scattered but always at the same place.

    Four corners of a square lie on one circle: triangulating exact squares is slow and ambiguous.
    The scatter is a multiplicative hash (Knuth, The Art of Computer Programming 3, 6.4).
    """
    mixed = _keys(squares).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    high, low = mixed >> np.uint64(43), (mixed >> np.uint64(22)) & np.uint64(0x1FFFFF)
    scatter = np.column_stack([high, low]) / 2.0**21
    return (squares + 0.25 + 0.5 * scatter) * size


def squares_around(xy: arrays.Floats, size_m: float, rings: int) -> arrays.Int64s:
    """Squares with a point in them, and some rings of squares around each.

    Parameters
    ----------
    xy
        Metres, shape (n, 2).
    size_m
        Side of a square; square (i, j) begins at (i, j) times this.
    rings
        1 for the eight squares around each, 2 for the 24.

    Returns
    -------
    Int64s
        Shape (k, 2).
    """
    own = _unique(np.floor(xy / size_m).astype(np.int64))[0]
    reach = range(-rings, rings + 1)
    step = np.array([(i, j) for i in reach for j in reach])
    return _unique((own[:, None] + step).reshape(-1, 2))[0]


def lie_in(xy: arrays.Floats, squares: arrays.Int64s, size_m: float) -> arrays.Bools:
    """Tell which points, shape (n, 2), lie in any of the squares, shape (k, 2)."""
    return np.isin(_keys(np.floor(xy / size_m).astype(np.int64)), _keys(squares))


def _keys(squares: arrays.Int64s) -> arrays.Int64s:
    keys: arrays.Int64s = (squares[:, 0] << 32) + squares[:, 1]
    return keys


def _unique(squares: arrays.Int64s) -> tuple[arrays.Int64s, arrays.Int64s]:
    _, first, count = np.unique(_keys(squares), return_index=True, return_counts=True)
    return squares[first], count.astype(np.int64)


def _difference(squares: arrays.Int64s, taken: arrays.Int64s) -> arrays.Int64s:
    return squares[~np.isin(_keys(squares), _keys(taken))]
