"""Households: formats, encodings, headings, CRSs, and every fault by name."""

import dataclasses
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
import xlsxwriter

from gis import crs
from services.database import Database
from services.imports.options import ImportKind
from tests.services.imports import helpers
from tests.services.imports.helpers import OPTIONS, REJECT, fetch, one, refused, run, text, told

KIND = ImportKind.HOUSEHOLDS
HEAD = "code,address,lon,lat,building,entrance,floor,room\n"
GOOD = HEAD + "H1,治东社区1号,116.805,32.605,1,2,3,301\nH2,,116.815,32.605,,,,\n"


def _places(database: Database) -> dict[str, tuple[float, float]]:
    rows = fetch(database, "SELECT code, ST_X(geom), ST_Y(geom) FROM households ORDER BY code")
    return {code: (x, y) for code, x, y in rows}


def test_rows_are_stored_and_assigned(district: Database, tmp_path: Path):
    report = run(district, KIND, text(tmp_path / "h.csv", GOOD))
    assert (report.inserted, report.updated, report.unchanged, report.rejected) == (2, 0, 0, 0)
    assert report.applied
    assert fetch(
        district,
        "SELECT code, address, building, entrance, floor, room FROM households ORDER BY code",
    ) == [
        ("H1", "治东社区1号", "1", "2", "3", "301"),
        ("H2", None, None, None, None, None),
    ]
    assert _places(district) == {"H1": (116.805, 32.605), "H2": (116.815, 32.605)}
    assigned = fetch(
        district,
        "SELECT h.code, u.code FROM household_assignments a JOIN households h ON h.id = household_id"
        " JOIN units u ON u.id = unit_id ORDER BY h.code",
    )
    assert assigned == [("H1", helpers.WEST), ("H2", helpers.EAST)]


def test_indexes_and_constraints_are_back_after_filling_an_empty_table(
    district: Database, tmp_path: Path
):
    query = (
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'households' UNION ALL"
        " SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = 'households'::regclass ORDER BY 1, 2"
    )
    before = fetch(district, query)
    run(district, KIND, text(tmp_path / "h.csv", GOOD))
    assert fetch(district, query) == before
    assert one(
        district,
        "INSERT INTO households (code, geom) VALUES"
        " ('N', 'SRID=4490;POINT(116.8 32.6)') RETURNING id > (SELECT max(id) FROM households)",
    )


def test_the_same_file_twice_changes_nothing(district: Database, tmp_path: Path):
    path = text(tmp_path / "h.csv", GOOD)
    run(district, KIND, path)
    before = fetch(district, "SELECT xmin, id, code FROM households ORDER BY id")
    report = run(district, KIND, path)
    assert (report.inserted, report.updated, report.unchanged) == (0, 0, 2)
    assert fetch(district, "SELECT xmin, id, code FROM households ORDER BY id") == before


def test_changed_rows_are_updated_and_moved_ones_assigned_anew(district: Database, tmp_path: Path):
    run(district, KIND, text(tmp_path / "h.csv", GOOD))
    changed = GOOD.replace("116.805", "116.8151").replace("301", "302") + "H3,,116.801,32.601,,,,\n"
    report = run(district, KIND, text(tmp_path / "h2.csv", changed))
    assert (report.inserted, report.updated, report.unchanged) == (1, 1, 1)
    rows = fetch(
        district,
        "SELECT h.code, h.room, u.code FROM households h"
        " JOIN household_assignments a ON a.household_id = h.id JOIN units u ON u.id = unit_id"
        " ORDER BY h.code",
    )
    assert rows == [
        ("H1", "302", helpers.EAST),
        ("H2", None, helpers.EAST),
        ("H3", None, helpers.WEST),
    ]


def test_columns_the_file_lacks_keep_their_values(district: Database, tmp_path: Path):
    run(district, KIND, text(tmp_path / "h.csv", GOOD))
    short = "code,lon,lat\nH1,116.8051,32.605\n"
    assert run(district, KIND, text(tmp_path / "h2.csv", short)).updated == 1
    assert fetch(district, "SELECT address, room FROM households WHERE code = 'H1'") == [
        ("治东社区1号", "301")
    ]


