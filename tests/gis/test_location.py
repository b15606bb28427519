"""Assignment against its definition: the lowest polygon that covers the point."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import location
from gis.arrays import Floats, Objects
from tests.gis.scenes import by_definition, lonlat, scenes


def _assert_same(found: location.Location, expected: location.Location) -> None:
    assert found.index.dtype == np.int32
    assert np.array_equal(found.index, expected.index)
    assert np.array_equal(found.ambiguous, expected.ambiguous)


@settings(max_examples=300, deadline=None)
@given(scenes(), st.integers(1, 40))
def test_raster_answers_as_defined(scene: tuple[Objects, Floats], resolution: int):
    polygons, points = scene
    found = location.Locator(polygons, resolution=resolution).locate(points)
    _assert_same(found, by_definition(polygons, points))


@settings(max_examples=50, deadline=None)
@given(scenes())
def test_few_points_are_answered_as_defined_without_a_raster(scene: tuple[Objects, Floats]):
    polygons, points = scene
    found = location.Locator(polygons, expected_points=10).locate(points)
    _assert_same(found, by_definition(polygons, points))


def _district(side: int, vertices: int, seed: int) -> Objects:
    """Cells of irregular borders, each border shared by two."""
    rng = np.random.default_rng(seed)
    lattice = np.stack(np.meshgrid(np.arange(side + 1.0), np.arange(side + 1.0)), axis=-1)
    nodes = lattice + rng.uniform(-0.2, 0.2, lattice.shape)

    def border(a: Floats, b: Floats) -> Floats:
        along = np.linspace(0, 1, vertices)[:, np.newaxis]
        bend = np.zeros((vertices, 1))
        bend[1:-1] = rng.uniform(-0.05, 0.05, (vertices - 2, 1))
        line = a + (b - a) * along + bend * [(b - a)[1], -(b - a)[0]]
        line[0], line[-1] = a, b
        return line

    lines = [border(nodes[r, c], nodes[r, c + 1]) for r in range(side + 1) for c in range(side)]
    lines += [border(nodes[r, c], nodes[r + 1, c]) for r in range(side) for c in range(side + 1)]
    return lonlat(shapely.get_parts(shapely.polygonize([shapely.LineString(b) for b in lines])))


@pytest.mark.parametrize("seed", range(3))
def test_a_district_of_irregular_cells(seed: int):
    rng = np.random.default_rng(seed)
    polygons = _district(10, 9, seed)
    assert len(polygons) == 100
    ends = shapely.get_coordinates(polygons)
    west, south, east, north = shapely.total_bounds(polygons)
    scattered = rng.uniform([west - 1e-3, south - 1e-3], [east + 1e-3, north + 1e-3], (3000, 2))
    middles = (ends[1:] + ends[:-1]) / 2
    nudged = ends + rng.choice([-1e-15, 1e-14, -1e-13, 1e-12], ends.shape)
    points = np.vstack((scattered, ends, middles, np.nextafter(ends, 0), nudged))
    expected = by_definition(polygons, points)
    for resolution in (1, 7, 64, 300):
        found = location.Locator(polygons, resolution=resolution).locate(points)
        _assert_same(found, expected)
    _assert_same(location.Locator(polygons, expected_points=100_000).locate(points), expected)
    assert expected.ambiguous[3000 : 3000 + len(ends)].sum() > 0.6 * len(ends)


def test_many_points_agree_with_the_geometry_library():
    polygons = _district(20, 11, 5)
    bounds = shapely.total_bounds(polygons)
    points = np.random.default_rng(6).uniform(bounds[:2], bounds[2:], (200_000, 2))
    found = location.Locator(polygons, expected_points=len(points)).locate(points)
    at, polygon = shapely.STRtree(polygons).query(shapely.points(points), predicate="intersects")
    expected = np.full(len(points), -1)
    np.maximum.at(expected, at, polygon)
    assert not found.ambiguous.any()
    assert np.array_equal(found.index, expected)


def test_pairs_of_edges_are_weighed_in_portions(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(location, "_PAIRS_AT_ONCE", 50)
    polygons = _district(3, 5, 7)
    points = np.random.default_rng(8).uniform([116.7, 32.6], [116.71, 32.604], (500, 2))
    found = location.Locator(polygons, resolution=4).locate(points)
    _assert_same(found, by_definition(polygons, points))


def test_a_shared_border_belongs_to_the_lowest():
    polygons = np.array([shapely.box(1, 0, 2, 1), shapely.box(0, 0, 1, 1)], dtype=object)
    found = location.Locator(polygons, resolution=10).locate(np.array([[1.0, 0.5], [0.5, 0.5]]))
    assert found.index.tolist() == [0, 1]
    assert found.ambiguous.tolist() == [True, False]


def test_no_polygons_hold_nothing():
    for polygons in ([], [None], [shapely.Polygon()]):
        locator = location.Locator(np.array(polygons, dtype=object))
        found = locator.locate(np.array([[0.0, 0.0]]))
        assert found.index.tolist() == [-1]
    assert len(location.Locator(np.array([], dtype=object)).locate(np.zeros((0, 2))).index) == 0


@pytest.mark.parametrize(
    "geometry", [shapely.Point(0, 0), shapely.from_wkt("POLYGON ((0 0, 1 0, 1 inf, 0 0))")]
)
def test_what_is_no_area_is_refused(geometry: shapely.Geometry):
    with pytest.raises(ValueError, match="polygons must"):
        location.Locator(np.array([geometry], dtype=object))


def test_wrong_shapes_and_sizes_are_refused():
    polygons = np.array([shapely.box(0, 0, 1, 1)], dtype=object)
    with pytest.raises(ValueError, match="shape"):
        location.Locator(polygons).locate(np.zeros(2))
    with pytest.raises(ValueError, match="resolution"):
        location.Locator(polygons, resolution=0)
    with pytest.raises(ValueError, match="equally long"):
        location.Location(np.zeros(2, dtype=np.int32), np.zeros(1, dtype=np.bool_))


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_nearest_polygon_is_the_lowest_of_the_nearest(scene: tuple[Objects, Floats]):
    polygons, points = scene
    index, distance_m = location.nearest_polygon(points, polygons)
    known = [i for i, p in enumerate(polygons) if p is not None and not p.is_empty]
    if not known:
        assert (index == -1).all()
        return
    finite = np.isfinite(points).all(axis=1)
    at = shapely.points(points[finite])
    away = np.array([shapely.distance(polygons[i], at) for i in known])
    np.testing.assert_array_equal(distance_m[finite], away.min(axis=0))
    assert np.array_equal(index[finite], np.array(known)[away.argmin(axis=0)])
    assert (index[~finite] == -1).all()
    assert np.isnan(distance_m[~finite]).all()
