"""Checks and repairs of form for the boundaries of units and for places as they come in."""

import dataclasses
import enum
from typing import Final

import numpy as np
import shapely

from gis.arrays import Bools, Floats, Int32s, Objects

TOLERANCE_M2: Final = 1.0
"""Overlap, excess or gap that is taken for imprecise drawing: one square metre."""

Box = tuple[float, float, float, float]
"""West, south, east, north."""

GLOBE: Final[Box] = (-180.0, -90.0, 180.0, 90.0)


class Defect(enum.StrEnum):
    """What keeps a geometry from being the area of a unit."""

    MISSING = "missing"
    EMPTY = "empty"
    NOT_POLYGON = "not_polygon"
    NOT_FINITE = "not_finite"
    HAS_Z = "has_z"
    SELF_INTERSECTING = "self_intersecting"
    INVALID = "invalid"


class PointDefect(enum.StrEnum):
    """What keeps coordinates from being a place in the district."""

    NOT_FINITE = "not_finite"
    NULL_ISLAND = "null_island"
    METRES = "metres"
    SWAPPED = "swapped"
    ELSEWHERE = "elsewhere"


@dataclasses.dataclass(frozen=True)
class Overlaps:
    """Pairs of areas that overlap.

    Attributes
    ----------
    first, second
        Indices of the pair, ``first < second``, in ascending order; shape (p,).
    area_m2
        Area in common, shape (p,).
    """

    first: Int32s
    second: Int32s
    area_m2: Floats

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together."""
        if not (self.first.shape == self.second.shape == self.area_m2.shape):
            raise ValueError("first, second and area_m2 must be equally long")


def defects(geoms: Objects) -> Objects:
    """Find what is wrong with each geometry meant to be an area.

    A height is reported only if nothing else is wrong, since it can simply be left out
    (`force_2d`). Unclosed rings cannot be represented: readers refuse them before this.

    Parameters
    ----------
    geoms
        Geometries or None, shape (n,), in any CRS.

    Returns
    -------
    Objects
        `Defect` or None, shape (n,).
    """
    kind = shapely.get_type_id(geoms)
    reason = np.asarray(shapely.is_valid_reason(geoms), dtype=np.str_)
    invalid = ~shapely.is_valid(geoms)
    crossing = np.char.find(reason, "Self-intersection") >= 0
    areal = np.isin(kind, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    found = np.full(len(geoms), None, dtype=object)
    for where, defect in (
        (shapely.has_z(geoms), Defect.HAS_Z),
        (invalid, Defect.INVALID),
        (invalid & crossing, Defect.SELF_INTERSECTING),
        (~_all_finite(geoms), Defect.NOT_FINITE),
        (~areal, Defect.NOT_POLYGON),
        (shapely.is_empty(geoms), Defect.EMPTY),
        (shapely.is_missing(geoms), Defect.MISSING),
    ):
        found[where] = defect
    return found


def explain_validity(geoms: Objects) -> Floats:
    """Locate the first thing wrong with each geometry.

    Returns
    -------
    Floats
        Shape (n, 2), in the geometries' CRS; NaN where the geometry is valid or missing, or the
        place is not known.
    """
    reason = np.asarray(shapely.is_valid_reason(geoms), dtype=np.str_)
    where = np.full((len(geoms), 2), np.nan)
    invalid = np.flatnonzero(np.char.endswith(reason, "]"))
    places = [text.rpartition("[")[2].rstrip("]").split() for text in reason[invalid]]
    where[invalid] = np.array(places, dtype=np.float64).reshape(-1, 2)
    return where


def force_2d(geoms: Objects) -> Objects:
    """Leave out heights; None stays None."""
    flat: Objects = shapely.force_2d(geoms)
    return flat


def as_multipolygons(geoms: Objects) -> Objects:
    """Make every polygon a multipolygon of one part, as areas are stored; None stays None.

    Raises
    ------
    ValueError
        If a geometry is neither a polygon nor a multipolygon.
    """
    kind = shapely.get_type_id(geoms)
    simple = kind == shapely.GeometryType.POLYGON
    if not (simple | (kind == shapely.GeometryType.MULTIPOLYGON) | (kind == -1)).all():
        raise ValueError("only polygons and multipolygons are areas")
    result = geoms.copy()
    numbers = np.flatnonzero(simple)
    result[numbers] = shapely.multipolygons(geoms[numbers], indices=np.arange(len(numbers)))
    return result


def orient(geoms: Objects) -> Objects:
    """Turn rings by the right-hand rule of RFC 7946, 3.1.6: outer ones counter-clockwise."""
    turned: Objects = shapely.orient_polygons(geoms, exterior_cw=False)
    return turned


def overlaps(polygons_m: Objects, tolerance_m2: float = TOLERANCE_M2) -> Overlaps:
    """Find the siblings that overlap by more than a tolerance.

    Parameters
    ----------
    polygons_m
        Valid areas in a metric CRS, shape (n,); None overlaps nothing.
    tolerance_m2
        Area in common that is still taken for two drawings of one border. Narrow slivers count by
        their area like any other overlap.

    Returns
    -------
    Overlaps
        Sorted by the first, then the second.
    """
    one, other = shapely.STRtree(polygons_m).query(polygons_m, predicate="intersects")
    upward = one < other
    one, other = one[upward], other[upward]
    area_m2 = shapely.area(shapely.intersection(polygons_m[one], polygons_m[other]))
    kept = np.flatnonzero(area_m2 > tolerance_m2)
    order = kept[np.lexsort((other[kept], one[kept]))]
    return Overlaps(one[order].astype(np.int32), other[order].astype(np.int32), area_m2[order])


def outside_parent(
    children_m: Objects, parents_m: Objects, tolerance_m2: float = TOLERANCE_M2
) -> Floats:
    """Measure how much of each child lies outside its parent.

    Parameters
    ----------
    children_m, parents_m
        Valid areas in one metric CRS, shape (n,), paired; a single parent may stand for all.
    tolerance_m2
        Excess that is still taken for two drawings of one border.

    Returns
    -------
    Floats
        Square metres, shape (n,): 0 up to the tolerance, NaN where the child or parent is missing.
    """
    excess_m2 = np.atleast_1d(shapely.area(shapely.difference(children_m, parents_m)))
    return np.where(excess_m2 <= tolerance_m2, 0.0, excess_m2)


def gaps(
    parent_m: shapely.Polygon | shapely.MultiPolygon,
    children_m: Objects,
    tolerance_m2: float = TOLERANCE_M2,
) -> Objects:
    """Find the parts of a parent that no child covers.

    Parameters
    ----------
    parent_m
        Valid area in a metric CRS.
    children_m
        Valid areas in the same CRS, shape (n,); None covers nothing.
    tolerance_m2
        Area of a part that is still taken for imprecise drawing.

    Returns
    -------
    Objects
        Polygons, the largest first; their ``area`` is in square metres.
    """
    uncovered = shapely.difference(parent_m, shapely.union_all(children_m))
    parts = shapely.get_parts(uncovered)
    area_m2 = shapely.area(parts)
    kept: Objects = parts[np.argsort(-area_m2, kind="stable")]
    return kept[: int((area_m2 > tolerance_m2).sum())]


def fill_exactly(parent_m: shapely.Polygon | shapely.MultiPolygon, children_m: Objects) -> bool:
    """Whether children fill a parent to the last vertex: shared borders have the same vertices.

    That is the strictest state of a coverage: no overlap, no gap, no border drawn twice, and the
    outer border the parent's own.
    """
    if not shapely.coverage_is_valid(children_m):
        return False
    return bool(shapely.equals(shapely.coverage_union_all(children_m), parent_m))


def point_defects(lonlat: Floats, box: Box | None) -> Objects:
    """Find what is wrong with each place, as far as its coordinates tell.

    Parameters
    ----------
    lonlat
        Degrees, shape (n, 2), longitude first.
    box
        Where places are expected, in degrees (the district's extent with a margin); None if
        nothing is known, then no place is elsewhere.

    Returns
    -------
    Objects
        `PointDefect` or None, shape (n,). Longitude and latitude count as swapped where only the
        other order lies in the box or on the globe.
    """
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    found = np.full(len(lonlat), None, dtype=object)
    on_globe, swapped_on_globe = _within(lon, lat, GLOBE), _within(lat, lon, GLOBE)
    is_swapped = ~on_globe & swapped_on_globe
    if box is not None:
        is_inside = _within(lon, lat, box)
        found[~is_inside] = PointDefect.ELSEWHERE
        is_swapped |= ~is_inside & _within(lat, lon, box)
    for where, defect in (
        (~on_globe, PointDefect.METRES),
        (is_swapped, PointDefect.SWAPPED),
        ((lon == 0) & (lat == 0), PointDefect.NULL_ISLAND),
        (~np.isfinite(lonlat).all(axis=1), PointDefect.NOT_FINITE),
    ):
        found[where] = defect
    return found


def _within(x: Floats, y: Floats, box: Box) -> Bools:
    west, south, east, north = box
    inside: Bools = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return inside


def _all_finite(geoms: Objects) -> Bools:
    xy, geometry = shapely.get_coordinates(geoms, return_index=True)
    broken = geometry[~np.isfinite(xy).all(axis=1)]
    finite: Bools = np.bincount(broken, minlength=len(geoms)) == 0
    return finite