def test_a_dry_run_reports_and_changes_nothing(district: Database, tmp_path: Path):
    path = text(tmp_path / "h.csv", GOOD)
    report = run(district, KIND, path, dataclasses.replace(OPTIONS, dry_run=True))
    assert (report.inserted, report.applied, report.dry_run) == (2, False, True)
    assert one(district, "SELECT count(*) FROM households") == 0
    assert fetch(district, "SELECT status, inserted FROM import_runs") == [("checked", 2)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_and_chinese_headings(district: Database, tmp_path: Path, encoding: str):
    content = (
        "户编码,地址,经度,纬度,楼栋,单元,楼层,房号\r\nH1,㐀庄孜街道,116.805,32.605,1,1,2,201\r\n"
    )
    run(district, KIND, text(tmp_path / "h.csv", content, encoding))
    assert fetch(district, "SELECT address, building, room FROM households") == [
        ("㐀庄孜街道", "1", "201")
    ]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters(district: Database, tmp_path: Path, delimiter: str):
    path = text(tmp_path / "h.csv", GOOD.replace(",", delimiter))
    assert run(district, KIND, path).inserted == 2


def test_values_with_line_breaks_quotes_and_blank_rows_keep_row_numbers(
    district: Database, tmp_path: Path
):
    content = (
        HEAD
        + 'H1,"一号楼\n""东""侧, 二层",116.805,32.605,,,,\n\n,,,,,,,\nH2,,x,32.605,,,,\nH3,,116.81,32.605,,,,\n'
    )
    report = refused(district, KIND, text(tmp_path / "h.csv", content))
    assert told(report) == [(5, "lon", "error.import.value.not_a_number")]
    assert report.problems[0].params == {"value": "x"}
    report = run(district, KIND, text(tmp_path / "h.csv", content), REJECT)
    assert (report.inserted, report.rejected) == (2, 1)
    assert (
        one(district, "SELECT address FROM households WHERE code = 'H1'") == '一号楼\n"东"侧, 二层'
    )


def test_a_mapping_names_columns_of_the_users_own(district: Database, tmp_path: Path):
    path = text(tmp_path / "h.csv", "nr,lon,lat,code\nH1,116.805,32.605,x\n")
    options = dataclasses.replace(OPTIONS, mapping={"code": "nr"})
    report = run(district, KIND, path, options)
    assert list(_places(district)) == ["H1"]
    assert [(n.key, n.params) for n in report.notes] == [
        ("note.import.unused_columns", {"columns": "code"})
    ]


def _workbook(path: Path, rows: list[list[object]], first_row: int = 0) -> Path:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("户")
    for number, row in enumerate(rows):
        sheet.write_row(first_row + number, 0, row)
    book.close()
    return path


def test_workbooks(district: Database, tmp_path: Path):
    rows = [
        ["户编码", "经度", "纬度", "房号"],
        ["H1", 116.805, 32.605, 301],
        [1001, 116.815, 32.605, ""],
    ]
    run(district, KIND, _workbook(tmp_path / "h.xlsx", rows))
    assert fetch(district, "SELECT code, room FROM households ORDER BY code") == [
        ("1001", None),
        ("H1", "301"),
    ]


@pytest.mark.parametrize("attribute", ['r="XFD1048576"', "r = 'xfd1048576'"])
def test_a_workbook_with_a_cell_far_out_is_refused(
    district: Database, tmp_path: Path, attribute: str
):
    source = _workbook(
        tmp_path / "near.xlsx", [["code", "lon", "lat"], ["H1", 116.8, "XFD1048576"]]
    )
    path = tmp_path / "far.xlsx"
    with zipfile.ZipFile(source) as near, zipfile.ZipFile(path, "w") as far:
        for name in near.namelist():
            content = near.read(name).decode()
            far.writestr(name, content.replace('r="B2"', attribute))
    problem = refused(district, KIND, path).problems[0]
    assert (problem.key, problem.params) == ("error.import.file.spread", {"cell": "XFD1048576"})


def test_row_numbers_of_a_workbook_are_the_spreadsheets(district: Database, tmp_path: Path):
    rows: list[list[object]] = [["code", "lon", "lat"], ["H1", 116.8, 32.6], [], ["H2", "", 32.6]]
    report = refused(district, KIND, _workbook(tmp_path / "h.xlsx", rows, first_row=2))
    assert told(report) == [(6, "lon", "error.import.value.missing")]


@pytest.mark.parametrize("driver", ["GPKG", "GeoJSON", "FlatGeobuf", "ESRI Shapefile"])
def test_layers_of_points(district: Database, tmp_path: Path, driver: str):
    suffix = {"GPKG": "gpkg", "GeoJSON": "geojson", "FlatGeobuf": "fgb", "ESRI Shapefile": "shp"}
    path = tmp_path / f"h.{suffix[driver]}"
    lonlat = np.array([[116.805, 32.605], [116.815, 32.605]])
    epsg = 4326 if driver == "GeoJSON" else 4548
    xy = crs.project(lonlat, crs.STORED, epsg)
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapely.points(xy)),
        [np.array(["H1", "H2"], object), np.array(["一", "二"], object)],
        fields=["code", "地址"],
        geometry_type="Point",
        crs=f"EPSG:{epsg}",
        driver=driver,
        encoding="UTF-8",
    )
    assert run(district, KIND, path).inserted == 2
    stored = np.array(list(_places(district).values()))
    np.testing.assert_allclose(stored, lonlat, atol=1e-8)


