"""Boxes around moved borders hold every place whose unit changes, and little else."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.arrays import Bools, Floats, Objects
from gis.moved_borders import MovedBorders
from tests.gis.scenes import areas, by_definition, lonlat, scenes


def _inside(boxes: Floats, points: Floats) -> Bools:
    west, south, east, north = (edge[:, np.newaxis] for edge in boxes.T)
    x, y = points.T
    return ((west <= x) & (x <= east) & (south <= y) & (y <= north)).any(axis=0)


@settings(max_examples=300, deadline=None)
@given(scenes(), st.data())
def test_only_places_in_the_boxes_change(scene: tuple[Objects, Floats], data: st.DataObject):
    before, points = scene
    after = before.copy()
    for i in data.draw(st.sets(st.integers(0, len(before) - 1))):
        other = data.draw(areas())
        after[i] = other if other is None or points.max() < 50 else lonlat(other)
    moved = MovedBorders.between(before, after)
    boxes = moved.areas().boxes()
    assert boxes.shape[1] == 4
    assert (boxes[:, :2] < boxes[:, 2:]).all()
    was, now = by_definition(before, points), by_definition(after, points)
    changed = (was.index != now.index) | (was.ambiguous != now.ambiguous)
    assert _inside(boxes, points[changed]).all()
    assert moved.areas().hold(points[changed]).all()
    assert moved.narrow_areas().hold(points[changed]).all()


@settings(max_examples=50, deadline=None)
@given(
    st.integers(0, 2**32),
    st.sampled_from([slice(None), slice(None, None, -1)]),
    st.floats(0.0, 0.4),
)
def test_a_crooked_border_that_moved(seed: int, axes: slice, step: float):
    rng = np.random.default_rng(seed)
    along = np.linspace(0.0, 10.0, 60)
    old = np.column_stack([5 + rng.uniform(-0.3, 0.3, 60), along])
    new = old + np.where(along[:, np.newaxis] > 4, [step, 0.0], 0.0)
    before, after = _halves(old, axes), _halves(new, axes)
    points = rng.uniform([3.0, 0.0], [7.0, 10.0], (4000, 2))[:, axes]
    moved = MovedBorders.between(before, after)
    boxes = moved.areas().boxes()
    changed = shapely.contains_xy(before[0], *points.T) != shapely.contains_xy(after[0], *points.T)
    assert _inside(boxes, points[changed]).all()
    beside = shapely.distance(shapely.points(points), before[0] ^ after[0]) > 0.5
    assert not _inside(boxes, points[beside]).any()
    assert (moved.areas().hold(points) <= _inside(boxes, points)).all()
    assert moved.narrow_areas().hold(points[changed]).all()
    assert moved.narrow_areas().hold(points).sum() <= moved.areas().hold(points).sum()


def _halves(border: Floats, axes: slice) -> Objects:
    ends = np.array([[0.0, 10.0], [0.0, 0.0]]), np.array([[10.0, 10.0], [10.0, 0.0]])
    rings = [np.vstack([border, end]) for end in ends]
    return shapely.polygons([ring[:, axes] for ring in rings])


def test_a_moved_border_is_the_strip_between():
    before = np.array([shapely.box(0, 0, 5, 9), shapely.box(5, 0, 9, 9), None], dtype=object)
    after = np.array([shapely.box(0, 0, 4, 9), shapely.box(4, 0, 9, 9), None], dtype=object)
    strip = shapely.union_all(shapely.box(*MovedBorders.between(before, after).areas().boxes().T))
    between = strip & shapely.box(0, 1, 9, 8)
    assert between.bounds == pytest.approx((4, 1, 5, 8))
    assert between.area == pytest.approx(7)
    assert strip.covers(shapely.box(4, 0, 5, 9))
    assert strip.area < 10  # where straight rims end elsewhere, all of the rim is kept


def test_two_borders_of_one_unit_leave_out_what_is_between():
    before = np.array([shapely.box(2, 0, 8, 9)], dtype=object)
    after = np.array([shapely.box(1, 0, 9, 9)], dtype=object)
    points = np.array([[1.5, 4.0], [8.5, 4.0], [5.0, 4.0], [0.5, 4.0]])
    boxes = MovedBorders.between(before, after).areas().boxes()
    assert _inside(boxes, points).tolist() == [True, True, False, False]


def test_a_unit_that_begins_or_ends_changes_all_of_its_area_but_holes():
    ring = shapely.box(0, 0, 9, 9) - shapely.box(3, 3, 6, 6)
    nothing = np.array([None], dtype=object)
    points = np.array([[1.0, 1.0], [4.5, 4.5], [4.5, 8.0]])
    for pair in ((np.array([ring]), nothing), (nothing, np.array([ring]))):
        swept = MovedBorders.between(*pair).areas()
        assert _inside(swept.boxes(), points).tolist() == [True, False, True]
        assert swept.hold(points).tolist() == [True, False, True]


def test_nothing_moved_where_the_same_border_is_written_differently():
    square = shapely.box(0, 0, 5, 9)
    turned = shapely.Polygon([(5, 9), (0, 9), (0, 0), (5, 0)])
    for other in (square, turned, shapely.reverse(square), shapely.MultiPolygon([turned])):
        assert MovedBorders.between(np.array([square]), np.array([other])).is_nothing
    missing = np.array([None, shapely.Polygon()], dtype=object)
    for pair in ((missing[:0], missing[:0]), (missing, missing[::-1])):
        swept = MovedBorders.between(*pair).areas()
        assert swept.boxes().shape == (0, 4)
        assert swept.hold(np.zeros((3, 2))).tolist() == [False] * 3
