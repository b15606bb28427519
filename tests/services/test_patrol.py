"""What was patrolled of a district of squares: metres, homes, days, planned and done."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest

from services import errors, network
from services.database import Transaction
from services.patrol import routes, tracks
from services.patrol.figures import RowState
from services.themes.patrol import Patrol, PatrolQuery
from tests.services import patrols, small_district
from tests.services.small_district import DAY, DISTRICT, GRIDS

# One path through eight squares; in the middle of each live so many households.
PEOPLE = [(0, 20, 0)] * 7 + [(0, 3, 0)]


@pytest.fixture
def tx(database, caller) -> Iterator[Transaction]:
    with database.transaction(caller) as opened:
        small_district.fill(opened, PEOPLE, generated=True)
        yield opened


def _ago(days: int) -> date:
    return DAY - timedelta(days=days)


def _lengths(tx: Transaction) -> tuple[float, float]:
    stored = network.load(tx)
    assert stored is not None
    first, second = stored.network.length_m.tolist()
    return first, second


def test_nothing_walked_is_all_late(tx):
    answer = Patrol().coverage(tx, PatrolQuery(DAY))
    assert answer.whole.length_m == pytest.approx(sum(_lengths(tx)))
    assert (answer.whole.passed_m, answer.whole.metres_share) == (0.0, 0.0)
    assert (answer.whole.demand, answer.whole.covered) == (143, 0)
    assert (answer.whole.sections, answer.whole.never) == (2, 2)
    assert answer.whole.late_m == pytest.approx(answer.whole.length_m)
    assert answer.whole.median_days is None
    assert [(gap.households, gap.days) for gap in answer.gaps] == [(103, None), (40, None)]


def test_metres_count_where_walked_and_homes_where_they_are(tx):
    short, long = _lengths(tx)
    patrols.add_track(tx, _ago(3), [(0, 0.0, short), (1, 0.0, 0.2 * long)])
    row = Patrol().coverage(tx, PatrolQuery(DAY)).whole
    assert row.passed_m == pytest.approx(short + 0.2 * long)
    assert (row.sections, row.never) == (2, 1), "a fifth of a section is no pass of it"
    # The first square's homes, those of the second (0.5 of 6.5) and the third (1.0 of 6.5).
    assert row.covered == 60
    assert row.median_days is None
    assert row.extra_m == pytest.approx(short)


def test_once_is_not_twice_and_a_period_ends(tx):
    short, _ = _lengths(tx)
    for number, ago in enumerate((1, 1, 29)):
        patrols.add_track(tx, _ago(ago), [(0, short, 0.0)], number)
    theme = Patrol()
    shares = [
        theme.coverage(tx, PatrolQuery(DAY, days, passes)).whole.passed_m / short
        for days, passes in ((28, 1), (28, 2), (28, 3), (30, 3), (1, 1))
    ]
    assert shares == pytest.approx([1, 1, 0, 1, 0])


def test_days_since_the_last_pass_look_beyond_the_period(tx):
    short, long = _lengths(tx)
    patrols.add_track(tx, _ago(40), [(0, 0.0, short), (1, 0.0, long)])
    patrols.add_track(tx, _ago(9), [(1, long, 0.0)], 1)
    ground = Patrol().ground(tx, PatrolQuery(DAY))
    assert ground is not None
    assert ground.walked.days.tolist() == [40.0, 9.0]
    row = Patrol().coverage(tx, PatrolQuery(DAY)).whole
    assert (row.late_m, row.median_days, row.never) == (pytest.approx(short), 9, 0)


def test_planned_and_done_are_held_together_day_by_day(tx):
    short, long = _lengths(tx)
    monday = DAY
    assert monday.isoweekday() == 1
    patrols.add_route(tx, "R1", [(0, 0.0, short)], _ago(60), weekdays=(1, 3))
    patrols.add_track(tx, monday, [(0, 0.0, short)])
    patrols.add_track(tx, _ago(6), [(0, 0.0, short)], 1)  # a Tuesday
    patrols.add_track(tx, _ago(5), [(1, 0.0, long)], 2)  # a Wednesday, on another road
    answer = Patrol().coverage(tx, PatrolQuery(DAY, days=7))
    (report,) = answer.reports
    assert (report.planned, report.done, report.last_on) == (2, 1, monday)
    row = answer.whole
    assert (row.planned_m, row.kept_m, row.missed_m) == pytest.approx((2 * short, short, short))
    assert row.extra_m == pytest.approx(short + long)


def test_a_unit_has_the_sections_whose_middle_it_holds(tx):
    short, long = _lengths(tx)
    answer = Patrol().coverage(tx, PatrolQuery(DAY, unit=GRIDS[0]))
    assert [row.code for row in answer.rows] == [GRIDS[0]]
    assert answer.whole.length_m == pytest.approx(short)
    rows = {row.code: row for row in Patrol().coverage(tx, PatrolQuery(DAY)).rows}
    assert rows[GRIDS[4]].length_m == pytest.approx(long)
    assert rows[GRIDS[1]].state is RowState.NOBODY
    assert sum(rows[code].length_m for code in GRIDS) == pytest.approx(rows[DISTRICT].length_m)


def test_few_homes_are_not_told(tx):
    _, long = _lengths(tx)
    patrols.add_track(tx, DAY, [(1, 0.0, long)])
    rows = {row.code: row for row in Patrol().coverage(tx, PatrolQuery(DAY)).rows}
    assert (rows[GRIDS[7]].demand, rows[GRIDS[7]].covered) == (None, None)
    assert rows[GRIDS[6]].covered is None, "or the three would follow by subtraction"
    assert rows[DISTRICT].covered == 123


def test_a_new_track_is_added_to_what_is_known(tx):
    short, _ = _lengths(tx)
    theme = Patrol()
    for number in range(3):
        patrols.add_track(tx, _ago(number), [(0, 0.0, short)], number)
        tx.commit()
        ground = theme.ground(tx, PatrolQuery(DAY))
        fresh = Patrol().ground(tx, PatrolQuery(DAY))
        assert ground is not None
        assert fresh is not None
        assert ground.walked.count.tolist() == fresh.walked.count.tolist() == [number + 1, 0]
    tx.driver.execute("DELETE FROM patrol_tracks WHERE day < %s", (DAY,))
    tx.commit()
    ground = theme.ground(tx, PatrolQuery(DAY))
    assert ground is not None
    assert ground.walked.count.tolist() == [1, 0]


def test_without_a_network_nothing_is_told(tx):
    tx.driver.execute("DELETE FROM networks")
    answer = Patrol().coverage(tx, PatrolQuery(DAY))
    assert {row.state for row in answer.rows} == {RowState.NO_DATA}
    assert (answer.gaps, answer.network, Patrol().ground(tx, PatrolQuery(DAY))) == ((), None, None)


def test_questions_that_make_no_sense_are_refused(tx):
    with pytest.raises(ValueError, match="days"):
        PatrolQuery(DAY, days=0)
    with pytest.raises(ValueError, match="passes"):
        PatrolQuery(DAY, passes=0)
    with pytest.raises(errors.NotFoundError):
        Patrol().coverage(tx, PatrolQuery(DAY, unit="999"))


def test_only_the_latest_tracks_that_come_by_are_listed(tx):
    short, long = _lengths(tx)
    patrols.add_track(tx, _ago(2), [(0, 0.0, short)], 1)
    patrols.add_track(tx, _ago(1), [(1, 0.0, long)], 2)
    found = tracks.latest(tx, _ago(27), DAY, np.array([0]), 5)
    assert [(track.day, track.edges) for track in found] == [(_ago(2), (0,))]


def test_a_route_ends_or_never_was(tx):
    short, _ = _lengths(tx)
    patrols.add_route(tx, "R1", [(0, 0.0, short)], _ago(5))
    patrols.add_route(tx, "R2", [(0, short, 0.0)], DAY)
    assert routes.next_code(tx) == "R3"
    for code in ("R1", "R2"):
        routes.end(tx, routes.find(tx, code), DAY)
    (left,) = routes.listing(tx)
    assert (left.code, left.valid_to) == ("R1", DAY)
    assert not left.on(DAY)
    with pytest.raises(errors.NotFoundError):
        routes.find(tx, "R2")
