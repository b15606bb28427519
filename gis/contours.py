"""Areas where a surface over a triangulation stays at or below a level.

The area of each level is cut out of every triangle by one straight line, between points on two
of its sides that depend on the level alone and only move outward as it rises. Three things follow
without any geometric operation: a vertex lies inside the area exactly if its value is at or below
the level; the area of a lower level lies within that of a higher one; rings never cross.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from gis import arrays

_MARGIN = 0.05
"""Rings keep this share of a side away from its vertices, so that no vertex lies on a ring."""

_STEEPEST = 2.0
"""Metres of walking per metre of plane above which a side joins two separate territories."""


@dataclass(frozen=True, eq=False)
class Surface:
    """Values over a triangulation of the plane.

    Attributes
    ----------
    xy
        Vertices, metres, shape (n, 2).
    triangles
        Vertices of each triangle, counter-clockwise, shape (t, 3).
    value
        Walking metres at each vertex, infinite where there is no way, shape (n,).
    beyond_m
        How far the area may go on from each vertex when its neighbour is reached another way or
        not at all; metres, shape (n,).
    """

    xy: arrays.Floats
    triangles: arrays.Int32s
    value: arrays.Floats
    beyond_m: arrays.Floats

    def __post_init__(self) -> None:
        """Refuse arrays of different lengths, and values that are not numbers."""
        if not len(self.xy) == len(self.value) == len(self.beyond_m):
            raise ValueError("the arrays of vertices differ in length")
        if np.isnan(self.value).any():
            raise ValueError("values must be numbers")


def triangulate(xy: arrays.Floats) -> arrays.Int32s:
    """Delaunay triangles over points that are all different.

    GEOS computes in double-double precision, so that it tells points a micrometre apart; on the
    rows of doors along streets it also takes half the time of Qhull.

    Parameters
    ----------
    xy
        Metres, shape (n, 2).

    Returns
    -------
    Int32s
        Vertices of each triangle, counter-clockwise, shape (t, 3).
    """
    corners = shapely.get_coordinates(shapely.delaunay_triangles(shapely.multipoints(xy)))
    corners = corners.reshape(-1, 4, 2)[:, :3]
    points = xy[:, 0] + 1j * xy[:, 1]
    order = np.argsort(points)
    found = np.searchsorted(points[order], corners[..., 0] + 1j * corners[..., 1])
    triangles: arrays.Int32s = order[found].astype(np.int32)
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    clockwise = a[:, 0] * b[:, 1] < a[:, 1] * b[:, 0]
    triangles[clockwise] = triangles[clockwise][:, ::-1]
    return triangles


def area(surface: Surface, level: float) -> shapely.MultiPolygon:
    """Area where the surface is at or below a level.

    The vertices on the outer edge of the triangulation must be above the level.

    Parameters
    ----------
    surface
        The surface.
    level
        Metres.

    Raises
    ------
    ValueError
        When the area would run out of the triangulation.
    """
    inside = surface.value <= level
    low, high, following = _crossings(surface, inside)
    if not len(low):
        return shapely.MultiPolygon()
    points = _positions(surface, level, low, high)
    ring, order = _rings(following)
    starts = arrays.offsets(np.bincount(ring))
    part = _parts(surface, inside)[low[order[starts[:-1]]]]
    points = points[order]
    doubled = _doubled_areas(points, starts)
    # by part, the one ring that runs counter-clockwise first: the shell, then its holes
    by_part = np.lexsort((-doubled, part))
    rings = shapely.linearrings(points, indices=np.repeat(np.arange(len(part)), np.diff(starts)))
    _, polygon = np.unique(part[by_part], return_inverse=True)
    return shapely.multipolygons(shapely.polygons(rings[by_part], indices=polygon))


def _crossings(
    surface: Surface, inside: arrays.Bools
) -> tuple[arrays.Int64s, arrays.Int64s, arrays.Int64s]:
    """Sides that the ring crosses: vertex inside, vertex outside, and the crossing that follows.

    With the inside on its left the ring enters a triangle (u, v, w) with only u inside through
    uv and leaves it through uw; with only u outside the other way round.
    """
    count = inside[surface.triangles].sum(axis=1)
    mixed = surface.triangles[(count == 1) | (count == 2)].astype(np.int64)
    odd = inside[mixed] == (inside[mixed].sum(axis=1) == 1)[:, None]
    at = np.argmax(odd, axis=1)
    rows = np.arange(len(mixed))
    u, v, w = (mixed[rows, (at + k) % 3] for k in range(3))
    alone = inside[u]
    start = _sides(u, np.where(alone, v, w), alone)
    end = _sides(u, np.where(alone, w, v), alone)
    n = len(surface.xy)
    begin_key, end_key = start[0] * n + start[1], end[0] * n + end[1]
    order = np.argsort(begin_key)
    keys = begin_key[order]
    following = np.searchsorted(keys, end_key[order])
    if len(keys) and (following.max() >= len(keys) or (keys[following] != end_key[order]).any()):
        raise ValueError("the area runs out of the triangulation")
    return keys // max(n, 1), keys % max(n, 1), following.astype(np.int64)


def _sides(
    odd: arrays.Int64s, other: arrays.Int64s, odd_is_inside: arrays.Bools
) -> tuple[arrays.Int64s, arrays.Int64s]:
    return np.where(odd_is_inside, odd, other), np.where(odd_is_inside, other, odd)


def _positions(
    surface: Surface, level: float, low: arrays.Int64s, high: arrays.Int64s
) -> arrays.Floats:
    """Where the ring crosses each side, from its lower to its higher vertex.

    Beside a path, walking distance rises by the way to the path and the way along it, at most
    about 1.4 m a metre. Where it rises much faster, the two ends are reached by different ways
    and their territories meet in between, about half way.
    """
    start, step = surface.xy[low], surface.xy[high] - surface.xy[low]
    length = np.hypot(step[:, 0], step[:, 1])
    left = level - surface.value[low]
    rise = surface.value[high] - surface.value[low]
    apart = np.minimum(np.minimum(left, surface.beyond_m[low]) / length, 0.5)
    share = np.where(rise <= length * _STEEPEST, left / rise, apart)
    points: arrays.Floats = start + np.clip(share, _MARGIN, 1 - _MARGIN)[:, None] * step
    return points


def _rings(following: arrays.Int64s) -> tuple[arrays.Int64s, arrays.Int64s]:
    """Ring of each crossing in ring order, and the crossings in that order."""
    k = len(following)
    chain = sparse.csr_matrix((np.ones(k), (np.arange(k), following)), shape=(k, k))
    _, label = csgraph.connected_components(chain, directed=False)
    first = np.full(label.max() + 1, k)
    np.minimum.at(first, label, np.arange(k))
    ends = following == first[label]
    # steps to the end of each opened ring, by doubling: after j rounds 2^j steps are known
    ahead = np.where(ends, np.arange(k), following)
    steps = (~ends).astype(np.int64)
    while not ends[ahead].all():
        steps += steps[ahead]
        ahead = ahead[ahead]
    order = np.lexsort((-steps, label))
    return label[order].astype(np.int64), order.astype(np.int64)


def _parts(surface: Surface, inside: arrays.Bools) -> arrays.Int32s:
    """Tell the connected parts of the area apart: the part of each vertex."""
    sides = np.concatenate([surface.triangles[:, [0, 1]], surface.triangles[:, [1, 2]]])
    sides = np.concatenate([sides, surface.triangles[:, [2, 0]]])
    sides = sides[inside[sides].all(axis=1)]
    n = len(inside)
    graph = sparse.coo_matrix((np.ones(len(sides), np.int8), (sides[:, 0], sides[:, 1])), (n, n))
    return csgraph.connected_components(graph.tocsr(), directed=False)[1]


def _doubled_areas(points: arrays.Floats, starts: arrays.Int64s) -> arrays.Floats:
    """Twice the signed area of each ring, positive when counter-clockwise."""
    following = np.arange(1, len(points) + 1)
    following[starts[1:] - 1] = starts[:-1]
    origin = np.repeat(points[starts[:-1]], np.diff(starts), axis=0)
    a, b = points - origin, points[following] - origin
    return arrays.sums_of_runs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], starts)
