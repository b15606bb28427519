"""Day care as measured on the sample: a picture worth looking at, with cases of every sort."""

from dataclasses import dataclass

import numpy as np
import pytest
import shapely

from data.sample import SampleDistrict, facts, families
from gis import attachment, crs, network, reach
from gis.arrays import Bools, Floats, Int64s, Objects

RADIUS_M = 300.0
KINDS = np.array([unit.kind.value for unit in facts.units() if len(unit.code) == 12])


@dataclass(frozen=True)
class Walks:
    """Elderly people of each household, its way to day care in metres, and its community."""

    elderly: Int64s
    walk_m: Floats
    straight_m: Floats
    community: Int64s

    def share(self, near: Bools) -> Floats:
        """Share of the elderly of each community."""
        people = np.bincount(self.community, self.elderly, minlength=len(KINDS))
        return np.bincount(self.community, self.elderly * near, minlength=len(KINDS)) / people


@pytest.fixture(scope="module")
def walks(sample: SampleDistrict) -> Walks:
    homes = crs.project(sample.households.lonlat, crs.STORED, facts.METRIC_EPSG)
    served, day = sample.facilities, families.AS_OF
    is_open = (served.opened_on <= day) & ~(served.closed_on <= day)
    centres = served.lonlat[(served.kind == "day_care") & is_open]
    centres = crs.project(centres, crs.STORED, facts.METRIC_EPSG)
    lines = crs.project_geometries(sample.network.lines, crs.STORED, facts.METRIC_EPSG)
    unknown = np.zeros(len(lines), dtype=np.int8)
    attributes = network.WayAttributes(unknown, unknown.astype(np.int16), ("",))
    net = network.build_from_lines(lines, attributes)
    found = reach.nearest(net, attachment.attach(net, homes), attachment.attach(net, centres))
    return Walks(
        _elderly(sample),
        found.distance_m,
        np.linalg.norm(homes[:, None] - centres, axis=2).min(axis=1),
        _community(sample),
    )


def _elderly(sample: SampleDistrict) -> Int64s:
    homes, people = sample.households.code.astype(np.str_), sample.residents
    years = (families.AS_OF - people.birth_date).astype(np.int64) / 365.2425
    household = np.searchsorted(homes, people.household_code.astype(np.str_))
    return np.bincount(household[years >= 60], minlength=len(homes))


def _community(sample: SampleDistrict) -> Int64s:
    areas: Objects = sample.units.geometry[np.array(sample.units.level) == "community"]
    homes = shapely.points(sample.households.lonlat)
    home, community = shapely.STRtree(areas).query(homes, predicate="within")
    assert home.tolist() == list(range(len(homes)))
    found: Int64s = community
    return found


def test_half_of_the_elderly_walk_to_day_care_and_three_quarters_are_near(walks: Walks) -> None:
    by_walking = np.average(walks.walk_m <= RADIUS_M, weights=walks.elderly)
    by_straight_line = np.average(walks.straight_m <= RADIUS_M, weights=walks.elderly)
    assert 0.50 <= by_walking <= 0.60
    assert 0.74 <= by_straight_line <= 0.82
    assert by_straight_line - by_walking > 0.15


def test_communities_differ(walks: Walks) -> None:
    share = walks.share(walks.walk_m <= RADIUS_M)
    assert ((share >= 0.8) & (share <= 0.97)).sum() >= 5
    assert ((share >= 0.4) & (share < 0.8)).sum() >= 12
    assert ((share >= 0.05) & (share <= 0.30)).sum() >= 4
    assert (share[KINDS == "village"] == 0.0).sum() >= 10
    assert (share[KINDS == "community"] > 0.05).all()


def test_the_railway_and_walls_stand_between(walks: Walks) -> None:
    near = walks.share(walks.straight_m <= RADIUS_M)
    walking = walks.share(walks.walk_m <= RADIUS_M)
    assert (near - walking > 0.5).sum() >= 2, "centres on the wrong side of the railway"
    assert (near >= walking).all()


def test_town_people_live_close_to_the_core(sample: SampleDistrict, walks: Walks) -> None:
    homes = crs.project(sample.households.lonlat, crs.STORED, facts.METRIC_EPSG)
    for index in np.flatnonzero(KINDS == "community"):
        own = homes[walks.community == index]
        away = np.linalg.norm(own - np.median(own, axis=0), axis=1)
        assert np.quantile(away, 0.85) < 400.0, facts.community_plan().units[index].name


def test_those_without_a_way_live_together(walks: Walks) -> None:
    for cut_off, places in (
        (np.isinf(walks.walk_m), 1),
        (np.isnan(walks.walk_m), 2),
    ):
        elderly = np.bincount(walks.community[cut_off], walks.elderly[cut_off])
        assert (elderly > 0).sum() == places
        assert elderly[elderly > 0].min() >= 20, "counts of few people would be hidden"
