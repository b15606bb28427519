"""What is in the system, and what is missing for a first answer."""

from datetime import date

from gis import codes
from services import overview
from services.caller import Caller
from services.database import Database
from services.imports import locks
from services.imports.options import ImportKind
from services.overview import RunStatus, Step
from tests.services import small_district


def test_everything_is_missing_from_an_empty_database(database: Database, caller: Caller) -> None:
    with database.transaction(caller) as tx:
        counts = overview.counts(tx, small_district.DAY)
        assert overview.import_runs(tx) == ()
    assert counts.missing == tuple(Step)


def test_counts_are_those_of_the_day(database: Database, caller: Caller) -> None:
    with database.transaction(caller) as tx:
        small_district.fill(tx, [(1, 2, 3)] * 8)
        counts = overview.counts(tx, small_district.DAY)
        tomorrow = overview.counts(tx, date(2026, 11, 24))
        before = overview.counts(tx, date(1999, 1, 1))
    assert counts.units == {
        codes.Level.DISTRICT: 1,
        codes.Level.TOWNSHIP: 2,
        codes.Level.COMMUNITY: 4,
        codes.Level.GRID: 8,
    }
    assert list(counts.units) == list(codes.Level), "from the district down"
    assert (counts.households, counts.residents, counts.facilities) == (48, 48, 3)
    assert tomorrow.facilities == 4, "one opens tomorrow"
    assert counts.network is not None
    assert counts.missing == ()
    assert before.missing == (Step.UNITS,)


def test_the_latest_imports_come_first(database: Database, caller: Caller) -> None:
    with database.transaction(caller) as tx:
        locks.hold(tx, ImportKind.UNITS)
        for number, status in enumerate(RunStatus):
            tx.driver.execute(
                "INSERT INTO import_runs (kind, file_name, caller, status, inserted)"
                " VALUES ('units', %s, 'test', %s, %s)",
                (f"{number}.gpkg", status.value, number),
            )
        runs = overview.import_runs(tx, limit=3)
    assert [run.status for run in runs] == list(RunStatus)[:-4:-1]
    assert runs[0].file_name == f"{len(RunStatus) - 1}.gpkg"
