from datetime import date

import pytest

from services import errors, population
from tests.services import small_district
from tests.services.small_district import DAY, DISTRICT, GRIDS

MANY = (10, 20, 30)


def _figures(database, caller, people, within=None):
    with database.transaction(caller) as tx:
        small_district.fill(tx, people)
        found = population.figures(tx, DAY, within)
    return found, {row.unit.code: row for row in found.rows}


def _counts(row):
    return (row.households, row.residents, row.age_0_14, row.age_15_59, row.age_60_plus)


def test_people_are_counted_at_every_level(database, caller):
    people = [(5 + i, 10 + i, 20 + i) for i in range(8)]
    _, rows = _figures(database, caller, people)
    assert [_counts(rows[code]) for code in GRIDS] == [
        (sum(ages), sum(ages), *ages) for ages in people
    ]
    community = GRIDS[2][:12]
    assert _counts(rows[community]) == (85, 85, 15, 25, 45)
    assert _counts(rows[DISTRICT])[2:] == tuple(sum(ages) for ages in zip(*people, strict=True))


def test_ages_change_on_the_birthday(database, caller):
    with database.transaction(caller) as tx:
        small_district.fill(tx, [MANY] * 8)
        eve = population.figures(tx, date(2015, 12, 31)).rows[0]
        birthday = population.figures(tx, date(2016, 1, 1)).rows[0]
    # Born on 1 January: those of 10 in 2026 that day, those of 70 turn 60.
    assert (eve.residents, eve.age_0_14, eve.age_60_plus) == (400, 0, 0)
    assert (birthday.residents, birthday.age_0_14, birthday.age_60_plus) == (480, 80, 240)


def test_nobody_is_recognised_by_a_count(database, caller):
    people = [MANY] * 8
    people[0] = (10, 20, 3)
    _, rows = _figures(database, caller, people)
    first, second = rows[GRIDS[0]], rows[GRIDS[1]]
    assert first.age_60_plus is None
    assert None in (first.residents, first.age_0_14, first.age_15_59), "the row adds up"
    assert second.age_60_plus is None or rows[GRIDS[0][:12]].age_60_plus is None, "the column does"


def test_a_unit_of_few_people_shows_none_of_them(database, caller):
    people = [MANY] * 8
    people[3] = (0, 2, 2)
    _, rows = _figures(database, caller, people)
    row = rows[GRIDS[3]]
    assert (row.households, row.residents, row.age_15_59, row.age_60_plus) == (None,) * 4
    assert rows[DISTRICT].residents == 7 * 60 + 4


def test_what_one_request_hides_no_other_shows(database, caller):
    people = [MANY] * 8
    people[0], people[5] = (10, 20, 3), (1, 0, 40)
    with database.transaction(caller) as tx:
        small_district.fill(tx, people)
        everywhere = {row.unit.code: row for row in population.figures(tx, DAY).rows}
        for code in (GRIDS[0], GRIDS[0][:12], GRIDS[5][:9]):
            for row in population.figures(tx, DAY, code).rows:
                assert row == everywhere[row.unit.code]
                assert row.unit.code.startswith(code)


def test_an_unknown_unit_is_named(database, caller):
    with pytest.raises(errors.NotFoundError) as caught:
        _figures(database, caller, [MANY] * 8, within="340405999")
    assert caught.value.params["code"] == "340405999"
