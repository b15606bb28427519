"""Assignment against its definition: the lowest polygon that covers the point."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import location
from gis.arrays import Floats, Objects

corner = st.tuples(st.integers(0, 8), st.integers(0, 8))


def _lonlat(geometry: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(geometry, lambda xy: xy * [0.003, 0.001] + [116.7, 32.6])


@st.composite
def areas(draw: st.DrawFn) -> shapely.Geometry:
    """Valid areas on a small lattice, so that borders and corners meet often."""
    hull = shapely.MultiPoint(draw(st.lists(corner, min_size=3, max_size=6))).convex_hull
    (x, y), width, height = draw(corner), draw(st.integers(1, 6)), draw(st.integers(1, 6))
    box = shapely.box(x, y, x + width, y + height)
    area = draw(st.sampled_from([hull, box, hull | box, hull - box, box - hull, hull ^ box]))
    if area.geom_type not in ("Polygon", "MultiPolygon"):
        return None
    return area if draw(st.booleans()) else shapely.reverse(area)


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Objects, Floats]:
    polygons = np.array([*draw(st.lists(areas(), max_size=6)), None], dtype=object)
    lattice = np.array(draw(st.lists(corner, max_size=15)), dtype=np.float64).reshape(-1, 2)
    between = st.tuples(st.floats(-1, 9), st.floats(-1, 9))
    anywhere = np.array(draw(st.lists(between, max_size=15)), dtype=np.float64).reshape(-1, 2)
    ends = shapely.get_coordinates(polygons)
    middles = (ends[1:] + ends[:-1]) / 2
    points = np.vstack((lattice, lattice + 0.5, anywhere, ends, middles, [[1e9, np.nan]]))
    if draw(st.booleans()):
        known = ~shapely.is_missing(polygons)
        polygons[known] = _lonlat(polygons[known])
        points = points * [0.003, 0.001] + [116.7, 32.6]
    return polygons, points


def _by_definition(polygons: Objects, points: Floats) -> location.Location:
    at = shapely.points(points)
    shapely.prepare(polygons)
    covers = np.array([shapely.covers(p, at) for p in polygons]).reshape(len(polygons), len(at))
    index = np.where(covers.any(axis=0), covers.argmax(axis=0), -1)
    return location.Location(index.astype(np.int32), covers.sum(axis=0) > 1)


def _assert_same(found: location.Location, expected: location.Location) -> None:
    assert found.index.dtype == np.int32
    assert np.array_equal(found.index, expected.index)
    assert np.array_equal(found.ambiguous, expected.ambiguous)


@settings(max_examples=300, deadline=None)
@given(scenes(), st.integers(1, 40))
def test_raster_answers_as_defined(scene: tuple[Objects, Floats], resolution: int):
    polygons, points = scene
    found = location.Locator(polygons, resolution=resolution).locate(points)
    _assert_same(found, _by_definition(polygons, points))


@settings(max_examples=50, deadline=None)
@given(scenes())
def test_few_points_are_answered_as_defined_without_a_raster(scene: tuple[Objects, Floats]):
    polygons, points = scene
    found = location.Locator(polygons, expected_points=10).locate(points)
    _assert_same(found, _by_definition(polygons, points))


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
    return _lonlat(shapely.get_parts(shapely.polygonize([shapely.LineString(b) for b in lines])))


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
    expected = _by_definition(polygons, points)
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
    _assert_same(found, _by_definition(polygons, points))


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


@settings(max_examples=100, deadline=None)
@given(scenes(), st.data())
def test_only_places_in_the_changed_area_change(scene: tuple[Objects, Floats], data: st.DataObject):
    before, points = scene
    after = before.copy()
    for i in data.draw(st.sets(st.integers(0, len(before) - 1))):
        other = data.draw(areas())
        after[i] = other if other is None or points.max() < 50 else _lonlat(other)
    changed_areas = location.changed_areas(before, after)
    assert (shapely.get_type_id(changed_areas) == shapely.GeometryType.POLYGON).all()
    assert shapely.is_valid(changed_areas).all()
    area = shapely.union_all(changed_areas)
    was, now = _by_definition(before, points), _by_definition(after, points)
    changed = (was.index != now.index) | (was.ambiguous != now.ambiguous)
    assert shapely.covers(area, shapely.points(points[changed])).all()


def test_a_moved_border_changes_the_strip_between():
    before = np.array([shapely.box(0, 0, 5, 9), shapely.box(5, 0, 9, 9), None], dtype=object)
    after = np.array([shapely.box(0, 0, 4, 9), shapely.box(4, 0, 9, 9), None], dtype=object)
    assert shapely.union_all(location.changed_areas(before, after)).area == pytest.approx(9)
    assert len(location.changed_areas(before, before.copy())) == 0
    rotated = np.array([shapely.Polygon([(5, 9), (0, 9), (0, 0), (5, 0)]), *before[1:]])
    assert len(location.changed_areas(before, rotated)) == 0
