"""All or nothing: killed, cancelled, twice at once; and what the history says."""

import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from services import caller as callers
from services import errors, overview
from services.database import Database
from services.imports import locks, runner
from services.imports.options import ImportKind
from tests.services.imports import helpers
from tests.services.imports.helpers import OPTIONS, REJECT, fetch, one, refused, run, text

HOMES = "code,lon,lat\n" + "".join(f"H{i},116.8{i % 20:02d},32.605\n" for i in range(1000))

_CHILD = """
import sys, time
from pathlib import Path
from services import caller, database
from services.imports import runner
from services.imports.options import ImportKind, ImportOptions

def stall(step, done, total):
    if step == sys.argv[3]:
        print("stalled", flush=True)
        time.sleep(60)

runner.run(database.Database(sys.argv[1]), caller.operator(), ImportKind.HOUSEHOLDS,
           Path(sys.argv[2]), ImportOptions(), stall)
"""


@pytest.mark.parametrize("step", ["import.step.read", "import.step.assign"])
@pytest.mark.parametrize("filled", ["empty", "filled"])
def test_a_killed_import_leaves_nothing(district: Database, tmp_path: Path, step: str, filled: str):
    if filled == "filled":
        run(
            district,
            ImportKind.HOUSEHOLDS,
            text(tmp_path / "one.csv", "code,lon,lat\nX,116.8,32.6\n"),
        )
    before = fetch(
        district,
        "SELECT code FROM households UNION ALL SELECT indexname FROM pg_indexes"
        " WHERE tablename = 'households' ORDER BY 1",
    )
    path = text(tmp_path / "h.csv", HOMES)
    command = [sys.executable, "-c", _CHILD, district.url, str(path), step]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path.cwd()) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"stalled\n"
        os.kill(child.pid, signal.SIGKILL)
    _wait_until_unlocked(district)
    assert (
        fetch(
            district,
            "SELECT code FROM households UNION ALL SELECT indexname FROM pg_indexes"
            " WHERE tablename = 'households' ORDER BY 1",
        )
        == before
    )
    with district.transaction(callers.operator()) as tx:
        (latest,) = overview.import_runs(tx, limit=1)
    assert latest.status is overview.RunStatus.FAILED, "whatever its row still says"
    report = run(district, ImportKind.HOUSEHOLDS, path)
    assert report.inserted == 1000
    # The dead run is known for what it is once another holds the lock.
    statuses = fetch(district, "SELECT status FROM import_runs ORDER BY id DESC LIMIT 2")
    assert statuses == [("done",), ("failed",)]


def _wait_until_unlocked(database: Database) -> None:
    for _ in range(100):
        try:
            with database.transaction(callers.operator()) as tx:
                locks.hold(tx, ImportKind.HOUSEHOLDS)
        except errors.ConflictError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server still works for the killed process")


def test_a_second_import_at_once_is_told_to_wait(district: Database, tmp_path: Path):
    path = text(tmp_path / "h.csv", HOMES)
    began, finish = threading.Event(), threading.Event()

    def stall(_step: str, _done: int, _total: int | None) -> None:
        began.set()
        assert finish.wait(20)

    first = threading.Thread(
        target=runner.run,
        args=(district, callers.operator(), ImportKind.HOUSEHOLDS, path, OPTIONS, stall),
    )
    first.start()
    assert began.wait(20)
    for kind in (ImportKind.HOUSEHOLDS, ImportKind.UNITS, ImportKind.NETWORK):
        with pytest.raises(errors.ConflictError) as caught:
            run(district, kind, path)
        assert caught.value.key == "error.import.busy"
    with district.transaction(callers.operator()) as tx:
        with pytest.raises(errors.ConflictError):
            locks.hold_areas(tx)
        assert locks.held(tx) == {ImportKind.HOUSEHOLDS}
        (latest,) = overview.import_runs(tx, limit=1)
        assert latest.status is overview.RunStatus.RUNNING
    facility = text(tmp_path / "f.csv", "code,kind,name,lon,lat\nF1,ramp,x,116.8,32.605\n")
    assert run(district, ImportKind.FACILITIES, facility).inserted == 1
    finish.set()
    first.join(20)
    assert one(district, "SELECT count(*) FROM households") == 1000


def test_a_cancelled_import_changes_nothing(district: Database, tmp_path: Path):
    def cancel(step: str, _done: int, _total: int | None) -> None:
        if step == "import.step.assign":
            raise errors.CancelledError("error.cancelled")

    with pytest.raises(errors.CancelledError):
        runner.run(
            district,
            callers.operator(),
            ImportKind.HOUSEHOLDS,
            text(tmp_path / "h.csv", HOMES),
            OPTIONS,
            cancel,
        )
    assert one(district, "SELECT count(*) FROM households") == 0
    assert one(district, "SELECT status FROM import_runs") == "cancelled"


def test_the_history_tells_what_was_done_and_by_whom(district: Database, tmp_path: Path):
    options = dataclasses.replace(REJECT, generated=True)
    report = run(
        district, ImportKind.HOUSEHOLDS, text(tmp_path / "h.csv", HOMES + "Z,0,0\n"), options
    )
    columns = (
        "id, kind, file_name, caller, status, generated, inserted, updated, unchanged, rejected,"
        " length(sha256), finished_at >= started_at, problems"
    )
    assert fetch(district, f"SELECT {columns} FROM import_runs") == [
        (
            report.run_id, "households", "households.csv", "operator", "done", True, 1000, 0, 0, 1, 64, True,
            [{"row": 1002, "field": "lon", "key": "error.import.point.null_island",
              "params": {"x": "0.00000", "y": "0.00000"}}],
        )
    ]  # fmt: skip


def test_a_thousand_problems_are_listed_and_all_are_counted(district: Database, tmp_path: Path):
    rows = "".join(f"H{i},x,32.6\n" for i in range(2500))
    report = refused(
        district, ImportKind.HOUSEHOLDS, text(tmp_path / "h.csv", "code,lon,lat\n" + rows)
    )
    assert len(report.problems) == 1000
    assert [problem.row for problem in report.problems[:3]] == [2, 3, 4]
    assert report.problem_counts == {"error.import.value.not_a_number": 2500}
    assert report.rejected == 2500


def test_an_import_tells_how_far_it_is(district: Database, tmp_path: Path):
    told: list[tuple[str, int, int | None]] = []
    runner.run(
        district,
        callers.operator(),
        ImportKind.HOUSEHOLDS,
        text(tmp_path / "h.csv", HOMES),
        OPTIONS,
        lambda step, done, total: told.append((step, done, total)),
    )
    assert told[0] == ("import.step.read", 1000, 1000)
    assert {step for step, _, _ in told} >= {"import.step.index", "import.step.assign"}


def test_a_folder_has_one_digest_whatever_its_order(district: Database, tmp_path: Path):
    folder = tmp_path / "empty"
    folder.mkdir()
    assert helpers.told(refused(district, ImportKind.UNITS, folder)) == [
        (None, None, "error.import.file.no_shapefile")
    ]
    assert one(district, "SELECT length(sha256) FROM import_runs") == 64
