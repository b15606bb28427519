"""Coverage drawn: service areas, demand in squares, and where most people go without."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis import cells as squares
from gis import crs, service_area
from gis import suppression as suppressing
from services.coverage import SMALL
from services.coverage_basis import Basis, inside
from services.coverage_counts import Limits


@dataclass(frozen=True)
class ServiceAreas:
    """Areas within each limit of any centre: limits in metres, geometry in EPSG:4490."""

    limits_m: tuple[float, ...]
    areas: NDArray[np.object_]


@dataclass(frozen=True)
class DemandCells:
    """Demand in squares; arrays ``(n,)``; counts of suppressed squares are 0.

    Attributes
    ----------
    outline
        Squares, EPSG:4490.
    unreachable
        People without a way, unattached ones included.
    """

    size_m: float
    outline: NDArray[np.object_]
    covered: NDArray[np.int64]
    beyond: NDArray[np.int64]
    unreachable: NDArray[np.int64]
    suppressed: NDArray[np.bool_]


@dataclass(frozen=True)
class HotSpot:
    """A place where many people have no day care within the limit."""

    lon: float
    lat: float
    unserved: int
    unit_code: str | None
    unit_name: str | None


def service_areas(basis: Basis, limits: Limits) -> ServiceAreas:
    """Draw the areas within the limit and within each band, all supplies together."""
    if basis.network is None or not basis.places.found:
        return ServiceAreas((), np.array([], dtype=object))
    areas = service_area.service_areas(
        basis.network.network,
        basis.places.attachment,
        limits.cuts_m,
        basis.demand.xy,
        basis.measured.walk_m,
    )
    metric = basis.network.metric_epsg
    return ServiceAreas(limits.cuts_m, crs.project_geometries(areas, metric, crs.STORED))


def _partition(basis: Basis, limits: Limits) -> NDArray[np.int64]:
    """People covered, beyond, without a way: columns ``(n, 3)`` per household."""
    walk, people = basis.measured.walk_m, basis.measured.people.astype(np.int64)
    covered = walk <= limits.max_walk_m
    beyond = np.isfinite(walk) & ~covered
    return np.column_stack([people * covered, people * beyond, people * ~np.isfinite(walk)])


def cells(basis: Basis, limits: Limits, code: str | None, size_m: float) -> DemandCells:
    """Add demand up in squares; what counts one to four people is suppressed."""
    at = inside(basis, code)
    found = squares.cells(
        basis.demand.xy[at], _partition(basis, limits)[at].astype(np.float64), size_m
    )
    counts = found.weight.astype(np.int64)
    alone = np.arange(len(counts), dtype=np.int32)
    hidden = suppressing.suppress(counts, alone)
    suppressed = hidden.cells.any(axis=1) | hidden.totals
    counts[suppressed] = 0
    outline = crs.project_geometries(
        squares.cell_polygons(found), basis.root.metric_epsg, crs.STORED
    )
    return DemandCells(size_m, outline, counts[:, 0], counts[:, 1], counts[:, 2], suppressed)


def hot_spots(basis: Basis, limits: Limits, code: str | None, n: int) -> tuple[HotSpot, ...]:
    """Find where most people live beyond the limit, at least five of them, most first."""
    at = inside(basis, code) & ~(basis.measured.walk_m <= limits.max_walk_m)
    spots = squares.hot_spots(
        basis.demand.xy[at], basis.measured.people[at].astype(np.float64), n=n
    )
    many = np.flatnonzero(spots.weight >= SMALL)
    if not len(many):
        return ()
    xy = np.column_stack([spots.x, spots.y])[many]
    lonlat = crs.project(xy, basis.root.metric_epsg, crs.STORED)
    position = basis.measured.position[at][_nearest(basis.demand.xy[at], xy)]
    found = []
    for (lon, lat), people, p in zip(lonlat, spots.weight[many], position, strict=True):
        unit = basis.tree.units[p] if p >= 0 else None
        found.append(
            HotSpot(
                float(lon),
                float(lat),
                int(people),
                unit.code if unit else None,
                unit.name if unit else None,
            )
        )
    return tuple(found)


def _nearest(points: NDArray[np.float64], to: NDArray[np.float64]) -> NDArray[np.intp]:
    """Find the nearest of many points ``(n, 2)`` to each of a few: no index pays for itself."""
    x, y = points[:, 0], points[:, 1]
    return np.array([((x - own_x) ** 2 + (y - own_y) ** 2).argmin() for own_x, own_y in to])
