"""The district's units with their boundaries: blocks joined to grid cells, and these upwards."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy import spatial

from data.sample import apportion, facts, partition, terrain, zones
from data.sample.blocks import Blocks
from data.sample.estates import Estates, Use
from gis import codes, crs
from gis.arrays import Floats, Int64s, Objects

FEWEST, MOST, USUAL = 300, 500, 400
"""Households of a grid cell, as practised; a community with fewer is one cell."""
_SPECIAL = {Use.SCHOOL: "学校", Use.MARKET: "市场", Use.FACTORY: "厂区"}
_SPECIAL_M2 = 1.4e4
_DEGREE_DIGITS = 7
_A_HOUSEHOLD = 1.0


@dataclass(frozen=True)
class Areas:
    """Who owns each block.

    Attributes
    ----------
    community
        Community of each block, shape (b,).
    cell
        Grid cell of each block, shape (b,).
    cell_codes, cell_names, cell_kinds
        Columns of the grid cells, shape (g,), ascending by code.
    cell_households
        Households of each grid cell, shape (g,).
    """

    community: Int64s
    cell: Int64s
    cell_codes: tuple[str, ...]
    cell_names: tuple[str, ...]
    cell_kinds: tuple[codes.UnitKind, ...]
    cell_households: Int64s


@dataclass(frozen=True)
class Units:
    """Units of all levels, the whole before its parts; columns of shape (n,).

    `geometry` is in degrees (EPSG:4490), rounded to 7 digits, which keeps borders shared.
    """

    code: tuple[str, ...]
    name: tuple[str, ...]
    level: tuple[str, ...]
    kind: tuple[str, ...]
    parent_code: tuple[str, ...]
    geometry: Objects


def divide(
    blocks: Blocks, estates: Estates, plan: facts.CommunityPlan, banks: shapely.Geometry
) -> Areas:
    """Divide the blocks among communities, and each community's among grid cells.

    Parameters
    ----------
    blocks, estates
        What is there.
    plan
        The communities.
    banks
        The district without its river and the islands in it, in plan metres: what lies on the
        other bank is far.
    """
    room = _room(blocks, estates, plan)
    seats, bank = plan.seats, _part_of(banks, np.vstack((plan.seats, blocks.centres)))
    wanted = np.where(np.array(plan.is_urban), plan.households, 0).astype(np.float64)
    place = _apart(bank[len(seats) :], blocks.centres)
    label = partition.among_seats(
        place, room, _apart(bank[: len(seats)], seats), wanted, plan.reach_m
    )
    community = partition.connected(label, room, blocks.neighbours)
    return _all_cells(_Ground(blocks, estates, room, plan), community)


def outline(areas: Areas, blocks: Blocks, plan: facts.CommunityPlan) -> Units:
    """Join the blocks to units of every level, in degrees."""
    corners = _to_degrees(blocks.polygons)
    cells = _dissolve(corners, areas.cell, len(areas.cell_codes))
    communities = _dissolve(corners, areas.community, len(plan.units))
    names = sorted(set(plan.townships))
    of_township = np.searchsorted(names, plan.townships)[areas.community]
    townships = _dissolve(corners, of_township, len(names))
    district = _dissolve(corners, np.zeros_like(areas.cell), 1)
    return _table(areas, np.concatenate((district, townships, communities, cells)))


def _room(blocks: Blocks, estates: Estates, plan: facts.CommunityPlan) -> Floats:
    """Households that find room in each block; land counts a trifle, so that all of it is shared.

    What is built around the core of a residents' community has room for its households.
    """
    count = len(blocks.polygons)
    homes = np.bincount(estates.entrances.block, estates.entrances.room_for, minlength=count)
    town = (blocks.zone == zones.Zone.TOWN) & (homes > 0)
    urban = np.flatnonzero(plan.is_urban)
    core = urban[zones.nearest_core(blocks.centres, plan)[0]]
    built = np.bincount(core[town], homes[town], minlength=len(plan.units))
    homes[town] *= (plan.households / np.maximum(built, 1.0))[core[town]]
    trifle: Floats = homes + 1e-6 * shapely.area(blocks.polygons)
    return trifle


def _part_of(banks: shapely.Geometry, xy: Floats) -> Int64s:
    parts = shapely.get_parts(banks)
    tree = shapely.STRtree(parts)
    return np.asarray(tree.nearest(shapely.points(xy)), dtype=np.int64)


def _apart(bank: Int64s, xy: Floats) -> Floats:
    """Add a third coordinate that puts the banks of the river two kilometres apart."""
    return np.column_stack((xy, bank * 2000.0))


@dataclass(frozen=True)
class _Ground:
    """What is divided: the blocks, what stands on them, and the households there is room for."""

    blocks: Blocks
    estates: Estates
    room: Floats
    plan: facts.CommunityPlan


@dataclass(frozen=True)
class _Cells:
    """The grid cells of one community; `part` gives the cell of each of its blocks."""

    part: Int64s
    words: tuple[str, ...]
    households: Int64s


def _all_cells(ground: _Ground, community: Int64s) -> Areas:
    cell = np.full(len(community), -1, dtype=np.int64)
    numbers: list[str] = []
    names: list[str] = []
    kinds: list[codes.UnitKind] = []
    households: list[int] = []
    for index, unit in enumerate(ground.plan.units):
        own = np.flatnonzero(community == index)
        cells = _cells_of(ground, own, index)
        numbering = _numbering(ground.blocks, own, cells.part)
        cell[own] = len(numbers) + numbering[cells.part]
        for number, old in enumerate(np.argsort(numbering).tolist(), start=1):
            word = cells.words[old]
            numbers.append(codes.grid_code(unit.code, number))
            names.append(f"{unit.short_name}第{number}网格{word}")
            kinds.append(codes.UnitKind.SPECIAL if word else codes.UnitKind.RESIDENTIAL)
            households.append(int(cells.households[old]))
    return Areas(community, cell, tuple(numbers), tuple(names), tuple(kinds), np.array(households))


def _cells_of(ground: _Ground, own: Int64s, index: int) -> _Cells:
    """Divide the blocks of a community; a special cell comes last and has no households."""
    households = int(ground.plan.households[index])
    count = max(1, round(households / USUAL))
    may_have_special = ground.plan.is_urban[index] and index % 2 == 0
    special = _special_block(ground.blocks, ground.estates, own) if may_have_special else own[:0]
    rest = np.setdiff1d(own, special)
    room = ground.room[rest]
    centres, inhabited = ground.blocks.centres[rest], room >= _A_HOUSEHOLD
    nearest = spatial.KDTree(centres[inhabited]).query(centres)[1]
    divided = partition.evenly(centres[inhabited], room[inhabited], count)[nearest]
    divided = partition.connected(divided, room, _pairs_within(ground.blocks, rest))
    part = np.full(len(own), count, dtype=np.int64)
    part[np.isin(own, rest)] = divided
    size = np.bincount(divided, room, minlength=count).astype(np.float64)
    dealt = apportion.within_bounds(households, size, min(FEWEST, households), MOST)
    words = tuple(f"（{_SPECIAL[Use(kind)]}）" for kind in ground.estates.use[special])
    empty = np.zeros(len(special), dtype=np.int64)
    return _Cells(part, ("",) * count + words, np.concatenate((dealt, empty)))


def _special_block(blocks: Blocks, estates: Estates, own: Int64s) -> Int64s:
    """Choose the largest school, market or factory: at most one, alone in a cell of its own."""
    area = shapely.area(blocks.polygons[own])
    fit = np.isin(estates.use[own], [int(use) for use in _SPECIAL]) & (area > _SPECIAL_M2)
    if not fit.any():
        return np.zeros(0, dtype=np.int64)
    return own[[np.argmax(np.where(fit, area, 0.0))]]


def _pairs_within(blocks: Blocks, chosen: Int64s) -> Int64s:
    position = np.full(len(blocks.polygons), -1, dtype=np.int64)
    position[chosen] = np.arange(len(chosen))
    pairs = position[blocks.neighbours]
    return pairs[(pairs >= 0).all(axis=1)]


def _numbering(blocks: Blocks, own: Int64s, part: Int64s) -> Int64s:
    """Give each part its number from 0, counted west to east, then north to south."""
    area = shapely.area(blocks.polygons[own])
    ground = terrain.to_ground(blocks.centres[own])
    weight = np.bincount(part, area)
    centre = np.column_stack(
        [np.bincount(part, area * ground[:, axis]) / weight for axis in (0, 1)]
    )
    order = codes.grid_sequence(centre)
    numbering = np.empty_like(order)
    numbering[order] = np.arange(len(order))
    return numbering


def _to_degrees(geoms: Objects) -> Objects:
    def turned(xy: Floats) -> Floats:
        ground = terrain.to_ground(xy)
        return np.round(crs.project(ground, facts.METRIC_EPSG, crs.STORED), _DEGREE_DIGITS)

    moved: Objects = shapely.transform(geoms, turned)
    return moved


def _dissolve(polygons: Objects, label: Int64s, count: int) -> Objects:
    order = np.argsort(label, kind="stable")
    starts = np.searchsorted(label[order], np.arange(1, count))
    groups = np.split(polygons[order], starts)
    return np.array([shapely.coverage_union_all(group) for group in groups], dtype=np.object_)


def _table(areas: Areas, geometry: Objects) -> Units:
    known = sorted(facts.units(), key=lambda unit: (len(unit.code), unit.code))
    code = (*(unit.code for unit in known), *areas.cell_codes)
    return Units(
        code=code,
        name=(*(unit.name for unit in known), *areas.cell_names),
        level=tuple(codes.level_of(each).value for each in code),
        kind=(*(unit.kind.value for unit in known), *(kind.value for kind in areas.cell_kinds)),
        parent_code=tuple(codes.parent_of(each) or "" for each in code),
        geometry=geometry,
    )
