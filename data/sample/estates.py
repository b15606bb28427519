"""What stands on the blocks: gated compounds, open estates, houses, and places nobody lives in.

A compound is rows of slab blocks, lanes between them, a drive across these, and one or two gates:
its people walk to a gate first, however near the shop beyond the wall is. Around the core of a
residents' community it is dense and high; farther out come low houses, works, schools and parks.
"""

import enum
from dataclasses import dataclass

import numpy as np
import shapely

from data.sample import facts, hamlets, lanes, zones
from data.sample.blocks import Blocks
from data.sample.zones import Zone
from gis import arrays
from gis.arrays import Bools, Floats, Int8s, Int64s, Objects

_HOUSE_EVERY_M = 15.0
_FRONT_GARDEN_M = 9.0
_CLEAR_M = 3.0
_HOUSEHOLDS_PER_FLOOR = 2.0
_HOUSEHOLDS_PER_HOUSE = 1.1


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
_RINGS = (0.7, 1.1)
"""Where a core and its surroundings end, in built radii of the community."""
_LARGE_BLOCK = np.array([
    (0.50, 0.40, 0.00, 0.03, 0.04, 0.00, 0.03),
    (0.40, 0.28, 0.00, 0.10, 0.04, 0.10, 0.08),
    (0.05, 0.07, 0.00, 0.10, 0.03, 0.45, 0.30),
])  # fmt: skip
_SMALL_BLOCK = np.array([
    (0.35, 0.30, 0.22, 0.02, 0.08, 0.00, 0.03),
    (0.18, 0.17, 0.42, 0.04, 0.07, 0.05, 0.07),
    (0.00, 0.05, 0.30, 0.05, 0.02, 0.35, 0.23),
])  # fmt: skip
_LARGE_M2 = 1.2e4
_SMALLEST_M2 = 6.0e3
_HOUSEHOLDS_PER_BLOCK = 250
_STOREYS = ((5, 7), (3, 6), (1, 3))
"""Fewest, and one more than most, by ring."""
_TOWER_SHARE, _TOWER_STOREYS = 0.10, 11


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


def build(blocks: Blocks, plan: facts.CommunityPlan, rng: np.random.Generator) -> Estates:
    """Choose a use for each block and build on it."""
    core, away = zones.nearest_core(blocks.centres, plan)
    ring = np.searchsorted(_RINGS, away)
    use = _uses(blocks, ring, rng)
    use[_innermost(blocks, core, away, plan) & (use > Use.HOUSES)] = Use.OPEN_ESTATE
    estate = np.flatnonzero((use == Use.COMPOUND) | (use == Use.OPEN_ESTATE))
    laid = lanes.lay(blocks.polygons[estate], use[estate] == Use.COMPOUND, rng)
    slabs = lanes.build(laid, blocks.polygons[estate])
    storeys = _storeys(use[estate], ring[estate], rng)
    flats = Entrances(
        xy=slabs.xy,
        block=estate[slabs.estate],
        building=slabs.building,
        number=slabs.number,
        room_for=_HOUSEHOLDS_PER_FLOOR * storeys[slabs.estate],
    )
    houses = _houses(blocks, use, int(flats.building[-1]) + 1)
    remote = _single(*hamlets.build(blocks), int(houses.building[-1]) + 1)
    doors = _inside(_joined(flats, houses, remote), blocks.polygons)
    return Estates(use, laid.rows, laid.drives, doors)


def _uses(blocks: Blocks, ring: Int64s, rng: np.random.Generator) -> Int8s:
    area = shapely.area(blocks.polygons)
    dice = rng.random(len(area))
    shares = np.where((area > _LARGE_M2)[:, None], _LARGE_BLOCK[ring], _SMALL_BLOCK[ring])
    picked = (dice[:, None] > np.cumsum(shares, axis=1)[:, :-1]).sum(axis=1)
    village = np.where(dice < 0.88, Use.HOUSES, Use.EMPTY)
    chosen = np.select(
        [blocks.zone == Zone.TOWN, blocks.zone == Zone.VILLAGE],
        [np.array(_TOWN_USES)[picked], village],
        Use.EMPTY,
    )
    return np.where(area > 1500.0, chosen, Use.EMPTY).astype(np.int8)


def _innermost(blocks: Blocks, core: Int64s, away: Floats, plan: facts.CommunityPlan) -> Bools:
    """Find the blocks nearest to each core: people live there, enough for each grid cell."""
    needed = plan.households[np.array(plan.is_urban)] // _HOUSEHOLDS_PER_BLOCK + 1
    fit = (blocks.zone == Zone.TOWN) & (shapely.area(blocks.polygons) > _SMALLEST_M2)
    group = np.where(fit, core, len(needed))
    order = np.lexsort((away, group))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.searchsorted(group[order], group[order])
    found: Bools = fit & (rank < needed[core])
    return found


def _storeys(use: Int8s, ring: Int64s, rng: np.random.Generator) -> Floats:
    """Give the storeys of each estate: walk-ups and a few towers; farther out miners' rows."""
    low, high = np.array(_STOREYS).T
    usual = rng.integers(low[ring], high[ring])
    tower = (use == Use.COMPOUND) & (ring == 0) & (rng.random(len(use)) < _TOWER_SHARE)
    return np.where(tower, _TOWER_STOREYS, usual).astype(np.float64)


def _houses(blocks: Blocks, use: Int8s, first_building: int) -> Entrances:
    owner = np.flatnonzero(use == Use.HOUSES)
    inner = shapely.buffer(blocks.polygons[owner], -_FRONT_GARDEN_M, join_style="mitre")
    parts, index = shapely.get_parts(inner, return_index=True)
    rings = shapely.get_exterior_ring(parts)
    count = np.floor(shapely.length(rings) / _HOUSE_EVERY_M).astype(np.int64)
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


def _single(xy: Floats, block: Int64s, first_building: int) -> Entrances:
    return Entrances(
        xy=xy,
        block=block.astype(np.int64),
        building=np.arange(len(xy)) + first_building,
        number=np.ones(len(xy), dtype=np.int64),
        room_for=np.full(len(xy), _HOUSEHOLDS_PER_HOUSE),
    )


def _joined(*parts: Entrances) -> Entrances:
    return Entrances(
        xy=np.concatenate([part.xy for part in parts]),
        block=np.concatenate([part.block for part in parts]),
        building=np.concatenate([part.building for part in parts]),
        number=np.concatenate([part.number for part in parts]),
        room_for=np.concatenate([part.room_for for part in parts]),
    )
