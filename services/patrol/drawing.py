"""Routes drawn on the map: way points joined along the roads, stored, drawn anew."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis import crs
from gis.tracks import sections, waypoints
from services import errors
from services.database import Transaction
from services.network import StoredNetwork
from services.patrol import routes, snapping
from services.patrol.routes import Origin, Route, Schedule

MOST_POINTS = 200
LEAST_M = 1.0
"""Shorter ways lead nowhere."""


@dataclass(frozen=True, eq=False)
class Way:
    """Way points, and the way through them.

    Attributes
    ----------
    points
        Degrees, EPSG:4490, shape (n, 2).
    walked
        Sections in order.
    """

    points: NDArray[np.float64]
    walked: sections.Sections

    @property
    def length_m(self) -> float:
        """Metres to be walked."""
        return float(self.walked.length_m.sum())


def join(stored: StoredNetwork, joiner: waypoints.Joiner, points: NDArray[np.float64]) -> Way:
    """Join way points, degrees ``(n, 2)``, along the roads.

    Raises
    ------
    errors.RefusedError
        A point is near no road, none leads on from it, or they are too many.
    """
    if len(points) > MOST_POINTS:
        raise errors.RefusedError("error.route.too_many_points", most=MOST_POINTS)
    if not len(points):
        return Way(points, sections.none())
    xy = crs.project(points, crs.STORED, stored.metric_epsg)
    if not np.isfinite(xy).all():
        raise errors.RefusedError("error.route.points")
    try:
        return Way(points, waypoints.join(joiner, xy))
    except waypoints.NoRoadError as error:
        raise errors.RefusedError(
            "error.route.no_road", point=error.point + 1, metres=round(waypoints.NEAR_M)
        ) from error
    except waypoints.NoWayError as error:
        raise errors.RefusedError(
            "error.route.no_way", point=error.point + 1, next=error.point + 2
        ) from error


def line(stored: StoredNetwork, way: Way) -> NDArray[np.float64]:
    """Return the way as one line, degrees, shape (n, 2)."""
    if not len(way.walked):
        return np.zeros((0, 2))
    parts = snapping.lines(stored, way.walked.edge, way.walked.from_m, way.walked.to_m)
    coordinates: NDArray[np.float64] = shapely.get_coordinates(parts)
    fresh = np.any(np.diff(coordinates, axis=0, prepend=np.inf) != 0, axis=1)
    return coordinates[fresh]


def way_points(
    tx: Transaction, stored: StoredNetwork, joiner: waypoints.Joiner, route: Route
) -> NDArray[np.float64]:
    """Return the way points of a route, degrees ``(n, 2)``.

    Those it was drawn with; of any other a few through which its way is the shortest, none where
    they would be too many.
    """
    if route.is_drawn:
        return routes.way_points(tx, route)
    found = routes.sections_of(tx, [route])
    count = len(found.edge)
    walked = sections.Sections(
        np.zeros(count, np.int64),
        found.edge,
        found.from_m,
        found.to_m,
        np.zeros(count),
        np.zeros(count),
    )
    points = waypoints.outline(joiner, walked)
    if len(points) > MOST_POINTS:
        return np.zeros((0, 2))
    return crs.project(points, stored.metric_epsg, crs.STORED)


def draw(
    tx: Transaction, stored: StoredNetwork, code: str | None, schedule: Schedule, way: Way
) -> str:
    """Store a new route, and return its code.

    Parameters
    ----------
    code
        None: the next free one.

    Raises
    ------
    errors.RefusedError
        There is a route of that code, or the way leads nowhere.
    """
    if code is not None and any(route.code == code for route in routes.listing(tx)):
        raise errors.RefusedError("error.route.code_taken", code=code)
    chosen = code or routes.next_code(tx)
    _store(tx, stored, chosen, schedule, way)
    return chosen


def redraw(
    tx: Transaction, stored: StoredNetwork, route: Route, schedule: Schedule, way: Way | None
) -> None:
    """Change a route; where a way is given, its way too."""
    if way is not None:
        _store(tx, stored, route.code, schedule, way)
    routes.change(tx, route, schedule)


def _store(tx: Transaction, stored: StoredNetwork, code: str, schedule: Schedule, way: Way) -> None:
    if way.length_m < LEAST_M:
        raise errors.RefusedError("error.route.short")
    drawn = shapely.LineString(way.points)
    routes.store(tx, stored, code, schedule, way.walked, Origin(drawn=drawn))
