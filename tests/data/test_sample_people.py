"""Households and residents: the census' totals, believable ages, nobody's identity."""

import numpy as np
import pytest

from data.sample import SampleDistrict, facts, families, identity
from gis.arrays import Floats, Int64s


@pytest.fixture(scope="module")
def years(sample: SampleDistrict) -> Floats:
    return (families.AS_OF - sample.residents.birth_date).astype(np.int64) / 365.2425


@pytest.fixture(scope="module")
def home(sample: SampleDistrict) -> Int64s:
    """Household of each resident."""
    return np.searchsorted(
        sample.households.code.astype(np.str_), sample.residents.household_code.astype(np.str_)
    )


def test_totals_are_those_of_the_census(sample: SampleDistrict, home: Int64s) -> None:
    people = np.bincount(sample.households.township[home])
    assert people.tolist() == [30_330, 24_969, 18_145, 12_510, 32_216, 51]
    assert len(sample.households.code) == 48_301
    sexes = np.unique(sample.residents.sex, return_counts=True)
    assert dict(zip(*(column.tolist() for column in sexes), strict=True)) == {
        "female": 60_781,
        "male": 57_440,
    }
    assert len(np.unique(home)) == 48_301, "somebody lives in every household"


def test_the_facts_add_up() -> None:
    assert sum(facts.PEOPLE_OF_TOWNSHIP.values()) == facts.PEOPLE == facts.MEN + facts.WOMEN


def test_ages_are_believable(years: Floats) -> None:
    assert (years >= 60).mean() == pytest.approx(0.22, abs=0.01)
    assert 0.02 < (years >= 80).mean() < 0.05
    assert 0.10 < (years < 15).mean() < 0.18
    assert years.min() >= 0
    assert years.max() < 103


def test_children_live_with_grown_ups(years: Floats, home: Int64s) -> None:
    oldest = np.zeros(facts.HOUSEHOLDS)
    np.maximum.at(oldest, home, years)
    assert (oldest >= 18).all()


def test_who_lives_alone_and_in_an_empty_nest(
    sample: SampleDistrict, years: Floats, home: Int64s
) -> None:
    alone = np.bincount(home)[home] == 1
    assert (sample.residents.lives_alone == alone).all()
    youngest = np.full(facts.HOUSEHOLDS, np.inf)
    np.minimum.at(youngest, home, years)
    tagged = np.array(["empty_nest" in tags.split(";") for tags in sample.residents.tags])
    clear = np.abs(youngest[home] - 60) > 0.01
    assert (tagged == (youngest[home] >= 60))[clear].all()
    assert 8_000 < tagged.sum() < 20_000


def test_tags_and_disabilities_are_those_of_the_register(sample: SampleDistrict) -> None:
    tags = {tag for tags in sample.residents.tags for tag in tags.split(";")}
    assert tags == {"", "empty_nest", "left_behind_child", "unemployed", "social_assistance"}
    has = sample.residents.disability_type != ""
    assert (has == (sample.residents.disability_grade > 0)).all()
    assert set(sample.residents.disability_grade[has]) == {1, 2, 3, 4}
    assert 0.02 < has.mean() < 0.06


def test_identity_numbers_belong_to_nobody(sample: SampleDistrict) -> None:
    numbers = sample.residents.id_number.astype(np.str_)
    assert len(np.unique(numbers)) == facts.PEOPLE
    assert (numbers.astype("U6") == "340499").all()
    weights = [2**power % 11 for power in range(17, -1, -1)]
    for number, sex, birth in zip(
        numbers[::97].tolist(),
        sample.residents.sex[::97].tolist(),
        sample.residents.birth_date[::97].tolist(),
        strict=True,
    ):
        digits = [10 if digit == "X" else int(digit) for digit in number]
        assert sum(a * b for a, b in zip(digits, weights, strict=True)) % 11 == 1
        assert number[6:14] == f"{birth:%Y%m%d}"
        assert (int(number[16]) % 2 == 1) == (sex == "male")


def test_check_characters_published_with_the_standard() -> None:
    bodies = np.array([11010519491231002, 44052418800101001])
    assert identity.check_characters(bodies).tolist() == ["X", "4"]


def test_too_many_people_born_on_one_day_are_refused() -> None:
    day, men = np.full(600, 20000101), np.ones(600, dtype=np.bool_)
    with pytest.raises(ValueError, match="birthday"):
        identity.id_numbers(day, men)


def test_phones_are_no_mobile_numbers(sample: SampleDistrict) -> None:
    phones = [phone for phone in sample.residents.phone if phone]
    assert len(set(phones)) == len(phones) > 90_000
    assert all(len(phone) == 11 and phone.startswith("100") for phone in phones)


def test_addresses_name_one_home_each(sample: SampleDistrict) -> None:
    homes = sample.households
    assert len(set(homes.code)) == facts.HOUSEHOLDS
    assert all(address.startswith("八公山区") for address in homes.address)
    flats = homes.room != ""
    assert flats.mean() > 0.6
    assert all(room.startswith(floor) for room, floor in zip(
        homes.room[flats], homes.floor[flats], strict=True
    ))  # fmt: skip
    assert len(set(homes.address[flats])) > 0.97 * flats.sum()
