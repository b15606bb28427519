"""What a phone takes along: all in one's care, or one unit of it."""

from datetime import date

import pytest

from services import audit, errors, offline
from services.audit import Filter
from tests.services import staff
from tests.services.small_district import GRIDS

DAY = date(2026, 11, 23)
PEOPLE = [(0, 3, 4), (0, 0, 3), *[(0, 0, 1)] * 6]


@pytest.fixture
def hired(database) -> staff.Staff:
    return staff.hire(database, PEOPLE)


def test_one_chooses_from_all_down_to_the_grid(hired: staff.Staff) -> None:
    with hired.meeting("manager") as tx:
        found = offline.choices(tx, DAY)
    assert [(one.unit.code if one.unit else None, one.households) for one in found] == [
        (None, 10),
        (GRIDS[0][:12], 10),
        (GRIDS[0], 7),
        (GRIDS[1], 3),
    ]


def test_a_unit_brings_its_households_and_their_people_only(hired: staff.Staff) -> None:
    with hired.meeting("manager") as tx:
        package = offline.take(tx, DAY, GRIDS[1])
        tx.commit()
    assert package.unit is not None
    assert package.unit.code == GRIDS[1]
    assert [home["code"] for home in package.households] == [f"H1-70-{n}" for n in (1, 2, 3)]
    people = [one["code"] for home in package.households for one in home["residents"]]
    assert people == [f"RH1-70-{n}" for n in (1, 2, 3)]
    assert {line.household for line in package.due} <= {f"H1-70-{n}" for n in (1, 2, 3)}
    with hired.owner() as tx:
        (line, *_) = audit.lines(tx, Filter(action="offline_take"))
    assert (line.unit_code, line.details["households"]) == (GRIDS[1], 3)


@pytest.mark.parametrize("code", [GRIDS[2], "340405", "999"])
def test_what_is_not_ones_own_is_refused(hired: staff.Staff, code: str) -> None:
    with hired.meeting("manager") as tx, pytest.raises(errors.RefusedError) as refused:
        offline.take(tx, DAY, code)
    assert refused.value.key == "error.offline.unit"


def test_too_many_are_refused_and_a_part_of_them_is_not(
    hired: staff.Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offline, "MOST_HOUSEHOLDS", 7)
    with hired.meeting("manager") as tx:
        assert [one.fits for one in offline.choices(tx, DAY)] == [False, False, True, True]
        with pytest.raises(errors.RefusedError) as refused:
            offline.take(tx, DAY)
        assert len(offline.take(tx, DAY, GRIDS[0]).households) == 7
    assert refused.value.key == "error.offline.too_many"
