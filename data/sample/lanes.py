"""Inside an estate: lanes with slab blocks on both sides, a drive across them, and the gates."""

from dataclasses import dataclass

import numpy as np
import shapely

from gis import arrays
from gis.arrays import Bools, Floats, Int64s, Objects

ENTRANCE_EVERY_M = 19.0
ENTRANCES_PER_BUILDING = 3
SLAB_DEPTH_M = 11.0
_LANE_EVERY_M = 76.0
_WALL_M = 11.0
_NEAR_DOOR_M, _FAR_DOOR_M = 5.0, 22.0
"""From a lane to the doors of the slabs south of it, and across their gardens to those north."""
_OFF_MIDDLE_M = (_FAR_DOOR_M - _NEAR_DOOR_M) / 2.0
_DRIVE_HALF_WIDTH_M = 8.0
_CLEAR_M = 3.0
_TWO_GATES_SHARE = 0.85
_SOUTH_ON_PLAN = np.deg2rad(-35.0)
_FAR_M = 2000.0


@dataclass(frozen=True)
class Lanes:
    """Lanes in estates, in plan metres.

    Attributes
    ----------
    rows
        Lanes between slab blocks, shape (r,).
    owner
        Index of the estate each row is in, shape (r,).
    drives
        One line across the rows of each estate, from gate to gate, shape (e,).
    """

    rows: Objects
    owner: Int64s
    drives: Objects


@dataclass(frozen=True)
class Doors:
    """Entrances of slab blocks; columns of shape (n,).

    `xy` is in plan metres, `estate` the index of the estate, `building` ascends from 0, `number`
    counts the entrances of a building from 1, left to right as seen from outside its doors.
    """

    xy: Floats
    estate: Int64s
    building: Int64s
    number: Int64s


def lay(polygons: Objects, gated: Bools, rng: np.random.Generator) -> Lanes:
    """Lay lanes into estates.

    Parameters
    ----------
    polygons
        Estates, plan metres, shape (e,).
    gated
        Whether each has a wall around it: one or two gates, and lanes that end before the wall.
    rng
        Source of irregularity.
    """
    along, extents = orientation(polygons)
    up = np.column_stack((-along[:, 1], along[:, 0]))
    centre = shapely.get_coordinates(shapely.centroid(polygons))
    inner = shapely.buffer(polygons, -_WALL_M, join_style="mitre")
    middle = centre + along * rng.uniform(-25.0, 25.0, len(along))[:, None]
    drives = _drives(middle, up, (polygons, inner), gated, rng)

    room = (extents[:, 1] - 2 * _WALL_M) / _LANE_EVERY_M
    count = np.maximum(1, np.floor(room + 0.6)).astype(np.int64)
    owner = np.repeat(np.arange(len(count)), count)
    nth = arrays.ranges(np.zeros_like(count), count) - (count[owner] - 1) / 2.0
    start = centre[owner] + up[owner] * (nth * _LANE_EVERY_M - _OFF_MIDDLE_M)[:, None]
    reach = along[owner] * _FAR_M
    endless = shapely.linestrings(np.stack((start - reach, start + reach), axis=1))
    within = np.where(gated, inner, polygons)[owner]
    parts, index = shapely.get_parts(shapely.intersection(endless, within), return_index=True)
    owner = owner[index]
    whole = (shapely.length(parts) > ENTRANCE_EVERY_M) & shapely.intersects(parts, drives[owner])
    return Lanes(parts[whole], owner[whole], drives)


def build(lanes: Lanes, polygons: Objects) -> Doors:
    """Build slab blocks along both sides of the lanes, none across a drive or the border.

    Parameters
    ----------
    lanes
        The lanes.
    polygons
        Estates, plan metres, shape (e,).
    """
    drive = shapely.buffer(lanes.drives[lanes.owner], _DRIVE_HALF_WIDTH_M, cap_style="flat")
    fronts, row = shapely.get_parts(shapely.difference(lanes.rows, drive), return_index=True)
    estate = lanes.owner[row]
    sides = np.concatenate((fronts, shapely.reverse(fronts)))
    away = np.repeat([_NEAR_DOOR_M, _FAR_DOOR_M], len(fronts))
    return _within(_doors(sides, away, np.concatenate((estate, estate))), polygons)


