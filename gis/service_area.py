"""Service areas drawn so that they never contradict the walking distances they stand for.

Every known place is a corner of the triangulation that carries its own distance; between places
the distance is measured at points along and beside the paths. The areas are contours of that one
surface, so each place within a limit lies inside, each place beyond it outside, and a smaller
limit's area within a larger one's. Between the measured points (15 m along paths, 25 m and more
beside them) the outline is an interpolation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy import spatial

from gis import arrays, attachment, contours, mesh, network, reach

_NEAR_M = 1.0
"""Measured points nearer than this to a known place give way to it."""

_DOT_M = 0.25
"""Largest radius of a dot drawn for a place that the triangulation could not tell apart."""


@dataclass(frozen=True, eq=False)
class Places:
    """Known places, each of which the drawing must agree with.

    Attributes
    ----------
    xy
        Metres in the network's CRS, shape (n, 2).
    distance_m
        Walking metres to the nearest supply; NaN (unattached) and infinite (unreachable) are
        beyond any limit, shape (n,).
    """

    xy: arrays.Floats
    distance_m: arrays.Floats

    def __post_init__(self) -> None:
        """Refuse arrays of different lengths and places without coordinates."""
        if self.xy.shape != (len(self.distance_m), 2):
            raise ValueError("each place needs two coordinates and a distance")
        if not np.isfinite(self.xy).all():
            raise ValueError("places must have finite coordinates")

    def take(self, index: arrays.AnyInts) -> Places:
        """Give some of the places, by their indices, shape (k,)."""
        return Places(self.xy[index], self.distance_m[index])

    def classes(self, limits_m: tuple[float, ...]) -> arrays.Int64s:
        """Index of the first limit that each place is within; their number if none, (n,)."""
        far = np.where(np.isnan(self.distance_m), np.inf, self.distance_m)
        return np.searchsorted(np.asarray(limits_m), far, side="left").astype(np.int64)


def service_areas(
    net: network.Network,
    supply: attachment.Attachment,
    limits_m: tuple[float, ...],
    places_xy: arrays.Floats,
    places_distance: arrays.Floats,
) -> arrays.Objects:
    """Draw the areas as `draw` does, with the usual access limit.

    Parameters
    ----------
    net, supply, limits_m
        As for `draw`.
    places_xy, places_distance
        As in `Places`: all that should lie on the right side, also those out of reach.
    """
    return draw(net, supply, limits_m, Places(places_xy, places_distance))


def draw(
    net: network.Network,
    supply: attachment.Attachment,
    limits_m: tuple[float, ...],
    places: Places,
    access_limit_m: float = attachment.LIMIT_M,
) -> arrays.Objects:
    """Draw the area within each limit of any supply.

    Parameters
    ----------
    net
        The network.
    supply
        Places on it.
    limits_m
        Walking metres, ascending, shape (k,).
    places
        Known places, with their distances to these supplies (`reach.nearest`).
    access_limit_m
        Places farther than this from every edge are unattached, as in `attachment.attach`.

    Returns
    -------
    Objects
        Valid MultiPolygons in the network's CRS, each within the next, shape (k,).

    Raises
    ------
    ValueError
        When the limits do not ascend, or places at one point differ in what they are within.
    """
    if not limits_m or (np.diff([0.0, *limits_m]) < 0).any():
        raise ValueError("limits must be zero or more and ascend")
    areas = np.full(len(limits_m), shapely.MultiPolygon(), dtype=np.object_)
    nodes = reach.node_distances(net, supply)
    edges = _reached_edges(net, supply, nodes, limits_m[-1])
    if len(edges):
        sheet = _sheet(net, edges, access_limit_m)
        on_sheet = np.flatnonzero(mesh.lie_in(places.xy, sheet.squares, sheet.size_m))
        known = _distinct(places.take(on_sheet), limits_m)
        surface = _surface(net, (supply, nodes), known, sheet)
        areas[:] = [contours.area(surface, limit) for limit in limits_m]
        areas = _dotted(areas, known, limits_m)
    return areas


def _reached_edges(
    net: network.Network,
    supply: attachment.Attachment,
    nodes: reach.NodeReach,
    limit_m: float,
) -> arrays.Int64s:
    within = nodes.distance <= limit_m
    reached = within[net.source] | within[net.target]
    reached[supply.edge[supply.attached & (supply.access_m <= limit_m)]] = True
    return np.flatnonzero(reached).astype(np.int64)


@dataclass(frozen=True, eq=False)
class _Sheet:
    """The land that a drawing may cover, with a margin in which others have a say in it.

    Attributes
    ----------
    edges
        All edges there, shape (k,).
    squares
        Squares of `size_m` that make it up, shape (q, 2).
    size_m
        Metres.
    access_limit_m
        Places farther than this from every edge are unattached.
    """

    edges: arrays.Int64s
    squares: arrays.Int64s
    size_m: float
    access_limit_m: float


def _sheet(net: network.Network, reached: arrays.Int64s, access_limit_m: float) -> _Sheet:
    # a point within the access limit of a reached edge may be nearer to another edge, which is
    # then no farther than twice the limit: two rings of squares hold it
    size = access_limit_m + 2 * mesh.FINEST_M
    squares = mesh.squares_around(mesh.along(net, reached)[0], size, 2)
    low = squares * size
    boxes = shapely.box(low[:, 0], low[:, 1], low[:, 0] + size, low[:, 1] + size)
    edges = np.unique(net.line_index.query(boxes)[1])
    return _Sheet(edges, squares, size, access_limit_m)


def _distinct(places: Places, limits_m: tuple[float, ...]) -> Places:
    """One place for each point."""
    order = np.lexsort((places.xy[:, 1], places.xy[:, 0]))
    xy, kind = places.xy[order], places.classes(limits_m)[order]
    again = (np.diff(xy, axis=0) == 0).all(axis=1)
    if (again & (np.diff(kind) != 0)).any():
        raise ValueError("places at one point differ in what they are within")
    first = order[np.concatenate([np.ones(min(1, len(order)), dtype=np.bool_), ~again])]
    return places.take(first)


def _surface(
    net: network.Network,
    supplies: tuple[attachment.Attachment, reach.NodeReach],
    places: Places,
    sheet: _Sheet,
) -> contours.Surface:
    """Distances at the places, at points around the edges, and a frame out of reach."""
    supply, nodes = supplies
    points = mesh.around(net, sheet.edges, sheet.access_limit_m)
    points = mesh.without(points, places.xy, _NEAR_M)
    found = reach.nearest(net, points.attached, supply, nodes)
    xy = np.concatenate([places.xy, points.xy])
    frame = _frame(xy, 8 * sheet.size_m)
    value = np.concatenate([places.distance_m, found.distance_m, np.full(len(frame), np.inf)])
    value[np.isnan(value)] = np.inf
    left = np.maximum(0.0, sheet.access_limit_m - points.attached.access_m)
    beyond = np.concatenate(
        [np.full(len(places.xy), mesh.FINEST_M / 2), left, np.zeros(len(frame))]
    )
    xy = np.concatenate([xy, frame])
    return contours.Surface(xy, contours.triangulate(xy), value, beyond)


def _frame(xy: arrays.Floats, margin_m: float) -> arrays.Floats:
    (left, low), (right, high) = xy.min(axis=0) - margin_m, xy.max(axis=0) + margin_m
    return np.array([(left, low), (right, low), (right, high), (left, high)])


def _dotted(areas: arrays.Objects, places: Places, limits_m: tuple[float, ...]) -> arrays.Objects:
    """Put right, by dots, places so close together that the triangulation took them for one.

    A dot is smaller than the way to the nearest place of another class and the same for every
    limit, so areas stay within each other.
    """
    points, kind = shapely.points(places.xy), places.classes(limits_m)
    wrong = np.zeros(len(points), dtype=np.bool_)
    for k, area in enumerate(areas):
        shapely.prepare(area)
        wrong |= shapely.intersects(area, points) != (kind <= k)
    if not wrong.any():
        return areas
    at = np.flatnonzero(wrong)
    dots = shapely.buffer(points[at], _dot_radii(places.xy, kind, at), quad_segs=2)
    dotted = areas.copy()
    for k, area in enumerate(areas):
        without = shapely.difference(area, shapely.union_all(dots[kind[at] > k]))
        both = shapely.union(without, shapely.union_all(dots[kind[at] <= k]))
        dotted[k] = shapely.multipolygons(shapely.get_parts(both))
    return dotted


def _dot_radii(xy: arrays.Floats, kind: arrays.Int64s, at: arrays.Int64s) -> arrays.Floats:
    """Less than half the way to the nearest place of another class, for the places `at`."""
    radius = np.full(len(at), _DOT_M)
    for one in np.unique(kind[at]):
        mine = np.flatnonzero(kind[at] == one)
        others = xy[kind != one]
        if len(others):
            metres, _ = spatial.cKDTree(others).query(xy[at[mine]])
            radius[mine] = np.minimum(_DOT_M, 0.4 * metres)
    return radius
