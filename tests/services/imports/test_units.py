"""Boundary files: every fault by name, and the history of boundaries."""

import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from gis import crs
from services.database import Database
from services.imports.options import ImportKind
from tests.services.imports import helpers
from tests.services.imports.helpers import (
    DISTRICT,
    EAST,
    OPTIONS,
    REJECT,
    WEST,
    fetch,
    geojson,
    one,
    refused,
    run,
    square,
    unit,
    versions,
)

KIND = ImportKind.UNITS
EVER = (None, None)


def _on(day: str) -> dict[str, Any]:
    return {"effective": date.fromisoformat(day)}


def test_all_levels_in_one_file(database: Database, tmp_path: Path):
    community, grid = WEST + "001", WEST + "001001"
    path = geojson(
        tmp_path / "u.geojson",
        [
            unit(square(0), grid),
            unit(square(0), community, "治东社区居委会"),
            unit(square(0), WEST),
            unit(square(1), EAST + "000", level="街道", parent_code="340405000000"),
            unit(square(0, 2), DISTRICT + "000000", "八公山区", level="district"),
        ],
    )
    report = run(database, KIND, path)
    assert (report.inserted, report.problems) == (5, ())
    assert fetch(
        database,
        "SELECT code, level, parent_code, metric_epsg, kind, name FROM units JOIN unit_versions"
        " ON units.id = unit_id ORDER BY code",
    ) == [
        (DISTRICT, "district", None, 4548, "district", "八公山区"),
        (WEST, "township", DISTRICT, None, "subdistrict", f"单元{WEST}"),
        (community, "community", WEST, None, "community", "治东社区居委会"),
        (grid, "grid", community, None, "residential", f"单元{grid}"),
        (EAST, "township", DISTRICT, None, "subdistrict", f"单元{EAST}000"),
    ]
    assert all(versions(database, code) == [EVER] for code in (DISTRICT, WEST, grid))
    assert one(database, "SELECT bool_and(ST_IsPolygonCCW(geom)) FROM unit_versions")


def test_levels_in_one_file_after_the_other_are_as_old_as_the_district(
    database: Database, tmp_path: Path
):
    run(database, KIND, helpers.units(tmp_path / "u.geojson"))
    grids = geojson(tmp_path / "c.geojson", [unit(square(0), WEST + "001")])
    report = run(database, KIND, grids, dataclasses.replace(OPTIONS, **_on("2020-05-01")))
    assert (report.inserted, [n.key for n in report.notes]) == (1, ["note.import.units.absent"])
    assert versions(database, WEST + "001") == [EVER]


def test_the_same_file_twice_changes_nothing(database: Database, tmp_path: Path):
    path = helpers.units(tmp_path / "u.geojson")
    run(database, KIND, path)
    before = fetch(database, "SELECT xmin, id FROM unit_versions ORDER BY id")
    report = run(database, KIND, path)
    assert (report.inserted, report.updated, report.unchanged) == (0, 0, 3)
    assert fetch(database, "SELECT xmin, id FROM unit_versions ORDER BY id") == before


def test_a_changed_boundary_ends_one_version_and_begins_another(database: Database, tmp_path: Path):
    run(database, KIND, helpers.units(tmp_path / "u.geojson"))
    homes = helpers.text(tmp_path / "h.csv", "code,lon,lat\nH1,116.8125,32.605\n")
    run(database, ImportKind.HOUSEHOLDS, homes)
    border = 116.815
    moved = [
        unit(shapely.box(116.80, 32.60, border, 32.61), WEST),
        unit(shapely.box(border, 32.60, 116.82, 32.61), EAST),
    ]
    path = geojson(tmp_path / "moved.geojson", moved)
    report = run(database, KIND, path, dataclasses.replace(OPTIONS, **_on("2026-03-01")))
    assert (report.inserted, report.updated, report.unchanged) == (0, 2, 0)
    day = date(2026, 3, 1)
    assert versions(database, WEST) == [(None, day), (day, None)]
    assert fetch(
        database,
        "SELECT u.code, valid_from::text, valid_to::text FROM household_assignments"
        " JOIN units u ON u.id = unit_id ORDER BY valid_from",
    ) == [(EAST, "-infinity", "2026-03-01"), (WEST, "2026-03-01", "infinity")]
    again = run(database, KIND, path, dataclasses.replace(OPTIONS, **_on("2026-03-01")))
    assert again.unchanged == 2


