"""The roster says what is missing, of whom, to whom it concerns."""

from datetime import date

import pytest
import sqlalchemy as sa

from services import errors, roster
from services.rights import Door
from services.roster import Employment, Gap, Missing
from tests.services import staff

DAY = date(2026, 11, 23)
RULE = roster.rule()
UNITS = ("340405001001001",)


@pytest.mark.parametrize(
    ("employment", "hours", "expected"),
    [
        (Employment(date(2010, 1, 1), date(1970, 1, 1)), 20, []),
        (Employment(date(2010, 1, 1), date(1970, 1, 1)), 12.5, [Gap(Missing.TRAINING, hours=7.5)]),
        # Under 45 until the day itself, hired long ago: the two years are over.
        (
            Employment(date(2010, 1, 1), date(1981, 11, 24)),
            20,
            [Gap(Missing.CERTIFICATE, date(2012, 1, 1))],
        ),
        (Employment(date(2010, 1, 1), date(1981, 11, 23)), 20, []),
        (Employment(date(2024, 2, 29)), 20, [Gap(Missing.CERTIFICATE, date(2026, 3, 1))]),
        (Employment(date(2024, 11, 23)), 20, [Gap(Missing.CERTIFICATE, DAY)]),
        (
            Employment(date(2024, 11, 24)),
            20,
            [Gap(Missing.CERTIFICATE_SOON, date(2026, 11, 24))],
        ),
        (Employment(date(2024, 1, 1), certified_on=DAY), 20, []),
        (
            Employment(date(2024, 11, 24), certified_on=date(2026, 12, 1)),
            20,
            [Gap(Missing.CERTIFICATE_SOON, date(2026, 11, 24))],
        ),
    ],
)
def test_what_is_missing(employment: Employment, hours: float, expected: list[Gap]) -> None:
    assert list(roster.gaps(employment, UNITS, hours, RULE, DAY)) == expected


def test_who_has_no_grid_is_told_so() -> None:
    found = roster.gaps(Employment(date(2010, 1, 1)), (), 20, RULE, DAY)
    assert [gap.missing for gap in found] == [Missing.GRID]


@pytest.fixture
def hired(database) -> staff.Staff:
    made = staff.hire(database, [(0, 0, 1)] * 8)
    with made.database.transaction(made.callers["admin"], Door.ADMIN) as tx:
        roster.enrol(tx, "worker", Employment(date(2015, 1, 1), date(1975, 5, 5), is_head=True))
        roster.enrol(tx, "colleague", Employment(date(2015, 1, 1), date(1975, 5, 5)))
        for name in ("worker", "colleague"):
            roster.train(tx, name, date(2025, 6, 1), 15, "年度培训")
            roster.train(tx, name, date(2026, 6, 1), 5, "应急培训")
        tx.commit()
    return made


def test_heads_are_trained_every_year_others_every_second(hired) -> None:
    with hired.database.transaction(hired.callers["admin"], Door.ADMIN) as tx:
        hours = {worker.name: worker.hours for worker in roster.listing(tx, DAY)}
        assert hours == {"worker": 5, "colleague": 20}
        roster.enrol(tx, "worker", Employment(date(2015, 1, 1), left_on=DAY))
        assert [worker.name for worker in roster.listing(tx, DAY)] == ["colleague"]
        assert roster.unenrolled(tx) == ()


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("worker", {"worker"}),
        ("manager", {"worker", "colleague"}),
        ("township", {"worker", "colleague"}),
        ("planner", set()),
    ],
)
def test_each_sees_the_roster_of_own_units(hired, name: str, seen: set[str]) -> None:
    with hired.meeting(name) as tx:
        assert {worker.name for worker in roster.listing(tx, DAY)} == seen


@pytest.mark.parametrize(
    ("begins", "ends", "seen"),
    [(-9, 0, 0), (-9, 1, 1), (-9, None, 1), (None, -1, 0), (1, None, 1)],
)
def test_who_once_worked_here_is_no_longer_seen_who_will_is(
    hired, begins: int | None, ends: int | None, seen: int
) -> None:
    with hired.owner() as tx:
        moved = sa.text("""
            UPDATE account_scopes
            SET valid = daterange(wangge_today() + CAST(:begins AS integer),
                                  wangge_today() + CAST(:ends AS integer))
            WHERE account_id = (SELECT id FROM accounts WHERE name = 'colleague')
        """)
        tx.sql.execute(moved, {"begins": begins, "ends": ends})
        tx.commit()
    with hired.meeting("manager") as tx:
        names = [worker.name for worker in roster.listing(tx, DAY)]
        assert names.count("colleague") == seen
        hours = tx.sql.execute(sa.text("SELECT count(*) FROM trainings")).scalar_one()
        assert hours == 2 + 2 * seen


def test_what_cannot_be_is_refused(hired) -> None:
    admin = hired.callers["admin"]
    for hours, title in ((0, "x"), (401, "x"), (8, " "), (8, "字" * 201)):
        with (
            pytest.raises(errors.RefusedError),
            hired.database.transaction(admin, Door.ADMIN) as tx,
        ):
            roster.train(tx, "worker", DAY, hours, title)
    for name in ("nobody", "planner"):
        with (
            pytest.raises(errors.NotFoundError),
            hired.database.transaction(admin, Door.ADMIN) as tx,
        ):
            roster.train(tx, name, DAY, 8, "x")
    with pytest.raises(errors.RefusedError), hired.database.transaction(admin, Door.ADMIN) as tx:
        roster.enrol(tx, "worker", Employment(DAY, left_on=date(2020, 1, 1)))
    with pytest.raises(errors.ForbiddenError), hired.meeting("manager") as tx:
        roster.enrol(tx, "worker", Employment(DAY))
