"""Households: who lives behind which door, and at which address."""

from dataclasses import dataclass

import numpy as np
import shapely

from data.sample import apportion, facts
from data.sample.areas import Areas
from data.sample.blocks import Blocks
from data.sample.estates import Entrances, Estates, Use
from data.sample.roads import Sections
from gis import arrays
from gis.arrays import Bools, Floats, Int64s, Objects

_MOST_WITHOUT_LIFT = 14
_UNEVEN = 0.18
_FIRST_WORDS = "和谐新康金银祥瑞丽锦阳春华安泰福庆平永兴盛龙凤翠明东南西北中"
_SECOND_WORDS = "苑园景庭居家馨城源湖江山林泉水光辉达顺悦和乐宁"
_ESTATE_ENDINGS = ("小区", "花园", "新村", "家属院", "苑")


@dataclass(frozen=True)
class Households:
    """Households; columns of shape (h,), ascending by code.

    Attributes
    ----------
    code
        ``H`` and nine digits.
    address
        Chinese, from the district down to the door.
    lonlat
        Degrees (EPSG:4490), shape (h, 2); those behind one entrance share the point.
    building, entrance, floor, room
        Texts; entrance and room are empty for a house of one's own.
    township
        Index into the townships of the census, in the order of their codes.
    door
        Index of the entrance in the plan.
    """

    code: Objects
    address: Objects
    lonlat: Floats
    building: Objects
    entrance: Objects
    floor: Objects
    room: Objects
    township: Int64s
    door: Int64s


@dataclass(frozen=True)
class Doors:
    """What is the same for all households behind an entrance; columns of shape (n,)."""

    households: Int64s
    place: Objects
    building: Objects
    is_house: Bools


def open_doors(
    blocks: Blocks, estates: Estates, areas: Areas, sections: Sections, rng: np.random.Generator
) -> Doors:
    """Deal the households of each grid cell out to its entrances, and give these addresses."""
    doors = estates.entrances
    weight = doors.room_for * rng.lognormal(0.0, _UNEVEN, len(doors.block))
    count = apportion.by_largest_remainder(areas.cell_households, weight, areas.cell[doors.block])
    is_house = (estates.use[doors.block] == Use.HOUSES) | (estates.use[doors.block] == Use.EMPTY)
    road = _road_at(doors.xy, sections)
    number = _house_numbers(doors, areas.community[doors.block], road, is_house)
    ordinal = _ordinal_in_block(doors)
    estate = _estate_names(len(blocks.polygons), rng)[doors.block]
    place = np.where(is_house, road + number + "号", estate + ordinal + "栋")
    return Doors(count, place, np.where(is_house, number, ordinal), is_house)


def settle(
    doors: Doors,
    entrances: Entrances,
    community: Int64s,
    lonlat: Floats,
    plan: facts.CommunityPlan,
) -> Households:
    """Give every household its door, floor and room.

    Parameters
    ----------
    doors, entrances
        Entrances with the number of households behind each, shape (n,).
    community
        Community of each entrance, shape (n,).
    lonlat
        Where each entrance is, degrees, shape (n, 2).
    plan
        Names of the communities.
    """
    order = np.lexsort((entrances.number, entrances.building, community))
    count = doors.households[order]
    door = np.repeat(order, count)
    nth = arrays.ranges(np.zeros_like(count), count)
    per_floor = np.where(doors.households[door] > _MOST_WITHOUT_LIFT, 4, 2)
    floor = np.where(doors.is_house[door], 1 + nth, nth // per_floor + 1)
    flat = _texts(floor * 100 + nth % per_floor + 1)
    own = doors.is_house[door]
    number = _texts(entrances.number[door])
    inside = np.where(own, "", number + "单元" + flat + "室")
    township = _township_index(plan)[community[door]]
    return Households(
        code=_texts(np.arange(1, len(door) + 1), width=9, before="H"),
        address=prefixes(plan)[community[door]] + doors.place[door] + inside,
        lonlat=lonlat[door],
        building=doors.building[door],
        entrance=np.where(own, "", number),
        floor=_texts(floor),
        room=np.where(own, "", flat),
        township=township,
        door=door,
    )


def prefixes(plan: facts.CommunityPlan) -> Objects:
    """Give the part of an address down to the community, shape (c,)."""
    names = {unit.code: unit.name for unit in facts.units()}
    return np.array(
        [names[facts.DISTRICT] + names[unit.code[:9]] + unit.short_name for unit in plan.units],
        dtype=np.object_,
    )


def _township_index(plan: facts.CommunityPlan) -> Int64s:
    return np.searchsorted(sorted(facts.PEOPLE_OF_TOWNSHIP), plan.townships).astype(np.int64)


def _texts(numbers: Int64s, width: int = 0, before: str = "") -> Objects:
    """Write numbers as texts, each different number once."""
    values, index = np.unique(numbers, return_inverse=True)
    words = np.array([f"{before}{value:0{width}d}" for value in values.tolist()], dtype=np.object_)
    return words[index]


def _road_at(xy: Floats, sections: Sections) -> Objects:
    """Give the nearest road that has a name."""
    named = np.flatnonzero(sections.name != "")
    tree = shapely.STRtree(sections.lines[named])
    nearest: Objects = sections.name[named[tree.nearest(shapely.points(xy))]]
    return nearest


def _house_numbers(doors: Entrances, community: Int64s, road: Objects, is_house: Bools) -> Objects:
    """Count the houses along each road of a community, west to east; flats get no number."""
    words = np.unique(road.astype(np.str_), return_inverse=True)[1]
    group = np.where(is_house, community * (words.max() + 1) + words, -1)
    order = np.lexsort((doors.xy[:, 1], doors.xy[:, 0], group))
    first = np.searchsorted(group[order], group[order])
    number = np.empty(len(group), dtype=np.int64)
    number[order] = np.arange(len(group)) - first + 1
    return _texts(np.where(is_house, number, 0))


def _ordinal_in_block(doors: Entrances) -> Objects:
    """Count the buildings within each block from 1."""
    lowest = np.full(int(doors.block.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(lowest, doors.block, doors.building)
    return _texts(doors.building - lowest[doors.block] + 1)


def _estate_names(count: int, rng: np.random.Generator) -> Objects:
    first, second = (
        np.array(list(text), dtype=np.object_) for text in (_FIRST_WORDS, _SECOND_WORDS)
    )
    endings = np.array(_ESTATE_ENDINGS, dtype=np.object_)
    picks = [words[rng.integers(0, len(words), count)] for words in (first, second, endings)]
    names: Objects = picks[0] + picks[1] + picks[2]
    return names