def _drives(
    middle: Floats,
    up: Floats,
    borders: tuple[Objects, Objects],
    gated: Bools,
    rng: np.random.Generator,
) -> Objects:
    """Draw the line across the rows; behind a wall without a gate it ends before the wall."""
    outer, inner = borders
    two_gates = ~gated | (rng.random(len(gated)) < _TWO_GATES_SHARE)
    gate_is_up = rng.random(len(gated)) < 0.5
    above = _beam(middle, up, np.where(two_gates | gate_is_up, outer, inner))
    below = _beam(middle, -up, np.where(two_gates | ~gate_is_up, outer, inner))
    merged: Objects = shapely.line_merge(shapely.union(above, below))
    return merged


def _doors(fronts: Objects, away: Floats, estate: Int64s) -> Doors:
    """Space entrances along fronts, `away` metres to the right of each."""
    ends = shapely.get_coordinates(fronts).reshape(-1, 2, 2)
    length = shapely.length(fronts)
    count = np.floor(length / ENTRANCE_EVERY_M).astype(np.int64)
    front = np.repeat(np.arange(len(count)), count)
    nth = arrays.ranges(np.zeros_like(count), count)
    unit = (ends[:, 1] - ends[:, 0]) / np.maximum(length, 1e-9)[:, None]
    slack = (length - count * ENTRANCE_EVERY_M) / 2.0
    at = slack[front] + (nth + 0.5) * ENTRANCE_EVERY_M
    right = np.column_stack((unit[:, 1], -unit[:, 0])) * away[:, None]
    starts = (nth % ENTRANCES_PER_BUILDING == 0).astype(np.int64)
    return Doors(
        xy=ends[front, 0] + unit[front] * at[:, None] + right[front],
        estate=estate[front],
        building=np.cumsum(starts) - 1,
        number=nth % ENTRANCES_PER_BUILDING + 1,
    )


def _within(doors: Doors, polygons: Objects) -> Doors:
    """Keep the entrances behind which the building's whole depth stands inside its estate."""
    inner = shapely.buffer(polygons, -(_CLEAR_M + SLAB_DEPTH_M))
    shapely.prepare(inner)
    kept = shapely.intersects(inner[doors.estate], shapely.points(doors.xy))
    built, building = np.unique(doors.building[kept], return_inverse=True)
    nth = np.arange(len(building)) - np.searchsorted(building, np.arange(len(built)))[building]
    return Doors(doors.xy[kept], doors.estate[kept], building, nth + 1)


def orientation(polygons: Objects) -> tuple[Floats, Floats]:
    """Give the direction in which rows of buildings run, so that fronts face about south.

    Returns
    -------
    tuple[Floats, Floats]
        Unit vectors along the rows, shape (n, 2), and the extents of the polygons along and
        across them, shape (n, 2).
    """
    box = shapely.get_coordinates(shapely.oriented_envelope(polygons)).reshape(-1, 5, 2)
    sides = box[:, 1:3] - box[:, 0:2]
    length = np.hypot(sides[..., 0], sides[..., 1])
    units = sides / length[..., None]
    south = np.array([np.sin(_SOUTH_ON_PLAN), -np.cos(_SOUTH_ON_PLAN)])
    pick = np.argmin(np.abs(units @ south), axis=1)
    each = np.arange(len(pick))
    along = units[each, pick]
    north = np.column_stack((-along[:, 1], along[:, 0])) @ south < 0
    extents = np.column_stack((length[each, pick], length[each, 1 - pick]))
    return np.where(north[:, None], along, -along), extents


def _beam(start: Floats, direction: Floats, within: Objects) -> Objects:
    lines = shapely.linestrings(np.stack((start, start + direction * _FAR_M), axis=1))
    parts, index = shapely.get_parts(shapely.intersection(lines, within), return_index=True)
    first = np.unique(index, return_index=True)[1]
    beams: Objects = shapely.linestrings(np.repeat(start, 2, axis=0).reshape(-1, 2, 2))
    beams[index[first]] = parts[first]
    return beams