@pytest.mark.parametrize(
    ("name", "forward"), [("GCJ-02", crs.wgs84_to_gcj02), ("BD-09", crs.wgs84_to_bd09)]
)
def test_displaced_coordinates_come_back_to_where_they_are(
    district: Database, tmp_path: Path, name: str, forward
):
    true = np.array([[116.805, 32.605]])
    lon, lat = forward(true)[0]
    assert abs(lon - 116.805) > 0.003
    path = text(tmp_path / "h.csv", f"code,lon,lat\nH1,{float(lon)!r},{float(lat)!r}\n")
    run(district, KIND, path, dataclasses.replace(OPTIONS, crs=name))
    np.testing.assert_allclose(_places(district)["H1"], true[0], atol=1e-8)


def test_projected_coordinates_in_a_table(district: Database, tmp_path: Path):
    x, y = crs.project(np.array([[116.805, 32.605]]), crs.STORED, 4548)[0]
    path = text(tmp_path / "h.csv", f"code,x,y\nH1,{x},{y}\nH2,{y},{x}\n")
    options = dataclasses.replace(OPTIONS, crs="EPSG:4548")
    assert told(refused(district, KIND, path, options)) == [(3, "x", "error.import.point.swapped")]
    assert run(district, KIND, path, dataclasses.replace(REJECT, crs="4548")).inserted == 1
    np.testing.assert_allclose(_places(district)["H1"], (116.805, 32.605), atol=1e-8)


@pytest.mark.parametrize(
    ("row", "field", "key"),
    [
        ("H9,,32.605,116.805,,,,", "lon", "error.import.point.swapped"),
        ("H9,,0,0,,,,", "lon", "error.import.point.null_island"),
        ("H9,,nan,32.605,,,,", "lon", "error.import.value.not_finite"),
        ("H9,,116.805,inf,,,,", "lat", "error.import.value.not_finite"),
        ("H9,,481698.1,3608743.6,,,,", "lon", "error.import.point.metres"),
        ("H9,,116.40,39.90,,,,", "lon", "error.import.point.elsewhere"),
        ("H9,,,32.605,,,,", "lon", "error.import.value.missing"),
        ("H9,,116度,32.605,,,,", "lon", "error.import.value.not_a_number"),
        (",,116.805,32.605,,,,", "code", "error.import.value.missing"),
        ("H\x079,,116.805,32.605,,,,", "code", "error.import.value.control"),
        ("H9,,116.805,32.605,,,", None, "error.import.row.width"),
        ("H9,,116.805,32.605,,,,,", None, "error.import.row.width"),
        (f"{'H' * 65},,116.805,32.605,,,,", "code", "error.import.value.too_long"),
        ("H1,,116.805,32.605,,,,", "code", "error.import.code.twice"),
    ],
)
def test_faults_of_rows_are_named(
    district: Database, tmp_path: Path, row: str, field: str | None, key: str
):
    path = text(tmp_path / "h.csv", f"{GOOD}{row}\nH4,,116.806,32.606,,,,\n")
    report = refused(district, KIND, path)
    assert told(report) == [(4, field, key)]
    assert report.problem_counts == {key: 1}
    assert one(district, "SELECT count(*) FROM households") == 0
    rejected = run(district, KIND, path, REJECT)
    assert (rejected.inserted, rejected.rejected) == (3, 1)
    assert sorted(_places(district)) == ["H1", "H2", "H4"]


