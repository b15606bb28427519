"""What is drawn beneath a map's theme: water, railway, green and the outlines of buildings."""

from dataclasses import dataclass

import numpy as np
import shapely

from data.sample import lanes
from data.sample.blocks import Blocks
from data.sample.estates import Entrances, Estates, Use
from data.sample.lanes import ENTRANCE_EVERY_M, SLAB_DEPTH_M
from data.sample.terrain import Terrain
from gis.arrays import Floats, Objects

_HOUSE_M = (10.0, 8.0)
_GAP_M = 5.0
_SHRUNK_PARK_M = 6.0
_WITH_HALLS = (Use.SCHOOL, Use.MARKET, Use.FACTORY)
_HALLS = (3, 2)
_HALL_SHARE = 0.62
_HALL_SETBACK_M = 9.0


@dataclass(frozen=True)
class Backdrop:
    """Features beneath the theme; columns of shape (n,).

    Attributes
    ----------
    kind
        ``water``, ``railway``, ``green`` or ``building``.
    name
        Often empty.
    geometry
        Polygons, for the railway lines; plan metres until turned into degrees.
    """

    kind: Objects
    name: Objects
    geometry: Objects


def paint(terrain: Terrain, blocks: Blocks, estates: Estates) -> Backdrop:
    """Collect the scenery, in plan metres."""
    water = shapely.get_parts(shapely.intersection(terrain.water, terrain.outline))
    rails = shapely.get_parts(shapely.intersection(terrain.tracks, terrain.outline))
    hills = shapely.get_parts(shapely.intersection(terrain.hills, terrain.outline))
    parks = shapely.buffer(blocks.polygons[estates.use == Use.PARK], -_SHRUNK_PARK_M)
    halls = _halls(blocks.polygons[np.isin(estates.use, _WITH_HALLS)])
    buildings = np.concatenate((_buildings(estates.entrances), halls))
    groups = (
        ("water", "淮河", water),
        ("green", "", hills),
        ("green", "", parks[~shapely.is_empty(parks)]),
        ("railway", "", rails),
        ("building", "", buildings),
    )
    length = [len(geoms) for _, _, geoms in groups]
    kind, name = (
        np.repeat(np.array([group[column] for group in groups], dtype=np.object_), length)
        for column in (0, 1)
    )
    return Backdrop(kind, name, np.concatenate([geoms for _, _, geoms in groups]))


def _buildings(entrances: Entrances) -> Objects:
    """Draw a slab along the entrances of each building, and a small house at a lone door."""
    order = np.lexsort((entrances.number, entrances.building))
    building = entrances.building[order]
    first = np.flatnonzero(np.diff(building, prepend=-1))
    last = np.append(first[1:], len(order)) - 1
    start, end = entrances.xy[order][first], entrances.xy[order][last]
    length = np.hypot(*(end - start).T)
    along = np.where((length > 0)[:, None], end - start, [1.0, 0.0])
    along /= np.hypot(*along.T)[:, None]
    is_slab = length > 0
    half_length = np.where(is_slab, (length + ENTRANCE_EVERY_M - _GAP_M) / 2.0, _HOUSE_M[0] / 2.0)
    half_depth = np.where(is_slab, SLAB_DEPTH_M, _HOUSE_M[1]) / 2.0
    away = np.column_stack((along[:, 1], -along[:, 0]))
    # A slab lies to the right as its doors are counted; a house stands around its door.
    centre = (start + end) / 2.0 + away * np.where(is_slab, half_depth + 1.0, 0.0)[:, None]
    return _rectangles(centre, along * half_length[:, None], away * half_depth[:, None])


def _halls(polygons: Objects) -> Objects:
    """Draw the large buildings of schools, markets and factories, in rows of three."""
    along, extents = lanes.orientation(polygons)
    away = np.column_stack((along[:, 1], -along[:, 0]))
    centre = shapely.get_coordinates(shapely.centroid(polygons))
    inner = shapely.buffer(polygons, -_HALL_SETBACK_M)
    bays = extents / np.array(_HALLS)
    half = bays * _HALL_SHARE / 2.0
    drawn = []
    for column in range(_HALLS[0]):
        for row in range(_HALLS[1]):
            steps = bays * (np.array([column, row]) - (np.array(_HALLS) - 1) / 2.0)
            middle = centre + along * steps[:, :1] + away * steps[:, 1:]
            halls = _rectangles(middle, along * half[:, :1], away * half[:, 1:])
            drawn.append(halls[shapely.contains(inner, halls)])
    return np.concatenate(drawn)


def _rectangles(centre: Floats, along: Floats, away: Floats) -> Objects:
    corners = (along + away, along - away, -along - away, -along + away)
    rectangles: Objects = shapely.polygons(
        np.stack([centre + corner for corner in corners], axis=1)
    )
    return rectangles
