"""Patrol pages: routes drawn, changed, ended; whose they are; plans made without a job."""

from collections.abc import Iterator

import pytest
import requests

from services import caller as callers
from services.accounts import NewAccount, Scope
from services.caller import Role
from services.database import Database
from services.imports import locks
from services.imports.options import ImportKind
from services.patrol import plan_jobs, planning, routes
from services.patrol.planning import PlanAsked
from services.themes.patrol import Patrol
from tests.services import patrol_town, small_district
from tests.web.conftest import PASSWORD, Client, Open, add_accounts

OWN = NewAccount("own", "Own", Role.COMMUNITY_MANAGER, (Scope(patrol_town.UNIT[:12]),))
OTHER = NewAccount("other", "Other", Role.COMMUNITY_MANAGER, (Scope("340405002002"),))
WORKER = NewAccount("worker", "Worker", Role.GRID_WORKER, (Scope(patrol_town.UNIT),))


def _written(*places: tuple[float, float]) -> str:
    points = [small_district.place(*place) for place in places]
    return "\n".join(f"{point.x:.7f}, {point.y:.7f}" for point in points)


ROUND = _written((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7), (0.3, 0.3))
FORM = {
    "name": "四条街",
    "team": "一队",
    "weekdays": ["2", "4"],
    "shift": "evening",
    "from": "2026-11-01",
    "points": ROUND,
}


@pytest.fixture
def town(database: Database) -> Database:
    with database.transaction(callers.operator()) as tx:
        patrol_town.fill(tx)
        tx.commit()
    return database


@pytest.fixture
def desk(open_service: Open, town: Database) -> Iterator[Client]:
    with open_service(town.url) as client:
        yield client


def _routes(database: Database) -> dict[str, routes.Route]:
    with database.transaction(callers.operator()) as tx:
        return {route.code: route for route in routes.listing(tx)}


def _send(client: Client, path: str, **changes: object) -> requests.Response:
    data = {**FORM, **changes, "csrf": client.headers["X-CSRF-Token"]}
    return client.post(path, data=data, allow_redirects=False)


def test_a_route_is_drawn_changed_and_ended(desk: Client, town: Database) -> None:
    assert _send(desk, "/patrol/routes/new").status_code == 303
    (route,) = _routes(town).values()
    assert (route.code, route.name, route.team) == ("R1", "四条街", "一队")
    assert (route.weekdays, route.shift, route.valid_to) == ((2, 4), "evening", None)
    around = 2 * 0.4 * 0.01 * (93_900 + 110_900)  # metres of a degree here
    assert route.length_m == pytest.approx(around, rel=0.01)
    assert "四条街" in desk.get("/patrol/routes?day=2&as_of=2026-11-24").text
    assert "四条街" not in desk.get("/patrol/routes?day=3&as_of=2026-11-24").text

    form = desk.get("/patrol/routes/R1/change").text
    assert ROUND.splitlines()[0] in form
    half = _written((0.3, 0.3), (0.7, 0.3))
    answer = _send(desk, "/patrol/routes/R1/change", points=half, weekdays=["6"], team="")
    assert answer.status_code == 303
    changed = _routes(town)["R1"]
    assert (changed.weekdays, changed.team) == ((6,), None)
    assert changed.length_m == pytest.approx(0.004 * 93_900, rel=0.01)

    assert _send(desk, "/patrol/routes/R1/end", last="2026-11-20").status_code == 303
    assert str(_routes(town)["R1"].valid_to) == "2026-11-21"
    with town.transaction(callers.operator()) as tx:
        rows = tx.driver.execute("SELECT action, subject FROM audit_log ORDER BY id").fetchall()
    assert [row for row in rows if str(row[0]).startswith("route_")] == [
        ("route_draw", "R1"),
        ("route_change", "R1"),
        ("route_end", "R1"),
    ]


