"""Files of boundaries: Shapefiles, layers, what is cut off, what is displaced."""

import dataclasses
import shutil
import struct
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from gis import crs
from services.database import Database
from services.imports.options import ImportKind
from tests.services.imports import helpers
from tests.services.imports.helpers import (
    DISTRICT,
    OPTIONS,
    WEST,
    fetch,
    geojson,
    one,
    refused,
    run,
    square,
    told,
    unit,
)

KIND = ImportKind.UNITS


def _write(
    path: Path,
    shapes: list[object],
    codes: list[str],
    names: list[str],
    driver: str,
    epsg: int = 4490,
    **options: str,
) -> None:
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        [np.array(codes, object), np.array(names, object)],
        fields=["code", "name"],
        geometry_type="Polygon",
        crs=f"EPSG:{epsg}",
        driver=driver,
        **options,
    )


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("with_cpg", ["with", "without"])
@pytest.mark.parametrize("form", ["folder", "zip", "shp"])
def test_shapefiles(
    database: Database,
    tmp_path: Path,
    encoding: str,
    with_cpg: str,
    form: str,
):
    folder = tmp_path / "shapes"
    folder.mkdir()
    shape = crs.project_geometries(np.array([square(0, 2)], dtype=object), crs.STORED, 4548)[0]
    _write(
        folder / "区.shp",
        [shape],
        [DISTRICT],
        ["八公山区"],
        "ESRI Shapefile",
        4548,
        encoding=encoding,
    )
    if with_cpg == "without":
        (folder / "区.cpg").unlink(missing_ok=True)
    path = folder
    if form == "shp":
        path = folder / "区.shp"
    if form == "zip":
        path = tmp_path / "u.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for part in folder.iterdir():
                archive.write(part, f"导出/{part.name}")
    run(database, KIND, path)
    assert one(database, "SELECT name FROM unit_versions") == "八公山区"
    assert one(database, "SELECT ST_XMin(geom) FROM unit_versions") == pytest.approx(
        116.80, abs=1e-8
    )


@pytest.mark.parametrize("part", [".shp", ".dbf", ".shx"])
def test_shapefiles_with_a_part_cut_off_or_missing(database: Database, tmp_path: Path, part: str):
    _write(tmp_path / "u.shp", [square(0, 2)], [DISTRICT], ["八公山区"], "ESRI Shapefile")
    whole = (tmp_path / "u").with_suffix(part).read_bytes()
    (tmp_path / "u").with_suffix(part).write_bytes(whole[: len(whole) - 8])
    assert told(refused(database, KIND, tmp_path)) == [(None, None, "error.import.file.cut_off")]
    if part != ".shp":
        (tmp_path / "u").with_suffix(part).unlink()
        report = refused(database, KIND, tmp_path / "u.shp")
        assert told(report) == [(None, None, "error.import.file.part_missing")]


@pytest.mark.parametrize("sizes", [(0, 0), (0, 1), (33, 0)], ids=str)
def test_a_shapefile_of_nothing_but_zeros_is_refused(
    database: Database, tmp_path: Path, sizes: tuple[int, int]
):
    for part in ("shp", "shx"):
        (tmp_path / f"u.{part}").write_bytes(bytes(4096))
    (tmp_path / "u.dbf").write_bytes(struct.pack("<8xHH", *sizes) + bytes(4096))
    report = refused(database, KIND, tmp_path / "u.shp")
    assert told(report) == [(None, None, "error.import.file.damaged")]


@pytest.mark.parametrize(
    ("driver", "suffix"),
    [("GPKG", "gpkg"), ("FlatGeobuf", "fgb"), ("GeoJSON", "geojson"), ("GeoJSONSeq", "geojsonl")],
)
def test_files_cut_off_half_way(database: Database, tmp_path: Path, driver: str, suffix: str):
    count = 1500
    path = tmp_path / f"u.{suffix}"
    codes = [DISTRICT, *(f"{DISTRICT}{i:09d}" for i in range(1, count))]
    shapes = [square(0, 2)] * count
    _write(path, shapes, codes, ["名"] * count, driver, 4326)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    report = refused(database, KIND, path)
    assert report.problems[0].key.startswith(
        ("error.import.file.damaged", "error.import.file.cut_off")
    )
    assert one(database, "SELECT count(*) FROM units") == 0


def test_a_file_of_several_layers_asks_which(database: Database, tmp_path: Path):
    path = tmp_path / "u.gpkg"
    _write(path, [square(0, 2)], [DISTRICT], ["区"], "GPKG", layer="districts")
    shutil.copy(path, tmp_path / "one.gpkg")
    _write(path, [square(0)], [WEST], ["镇"], "GPKG", layer="townships", append=True)
    problem = refused(database, KIND, path).problems[0]
    assert (problem.key, problem.params) == (
        "error.import.file.which_layer",
        {"layers": "districts, townships"},
    )
    run(database, KIND, path, dataclasses.replace(OPTIONS, layer="districts"))
    wrong = dataclasses.replace(OPTIONS, layer="grids")
    assert refused(database, KIND, path, wrong).problems[0].key == "error.import.file.no_layer"


@pytest.mark.parametrize("name", ["GCJ-02", "BD-09"])
def test_displaced_boundaries_come_back(database: Database, tmp_path: Path, name: str):
    there = crs.geometries_from_stored(np.array([square(0, 2)], dtype=object), crs.parse_crs(name))
    path = geojson(tmp_path / "u.geojson", [unit(there[0], DISTRICT)])
    run(database, KIND, path, dataclasses.replace(OPTIONS, crs=name))
    bounds = fetch(database, "SELECT ST_XMin(geom), ST_YMax(geom) FROM unit_versions")[0]
    assert bounds == pytest.approx((116.80, 32.61), abs=1e-8)


def test_a_table_has_no_boundaries(database: Database, tmp_path: Path):
    path = helpers.text(tmp_path / "u.csv", "code,name\n340405,八公山区\n")
    assert told(refused(database, KIND, path)) == [(None, None, "error.import.units.no_geometry")]


def test_boundaries_of_another_city_are_refused(database: Database, tmp_path: Path):
    run(database, KIND, helpers.units(tmp_path / "u.geojson"))
    path = geojson(tmp_path / "b.geojson", [unit(shapely.box(116.3, 39.9, 116.4, 40.0), WEST)])
    assert told(refused(database, KIND, path)) == [(1, None, "error.import.shape.at_elsewhere")]


def _break_one_vertex(xy: np.ndarray) -> np.ndarray:
    xy[1] = np.nan
    return xy


def test_not_a_number_in_a_boundary(database: Database, tmp_path: Path):
    shape = shapely.transform(square(0, 2), _break_one_vertex)
    path = tmp_path / "u.gpkg"
    _write(path, [shape], [DISTRICT], ["区"], "GPKG")
    assert told(refused(database, KIND, path)) == [(1, None, "error.import.shape.not_finite")]
