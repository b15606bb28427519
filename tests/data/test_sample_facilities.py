"""Facilities: what the district's letter promises, unevenly placed."""

import numpy as np
import shapely

from data.sample import SampleDistrict, facilities, facts
from gis.arrays import Bools


def _of_kind(sample: SampleDistrict, kind: str) -> Bools:
    found: Bools = sample.facilities.kind == kind
    return found


def test_every_community_has_what_the_letter_says(sample: SampleDistrict) -> None:
    urban = {unit.code for unit in facts.units() if unit.kind.value == "community"}
    assert len(urban) == 22
    for kind in ("day_care", "fitness_square", "community_office"):
        there = {code[1:13] for code in sample.facilities.code[_of_kind(sample, kind)]}
        assert urban <= there, kind
    assert urban <= {code[1:13] for code in sample.ramps.code}


def test_only_some_villages_have_day_care(sample: SampleDistrict) -> None:
    villages = {unit.code for unit in facts.units() if unit.kind.value == "village"}
    there = {code[1:13] for code in sample.facilities.code[_of_kind(sample, "day_care")]} & villages
    assert 5 <= len(there) <= 12


def test_large_communities_have_several_centres(sample: SampleDistrict) -> None:
    centre = [code[1:13] for code in sample.facilities.code[_of_kind(sample, "day_care")]]
    several = {code for code in centre if centre.count(code) > 1}
    households = dict(
        zip(
            (unit.code for unit in facts.community_plan().units),
            facts.community_plan().households.tolist(),
            strict=True,
        )
    )
    assert 5 <= len(several) <= 16
    assert max(centre.count(code) for code in several) == 3
    assert min(households[code] for code in several) > 900


def test_centres_have_places_and_dates(sample: SampleDistrict) -> None:
    served, centre = sample.facilities, _of_kind(sample, "day_care")
    assert ((served.capacity[centre] >= 20) & (served.capacity[centre] <= 60)).all()
    assert (served.opened_on[centre] > np.datetime64("2024-01-01")).sum() == 4
    assert (~np.isnat(served.closed_on[centre])).sum() == 1
    closed = ~np.isnat(served.closed_on)
    assert (served.closed_on[closed] > served.opened_on[closed]).all()


def test_some_offices_are_too_small(sample: SampleDistrict) -> None:
    area = sample.facilities.floor_area[_of_kind(sample, "community_office")]
    assert 3 <= (area < 300).sum() <= 12
    assert (area >= 300).mean() > 0.7


def test_every_kind_occurs_and_stands_in_its_community(sample: SampleDistrict) -> None:
    served, units = sample.facilities, sample.units
    assert set(served.kind) == {kind.kind for kind in facilities.kinds()}
    assert len(set(served.code) | set(sample.ramps.code)) == len(served.code) + len(
        sample.ramps.code
    )
    community = [units.code.index(code[1:13]) for code in served.code]
    places = shapely.points(served.lonlat)
    assert shapely.contains(units.geometry[community], places).all()


def test_ramps_serve_something_and_some_are_too_steep(sample: SampleDistrict) -> None:
    ramps = sample.ramps
    known = set(sample.facilities.code) | set(sample.households.code)
    assert set(ramps.serves_code) <= known
    slope = ramps.rise_m / ramps.run_m
    assert 0.1 < (slope > 1 / 8 + 0.01).mean() < 0.4
    assert (ramps.width_m < 1.0).any()
    assert {0, 1} == set(ramps.handrail) == set(ramps.landing)
