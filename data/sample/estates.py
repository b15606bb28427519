"""What stands on the blocks: gated compounds, open estates, houses, and places nobody lives in.

A compound is rows of slab blocks facing south, a lane along each row, one lane across them all,
and one or two gates: its people walk to a gate first, however near the shop beyond the wall is.
"""

import enum
from dataclasses import dataclass

import numpy as np
import shapely

from data.sample.blocks import Blocks
from data.sample.zones import Zone
from gis import arrays
from gis.arrays import Bools, Floats, Int8s, Int64s, Objects

ROW_EVERY_M = 42.0
ENTRANCE_EVERY_M = 19.0
ENTRANCES_PER_BUILDING = 3
HOUSE_EVERY_M = 15.0
_WALL_M = 11.0
_FRONT_GARDEN_M = 9.0
_DOOR_TO_LANE_M = 5.0
_CLEAR_M = 3.0
_LONELY_M = 200.0
_SOUTH_ON_PLAN = np.deg2rad(-35.0)


class Use(enum.IntEnum):
    """Use of a block."""

    EMPTY = 0
    COMPOUND = 1
    OPEN_ESTATE = 2
    HOUSES = 3
    SCHOOL = 4
    MARKET = 5
    FACTORY = 6
    PARK = 7


_TOWN_USES = (Use.COMPOUND, Use.OPEN_ESTATE, Use.HOUSES, Use.SCHOOL, Use.MARKET, Use.FACTORY,
              Use.PARK)  # fmt: skip
_LARGE_BLOCK = (0.42, 0.29, 0.00, 0.07, 0.04, 0.10, 0.08)
_SMALL_BLOCK = (0.14, 0.14, 0.54, 0.02, 0.07, 0.03, 0.06)
_LARGE_M2 = 1.3e4


@dataclass(frozen=True)
class Entrances:
    """Entrances of buildings: where people can live.

    Attributes
    ----------
    xy
        Plan metres, shape (n, 2).
    block
        Index of the block, shape (n,).
    building
        Number of the building in the whole district, ascending, shape (n,).
    number
        Number of the entrance in its building from 1, shape (n,).
    room_for
        Households that would be usual there, shape (n,).
    """

    xy: Floats
    block: Int64s
    building: Int64s
    number: Int64s
    room_for: Floats


@dataclass(frozen=True)
class Estates:
    """Lanes and buildings, in plan metres.

    Attributes
    ----------
    use
        Use of each block, shape (b,).
    rows
        Lanes along the rows of buildings, shape (r,).
    drives
        Lanes across the rows with the gates at their ends, shape (d,).
    entrances
        Where people can live.
    """

    use: Int8s
    rows: Objects
    drives: Objects
    entrances: Entrances


def build(blocks: Blocks, rng: np.random.Generator) -> Estates:
    """Choose a use for each block and build on it."""
    use = _uses(blocks, rng)
    estate = np.flatnonzero((use == Use.COMPOUND) | (use == Use.OPEN_ESTATE))
    rows, across = _lanes(blocks.polygons[estate], use[estate] == Use.COMPOUND, rng)
    flats = _flats(rows, estate, _storeys(use[estate], rng))
    houses = _houses(blocks, use, int(flats.building[-1]) + 1)
    remote = _remote(blocks, int(houses.building[-1]) + 1)
    doors = _inside(_joined(flats, houses, remote), blocks.polygons)
    return Estates(use, rows.lines, across, doors)


@dataclass(frozen=True)
class _Rows:
    lines: Objects
    estate: Int64s


def _uses(blocks: Blocks, rng: np.random.Generator) -> Int8s:
    area = shapely.area(blocks.polygons)
    dice = rng.random(len(area))
    large = np.searchsorted(np.cumsum(_LARGE_BLOCK)[:-1], dice)
    small = np.searchsorted(np.cumsum(_SMALL_BLOCK)[:-1], dice)
    town = np.array(_TOWN_USES)[np.where(area > _LARGE_M2, large, small)]
    village = np.where(dice < 0.88, Use.HOUSES, Use.EMPTY)
    chosen = np.select(
        [blocks.zone == Zone.TOWN, blocks.zone == Zone.VILLAGE], [town, village], Use.EMPTY
    )
    return np.where(area > 1500.0, chosen, Use.EMPTY).astype(np.int8)


