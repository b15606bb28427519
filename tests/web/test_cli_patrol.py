"""``wangge patrol plan``: the plan on the terminal, in files, as routes; what cannot be planned."""

import json
from pathlib import Path

import pytest

from services import audit
from services import caller as callers
from services.database import Database
from services.patrol import plan_jobs, planning, routes
from tests.services import patrol_town
from web import cli

_PLAN = f"--lang en patrol plan --unit {patrol_town.UNIT} --seconds 1"


@pytest.fixture
def town(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    with database.transaction(callers.operator()) as tx:
        patrol_town.fill(tx)
        tx.commit()
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("WANGGE_HOME", str(tmp_path))
    return database


def run(words: str) -> int:
    return cli.main(words.split())


def test_a_plan_is_told_drawn_and_made_into_routes(
    town: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.geojson"
    assert run(f"{_PLAN} --weekdays Mon-Tue --geojson {file} --routes --json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert [day["weekday"] for day in answer["days"]] == [1, 2]
    assert answer["days"][0]["longest_min"] >= answer["days"][0]["bound_min"] > 0
    features = json.loads(file.read_text())["features"]
    walks = [one for one in features if one["properties"]["kind"] == "walk"]
    assert answer["routes"] == len(walks) > 0
    for one in walks:
        line = one["geometry"]["coordinates"]
        assert line[0] == line[-1], "walks are closed"
    with town.transaction(callers.operator()) as tx:
        assert len(routes.listing(tx)) == len(walks)
        assert plan_jobs.find(tx, answer["plan"]).adopted
        (line,) = audit.lines(tx, audit.Filter(action="route_adopt"))
    assert (line.subject, line.details["routes"]) == (str(answer["plan"]), len(walks))


def test_a_plan_is_a_table_and_what_is_left_out_is_named(
    town: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    del town
    assert run(f"{_PLAN} --weekdays 2 --patrols 1") == 0
    written = capsys.readouterr()
    assert "Tue" in written.out
    assert "not connected" in written.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--patrols 9", "fewer patrols"),
        ("--patrols 0", "50"),
        ("--minutes 1 --speed 0.5", "1 min"),
        ("--start nowhere", "longitude"),
        ("--weekdays never", "at least one day"),
        (f"--unit {patrol_town.WITHOUT_ROADS}", "no road"),
        ("--unit 999999", "999999"),
    ],
)
def test_what_cannot_be_planned_is_said_and_nothing_kept(
    town: Database, capsys: pytest.CaptureFixture[str], options: str, words: str
) -> None:
    assert run(f"{_PLAN} {options}") == 1
    written = capsys.readouterr()
    assert words in written.err
    assert written.out == ""
    with town.transaction(callers.operator()) as tx:
        assert plan_jobs.latest(tx) == ()


def test_stopped_by_hand_the_best_so_far_is_kept(
    town: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    work = planning.work

    def interrupted(task: planning.Task, seed: int) -> object:
        yield next(iter(work(task, seed)))
        raise KeyboardInterrupt

    monkeypatch.setattr(planning, "work", interrupted)
    assert run(f"{_PLAN} --weekdays 2") == 0
    assert "Stopped" in capsys.readouterr().err
    with town.transaction(callers.operator()) as tx:
        (kept,) = plan_jobs.latest(tx)
        assert kept.result is not None
