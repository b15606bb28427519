"""Plans of patrols on a district of squares: asked, made, refused, turned into routes, forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services import audit, errors, retention
from services import caller as callers
from services.database import Database, Transaction
from services.imports.options import no_progress
from services.patrol import plan_jobs, planning, routes
from services.patrol.planning import PlanAsked
from services.retention import Retention
from services.themes.patrol import Patrol, PatrolQuery
from tests.services import patrol_town, patrols, small_district
from tests.services.small_district import DAY, DISTRICT, GRIDS

_QUICK = PlanAsked(GRIDS[0], patrols=2, seconds=1, weekdays=(2, 4), passes=1)


@pytest.fixture
def filled(database: Database) -> Database:
    with database.transaction(callers.operator()) as tx:
        patrol_town.fill(tx)
        tx.commit()
    return database


def _task(tx: Transaction, asked: PlanAsked) -> planning.Task:
    ground = Patrol().ground(tx, PatrolQuery(DAY))
    assert ground is not None
    return planning.prepare(tx, ground.roads, ground.walked, asked, DAY)


def _run(database: Database, asked: PlanAsked) -> tuple[int, dict[str, object]]:
    with database.transaction(callers.operator()) as tx:
        number = plan_jobs.submit(tx, asked, DAY)
        tx.commit()
    arguments = {"plan": number, "asked": asked.to_json(), "day": DAY.isoformat()}
    return number, plan_jobs.run(database, Patrol(), no_progress, arguments)


def test_a_plan_walks_every_road_once_and_names_what_is_cut_off(filled):
    number, outcome = _run(filled, _QUICK)
    assert outcome == {"plan": number}
    with filled.transaction(callers.operator()) as tx:
        plan = plan_jobs.find(tx, number)
        task = _task(tx, _QUICK)
    assert plan.result is not None
    days = plan.result["days"]
    assert [day["weekday"] for day in days] == [2, 4]
    walked = {edge for day in days for walk in day["walks"] for edge in walk["edges"]}
    left = {edge for day in days for edge in day["left_out"]["unreachable"]}
    required = {int(e) for e, n in zip(task.edges, task.week.sections.passes, strict=True) if n}
    assert walked | left == required
    assert len(left) == 1, "the island"
    for day in days:
        assert day["bound_m"] <= day["longest_m"] + 1e-6
        assert day["longest_m"] == max(walk["length_m"] for walk in day["walks"])


def test_a_plan_becomes_routes_once(filled):
    number, _ = _run(filled, _QUICK)
    with filled.transaction(callers.operator()) as tx:
        plan = plan_jobs.find(tx, number)
        made = plan_jobs.adopt(tx, plan, DAY, "东区")
        tx.commit()
    with filled.transaction(callers.operator()) as tx:
        found = routes.listing(tx)
        assert len(found) == made > 0
        assert {route.weekdays for route in found} <= {(2,), (4,)}
        assert all(route.name.startswith("东区 ") for route in found)
        assert plan_jobs.find(tx, number).adopted
        with pytest.raises(errors.RefusedError, match="adopted"):
            plan_jobs.adopt(tx, plan_jobs.find(tx, number), DAY, "东区")
        small_district.store_network(tx, [[(0.0, 0.5), (8.0, 0.5)]])
        plan = plan_jobs.latest(tx)[0]
        tx.driver.execute("DELETE FROM patrol_routes")
        with pytest.raises(errors.RefusedError, match="other_network"):
            plan_jobs.adopt(tx, plan_jobs.find(tx, plan.id), DAY, "东区")


def test_a_village_without_a_road_to_the_town_is_planned_all_the_same(filled):
    apart = [[(1.3, 0.3), (1.4, 0.3)], [(1.4, 0.3), (1.4, 0.4)], [(1.4, 0.4), (1.3, 0.3)]]
    with filled.transaction(callers.operator()) as tx:
        small_district.store_network(tx, [[*line] for line in (*patrol_town.LINES, *apart)])
        tx.driver.execute(
            "INSERT INTO households (code, geom) SELECT 'V', ST_SetSRID(ST_MakePoint(%s, %s), 4490)",
            small_district.place(1.37, 0.33).coords[0],
        )
        tx.commit()
    number, outcome = _run(filled, replace(_QUICK, unit=GRIDS[1], patrols=1, weekdays=(2,)))
    assert outcome == {"plan": number}
    with filled.transaction(callers.operator()) as tx:
        (day,) = (plan_jobs.find(tx, number).result or {})["days"]
    assert not day["left_out"]["unreachable"]
    assert day["walks"][0]["edges"]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"patrols": 9}, "error.plan.too_many"),
        ({"limit_min": 1.0, "speed_km_h": 0.5}, "error.plan.too_short"),
        ({"unit": GRIDS[3]}, "error.plan.no_road"),
        ({"start": (120.2, 30.3)}, "error.plan.far_place"),
        ({"end": (120.2, 30.3)}, "error.plan.far_place"),
    ],
)
def test_what_cannot_be_planned_is_said(filled, changes, key):
    _, outcome = _run(filled, PlanAsked(**{**_QUICK.to_json(), **changes}))
    assert outcome["error"]["key"] == key


@pytest.mark.parametrize(
    "changes",
    [
        {"patrols": 0},
        {"speed_km_h": float("nan")},
        {"limit_min": 0},
        {"weekdays": ()},
        {"weekdays": (3, 1)},
        {"passes": 8},
        {"seconds": 1e9},
    ],
)
def test_questions_that_make_no_sense_are_refused(changes):
    with pytest.raises(errors.RefusedError):
        PlanAsked(**{"unit": DISTRICT, **changes})


def test_a_question_survives_being_written_down():
    asked = PlanAsked(DISTRICT, start=(116.8, 32.6), weekdays=(1, 7))
    assert PlanAsked.from_json(asked.to_json()) == asked


def test_positions_are_forgotten_and_sections_kept(filled):
    with filled.transaction(callers.operator()) as tx:
        for number, ago in enumerate((8, 7, 6)):
            patrols.add_track(tx, DAY - timedelta(days=ago), [(0, 0.0, 300.0)], number)
        rule = Retention("test", moved=3, died=3, changes=3, track_days=7)
        assert retention.forget_positions(tx, rule, DAY) == 2
        assert retention.forget_positions(tx, rule, DAY) == 0
        left = tx.driver.execute("SELECT count(*) FROM patrol_positions").fetchone()
        covered = tx.driver.execute(
            "SELECT count(DISTINCT track_id) FROM patrol_covered"
        ).fetchone()
        (line,) = audit.lines(tx, audit.Filter(action="positions"))
    assert (left, covered) == ((1,), (3,))
    assert line.details == {"rule": "test", "tracks": 2}


def test_no_role_of_the_service_reads_positions(filled):
    for role in ("wangge_figures", "wangge_people", "wangge_admin", "wangge_gate"):
        with filled.transaction(callers.operator()) as tx:
            row = tx.driver.execute(
                "SELECT has_table_privilege(%s, 'patrol_positions', 'SELECT')", (role,)
            ).fetchone()
        assert row == (False,)
