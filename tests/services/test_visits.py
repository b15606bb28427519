"""Who is due for a visit, where they are overdue, and the walk that reaches them."""

import uuid
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from services import audit, errors, network
from services.rights import Door
from services.visits import due, report, rounds, rules
from services.visits.due import Key
from tests.services import staff
from tests.services.small_district import GRIDS, METRIC, place

DAY = date(2026, 11, 23)
PEOPLE = [(0, 3, 4), (0, 0, 3), (0, 0, 0), (0, 0, 0), (0, 0, 2), (0, 0, 0), (0, 0, 0), (0, 0, 0)]


@pytest.fixture
def hired(database) -> staff.Staff:
    made = staff.hire(database, PEOPLE)
    with made.owner() as tx:
        tx.sql.execute(sa.text("UPDATE visit_rules SET since = :day"), {"day": DAY})
        _tell(tx, "RH0-70-1", born=date(1940, 1, 1), tags=["empty_nest"])
        _tell(tx, "RH0-70-2", born=date(1950, 1, 1), tags=["empty_nest", "unemployed"])
        _tell(tx, "RH0-70-3", grade=2)
        _tell(tx, "RH0-70-4", grade=3)
        _tell(tx, "RH1-70-1", grade=1)
        _tell(tx, "RH4-70-1", born=date(1940, 1, 1), tags=["empty_nest"])
        tx.commit()
    return made


def _tell(tx, code: str, born: date = date(1956, 1, 1), tags=(), grade=None) -> None:
    statement = sa.text("""
        UPDATE residents SET birth_date = :born, tags = :tags, disability_grade = :grade
        WHERE code = :code
    """)
    values = {"born": born, "tags": list(tags), "grade": grade, "code": code}
    assert tx.sql.execute(statement, values).rowcount == 1


def _visited(hired, resident: str, day: date, outcome: str = "met", *, whole=False) -> None:
    statement = sa.text("""
        INSERT INTO visits (id, household_id, resident_id, visited_at, outcome, account_id)
        SELECT :id, household_id, CASE WHEN :whole THEN NULL ELSE id END,
               CAST(:day AS date) + time '10:00', :outcome, :account
        FROM residents WHERE code = :resident
    """)
    values = {
        "id": uuid.uuid4(),
        "resident": resident,
        "day": day,
        "outcome": outcome,
        "whole": whole,
        "account": hired.callers["worker"].account_id,
    }
    with hired.owner() as tx:
        tx.sql.execute(statement, values)
        tx.commit()


def _due(hired, name: str = "worker", until: date = DAY) -> dict[tuple[str, str], due.Due]:
    with hired.meeting(name) as tx:
        found = due.listing(tx, DAY, until)
    return {(line.resident, line.purpose.value): line for line in found}


def test_the_strictest_rule_of_each_purpose_holds(hired) -> None:
    found = _due(hired)
    assert {key: line.rule for key, line in found.items()} == {
        ("RH0-70-1", "visit"): "empty_nest_80",
        ("RH0-70-1", "check_up"): "check_up",
        ("RH0-70-2", "visit"): "empty_nest",
        ("RH0-70-2", "check_up"): "check_up",
        ("RH0-70-3", "visit"): "disability",
    }
    assert {line.due_on for line in found.values()} == {DAY}
    assert {line.last_on for line in found.values()} == {None}


@pytest.mark.parametrize(
    ("outcome", "whole", "visit_due", "check_due"),
    [
        ("met", False, DAY + timedelta(days=2), DAY),
        ("met", True, DAY + timedelta(days=2), DAY),
        ("needs_help", False, DAY + timedelta(days=2), DAY),
        ("nobody_home", False, DAY, DAY),
        ("refused", False, DAY, DAY),
        ("check_up", False, DAY + timedelta(days=2), DAY + timedelta(days=360)),
    ],
)
def test_what_came_of_a_visit_decides_when_the_next_is_due(
    hired, outcome: str, whole, visit_due: date, check_due: date
) -> None:
    _visited(hired, "RH0-70-1", DAY - timedelta(days=5), outcome, whole=whole)
    found = _due(hired, until=DAY + timedelta(days=400))
    assert found["RH0-70-1", "visit"].due_on == visit_due
    assert found["RH0-70-1", "check_up"].due_on == check_due
    assert found["RH0-70-2", "visit"].due_on == DAY, "another's visit is not theirs"


