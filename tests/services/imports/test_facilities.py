"""Facilities and ramps: kinds, dates, measures."""

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from services.database import Database
from services.facility_kinds import FacilityKind
from services.imports import facilities
from services.imports.options import ImportKind
from tests.services.imports import helpers
from tests.services.imports.helpers import OPTIONS, REJECT, fetch, one, refused, run, text, told

KIND = ImportKind.FACILITIES
HEAD = (
    "code,kind,name,lon,lat,floor_area,capacity,opened_on,closed_on,address,"
    "rise_m,run_m,width_m,handrail,landing,serves_code\n"
)
DAY_CARE = (
    "F1,day_care,治东日间照料中心,116.805,32.605,320.5,40,2020-01-01,2026-01-01,治东路1号,,,,,,\n"
)
RAMP = "F2,ramp,坡道,116.815,32.605,,,,,,0.45,5.4,1.2,yes,no,F1\n"


def test_values_are_stored_and_places_assigned(district: Database, tmp_path: Path):
    report = run(district, KIND, text(tmp_path / "f.csv", HEAD + DAY_CARE + RAMP))
    assert report.inserted == 2
    assert fetch(
        district,
        "SELECT kind, name, address, floor_area, capacity, opened_on, closed_on FROM facilities"
        " WHERE code = 'F1'",
    ) == [
        ("day_care", "治东日间照料中心", "治东路1号", 320.5, 40, date(2020, 1, 1), date(2026, 1, 1))
    ]
    assert fetch(
        district,
        "SELECT rise_m, run_m, width_m, handrail, landing, serves_code FROM facilities"
        " WHERE code = 'F2'",
    ) == [(0.45, 5.4, 1.2, True, False, "F1")]
    assert fetch(
        district,
        "SELECT u.code FROM facility_assignments JOIN units u ON u.id = unit_id ORDER BY 1",
    ) == [(helpers.WEST,), (helpers.EAST,)]


def test_every_row_tells_which_import_it_was_last_written_by(district: Database, tmp_path: Path):
    """So that what was generated stays known for it, until a real file says otherwise."""
    made = dataclasses.replace(OPTIONS, generated=True)
    run(district, KIND, text(tmp_path / "f.csv", HEAD + DAY_CARE + RAMP), made)
    assert _generated(district) == {"F1": True, "F2": True}
    real = DAY_CARE.replace("320.5", "400")
    run(district, KIND, text(tmp_path / "g.csv", HEAD + real + RAMP + RAMP.replace("F2", "F3")))
    assert _generated(district) == {"F1": False, "F2": True, "F3": False}


def _generated(database: Database) -> dict[str, bool]:
    rows = fetch(
        database,
        "SELECT f.code, r.generated FROM facilities f JOIN import_runs r ON r.id = f.import_run_id",
    )
    return dict(rows)


def test_chinese_headings_and_kinds(district: Database, tmp_path: Path):
    content = "设施编码,设施类型,名称,经度,纬度,建筑面积（平方米）,床位数\nF1,日间照料中心,甲,116.805,32.605,300,20\n"
    run(district, KIND, text(tmp_path / "f.csv", content, "gb18030"))
    assert fetch(district, "SELECT kind, floor_area, capacity FROM facilities") == [
        ("day_care", 300.0, 20)
    ]


def test_every_kind_has_a_chinese_name():
    named = {kind for word, kind in facilities.KINDS.items() if not word.isascii()}
    assert named == {kind.value for kind in FacilityKind}


def test_the_same_file_twice_and_a_change(district: Database, tmp_path: Path):
    path = text(tmp_path / "f.csv", HEAD + DAY_CARE + RAMP)
    run(district, KIND, path)
    assert run(district, KIND, path).unchanged == 2
    changed = text(tmp_path / "f2.csv", (HEAD + DAY_CARE + RAMP).replace(",40,", ",45,"))
    report = run(district, KIND, changed)
    assert (report.inserted, report.updated, report.unchanged) == (0, 1, 1)


@pytest.mark.parametrize(
    ("old", "new", "row", "field", "key"),
    [
        (",day_care,", ",daycare,", 2, "kind", "error.import.value.choice"),
        (",day_care,", ",,", 2, "kind", "error.import.value.missing"),
        ("治东日间照料中心", "", 2, "name", "error.import.value.missing"),
        ("320.5", "-3", 2, "floor_area", "error.import.value.range"),
        ("320.5", "about 300", 2, "floor_area", "error.import.value.not_a_number"),
        (",40,", ",40.5,", 2, "capacity", "error.import.value.whole"),
        (",40,", ",400000,", 2, "capacity", "error.import.value.range"),
        ("2020-01-01", "2020-02-31", 2, "opened_on", "error.import.value.no_such_day"),
        ("2026-01-01", "2020-01-01", 2, "closed_on", "error.import.facility.closed_first"),
        ("2020-01-01", "1820-01-01", 2, "opened_on", "error.import.value.day_range"),
        ("0.45,5.4,1.2", "45,540,120", 3, "rise_m", "error.import.facility.not_metres"),
        ("0.45,5.4", "-0.45,5.4", 3, "rise_m", "error.import.facility.negative"),
        ("0.45,5.4", "0.45,0", 3, "run_m", "error.import.facility.zero"),
        ("0.45,5.4", "5.4,0.45", 3, "rise_m", "error.import.facility.steep"),
        (",yes,no,", ",ja,no,", 3, "handrail", "error.import.value.choice"),
        ("116.815,32.605", "32.605,116.815", 3, "lon", "error.import.point.swapped"),
    ],
)
def test_faults_of_rows_are_named(
    district: Database, tmp_path: Path, old: str, new: str, row: int, field: str, key: str
):
    content = (HEAD + DAY_CARE + RAMP).replace(old, new)
    path = text(tmp_path / "f.csv", content)
    report = refused(district, KIND, path)
    assert told(report)[0] == (row, field, key)
    assert one(district, "SELECT count(*) FROM facilities") == 0
    assert run(district, KIND, path, REJECT).rejected == 1
