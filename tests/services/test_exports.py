"""Each collection in each format, read back by other programs' readers."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pyogrio
import pytest
import python_calamine
import shapely
import structlog.testing
from babel.messages import pofile

from gis import crs
from gis.codes import Level
from services import assignment, errors, exports
from services.exports import ExportOptions, Format
from services.facility_kinds import FacilityKind
from services.themes.held import Themes
from tests.services import patrols, small_district
from tests.services.small_district import DAY, DISTRICT, GRIDS

DOCS = Path(exports.__file__).parents[2] / "docs"
PEOPLE = [(10, 20, 30)] * 7 + [(10, 20, 3)]
ROWS = {
    "units": 15,
    "facilities": 3,
    "network": 2,
    "coverage-day-care": 15,
    "service-areas": 3,
    "coverage-ramps": 15,
    "ramps": 1,
    "entrances": 2,
    "mendings": 1,
    "survey-list": 2,
    "coverage-patrol": 15,
    "patrol-routes": 1,
    "patrol-sections": 2,
    "population": 15,
}
GDAL_FORMATS = (Format.GEOJSON, Format.GEOJSONSEQ, Format.GPKG, Format.FGB, Format.SHP)


@pytest.fixture
def tx(database, caller, request):
    called = getattr(request.node, "callspec", None)
    with database.transaction(caller) as transaction:
        small_district.fill(transaction, PEOPLE, generated=True)
        patrols.add_route(transaction, "R1", [(0, 0.0, 900.0), (1, 0.0, 500.0)], DAY)
        _prepare(transaction, called.params.get("collection") if called else None)
        yield transaction


def _prepare(tx, collection):
    """Make something that the collection holds."""
    if collection in {"ramps", "entrances"}:
        _add_ramp(tx)
    if collection in {"mendings", "survey-list"}:
        _bring_the_centre_near(tx)
    if collection == "mendings":
        _shut_the_centre(tx)


def _add_ramp(tx):
    """Add a ramp at the centre, and an entrance without one."""
    where = {"at": shapely.to_wkb(small_district.place(0.02))}
    tx.driver.execute(
        "INSERT INTO facilities (code, kind, name, rise_m, run_m, serves_code, geom)"
        " VALUES ('S1', 'ramp', '坡道', 0.3, 1.5, 'D1', ST_GeomFromWKB(%(at)s, 4490))",
        where,
    )
    tx.driver.execute(
        "INSERT INTO entrances (code, steps, geom) VALUES ('E1', 3, ST_GeomFromWKB(%(at)s, 4490))",
        where,
    )
    assignment.assign_all(tx)


def _bring_the_centre_near(tx):
    """Put the centre amid the first grid, all of whose people count."""
    tx.driver.execute(
        "UPDATE facilities SET geom = ST_GeomFromWKB(%s, 4490) WHERE code = 'D1'",
        (shapely.to_wkb(small_district.place(0.5)),),
    )
    tx.driver.execute("UPDATE residents SET disability_type = 'physical'")
    assignment.assign_all(tx)


def _shut_the_centre(tx):
    tx.driver.execute(
        "INSERT INTO entrances (code, serves_code, steps, geom)"
        " VALUES ('E1', 'D1', 3, ST_GeomFromWKB(%s, 4490))",
        (shapely.to_wkb(small_district.place(0.5)),),
    )
    assignment.assign_all(tx)


def _options(**changes):
    return replace(ExportOptions(DAY), **changes)


def _bytes(tx, collection, **changes):
    return b"".join(exports.stream(tx, collection, _options(**changes)))


def _geojson(tx, collection, **changes):
    return json.loads(_bytes(tx, collection, **changes))


def _file(tx, collection, folder, **changes):
    options = _options(**changes)
    path = folder / exports.file_name(collection, options)
    exports.write(tx, collection, options, path)
    return path


def _table(path):
    text = path.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))


def test_every_collection_is_tried():
    assert ROWS.keys() == exports.COLLECTIONS.keys()


@pytest.mark.parametrize("collection", ROWS)
def test_geojson_is_what_rfc_7946_says(tx, collection):
    found = _geojson(tx, collection)
    assert found["type"] == "FeatureCollection"
    assert "crs" not in found
    assert (found["as_of"], found["generated"]) == (DAY.isoformat(), True)
    assert len(found["features"]) == ROWS[collection]
    described = exports.COLLECTIONS[collection]
    for feature in found["features"]:
        assert feature["type"] == "Feature"
        assert list(feature["properties"]) == [field.name for field in described.fields]
        assert feature["id"] == feature["properties"][described.key]
        assert feature["geometry"]["type"] == described.geometry
    shapes = shapely.from_geojson([json.dumps(f["geometry"]) for f in found["features"]])
    coordinates = shapely.get_coordinates(shapes)
    assert np.array_equal(coordinates, np.round(coordinates, 7))
    rings = shapely.get_rings(shapely.get_parts(shapes))
    outer = shapely.get_exterior_ring(shapely.get_parts(shapes))
    assert shapely.is_ccw(outer[~shapely.is_missing(outer)]).all()
    assert len(rings) == 0 or shapely.is_valid(shapes).all()


def test_holes_run_clockwise(tx):
    tx.driver.execute(
        "UPDATE unit_versions SET geom = ST_Multi(ST_Difference(geom, ST_Buffer(ST_Centroid(geom), 0.001)))"
        " FROM units u WHERE u.id = unit_id AND u.code = %s",
        (GRIDS[3],),
    )
    found = _geojson(tx, "units", unit=GRIDS[3])["features"][0]["geometry"]["coordinates"][0]
    assert [shapely.is_ccw(shapely.linearrings(ring)) for ring in found] == [True, False]


@pytest.mark.parametrize("format_", GDAL_FORMATS)
@pytest.mark.parametrize("collection", ROWS)
def test_gdal_reads_every_format(tx, tmp_path, collection, format_):
    path = _file(tx, collection, tmp_path, format=format_)
    described = exports.COLLECTIONS[collection]
    info = pyogrio.read_info(path)
    assert info["features"] == ROWS[collection]
    assert info["crs"] == "EPSG:4326"
    meta, _, wkb, columns = pyogrio.raw.read(path)
    names = list(meta["fields"])
    for field in described.fields:
        assert (field.short if format_ is Format.SHP else field.name) in names
    expected = shapely.from_geojson(
        [json.dumps(f["geometry"]) for f in _geojson(tx, collection)["features"]]
    )
    shapes = shapely.from_wkb(wkb)
    order = np.argsort(columns[names.index(described.key)].astype(str), kind="stable")
    reference = np.argsort(
        [str(f["id"]) for f in _geojson(tx, collection)["features"]], kind="stable"
    )
    # A Shapefile has no multi-part type of its own and turns rings; the shapes are the same.
    assert shapely.equals(shapes[order], expected[reference]).all()


def test_values_survive_each_format(tx, tmp_path):
    for format_ in GDAL_FORMATS:
        meta, _, _, columns = pyogrio.raw.read(_file(tx, "facilities", tmp_path, format=format_))
        names = [str(name) for name in meta["fields"]]
        by_name = dict(zip(names, columns, strict=True))
        order = np.argsort(by_name["code"])  # a FlatGeobuf is ordered by place
        by_name = {name: values[order] for name, values in by_name.items()}
        assert list(by_name["code"]) == ["D1", "O1", "X1"]
        assert list(by_name["name"]) == ['=HYPERLINK("x")', '社区"用房"', "-区外"]
        assert by_name["capacity"][0] == 40
        assert str(by_name["opened_on"][0])[:10].replace("/", "-") == "2021-05-01"
        assert list(by_name["unit_code"])[:2] == [GRIDS[0], GRIDS[4]]
        assert by_name["generated"].astype(bool).all()


def test_text_sequences_are_what_rfc_8142_says(tx):
    text = _bytes(tx, "units", format=Format.GEOJSONSEQ)
    records = text.split(b"\x1e")
    assert records[0] == b""
    assert all(record.endswith(b"\n") for record in records[1:])
    assert [json.loads(record)["type"] for record in records[1:]] == ["Feature"] * 15


def test_geopackage_says_what_it_is(tx, tmp_path):
    path = _file(tx, "coverage-day-care", tmp_path, format=Format.GPKG, max_walk_m=500)
    told = pyogrio.read_info(path)["layer_metadata"]
    assert told["as_of"] == DAY.isoformat()
    assert told["generated"] == "true"
    assert told["rules"] == "gb50180-2018"
    assert told["max_walk_m"] == "500.0"
    assert told["attribution"] == "© the surveyors"
    assert DISTRICT in told["source"]


def test_geoparquet_carries_its_metadata(tx, tmp_path):
    path = _file(tx, "units", tmp_path, format=Format.PARQUET)
    table = pyarrow.parquet.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    column = geo["columns"]["geometry"]
    assert (geo["version"], geo["primary_column"], column["encoding"]) == (
        "1.1.0",
        "geometry",
        "WKB",
    )
    assert "crs" not in column, "absent means CRS84"
    shapes = shapely.from_wkb(table.column("geometry").to_numpy())
    assert shapely.equals(shapes[0], small_district.square(0, 8))
    assert table.schema.metadata[b"generated"] == b"true"
    national = _file(tx, "units", tmp_path, format=Format.PARQUET, crs=exports.read_crs("4490"))
    geo = json.loads(pyarrow.parquet.read_schema(national).metadata[b"geo"])
    assert geo["columns"]["geometry"]["crs"]["id"] == {"authority": "EPSG", "code": 4490}


def test_csv_opens_in_a_spreadsheet_without_running_anything(tx, tmp_path):
    rows = _table(_file(tx, "facilities", tmp_path, format=Format.CSV))
    assert [row["name"] for row in rows] == ['\'=HYPERLINK("x")', '社区"用房"', "'-区外"]
    assert (rows[0]["lon"], rows[0]["lat"]) == ("116.8001", "32.605")
    areas = _table(_file(tx, "units", tmp_path, format=Format.CSV))
    assert shapely.from_wkt(areas[0]["wkt"]).equals(small_district.square(0, 8))


def test_xlsx_keeps_codes_as_text_and_has_no_formula(tx, tmp_path):
    path = _file(tx, "facilities", tmp_path, format=Format.XLSX)
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    heading, *rows = book.get_sheet_by_name("facilities").to_python()
    first = dict(zip(heading, rows[0], strict=True))
    assert first["name"] == '=HYPERLINK("x")'
    assert first["unit_code"] == GRIDS[0]
    assert first["opened_on"] == date(2021, 5, 1)
    assert (first["lon"], first["lat"]) == (116.8001, 32.605)
    assert ["generated", "true"] in book.get_sheet_by_name("about").to_python()
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert all(b"<f>" not in archive.read(name) for name in sheets)


def test_areas_in_a_table_are_a_point_inside(tx, tmp_path):
    path = _file(tx, "units", tmp_path, format=Format.XLSX)
    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name("units")
    heading, *rows = sheet.to_python()
    for number, row in enumerate(row for row in rows if len(row[0]) == 15):
        point = shapely.Point(row[heading.index("lon")], row[heading.index("lat")])
        assert small_district.square(number).contains(point)


@pytest.mark.parametrize("text", ["4490", "4548"])
def test_another_crs_is_named_where_readers_look(tx, tmp_path, text):
    asked = exports.read_crs(text)
    for format_ in (Format.GEOJSON, Format.GPKG, Format.FGB, Format.SHP):
        path = _file(tx, "facilities", tmp_path, format=format_, crs=asked)
        assert pyogrio.read_info(path)["crs"] == f"EPSG:{text}"
        meta, _, wkb, columns = pyogrio.raw.read(path)
        wkb = wkb[columns[list(meta["fields"]).index("code")] == "D1"]
        expected = crs.project(np.array([[116.8001, 32.605]]), crs.STORED, asked.epsg)
        found = shapely.get_coordinates(shapely.from_wkb(wkb))
        assert found == pytest.approx(expected, abs=1e-3 if text == "4548" else 1e-7)


@pytest.mark.parametrize("text", ["GCJ-02", "BD-09"])
def test_displaced_coordinates_say_so_in_every_format(tx, tmp_path, text):
    asked = exports.read_crs(text)
    plain = _geojson(tx, "facilities", crs=asked)
    assert plain["crs_note"] == text
    lonlat = np.array([plain["features"][0]["geometry"]["coordinates"]])
    assert crs.to_stored(lonlat, asked) == pytest.approx(np.array([[116.8001, 32.605]]), abs=1e-7)
    for format_ in Format:
        path = _file(tx, "facilities", tmp_path, format=format_, crs=asked)
        assert text in path.name
        assert text in _told(path, format_)


def _told(path, format_):
    match format_:
        case Format.GEOJSON:
            return path.read_text()
        case Format.CSV:
            return _table(path)[0]["crs_note"]
        case Format.XLSX:
            book = python_calamine.CalamineWorkbook.from_path(str(path))
            return dict(book.get_sheet_by_name("about").to_python())["crs_note"]
        case Format.PARQUET:
            metadata = pyarrow.parquet.read_schema(path).metadata
            assert json.loads(metadata[b"geo"])["columns"]["geometry"]["crs"] is None
            return metadata[b"crs_note"].decode()
    meta, _, _, columns = pyogrio.raw.read(path)
    note = columns[list(meta["fields"]).index("crs_note")][0]
    assert format_ is Format.GEOJSONSEQ or note in meta["crs"]
    return note


def test_a_unit_and_what_lies_in_it(tx):
    township = GRIDS[4][:9]
    codes = [f["id"] for f in _geojson(tx, "units", unit=township)["features"]]
    assert codes == sorted(code for code in _all_codes() if code.startswith(township))
    assert [f["id"] for f in _geojson(tx, "facilities", unit=township)["features"]] == ["O1"]
    assert len(_geojson(tx, "network", unit=GRIDS[1])["features"]) == 2
    assert len(_geojson(tx, "network", unit=GRIDS[0])["features"]) == 1
    assert len(_geojson(tx, "network", unit=township)["features"]) == 1
    for collection in ("population", "coverage-day-care"):
        rows = _geojson(tx, collection, unit=township)["features"]
        assert [f["id"] for f in rows] == codes


def test_a_level_of_units_and_a_kind_of_facility(tx):
    grids = sorted(code for code in _all_codes() if len(code) == 15)
    for collection in ("units", "population", "coverage-day-care"):
        rows = _geojson(tx, collection, level=Level.GRID)["features"]
        assert [f["id"] for f in rows] == grids
    every = _geojson(tx, "facilities")["features"]
    kinds = {f["properties"]["kind"] for f in every}
    assert len(kinds) > 1
    for kind in kinds:
        rows = _geojson(tx, "facilities", kind=FacilityKind(kind))["features"]
        assert rows == [f for f in every if f["properties"]["kind"] == kind]
    assert _geojson(tx, "facilities", kind=FacilityKind.MARKET)["features"] == []


def _all_codes():
    return {code[:length] for code in GRIDS for length in (6, 9, 12, 15)}


def test_a_box_takes_what_it_touches(tx):
    box = exports.read_bbox("116.841,32.60,116.849,32.61")
    expected = sorted(code for code in _all_codes() if GRIDS[4].startswith(code))
    for collection in ("units", "population", "coverage-day-care"):
        rows = _geojson(tx, collection, bbox=box)["features"]
        assert [f["id"] for f in rows] == expected
    assert [f["id"] for f in _geojson(tx, "facilities", bbox=box)["features"]] == ["O1"]
    assert len(_geojson(tx, "network", bbox=box)["features"]) == 1
    assert _geojson(tx, "service-areas", bbox=box, max_walk_m=500)["features"] == []


def test_days_differ(tx):
    later = _options(as_of=date(2026, 11, 24))
    rows = json.loads(b"".join(exports.stream(tx, "facilities", later)))["features"]
    assert [f["id"] for f in rows] == ["D1", "D2", "O1", "X1"]
    with pytest.raises(errors.NotFoundError) as caught:
        exports.stream(tx, "units", _options(as_of=date(1999, 12, 31)))
    assert caught.value.key == "error.units.none"


def test_coverage_is_the_theme_s_own_answer(tx):
    themes = Themes()
    options = _options(max_walk_m=500)
    found = json.loads(b"".join(exports.stream(tx, "coverage-day-care", options, themes)))
    rows = {f["id"]: f["properties"] for f in found["features"]}
    assert (rows[DISTRICT]["demand"], rows[GRIDS[0]]["covered"]) == (213, 30)
    assert rows[GRIDS[0]]["band_300_500_m"] == 30
    assert rows[GRIDS[0]]["mean_walk_m"] == pytest.approx(460, abs=1)
    assert rows[GRIDS[7]]["demand"] is None, "three people"
    assert (found["max_walk_m"], found["min_age"], found["rules"]) == (500, 60, "gb50180-2018")


def test_refusals_come_before_the_first_byte(tx):
    for wrong, error in (
        ({"unit": "340405999"}, errors.NotFoundError),
        ({"rules": "none"}, errors.NotFoundError),
    ):
        with pytest.raises(error):
            exports.stream(tx, "coverage-day-care", _options(**wrong))
    with pytest.raises(errors.NotFoundError) as caught:
        exports.stream(tx, "residents", _options())
    assert "population" in str(caught.value.params["known"])
    for text in ("1,2,3", "a,b,c,d", "117,32,116,33", "nan,32,117,33", "116,32,117,91"):
        with pytest.raises(errors.RefusedError):
            exports.read_bbox(text)
    for text in ("EPSG:999999", "nonsense"):
        with pytest.raises(errors.RefusedError):
            exports.read_crs(text)
    with pytest.raises(errors.RefusedError):
        exports.read_format("dwg")
    for limit in (0, -1, float("nan"), float("inf")):
        with pytest.raises(errors.RefusedError):
            _options(max_walk_m=limit)


def test_a_file_appears_whole_or_not_at_all(tx, tmp_path, monkeypatch):
    target = tmp_path / "units.geojson"
    target.write_text("before")
    monkeypatch.setattr("services.exports.coordinates.given_out", _fail)
    with pytest.raises(RuntimeError):
        exports.write(tx, "units", _options(), target)
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["units.geojson"]


def _fail(*_):
    raise RuntimeError


def test_a_file_that_cannot_be_is_refused(tx, tmp_path):
    with pytest.raises(errors.RefusedError) as caught:
        exports.write(tx, "units", _options(), tmp_path / "missing" / "units.geojson")
    assert caught.value.key == "error.export.unwritable"


def test_a_device_is_written_to_not_replaced(tx):
    exports.write(tx, "units", _options(), Path("/dev/null"))
    assert Path("/dev/null").is_char_device()


def test_a_download_ends_its_transaction(database, caller):
    with database.transaction(caller) as tx:
        small_district.fill(tx, PEOPLE)
        tx.commit()
    with pytest.raises(errors.NotFoundError):
        exports.download(database, caller, "nothing", _options())
    assert database.engine.pool.checkedout() == 0
    found = exports.download(database, caller, "units", _options(format=Format.CSV))
    assert found.file_name == f"units_{DAY}.csv"
    assert database.engine.pool.checkedout() == 1
    assert b"".join(found.body).count(b"\r\n") == 16
    assert database.engine.pool.checkedout() == 0


def test_an_export_is_logged_without_anything_personal(tx):
    with structlog.testing.capture_logs() as logs:
        _bytes(tx, "facilities")
    assert [(entry["event"], entry["rows"], entry["complete"]) for entry in logs] == [
        ("export", 3, True)
    ]
    assert not {"name", "address", "caller"} & logs[0].keys()


_MEASURE = """
import resource, sys
from datetime import date
from pathlib import Path
from services import caller, exports
from services.database import Database