def test_a_visit_of_tomorrow_does_not_count_today(hired) -> None:
    _visited(hired, "RH0-70-1", DAY + timedelta(days=1))
    assert _due(hired)["RH0-70-1", "visit"].due_on == DAY


def test_who_left_is_visited_no_more(hired) -> None:
    with hired.owner() as tx:
        tx.driver.execute(
            "UPDATE residents SET left_on = %s, left_reason = 'moved' WHERE code = 'RH0-70-1'",
            (DAY,),
        )
        tx.commit()
    assert {resident for resident, _ in _due(hired)} == {"RH0-70-2", "RH0-70-3"}


@pytest.mark.parametrize(
    ("name", "residents"),
    [
        ("worker", {"RH0-70-1", "RH0-70-2", "RH0-70-3"}),
        ("colleague", {"RH1-70-1"}),
        ("manager", {"RH0-70-1", "RH0-70-2", "RH0-70-3", "RH1-70-1"}),
        ("planner", set()),
        ("admin", set()),
    ],
)
def test_each_is_told_of_own_people(hired, name: str, residents: set[str]) -> None:
    assert {resident for resident, _ in _due(hired, name)} == residents
    with hired.meeting(name) as tx:
        assert {row.code[:15] for row in report.rows(tx, DAY)} <= {
            code[:length] for code in GRIDS for length in (9, 12, 15)
        }
        counts = due.look(tx, DAY, DAY).counts
    assert counts.overdue + counts.today == len(_due(hired, name))


@pytest.mark.parametrize("days", [0, 2, 400])
@pytest.mark.parametrize("unit", [None, GRIDS[1]])
def test_a_page_comes_with_the_counts_of_all(hired, days: int, unit: str | None) -> None:
    for resident, ago in (("RH0-70-1", 5), ("RH0-70-2", 30), ("RH1-70-1", 40)):
        _visited(hired, resident, DAY - timedelta(days=ago))
    until = DAY + timedelta(days=days)
    with hired.meeting("manager") as tx:
        whole = due.listing(tx, DAY, max(until, DAY + timedelta(days=7)))
        after = Key.of(due.listing(tx, DAY, until, unit)[0])
        for asked in ((unit,), (unit, after), (unit, after, 1)):
            look = due.look(tx, DAY, until, *asked)
            assert look.lines == due.listing(tx, DAY, until, *asked)
            assert look.counts == due.Counts(
                sum(line.due_on < DAY for line in whole),
                sum(line.due_on == DAY for line in whole),
                sum(line.due_on > DAY for line in whole),
            )


def test_pages_follow_one_another_without_loss(hired) -> None:
    with hired.meeting("manager") as tx:
        whole = due.listing(tx, DAY, DAY)
        pages, after = [], None
        while page := due.listing(tx, DAY, DAY, after=after, limit=2):
            pages += page
            after = Key.of(page[-1])
        assert tuple(pages) == whole
        assert len(whole) == 6
        assert {line.household[:2] for line in due.listing(tx, DAY, DAY, unit=GRIDS[1])} == {"H1"}


def test_the_report_adds_up_through_the_levels(hired) -> None:
    with hired.owner() as tx:
        tx.sql.execute(
            sa.text("UPDATE visit_rules SET since = :day"), {"day": DAY - timedelta(days=3)}
        )
        tx.commit()
    _visited(hired, "RH0-70-3", DAY)
    with hired.meeting("township") as tx:
        found = {row.code: row for row in report.rows(tx, DAY)}
    first, second = found[GRIDS[0]], found[GRIDS[1]]
    assert (first.asked, first.overdue, first.never, first.longest_days) == (5, 4, 4, 3)
    assert (second.asked, second.overdue) == (1, 1)
    assert (first.workers, second.workers) == ("网格员甲", "网格员乙")
    community = found[GRIDS[0][:12]]
    assert (community.asked, community.overdue) == (6, 5)
    assert found[GRIDS[0][:9]].asked == 6
    assert GRIDS[4][:12] not in found, "the other township"