def test_a_second_change_on_the_same_day_replaces_the_first(database: Database, tmp_path: Path):
    run(database, KIND, helpers.units(tmp_path / "u.geojson"))
    options = dataclasses.replace(OPTIONS, **_on("2026-03-01"))
    for name in ("甲", "乙"):
        path = geojson(tmp_path / "n.geojson", [unit(square(0), WEST, name)])
        assert run(database, KIND, path, options).updated == 1
    day = date(2026, 3, 1)
    assert versions(database, WEST) == [(None, day), (day, None)]
    assert fetch(
        database,
        "SELECT name FROM unit_versions v JOIN units u ON u.id = unit_id"
        f" WHERE code = '{WEST}' ORDER BY lower(valid) NULLS FIRST",
    ) == [(f"单元{WEST}",), ("乙",)]


def test_periods_may_be_given(database: Database, tmp_path: Path):
    """Real history: 李冲回族乡 belonged to the district from 2013-10-01 until 2015-07-01 only."""
    run(database, KIND, helpers.units(tmp_path / "u.geojson"))
    rural = DISTRICT + "200"
    while_it_lasted = {"valid_from": "2013-10-01", "valid_to": "2015-07-01"}
    path = geojson(
        tmp_path / "p.geojson",
        [
            unit(shapely.box(116.80, 32.60, 116.83, 32.61), DISTRICT, **while_it_lasted),
            unit(square(2), rural, "李冲回族乡", **while_it_lasted),
            unit(square(2), rural + "201", "李冲村", **while_it_lasted),
        ],
    )
    report = run(database, KIND, path)
    assert (report.inserted, report.updated) == (2, 1)
    begin, end = date(2013, 10, 1), date(2015, 7, 1)
    assert versions(database, rural) == [(begin, end)]
    assert versions(database, DISTRICT) == [(None, begin), (begin, end), (end, None)]
    assert (
        one(database, f"SELECT count(*) FROM units_at('2014-01-01') WHERE code ~ '^{DISTRICT}'")
        == 5
    )
    assert one(database, "SELECT count(*) FROM units_at('2015-07-01')") == 3
    assert run(database, KIND, path).unchanged == 3


def test_a_unit_new_in_a_divided_area_begins_on_the_effective_day(
    database: Database, tmp_path: Path
):
    path = geojson(tmp_path / "u.geojson", [unit(square(0, 2), DISTRICT), unit(square(0), WEST)])
    run(database, KIND, path)
    later = geojson(tmp_path / "e.geojson", [unit(square(1), EAST)])
    run(database, KIND, later, dataclasses.replace(OPTIONS, **_on("2026-03-01")))
    assert versions(database, EAST) == [(date(2026, 3, 1), None)]


BOW_TIE = [[[116.80, 32.60], [116.81, 32.61], [116.81, 32.60], [116.80, 32.61], [116.80, 32.60]]]
OPEN = [[[116.80, 32.60], [116.81, 32.60], [116.81, 32.61], [116.80, 32.61]]]
OUTSIDE = shapely.box(116.80, 32.60, 116.81, 32.62)


