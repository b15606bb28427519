"""Assignment: which unit a place lies in, and which is nearest."""

import dataclasses
from typing import Final

import numpy as np
import shapely

from gis import label_raster
from gis.arrays import Bools, Floats, Int32s, Int64s, Objects

NOWHERE: Final = -1

_BLOCK: Final = 1 << 16
_PAIRS_AT_ONCE: Final = 1 << 19
_FEW_POINTS: Final = 4_000
_FINEST: Final = 2048


@dataclasses.dataclass(frozen=True)
class Location:
    """Where points lie.

    Attributes
    ----------
    index
        Index of the polygon, the lowest of several, `NOWHERE` (-1) for none; shape (n,).
    ambiguous
        Whether the point lies in or on more than one polygon; shape (n,).
    """

    index: Int32s
    ambiguous: Bools

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together."""
        if self.index.shape != self.ambiguous.shape or self.index.ndim != 1:
            raise ValueError("index and ambiguous must be one-dimensional and equally long")


class Locator:
    """Finds the polygon of each of many points.

    The answer is by definition the lowest index i for which ``polygons[i]`` covers the point,
    border included, decided exactly. Build one for a set of polygons and use it for any number of
    points, by one thread at a time.

    Parameters
    ----------
    polygons
        Valid polygons or multipolygons, shape (m,), in the CRS of the points; None and empty ones
        hold nothing. Sorted by unit code, the lowest index is the lowest code.
    expected_points
        About how many points will be asked for: the raster is finer for more, and not built for
        a few.
    resolution
        Cells of the raster along a side, instead of a choice by the expected points.

    Raises
    ------
    ValueError
        If a geometry is no polygon, has a coordinate that is not finite, or the resolution is not
        positive.
    """

    def __init__(
        self, polygons: Objects, *, expected_points: int = 1_000_000, resolution: int | None = None
    ) -> None:
        self._polygons = _checked(polygons)
        self._tree = shapely.STRtree(self._polygons)
        self._raster: label_raster.LabelRaster | None = None
        if resolution is not None and resolution < 1:
            raise ValueError("the resolution must be positive")
        if shapely.is_empty(self._polygons[shapely.is_geometry(self._polygons)]).all():
            return
        if resolution is not None or expected_points > _FEW_POINTS:
            resolution = resolution or _resolution_for(self._polygons, expected_points)
            frame = label_raster.frame_around(_bounds(self._polygons), resolution)
            self._raster = label_raster.build(label_raster.edges_of(self._polygons, frame), frame)

    def locate(self, points: Floats) -> Location:
        """Find the polygon of each point.

        Parameters
        ----------
        points
            Shape (n, 2), in the CRS of the polygons; points that are not finite lie nowhere.

        Raises
        ------
        ValueError
            If the array has another shape.
        """
        if points.ndim != 2 or points.shape[1] != 2:
            raise ValueError("points must have the shape (n, 2)")
        if self._raster is None:
            return self._exactly(points)
        index = np.empty(len(points), dtype=np.int32)
        ambiguous = np.empty(len(points), dtype=np.bool_)
        for start in range(0, len(points), _BLOCK):
            block = slice(start, start + _BLOCK)
            found = self._by_raster(self._raster, points[block])
            index[block], ambiguous[block] = found.index, found.ambiguous
        return Location(index, ambiguous)

    def _by_raster(self, raster: label_raster.LabelRaster, points: Floats) -> Location:
        u, v = raster.frame.to_cells(points)
        cell = raster.cells(u, v)
        index = raster.label[cell]
        ambiguous = np.zeros(len(points), dtype=np.bool_)
        several = np.flatnonzero(index == label_raster.SEVERAL)
        undecided = _resolve(raster, u, v, index)
        if len(several):
            # Whatever the point, the polygons that hold the cell are the same.
            _, first, same = np.unique(cell[several], return_index=True, return_inverse=True)
            found = self._exactly(points[several[first]])
            index[several], ambiguous[several] = found.index[same], found.ambiguous[same]
        if len(undecided):
            found = self._exactly(points[undecided])
            index[undecided], ambiguous[undecided] = found.index, found.ambiguous
        return Location(index, ambiguous)

    def _exactly(self, points: Floats) -> Location:
        """Ask the geometry library, whose predicates are exact, about every candidate."""
        index = np.full(len(points), NOWHERE, dtype=np.int32)
        finite = np.flatnonzero(np.isfinite(points).all(axis=1))
        query, polygon = self._tree.query(shapely.points(points[finite]))
        shapely.prepare(self._polygons[np.unique(polygon)])
        point = finite[query]
        covered = shapely.intersects_xy(self._polygons[polygon], *points[point].T)
        point, polygon = point[covered], polygon[covered]
        order = np.lexsort((-polygon, point))
        index[point[order]] = polygon[order]
        return Location(index, np.bincount(point, minlength=len(points)) > 1)


def nearest_polygon(points: Floats, polygons: Objects) -> tuple[Int32s, Floats]:
    """Find the polygon nearest to each point, the lowest index of equally near ones.

    Parameters
    ----------
    points
        Metric coordinates, shape (n, 2).
    polygons
        Polygons or multipolygons in the same CRS, shape (m,); None and empty ones are far away.

    Returns
    -------
    tuple[Int32s, Floats]
        Index of the polygon and distance to it in metres (0 inside), shape (n,) each; `NOWHERE`
        and NaN for points that are not finite and where there is no polygon at all.
    """
    index = np.full(len(points), NOWHERE, dtype=np.int32)
    distance_m = np.full(len(points), np.nan)
    finite = np.flatnonzero(np.isfinite(points).all(axis=1))
    (query, polygon), away_m = shapely.STRtree(polygons).query_nearest(
        shapely.points(points[finite]), return_distance=True, all_matches=True
    )
    order = np.lexsort((-polygon, query))
    point = finite[query[order]]
    index[point], distance_m[point] = polygon[order], away_m[order]
    return index, distance_m


def _resolve(raster: label_raster.LabelRaster, u: Floats, v: Floats, index: Int32s) -> Int64s:
    """Answer the points in cells that borders touch, into ``index``; give those left undecided."""
    touched = np.flatnonzero(index < label_raster.SEVERAL)
    number = -3 - index[touched].astype(np.int64)
    cost = np.cumsum(raster.first[number + 1] - raster.first[number])
    cuts = np.searchsorted(cost, np.arange(_PAIRS_AT_ONCE, cost[-1:].sum(), _PAIRS_AT_ONCE))
    undecided = [np.zeros(0, dtype=np.int64)]
    for chosen, numbers in zip(np.split(touched, cuts), np.split(number, cuts), strict=True):
        if len(chosen):
            index[chosen], decided = raster.resolve(u[chosen], v[chosen], numbers)
            undecided.append(chosen[~decided])
    return np.concatenate(undecided)


def _checked(polygons: Objects) -> Objects:
    kinds = (-1, shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    if polygons.ndim != 1 or not np.isin(shapely.get_type_id(polygons), kinds).all():
        raise ValueError("polygons must be a one-dimensional array of polygons and multipolygons")
    if not np.isfinite(shapely.get_coordinates(polygons)).all():
        raise ValueError("polygons must have finite coordinates")
    flat: Objects = shapely.force_2d(polygons)
    return flat


def _bounds(polygons: Objects) -> tuple[float, float, float, float]:
    west, south, east, north = shapely.total_bounds(polygons)
    return float(west), float(south), float(east), float(north)


def _resolution_for(polygons: Objects, points: int) -> int:
    """Balance building against asking: r² cells cost as much as points in cells on borders do.

    The share of those is about half the sum of perimeters (most borders have two sides) over the
    raster's extent and r. One such point costs about ten cells (measured).
    """
    west, south, east, north = _bounds(polygons)
    extent = max(np.sqrt((east - west) * (north - south)), 1e-9 * max(east - west, north - south))
    borders = float(np.nansum(shapely.length(polygons))) / 2.0 / extent if extent else 1.0
    return int(np.clip(np.cbrt(5.0 * points * borders), 16, _FINEST))