def test_rules_are_changed_by_administrators_and_each_change_is_kept(hired) -> None:
    admin = hired.callers["admin"]
    with hired.database.transaction(admin, Door.ADMIN) as tx:
        rules.change(tx, "empty_nest", 21, active=True)
        with pytest.raises(errors.RefusedError):
            rules.change(tx, "empty_nest", 0, active=True)
        with pytest.raises(errors.NotFoundError):
            rules.change(tx, "nothing", 3, active=True)
        rules.change(tx, "disability", 30, active=False)
        assert [rule.interval_days for rule in rules.listing(tx) if rule.name == "empty_nest"] == [
            21
        ]
        lines = audit.lines(tx, audit.Filter(action="visit_rule"))
        assert [line.subject for line in lines] == ["disability", "empty_nest"]
        tx.commit()
    assert ("RH0-70-3", "visit") not in _due(hired)
    with hired.meeting("manager") as tx, pytest.raises(errors.ForbiddenError):
        rules.change(tx, "empty_nest", 7, active=True)


def _round(tx, stored, wanted, x: float) -> rounds.DayRound:
    start = place(x)
    return rounds.plan(tx, rounds.Ground(METRIC, stored), (start.x, start.y), wanted)


def test_a_round_goes_along_the_road(hired) -> None:
    with hired.meeting("manager") as tx:
        stored = network.load(tx)
        wanted = due.listing(tx, DAY, DAY)
        walked = _round(tx, stored, wanted, 1.5)
    assert walked.on_network
    assert walked.stops[0].household.startswith("H1"), "the nearest first"
    at_home = [line for stop in walked.stops for line in stop.due]
    assert sorted(line.resident for line in at_home) == sorted(line.resident for line in wanted)
    # From the middle of the second square to the middle of the first, once: one square.
    assert walked.length_m == pytest.approx(938, abs=2)
    assert sum(stop.leg_m or 0 for stop in walked.stops) == pytest.approx(walked.length_m)


def test_a_home_without_a_way_stands_last(hired) -> None:
    with hired.owner() as tx:
        tx.driver.execute(
            "UPDATE household_attachments SET edge = -1 WHERE household_id ="
            " (SELECT id FROM households WHERE code = 'H1-70-1')"
        )
        tx.commit()
    with hired.meeting("manager") as tx:
        walked = _round(tx, network.load(tx), due.listing(tx, DAY, DAY), 1.5)
    assert walked.stops[-1].household == "H1-70-1"
    assert walked.stops[-1].leg_m is None


def test_a_start_off_the_network_keeps_the_order_of_the_homes(hired) -> None:
    with hired.meeting("manager") as tx:
        wanted = due.listing(tx, DAY, DAY)
        stored = network.load(tx)
        near, far = _round(tx, stored, wanted, 1.5), _round(tx, stored, wanted, 9.0)
    assert far.from_afar
    assert not near.from_afar
    assert all(stop.leg_m is not None for stop in far.stops)
    assert far.stops[0].household.startswith("H1"), "the nearest first"
    assert far.length_m > near.length_m


def test_without_a_network_lines_are_straight(hired) -> None:
    with hired.meeting("manager") as tx:
        walked = _round(tx, None, due.listing(tx, DAY, DAY), 1.5)
    assert not walked.on_network
    assert walked.length_m == pytest.approx(938, abs=2)


def test_a_round_has_its_limit(hired) -> None:
    with hired.meeting("manager") as tx:
        line = due.listing(tx, DAY, DAY)[0]
        many = [due.Due(**{**vars(line), "household_id": n}) for n in range(41)]
        with pytest.raises(errors.RefusedError) as refused:
            _round(tx, None, many, 0.5)
    assert refused.value.key == "error.visits.too_many"