url, format_, folder = sys.argv[1:]
database = Database(url)
for box in ("116.8,32.6,116.8010001,32.61", None):
    options = exports.ExportOptions(
        date(2026, 11, 23), exports.read_format(format_), bbox=exports.read_bbox(box)
    )
    with database.transaction(caller.operator()) as tx:
        exports.write(tx, "facilities", options, Path(folder) / "rows.out")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
"""


def test_memory_does_not_grow_with_rows(database, caller, tmp_path):
    with database.transaction(caller) as tx:
        small_district.fill(tx)
        tx.driver.execute(
            "INSERT INTO facilities (code, kind, name, geom) SELECT 'F' || i, 'other', '某设施',"
            " ST_SetSRID(ST_MakePoint(116.80 + i * 1e-7, 32.605), 4490)"
            " FROM generate_series(1, 100000) i"
        )
        tx.commit()
    for format_ in (Format.GEOJSON, Format.CSV, Format.GPKG, Format.PARQUET):
        measured = subprocess.run(
            [sys.executable, "-c", _MEASURE, database.url, format_, str(tmp_path)],
            capture_output=True,
            text=True,
            check=True,
        )
        at_ten_thousand, at_hundred_thousand = map(int, measured.stderr.split())
        assert at_hundred_thousand - at_ten_thousand < 16, f"megabytes, {format_}"


def test_every_field_is_documented_in_both_languages():
    page = (DOCS / "exports.md").read_text(encoding="utf-8")
    texts = [_catalogue(language) for language in ("zh", "en")]
    for collection in (*exports.COLLECTIONS.values(), *exports.PERSONAL.values()):
        assert f"### `{collection.name}`" in page
        for key in (collection.title, collection.about):
            assert all(key in text for text in texts)
        for field in collection.fields:
            chinese, english = (text[field.meaning] for text in texts)
            row = f"| `{field.name}` | {field.type} | `{field.short}` | {chinese} | {english} |"
            assert row in page, collection.name
    for format_ in Format:
        assert f"| `{format_}` |" in page


def _catalogue(language):
    path = DOCS.parent / "web" / "locale" / language / "LC_MESSAGES" / "wangge.po"
    with path.open("rb") as file:
        return {message.id: message.string for message in pofile.read_po(file)}