def _lanes(polygons: Objects, gated: Bools, rng: np.random.Generator) -> tuple[_Rows, Objects]:
    along, extents = orientation(polygons)
    up = np.column_stack((-along[:, 1], along[:, 0]))
    centre = shapely.get_coordinates(shapely.centroid(polygons))
    inner = shapely.buffer(polygons, -_WALL_M, join_style="mitre")
    walled = np.where(gated, inner, polygons)

    middle = centre + along * rng.uniform(-25.0, 25.0, len(along))[:, None]
    two_gates = ~gated | (rng.random(len(gated)) < 0.3)
    upper = _beam(middle, up, polygons)
    lower = _beam(middle, -up, np.where(two_gates, polygons, inner))
    flip = rng.random(len(gated)) < 0.5
    turned = _beam(middle, up, np.where(two_gates, polygons, inner)), _beam(middle, -up, polygons)
    upper, lower = np.where(flip, turned[0], upper), np.where(flip, turned[1], lower)
    across = shapely.union(upper, lower)

    count = np.maximum(1, np.floor((extents[:, 1] - 2 * _WALL_M) / ROW_EVERY_M + 0.7)).astype(
        np.int64
    )
    owner = np.repeat(np.arange(len(count)), count)
    nth = arrays.ranges(np.zeros_like(count), count) - (count[owner] - 1) / 2.0
    start = centre[owner] + up[owner] * (nth * ROW_EVERY_M)[:, None]
    reach = along[owner] * 2000.0
    rows = shapely.linestrings(np.stack((start - reach, start + reach), axis=1))
    parts, index = shapely.get_parts(shapely.intersection(rows, walled[owner]), return_index=True)
    owner = owner[index]
    whole = (shapely.length(parts) > ENTRANCE_EVERY_M) & shapely.intersects(parts, across[owner])
    return _Rows(parts[whole], owner[whole]), shapely.get_parts(shapely.line_merge(across))


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
    lines = shapely.linestrings(np.stack((start, start + direction * 2000.0), axis=1))
    parts, index = shapely.get_parts(shapely.intersection(lines, within), return_index=True)
    first = np.unique(index, return_index=True)[1]
    beams: Objects = shapely.linestrings(np.repeat(start, 2, axis=0).reshape(-1, 2, 2))
    beams[index[first]] = parts[first]
    return beams


def _storeys(use: Int8s, rng: np.random.Generator) -> Floats:
    """Give the storeys of each estate: miners' rows, walk-ups, and a few towers with lifts."""
    walled = np.where(rng.random(len(use)) < 0.08, 11, rng.integers(4, 7, len(use)))
    storeys: Floats = np.where(use == Use.COMPOUND, walled, rng.integers(1, 5, len(use))) * 1.0
    return storeys


def _flats(rows: _Rows, block_of_estate: Int64s, storeys: Floats) -> Entrances:
    ends = shapely.get_coordinates(rows.lines).reshape(-1, 2, 2)
    length = shapely.length(rows.lines)
    count = np.floor(length / ENTRANCE_EVERY_M).astype(np.int64)
    row = np.repeat(np.arange(len(count)), count)
    nth = arrays.ranges(np.zeros_like(count), count)
    unit = (ends[:, 1] - ends[:, 0]) / length[:, None]
    slack = (length - count * ENTRANCE_EVERY_M) / 2.0
    at = slack[row] + (nth + 0.5) * ENTRANCE_EVERY_M
    south = np.column_stack((unit[:, 1], -unit[:, 0])) * _DOOR_TO_LANE_M
    xy = ends[row, 0] + unit[row] * at[:, None] + south[row]
    starts = (nth % ENTRANCES_PER_BUILDING == 0).astype(np.int64)
    return Entrances(
        xy=xy,
        block=block_of_estate[rows.estate[row]],
        building=np.cumsum(starts) - 1,
        number=nth % ENTRANCES_PER_BUILDING + 1,
        room_for=2.0 * storeys[rows.estate[row]],
    )


def _houses(blocks: Blocks, use: Int8s, first_building: int) -> Entrances:
    owner = np.flatnonzero(use == Use.HOUSES)
    inner = shapely.buffer(blocks.polygons[owner], -_FRONT_GARDEN_M, join_style="mitre")
    parts, index = shapely.get_parts(inner, return_index=True)
    rings = shapely.get_exterior_ring(parts)
    count = np.floor(shapely.length(rings) / HOUSE_EVERY_M).astype(np.int64)
    ring = np.repeat(np.arange(len(count)), count)
    share = (arrays.ranges(np.zeros_like(count), count) + 0.5) / count[ring]
    doors = shapely.line_interpolate_point(rings[ring], share, normalized=True)
    return _single(shapely.get_coordinates(doors), owner[index[ring]], first_building)


def _inside(doors: Entrances, polygons: Objects) -> Entrances:
    """Drop doors that came to stand on or beyond the edge of their block."""
    inner = shapely.buffer(polygons, -_CLEAR_M)
    kept = shapely.intersects(inner[doors.block], shapely.points(doors.xy))
    return Entrances(
        doors.xy[kept],
        doors.block[kept],
        doors.building[kept],
        doors.number[kept],
        doors.room_for[kept],
    )


def _remote(blocks: Blocks, first_building: int) -> Entrances:
    """Put a lone house into the middle of the largest fields, far from any path."""
    circles = shapely.maximum_inscribed_circle(blocks.polygons, tolerance=20.0)
    lonely = np.flatnonzero((blocks.zone == Zone.FIELD) & (shapely.length(circles) > _LONELY_M))
    return _single(shapely.get_coordinates(circles[lonely])[::2], lonely, first_building)


def _single(xy: Floats, block: Int64s, first_building: int) -> Entrances:
    return Entrances(
        xy=xy,
        block=block.astype(np.int64),
        building=np.arange(len(xy)) + first_building,
        number=np.ones(len(xy), dtype=np.int64),
        room_for=np.full(len(xy), 1.1),
    )


def _joined(*parts: Entrances) -> Entrances:
    return Entrances(
        xy=np.concatenate([part.xy for part in parts]),
        block=np.concatenate([part.block for part in parts]),
        building=np.concatenate([part.building for part in parts]),
        number=np.concatenate([part.number for part in parts]),
        room_for=np.concatenate([part.room_for for part in parts]),
    )
