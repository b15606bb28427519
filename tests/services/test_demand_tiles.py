"""Demand tiles: squares say how many and how served, and never a number that is withheld."""

import numpy as np
import pytest
import shapely

from gis import crs
from services import demand_tiles
from services.coverage_maps import DemandCells
from services.themes.day_care import DayCare, DayCareQuery
from tests.services import small_district, vector_tiles
from tests.services.test_tiles import tile_at

EAST, NORTH = 484_000.0, 3_608_000.0
HIDDEN = [True, False, False]


@pytest.fixture
def cells() -> DemandCells:
    """Three squares of 400 m side by side: withheld, half covered, all three kinds."""
    corners = np.array([(EAST + 400 * i, NORTH) for i in range(3)])
    boxes = shapely.box(corners[:, 0], corners[:, 1], corners[:, 0] + 400, corners[:, 1] + 400)
    return DemandCells(
        400.0,
        crs.project_geometries(np.asarray(boxes, dtype=object), small_district.METRIC, crs.STORED),
        np.array([0, 40, 100]),
        np.array([0, 40, 200]),
        np.array([0, 0, 100]),
        np.array(HIDDEN),
    )


def _tile(cells: DemandCells, zoom: int = 12):
    west, south, _, _ = shapely.bounds(cells.outline[1])
    return tile_at(zoom, west + 0.001, south + 0.001)


def test_parts_are_in_proportion_to_people(cells):
    found = demand_tiles.parts(cells, _tile(cells))

    width = found.box[:, 2] - found.box[:, 0]
    height = found.box[:, 3] - found.box[:, 1]
    area = dict(zip(zip(found.kind, found.people, strict=True), width * height, strict=True))
    assert set(area) == {
        ("suppressed", -1),
        ("covered", 40),
        ("beyond", 40),
        ("covered", 100),
        ("beyond", 200),
        ("unreachable", 100),
    }
    assert area["covered", 40] == pytest.approx(area["beyond", 40])
    assert area["beyond", 200] == pytest.approx(2 * area["covered", 100], rel=1e-6)
    # 80 of the 320 people that fill a square: a quarter of the area of a full one.
    whole = area["covered", 100] + area["beyond", 200] + area["unreachable", 100]
    assert area["covered", 40] + area["beyond", 40] == pytest.approx(whole / 4, rel=1e-3)


def test_a_square_never_leaves_its_cell(cells):
    found = demand_tiles.parts(cells, _tile(cells))

    outer = crs.project_geometries(cells.outline, crs.STORED, 3857)
    for box in found.box:
        assert any(shapely.buffer(o, 1).contains(shapely.box(*box)) for o in outer)


def test_gdal_reads_kinds_and_numbers_but_no_withheld_one(database, caller, cells, tmp_path):
    tile = _tile(cells)
    with database.transaction(caller) as tx:
        content = demand_tiles.demand_cells_tile(tx, cells, tile)

    table, shapes = vector_tiles.read(tmp_path, content, tile)[demand_tiles.LAYER]

    people = dict(zip(zip(table["kind"], table.index, strict=True), table["people"], strict=True))
    withheld = [n for (kind, _), n in people.items() if kind == "suppressed"]
    assert withheld
    assert np.isnan(np.array(withheld, dtype=float)).all()
    assert sorted(n for (kind, _), n in people.items() if kind != "suppressed") == [
        40,
        40,
        100,
        100,
        200,
    ]
    assert all(shape.area > 0 for shape in shapes)


def test_far_away_there_is_nothing(database, caller, cells):
    with database.transaction(caller) as tx:
        assert demand_tiles.demand_cells_tile(tx, cells, tile_at(12, 0, 0)) == b""


def test_squares_get_finer_with_zoom():
    sizes = [demand_tiles.cell_size_m(zoom) for zoom in range(8, 19)]

    assert sizes == sorted(sizes, reverse=True)
    assert [demand_tiles.cell_size_m(z) for z in (12, 13, 14, 15)] == [400, 200, 200, 100]
    assert [demand_tiles.full_cell(size) for size in (400, 200, 100)] == [320, 80, 20]


@pytest.mark.parametrize("zoom", [8, 9, 10, 11, 12, 13, 15])
def test_a_tile_full_of_squares_stays_small(database, caller, zoom):
    size = demand_tiles.cell_size_m(zoom)
    tile = tile_at(zoom, 116.81, 32.605)
    west, south, east, north = tile.bounds
    step = size / np.cos(np.radians(32.6))
    x, y = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
    boxes = shapely.box(x.ravel(), y.ravel(), x.ravel() + step, y.ravel() + step)
    outline = crs.project_geometries(np.asarray(boxes, dtype=object), 3857, crs.STORED)
    many = np.full(len(outline), 33)
    full = DemandCells(size, outline, many, many, many, np.zeros(len(outline), dtype=bool))

    with database.transaction(caller) as tx:
        assert 0 < len(demand_tiles.demand_cells_tile(tx, full, tile)) < 200_000


def test_people_of_the_district_are_all_in_the_squares(database, caller):
    with database.transaction(caller) as tx:
        small_district.fill(tx, [(0, 0, 30)] * 8)
        query = DayCareQuery(small_district.DAY, max_walk_m=900.0)
        cells = DayCare().cells(tx, query, demand_tiles.cell_size_m(12))

    tile = tile_at(8, 116.84, 32.605)
    found = demand_tiles.parts(cells, tile)
    assert found.people.sum() == 8 * 30
    assert {*found.kind} <= {"covered", "beyond", "unreachable"}