def test_a_way_that_stays_is_not_touched_when_days_change(desk: Client, town: Database) -> None:
    _send(desk, "/patrol/routes/new")
    before = _routes(town)["R1"]
    assert _send(desk, "/patrol/routes/R1/change", name="新名").status_code == 303
    after = _routes(town)["R1"]
    assert (after.name, after.length_m, after.is_drawn) == ("新名", before.length_m, True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"points": ""}, "at least two"),
        ({"points": "116.8"}, "longitude, latitude"),
        ({"points": _written((0.3, 0.3), (0.5, 0.1))}, "Point 2"),
        ({"points": _written((0.3, 0.3), (0.5, 0.5))}, "No road leads from point 1"),
        ({"points": _written((0.3, 0.3), (0.3, 0.3))}, "at least two"),
        ({"weekdays": []}, "at least one day"),
        ({"weekdays": ["", "12"]}, "at least one day"),
        ({"name": "a\0b"}, "control"),
        ({"name": " "}, "needs a name"),
        ({"from": "tomorrow"}, "Write a date"),
        ({"last": "2026-10-01"}, "before the first"),
        ({"code": "R1"}, "R1 already"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_typed_is_lost(
    desk: Client, town: Database, changes: dict[str, object], words: str
) -> None:
    _send(desk, "/patrol/routes/new", name="先有的")
    answer = _send(desk, "/patrol/routes/new?lang=en", **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert "一队" in answer.text
    assert len(_routes(town)) == 1


def test_the_way_is_told_at_once(desk: Client) -> None:
    flat = ROUND.replace("\n", ",").replace(" ", "")
    found = desk.get(f"/api/patrol/way?points={flat}").json()
    assert found["minutes"] == pytest.approx(found["length_m"] / 4000 * 60, abs=0.1)
    assert found["line"][0] == found["line"][-1]
    refused = desk.get("/api/patrol/way?points=0,0,1,1")
    assert refused.status_code == 422
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert desk.get("/api/patrol/way?points=nan,1").status_code == 422


def test_managers_settle_their_own_routes_only(
    open_service: Open, desk: Client, town: Database
) -> None:
    add_accounts(town.url, OTHER, WORKER)
    _send(desk, "/patrol/routes/new")
    with open_service(town.url, OWN) as own:
        assert _send(own, "/patrol/routes/new", name="自己的").status_code == 303
        assert _send(own, "/patrol/routes/R1/change", name="改").status_code == 303
        asked = {"unit": "340405002002", "weekdays": "2"}
        assert _send(own, "/patrol/plans", **asked).status_code == 403
    with Client(desk.address) as other:
        other.log_in(OTHER.name, PASSWORD)
        for path in ("new", "R1/change", "R1/end"):
            assert _send(other, f"/patrol/routes/{path}", last="2026-11-20").status_code == 403
    with Client(desk.address) as worker:
        worker.log_in(WORKER.name, PASSWORD)
        assert worker.get("/patrol/routes").status_code == 200
        assert worker.get("/patrol/routes/new").status_code == 403
    assert {route.name for route in _routes(town).values()} == {"改", "自己的"}
    assert all(route.valid_to is None for route in _routes(town).values())


def test_a_plan_made_at_the_command_line_is_shown_and_adopted(desk: Client, town: Database) -> None:
    asked = PlanAsked(patrol_town.UNIT, seconds=1, weekdays=(2,))
    task = plan_jobs.prepared(town, Patrol(), asked, small_district.DAY)
    *_, best = planning.work(task)
    number = plan_jobs.keep(town, task, best, small_district.DAY)
    page = desk.get(f"/patrol/plans/{number}?lang=en")
    assert page.status_code == 200
    assert "hx-trigger" not in page.text
    answer = _send(desk, f"/patrol/plans/{number}/adopt")
    assert answer.status_code == 303
    assert _routes(town)


def test_while_roads_come_in_nothing_is_stored_and_nothing_typed_is_lost(
    desk: Client, town: Database
) -> None:
    with town.transaction(callers.operator()) as tx:
        locks.hold(tx, ImportKind.NETWORK)
        answer = _send(desk, "/patrol/routes/new?lang=en")
    assert answer.status_code == 422
    assert "New roads are being imported" in answer.text
    assert "一队" in answer.text
    assert not _routes(town)
    assert _send(desk, "/patrol/routes/new").status_code == 303
