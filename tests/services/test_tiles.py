"""Tiles of roads and surroundings: what GDAL reads out of them lies where it was put."""

import math

import numpy as np
import pytest
import shapely

from gis import crs
from services import errors, tiles
from tests.services import small_district, vector_tiles


def tile_at(z: int, lon: float, lat: float) -> tiles.Tile:
    """The tile a place lies in (the usual formula of slippy maps)."""
    n = 1 << z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return tiles.Tile(z, int((lon + 180) / 360 * n), int(y * n))


@pytest.fixture
def tx(database, caller):
    """A road of each class along the district, water and two buildings beside it."""
    with database.transaction(caller) as opened:
        small_district.fill(opened)
        small_district.store_network(
            opened, [[(0, 0.45), (8, 0.45)], [(0, 0.5), (8, 0.5)], [(0, 0.55), (8, 0.55)]]
        )
        opened.driver.execute(
            "UPDATE network_edges e SET highway = k.highway FROM ("
            " SELECT id, (ARRAY['trunk_link', 'residential', 'steps'])"
            " [rank() OVER (ORDER BY ST_Y(ST_StartPoint(geom)))] AS highway FROM network_edges) k"
            " WHERE k.id = e.id"
        )
        for kind, shape in (
            ("water", shapely.box(116.805, 32.601, 116.815, 32.604)),
            ("water", shapely.MultiPolygon([shapely.box(116.820, 32.607, 116.824, 32.609)])),
            ("building", shapely.box(116.8100, 32.6060, 116.8102, 32.6061)),
            ("railway", shapely.LineString([(116.8, 32.605), (116.88, 32.605)])),
        ):
            opened.driver.execute(
                "INSERT INTO backdrop (network_id, kind, geom)"
                " SELECT max(id), %s, ST_GeomFromWKB(%s, 4490) FROM networks",
                (kind, shapely.to_wkb(shape)),
            )
        yield opened


def _kinds(tx, tmp_path, layer: str, zoom: int) -> dict[str, shapely.Geometry]:
    tile = tile_at(zoom, 116.81, 32.605)
    found = vector_tiles.read(tmp_path, tiles.tile(tx, layer, tile.z, tile.x, tile.y), tile)
    if not found:
        return {}
    table, shapes = found[layer]
    return dict(zip(table["kind"], shapes, strict=True))


@pytest.mark.parametrize(
    ("zoom", "kinds"),
    [(10, {"major"}), (12, {"major"}), (13, {"major", "minor"}), (15, {"major", "minor", "path"})],
)
def test_roads_appear_by_zoom(tx, tmp_path, zoom, kinds):
    assert set(_kinds(tx, tmp_path, "roads", zoom)) == kinds


def test_a_road_lies_where_it_lies(tx, tmp_path):
    drawn = _kinds(tx, tmp_path, "roads", 15)["minor"]

    lat = crs.project(shapely.get_coordinates(drawn), 3857, crs.STORED)[:, 1]
    metres_off = np.abs(lat - (small_district.SOUTH + 0.5 * small_district.SIDE)) * 111_000
    assert metres_off.max() < tile_at(15, 116.81, 32.605).metres_per_pixel


@pytest.mark.parametrize(
    ("zoom", "kinds"), [(13, {"water", "railway"}), (16, {"water", "railway", "building"})]
)
def test_surroundings_appear_by_zoom(tx, tmp_path, zoom, kinds):
    assert set(_kinds(tx, tmp_path, "backdrop", zoom)) == kinds


def test_polygons_and_multipolygons_of_a_kind_stay_polygons(tx, tmp_path):
    water = _kinds(tx, tmp_path, "backdrop", 12)["water"]

    assert {part.geom_type for part in shapely.get_parts(water)} == {"Polygon"}
    assert len(shapely.get_parts(water)) == 2


def test_what_is_too_small_to_see_is_left_out(tx, tmp_path):
    assert set(_kinds(tx, tmp_path, "backdrop", 8)) == {"railway"}


def test_an_empty_place_is_an_empty_tile(tx):
    assert tiles.tile(tx, "roads", 14, 0, 0) == b""
    assert tiles.tile(tx, "backdrop", 14, 0, 0) == b""


def test_a_district_without_network_has_empty_tiles(database, caller):
    with database.transaction(caller) as tx:
        tile = tile_at(14, 116.81, 32.605)
        assert tiles.tile(tx, "roads", tile.z, tile.x, tile.y) == b""


@pytest.mark.parametrize(
    ("z", "x", "y"), [(-1, 0, 0), (23, 0, 0), (2, 4, 0), (2, 0, 4), (2, 0, -1)]
)
def test_there_is_no_tile_outside_the_world(z, x, y):
    with pytest.raises(errors.NotFoundError) as caught:
        tiles.Tile(z, x, y)
    assert caught.value.key == "error.tiles.outside"


def test_an_unknown_layer_is_named(tx):
    with pytest.raises(errors.NotFoundError) as caught:
        tiles.tile(tx, "households", 1, 0, 0)
    assert caught.value.params["layer"] == "households"


def test_bounds_are_those_of_the_scheme():
    west, south, east, north = tiles.Tile(1, 1, 0).bounds

    assert (west, south) == (0, 0)
    assert east == north == pytest.approx(20_037_508.343)
