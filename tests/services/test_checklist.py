"""Which community has what, and what is wanting."""

import shapely

from services import assignment, checklist, rules
from services.caller import Caller
from services.checklist import Cell, Finding
from services.database import Database, Transaction
from services.facility_kinds import FacilityKind
from tests.services import small_district

_FIRST = "340405001001"


def _add(tx: Transaction, code: str, kind: FacilityKind, x: float, area: float | None) -> None:
    tx.driver.execute(
        "INSERT INTO facilities (code, kind, name, floor_area, geom)"
        " VALUES (%s, %s, 'x', %s, ST_GeomFromWKB(%s, 4490))",
        (code, kind.value, area, shapely.to_wkb(small_district.place(x))),
    )


def _cell(found: checklist.Checklist, code: str, kind: FacilityKind) -> Cell:
    row = next(row for row in found.rows if row.unit.code == code)
    return row.cells[found.kinds.index(kind)]


def test_communities_against_kinds(database: Database, caller: Caller) -> None:
    office = FacilityKind.COMMUNITY_OFFICE
    with database.transaction(caller) as tx:
        small_district.fill(tx)
        _add(tx, "A1", office, 0.2, 299.9)
        _add(tx, "A2", FacilityKind.READING_ROOM, 1.2, None)
        _add(tx, "A3", FacilityKind.READING_ROOM, 1.3, 40)
        _add(tx, "B1", office, 2.2, 300)
        _add(tx, "C1", office, 6.2, 299)
        _add(tx, "C2", office, 6.3, 301)
        assignment.assign_all(tx)
        found = checklist.checklist(tx, small_district.DAY, rules.load())
        part = checklist.checklist(tx, small_district.DAY, rules.load(), "340405002")
    assert found.kinds == (*checklist.PROMISED, FacilityKind.READING_ROOM)
    assert [row.unit.code for row in found.rows] == [
        _FIRST,
        "340405001002",
        "340405002001",
        "340405002002",
    ]
    assert _cell(found, _FIRST, office) == Cell(office, 1, 299.9, 300, Finding.TOO_SMALL)
    assert _cell(found, "340405001002", office).finding is None
    assert _cell(found, "340405002001", office).finding is Finding.AREA_UNKNOWN
    assert _cell(found, "340405002002", office) == Cell(office, 2, 600, 300, None)
    reading = _cell(found, _FIRST, FacilityKind.READING_ROOM)
    assert (reading.count, reading.floor_area, reading.finding) == (2, 40, None)
    assert _cell(found, "340405001002", FacilityKind.RAMP).finding is Finding.MISSING
    assert _cell(found, "340405001002", FacilityKind.READING_ROOM).finding is None
    assert [row.unit.code for row in part.rows] == ["340405002001", "340405002002"]
    assert part.findings < found.findings


def test_villages_were_promised_nothing(database: Database, caller: Caller) -> None:
    with database.transaction(caller) as tx:
        small_district.fill(tx)
        tx.driver.execute("UPDATE unit_versions SET kind = 'village' WHERE kind = 'community'")
        found = checklist.checklist(tx, small_district.DAY, rules.load())
    assert [c.finding for r in found.rows for c in r.cells if c.finding] == [Finding.AREA_UNKNOWN]


def test_a_rule_set_that_asks_more_finds_more(database: Database, caller: Caller) -> None:
    with database.transaction(caller) as tx:
        small_district.fill(tx)
        _add(tx, "A1", FacilityKind.DAY_CARE, 2.5, 349)
        assignment.assign_all(tx)
        lenient = checklist.checklist(tx, small_district.DAY, rules.load("gb50180-2018"))
        strict = checklist.checklist(tx, small_district.DAY, rules.load("guizhou"))
    where = ("340405001002", FacilityKind.DAY_CARE)
    assert _cell(lenient, *where).finding is None
    assert _cell(strict, *where).finding is Finding.TOO_SMALL