def test_a_code_that_is_there_twice_names_both_rows(district: Database, tmp_path: Path):
    path = text(tmp_path / "h.csv", GOOD + "H2,,116.801,32.601,,,,\n")
    assert refused(district, KIND, path).problems[0].params == {"first": 3, "code": "H2"}
    run(district, KIND, text(tmp_path / "h1.csv", GOOD))
    assert refused(district, KIND, path).problems[0].params == {"first": 3, "code": "H2"}


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "error.import.file.empty"),
        (HEAD.encode(), "error.import.file.no_rows"),
        (b"\n\n", "error.import.file.no_headings"),
        (b"PK\x00\x00 not text", "error.import.file.binary"),
        ((HEAD + "H1,").encode() + b"\xff\xff\xff,1,2,,,,\n", "error.import.file.encoding"),
        ((GOOD * 3).encode() + b"H3,\xe6\xb2", "error.import.file.utf8_damaged"),
        ((GOOD + "H3,,116.8").encode(), "error.import.file.cut_row"),
        (
            (HEAD + 'H1,"治东,116.8,32.6,,,,\n' + "H2,,1,2,,,,\n" * 500_000).encode(),
            "error.import.file.open_quote",
        ),
        (
            (GOOD + 'H3,,116.8,32.6,,,,"3\nH4,,116.8,32.6,,,,4\n').encode(),
            "error.import.file.open_quote",
        ),
        ((GOOD + 'H3,"治东,116.8\n').encode(), "error.import.file.open_quote"),
        (
            (GOOD + "H3," + "长" * 3_000_000 + ",116.8,32.6,,,,\n").encode(),
            "error.import.file.long_row",
        ),
        (b"code,lat\nH1,32.6\n", "error.import.columns.missing"),
        (b"code,lon,lat,lat\nH1,1,2,3\n", "error.import.columns.twice"),
    ],
)
def test_files_that_make_no_sense_are_refused_as_a_whole(
    district: Database, tmp_path: Path, content: bytes, key: str
):
    path = tmp_path / "h.csv"
    path.write_bytes(content)
    report = refused(district, KIND, path, REJECT)
    assert report.problems[0].key == key
    assert one(district, "SELECT count(*) FROM households") == 0
    assert fetch(district, "SELECT status FROM import_runs") == [("refused",)]


def test_where_the_encoding_breaks_is_told_by_its_row(district: Database, tmp_path: Path):
    path = tmp_path / "h.csv"
    path.write_bytes((GOOD * 400).encode() + b"H3,\xe6\xb2\n")
    assert refused(district, KIND, path).problems[0].row == 1201


def test_a_missing_column_names_what_is_known_and_what_was_found(
    district: Database, tmp_path: Path
):
    report = refused(district, KIND, text(tmp_path / "h.csv", "户编码,备注\nH1,x\n"))
    params = report.problems[0].params
    assert params["field"] == "lon"
    assert "经度" in str(params["names"])
    assert params["found"] == "户编码, 备注"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("h.docx", "error.import.file.format"),
        ("h.xlsx", "error.import.file.damaged"),
        ("h.gpkg", "error.import.file.damaged"),
        ("h.geojson", "error.import.file.damaged"),
        ("h.zip", "error.import.file.damaged"),
    ],
)
def test_unknown_and_damaged_formats(district: Database, tmp_path: Path, name: str, key: str):
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04 something else entirely")
    assert refused(district, KIND, path).problems[0].key == key


def test_a_file_that_is_not_there(district: Database, tmp_path: Path):
    report = refused(district, KIND, tmp_path / "none.csv")
    assert report.problems[0].key == "error.import.file.missing"
