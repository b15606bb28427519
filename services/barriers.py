"""Barriers on the way: kerbs, steps, gates; and where on the walking network they stand."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from gis import attachment, crs, network
from gis.stepfree.traits import Thresholds
from services import network as networks
from services.database import Transaction

SNAP_M: Final = 15.0
"""A barrier farther than this from every path stands in nobody's way."""
_SAME_POINT_M: Final = 0.05


class BarrierKind(StrEnum):
    """What stands in the way."""

    KERB = "kerb"
    STEPS = "steps"
    GATE = "gate"
    NARROW = "narrow"
    SLOPE = "slope"
    OTHER = "other"


@dataclass(frozen=True, eq=False)
class Barriers:
    """Barriers; arrays ``(n,)``.

    Attributes
    ----------
    xy
        Metres in the network's CRS, ``(n, 2)``.
    known
        What is known of each. Steps of which nothing is said are known to be impassable.
    """

    code: NDArray[np.object_]
    kind: NDArray[np.object_]
    name: NDArray[np.object_]
    lonlat: NDArray[np.float64]
    xy: NDArray[np.float64]
    known: Thresholds


@dataclass(frozen=True, eq=False)
class Gates:
    """Where barriers cut the network; arrays ``(g,)``: one may stand where several paths meet.

    Attributes
    ----------
    barrier
        Index of the barrier.
    edge, offset_m
        The place on an edge of the network.
    """

    barrier: NDArray[np.int64]
    edge: NDArray[np.int64]
    offset_m: NDArray[np.float64]


_ALL = sa.text("""
    SELECT code, kind, name, step_free, height_m, width_m, incline_pct,
           ST_X(geom) AS lon, ST_Y(geom) AS lat
    FROM barriers ORDER BY code
""")
_SOME = sa.text("SELECT ST_X(geom), ST_Y(geom) FROM barriers WHERE id = ANY(:ids)")


def load(tx: Transaction, metric_epsg: int) -> Barriers:
    """Read all barriers, by code."""
    rows = tx.sql.execute(_ALL).all()
    lonlat = np.array([(row.lon, row.lat) for row in rows], dtype=np.float64).reshape(-1, 2)
    kind = np.array([row.kind for row in rows], dtype=object)
    said = said_of([row.step_free for row in rows])
    said[(said == 0) & (kind == BarrierKind.STEPS.value)] = -1
    known = Thresholds(
        said,
        metres_of([row.height_m for row in rows]),
        metres_of([row.width_m for row in rows]),
        metres_of([row.incline_pct for row in rows]),
    )
    return Barriers(
        np.array([row.code for row in rows], dtype=object),
        kind,
        np.array([row.name for row in rows], dtype=object),
        lonlat,
        crs.project(lonlat, crs.STORED, metric_epsg),
        known,
    )


def said_of(values: list[bool | None]) -> NDArray[np.int8]:
    """Turn yes, no and nothing into 1, -1 and 0."""
    return np.array([0 if value is None else 2 * value - 1 for value in values], dtype=np.int8)


def metres_of(values: list[float | None]) -> NDArray[np.float64]:
    """Turn numbers into an array, what is missing into NaN."""
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def gates(net: network.Network, xy: NDArray[np.float64]) -> Gates:
    """Find where barriers stand on a network: at the nearest point of it, within `SNAP_M`.

    Where several edges have that point in common the barrier stands on all of them.

    Parameters
    ----------
    net
        The network.
    xy
        Metres in its CRS, ``(n, 2)``.
    """
    near = attachment.edges_near(net, xy, SNAP_M)
    lines = network.lines_of(net, near)
    index = shapely.STRtree(lines)
    points = shapely.points(xy)
    barrier, line = index.query_nearest(points, max_distance=SNAP_M)
    on, first = np.unique(barrier, return_index=True)
    at = lines[line[first]]
    feet = shapely.line_interpolate_point(at, shapely.line_locate_point(at, points[on]))
    which, line = index.query(feet, predicate="dwithin", distance=_SAME_POINT_M)
    offset = shapely.line_locate_point(lines[line], feet[which])
    edge = near[line]
    return Gates(on[which].astype(np.int64), edge, np.clip(offset, 0.0, net.length_m[edge]))


def off_roads(tx: Transaction, ids: NDArray[Any]) -> int:
    """Count the barriers, by id ``(n,)``, that stand near no path; none if there is no network."""
    stored = networks.load(tx)
    if stored is None:
        return 0
    rows = tx.sql.execute(_SOME, {"ids": ids.tolist()}).all()
    lonlat = np.array([tuple(row) for row in rows], dtype=np.float64).reshape(-1, 2)
    xy = crs.project(lonlat, crs.STORED, stored.metric_epsg)
    return int((~attachment.attach(stored.network, xy, SNAP_M).attached).sum())
