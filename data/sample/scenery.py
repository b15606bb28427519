"""What is drawn beneath a map's theme: water, railway, green and the outlines of buildings."""

from dataclasses import dataclass

import numpy as np
import shapely

from data.sample.blocks import Blocks
from data.sample.estates import ENTRANCE_EVERY_M, Entrances, Estates, Use
from data.sample.terrain import Terrain
from gis.arrays import Floats, Objects

_DEPTH_M = 11.0
_HOUSE_M = (10.0, 8.0)
_GAP_M = 5.0
_SHRUNK_PARK_M = 6.0


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
    buildings = _buildings(estates.entrances)
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
    half_depth = np.where(is_slab, _DEPTH_M, _HOUSE_M[1]) / 2.0
    away = np.column_stack((along[:, 1], -along[:, 0]))
    # Doors are in the slab's northern front; a house stands around its door.
    centre = (start + end) / 2.0 + away * np.where(is_slab, half_depth + 1.0, 0.0)[:, None]
    return _rectangles(centre, along * half_length[:, None], away * half_depth[:, None])


def _rectangles(centre: Floats, along: Floats, away: Floats) -> Objects:
    corners = (along + away, along - away, -along - away, -along + away)
    rectangles: Objects = shapely.polygons(
        np.stack([centre + corner for corner in corners], axis=1)
    )
    return rectangles