def _polygon(rings: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": rings}


@pytest.mark.parametrize(
    ("row", "key", "params"),
    [
        (
            unit(_polygon(BOW_TIE), WEST),
            "error.import.shape.self_intersecting",
            {"x": "116.805", "y": "32.605"},
        ),
        (unit(_polygon(OPEN), WEST), "error.import.shape.unclosed", {}),
        (unit(_polygon([]), WEST), "error.import.shape.empty", {}),
        (unit(None, WEST), "error.import.shape.missing", {}),
        (
            unit(shapely.Point(116.8, 32.6), WEST),
            "error.import.shape.not_polygon",
            {"type": "Point"},
        ),
        (
            unit(shapely.GeometryCollection([square(0), shapely.Point(116.8, 32.6)]), WEST),
            "error.import.shape.not_polygon",
            {"type": "GeometryCollection"},
        ),
        (
            unit(shapely.transform(square(0), lambda xy: xy[:, ::-1]), WEST),
            "error.import.shape.at_swapped",
            {},
        ),
        (
            unit(shapely.transform(square(0), lambda xy: xy * 10000), WEST),
            "error.import.shape.at_metres",
            {},
        ),
        (unit(square(0), "34040500"), "error.import.units.code_shape", {"value": "34040500"}),
        (unit(square(0), "3404O5001"), "error.import.units.code_shape", {"value": "3404O5001"}),
        (unit(square(0), WEST, level="galaxy"), "error.import.units.level", {"value": "galaxy"}),
        (
            unit(square(0), WEST, level="grid"),
            "error.import.units.code_level",
            {"value": WEST, "level": "grid", "digits": 15},
        ),
        (
            unit(square(0), WEST, parent_code="340406"),
            "error.import.units.parent_prefix",
            {"code": WEST, "parent": "340406"},
        ),
        (unit(square(0), WEST, kind="castle"), "error.import.units.kind", {"value": "castle"}),
        (
            unit(square(0), WEST, kind="village"),
            "error.import.units.kind_level",
            {"value": "village", "level": "township"},
        ),
        (unit(square(0), WEST, name=" "), "error.import.value.missing", {}),
        (
            unit(square(0), DISTRICT + "009001"),
            "error.import.units.no_parent",
            {"code": DISTRICT + "009001", "parent": DISTRICT + "009"},
        ),
        (
            unit(square(0), "340406"),
            "error.import.units.other_district",
            {"code": "340406", "district": DISTRICT},
        ),
        (unit(square(1), EAST, "twice"), "error.import.code.twice", {"code": EAST, "first": 2}),
        (unit(OUTSIDE, WEST), "error.import.units.outside_parent", None),
        (unit(square(0, 2), WEST), "error.import.units.overlap", None),
        (
            unit(square(0), WEST, valid_from="2020-02-31"),
            "error.import.value.no_such_day",
            {"value": "2020-02-31"},
        ),
        (
            unit(square(0), WEST, valid_from="2020-02-03", valid_to="2020-02-03"),
            "error.import.units.period",
            {},
        ),
    ],
)
def test_faults_of_rows_are_named(
    database: Database, tmp_path: Path, row: dict[str, Any], key: str, params: dict[str, Any] | None
):
    path = geojson(
        tmp_path / "u.geojson", [unit(square(0, 2), DISTRICT), unit(square(1), EAST), row]
    )
    report = refused(database, KIND, path)
    assert [problem.key for problem in report.problems] == [key]
    problem = report.problems[0]
    assert problem.row in ((2, 3) if key == "error.import.units.overlap" else (3,))
    assert params is None or problem.params == params
    assert one(database, "SELECT count(*) FROM units") == 0
    rejected = run(database, KIND, path, REJECT)
    assert (rejected.inserted, rejected.rejected) == (2, 1)


def test_an_overlap_names_both_units_and_its_area(database: Database, tmp_path: Path):
    wide = shapely.box(116.80, 32.60, 116.811, 32.61)
    path = geojson(
        tmp_path / "u.geojson",
        [unit(square(0, 2), DISTRICT), unit(wide, WEST), unit(square(1), EAST)],
    )
    params = refused(database, KIND, path).problems[0].params
    assert (params["code"], params["other"]) == (EAST, WEST)
    common = crs.project_geometries(
        np.array([shapely.box(116.81, 32.60, 116.811, 32.61)], dtype=object), crs.STORED, 4548
    )
    assert params["area"] == pytest.approx(shapely.area(common[0]), abs=0.1)


def test_overlap_with_a_neighbour_that_is_not_in_the_file(database: Database, tmp_path: Path):
    run(database, KIND, helpers.units(tmp_path / "u.geojson"))
    path = geojson(tmp_path / "w.geojson", [unit(shapely.box(116.80, 32.60, 116.811, 32.61), WEST)])
    problem = refused(database, KIND, path).problems[0]
    assert (problem.key, problem.params["other"]) == ("error.import.units.overlap", EAST)


def test_a_district_that_shrinks_below_its_townships_is_refused(database: Database, tmp_path: Path):
    run(database, KIND, helpers.units(tmp_path / "u.geojson"))
    path = geojson(tmp_path / "d.geojson", [unit(square(0), DISTRICT)])
    problem = refused(database, KIND, path).problems[0]
    assert (problem.key, problem.params["child"]) == ("error.import.units.outside_parent", EAST)


def test_slivers_of_drawing_are_no_fault_and_gaps_are_a_warning(database: Database, tmp_path: Path):
    hair = 2e-8  # 2 mm, over 1.1 km of border: more than a square metre in all
    path = geojson(
        tmp_path / "u.geojson",
        [
            unit(square(0, 3), DISTRICT),
            unit(shapely.box(116.80, 32.60, 116.81 + hair, 32.61), WEST),
            unit(square(1), EAST),
        ],
    )
    report = run(database, KIND, path)
    assert [warning.key for warning in report.warnings] == ["warning.import.units.gap"]
    params = report.warnings[0].params
    assert (params["code"], params["pieces"]) == (DISTRICT, 1)
    gap = crs.project_geometries(np.array([square(2)], dtype=object), crs.STORED, 4548)[0]
    assert params["area"] == pytest.approx(shapely.area(gap), rel=1e-4)


def test_heights_are_left_out_with_a_warning(database: Database, tmp_path: Path):
    high = shapely.force_3d(square(0, 2), 55.0)
    report = run(database, KIND, geojson(tmp_path / "u.geojson", [unit(high, DISTRICT)]))
    assert [(w.row, w.key) for w in report.warnings] == [(1, "warning.import.height_dropped")]
    assert one(database, "SELECT ST_NDims(geom) FROM unit_versions") == 2
