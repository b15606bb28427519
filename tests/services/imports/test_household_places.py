"""Places of households: layers, text, other coordinates, none."""

import dataclasses
from pathlib import Path

import numpy as np
import pyogrio
import shapely

from gis import crs
from services.database import Database
from services.imports.options import ImportKind
from tests.services.imports import helpers
from tests.services.imports.helpers import OPTIONS, REJECT, refused, run, text, told

KIND = ImportKind.HOUSEHOLDS
HEAD = "code,address,lon,lat,building,entrance,floor,room\n"
GOOD = HEAD + "H1,治东社区1号,116.805,32.605,1,2,3,301\nH2,,116.815,32.605,,,,\n"


def test_unknown_crs_and_a_layer_that_does_not_say(district: Database, tmp_path: Path):
    path = text(tmp_path / "h.csv", GOOD)
    report = refused(district, KIND, path, dataclasses.replace(OPTIONS, crs="Beijing"))
    assert report.problems[0].key == "error.import.crs.unknown"
    layer = tmp_path / "h.gpkg"
    pyogrio.raw.write(
        layer,
        shapely.to_wkb(shapely.points([[116.805, 32.605]])),
        [np.array(["H1"], object)],
        fields=["code"],
        geometry_type="Point",
        driver="GPKG",
    )
    assert refused(district, KIND, layer).problems[0].key == "error.import.crs.not_said"
    assert run(district, KIND, layer, dataclasses.replace(OPTIONS, crs="4490")).inserted == 1


def test_geometry_of_layers_is_checked(district: Database, tmp_path: Path):
    path = helpers.geojson(
        tmp_path / "h.geojson",
        [
            helpers.feature(shapely.Point(116.805, 32.605), code="H1"),
            helpers.feature(helpers.square(), code="H2"),
            helpers.feature(None, code="H3"),
            helpers.feature({"type": "Point", "coordinates": [116.805, 32.605, 12.0]}, code="H4"),
            helpers.feature({"type": "Point", "coordinates": []}, code="H5"),
        ],
    )
    assert told(refused(district, KIND, path)) == [
        (2, None, "error.import.point.not_a_point"),
        (3, None, "error.import.point.missing"),
        (5, None, "error.import.point.missing"),
    ]
    assert run(district, KIND, path, REJECT).inserted == 2


def test_places_as_text_are_checked_too(district: Database, tmp_path: Path):
    path = text(
        tmp_path / "h.csv",
        'code,wkt\nH1,POINT (116.805 32.605)\nH2,here\nH3,"LINESTRING (0 0, 1 1)"\nH4,POINT (0 0)\n',
    )
    assert told(refused(district, KIND, path)) == [
        (3, "wkt", "error.import.point.missing"),
        (4, "wkt", "error.import.point.not_a_point"),
        (5, "wkt", "error.import.point.null_island"),
    ]
    assert run(district, KIND, path, REJECT).inserted == 1


def test_without_units_the_place_is_not_checked_and_that_is_said(
    database: Database, tmp_path: Path
):
    report = run(database, KIND, text(tmp_path / "h.csv", GOOD))
    assert [warning.key for warning in report.warnings] == ["warning.import.no_units"]


def test_a_last_row_without_line_end_is_worth_a_warning(district: Database, tmp_path: Path):
    report = run(district, KIND, text(tmp_path / "h.csv", GOOD.rstrip("\n")))
    assert [warning.key for warning in report.warnings] == ["warning.import.unfinished"]
    assert report.inserted == 2


def test_coordinates_of_a_web_map_are_suspected(district: Database, tmp_path: Path):
    rng = np.random.default_rng(1)
    true = np.column_stack([rng.uniform(116.80, 116.82, 400), rng.uniform(32.60, 32.61, 400)])
    content = "code,lon,lat\n" + "".join(
        f"H{i},{x},{y}\n" for i, (x, y) in enumerate(crs.wgs84_to_gcj02(true))
    )
    path = text(tmp_path / "h.csv", content)
    options = dataclasses.replace(OPTIONS, dry_run=True)
    warnings = {
        warning.params["crs"]: warning for warning in run(district, KIND, path, options).warnings
    }
    assert warnings["GCJ-02"].key == "warning.import.displaced"
    assert warnings["GCJ-02"].params["then"] == 0
    as_they_are = dataclasses.replace(options, crs="GCJ-02")
    assert run(district, KIND, path, as_they_are).warnings == ()
    plain = text(
        tmp_path / "p.csv",
        "code,lon,lat\n" + "".join(f"H{i},{x},{y}\n" for i, (x, y) in enumerate(true)),
    )
    assert run(district, KIND, plain, options).warnings == ()


def test_neighbours_are_laid_side_by_side_and_ids_follow_the_file(
    district: Database, tmp_path: Path
):
    rng = np.random.default_rng(5)
    lonlat = np.round(rng.uniform((116.80, 32.60), (116.82, 32.61), (400, 2)), 7)
    rows = "".join(f"H{n:03},,{lon},{lat},,,,\n" for n, (lon, lat) in enumerate(lonlat.tolist()))
    run(district, KIND, text(tmp_path / "h.csv", HEAD + rows))
    stored = helpers.fetch(district, "SELECT id, code, ST_X(geom), ST_Y(geom) FROM households")
    assert [code for _, code, _, _ in sorted(stored)] == [f"H{n:03}" for n in range(400)]
    there = np.array([row[2:] for row in stored])
    assert sorted(map(tuple, there.tolist())) == sorted(map(tuple, lonlat.tolist()))
    apart = np.hypot(*np.diff(there, axis=0).T).mean()
    assert apart < np.hypot(*np.diff(lonlat, axis=0).T).mean() / 5
