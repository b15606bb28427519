"""The generated sample district as a whole.

Codes, names and the census' totals are real (`data.sample.facts`); geometry, people, homes and
facilities are generated and depict nobody and no place.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from data.sample import (
    areas,
    blocks,
    centres,
    dwellings,
    estates,
    facilities,
    facts,
    families,
    ramps,
    residents,
    roads,
    scenery,
    terrain,
    thresholds,
    zones,
)
from data.sample.areas import Areas, Units
from data.sample.dwellings import Doors, Households
from data.sample.estates import Entrances
from data.sample.facilities import Facilities
from data.sample.ramps import Ramps
from data.sample.residents import Residents
from data.sample.roads import Network
from data.sample.scenery import Backdrop
from data.sample.sites import Sites
from data.sample.thresholds import Thresholds
from gis import codes, crs
from gis.arrays import Floats, Int64s, Objects

SEED: Final = 340405
_DEGREE_DIGITS: Final = 7
_CHANCES: Final = 8


@dataclass(frozen=True)
class SampleDistrict:
    """Everything the sample district consists of; coordinates are degrees (EPSG:4490)."""

    units: Units
    network: Network
    households: Households
    residents: Residents
    facilities: Facilities
    ramps: Ramps
    thresholds: Thresholds
    backdrop: Backdrop


def generate(seed: int = SEED) -> SampleDistrict:
    """Generate the district; the same seed gives the same district to the last digit.

    Parameters
    ----------
    seed
        Any whole number from 0. Another seed gives other roads and people on the same terrain,
        with the same units, totals and sizes of grid cells.
    """
    dice = [np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(_CHANCES)]
    land, plan = terrain.lay_out(), facts.community_plan()
    uses = zones.zone_map(land, plan)
    ground, lines = blocks.draw(land, uses, dice[0])
    built = estates.build(ground, plan, dice[1])
    banks = shapely.difference(land.outline, shapely.union(land.water, land.islands))
    owned = areas.divide(ground, built, plan, banks)
    sections = roads.connect(land, uses, ground, lines, built)
    doors = dwellings.open_doors(ground, built, owned, sections, dice[2])
    community = owned.community[built.entrances.block]
    lonlat = _degrees(built.entrances.xy)
    homes = dwellings.settle(doors, built.entrances, community, lonlat, plan)
    x, y = built.entrances.xy.T
    off_islands = ~shapely.intersects_xy(land.islands, x, y)
    settled = (built.use[built.entrances.block] != estates.Use.EMPTY) & off_islands
    sites = _sites(built.entrances.xy, doors, homes, community, lonlat).at(settled)
    served = facilities.place(
        sites, plan, centres.Ways(roads.bendable(sections), land.rail), dice[3]
    )
    network = roads.describe(sections, _bent(roads.bendable(sections)), dice[4])
    return SampleDistrict(
        units=areas.outline(owned, ground, plan),
        network=network,
        households=homes,
        residents=_people(homes, owned, built.entrances, plan, dice[5]),
        facilities=served,
        ramps=ramps.build(served, sites, plan, dice[6]),
        thresholds=thresholds.build(served, sites, network, dice[7]),
        backdrop=_in_degrees(scenery.paint(land, ground, built)),
    )


def _degrees(xy: Floats) -> Floats:
    """Turn plan metres (n, 2) into degrees of 7 digits, about a centimetre."""
    ground = terrain.to_ground(xy)
    return np.round(crs.project(ground, facts.METRIC_EPSG, crs.STORED), _DEGREE_DIGITS)


def _bent(geoms: Objects) -> Objects:
    moved: Objects = shapely.transform(geoms, _degrees)
    return moved


def _in_degrees(backdrop: Backdrop) -> Backdrop:
    return Backdrop(backdrop.kind, backdrop.name, _bent(backdrop.geometry))


def _people(
    homes: Households,
    owned: Areas,
    entrances: Entrances,
    plan: facts.CommunityPlan,
    rng: np.random.Generator,
) -> Residents:
    village = np.array([unit.kind is codes.UnitKind.VILLAGE for unit in plan.units])
    is_village = village[owned.community[entrances.block[homes.door]]]
    return residents.register(families.gather(homes.township, is_village, rng), homes.code, rng)


def _sites(xy: Floats, doors: Doors, homes: Households, community: Int64s, lonlat: Floats) -> Sites:
    used, first = np.unique(homes.door, return_index=True)
    lowest = np.full(len(community), "", dtype=np.object_)
    lowest[used] = homes.code[first]
    prefix = dwellings.prefixes(facts.community_plan())[community]
    return Sites(xy, lonlat, community, doors.households, prefix + doors.place, lowest)
