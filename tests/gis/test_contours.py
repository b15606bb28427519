"""Areas below a level: every vertex on its side, lower within higher, rings that are valid."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import arrays, contours

FRAME = np.array([(-900.0, -900.0), (900.0, -900.0), (900.0, 900.0), (-900.0, 900.0)])


def surface_of(xy: arrays.Floats, value: arrays.Floats) -> contours.Surface:
    """Make a surface over points within a frame that is out of reach."""
    both = np.concatenate([xy, FRAME])
    values = np.concatenate([value, np.full(4, np.inf)])
    triangles = contours.triangulate(both)
    return contours.Surface(both, triangles, values, np.full(len(both), 50.0))


@st.composite
def surfaces(draw: st.DrawFn) -> contours.Surface:
    count = draw(st.integers(3, 40))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    xy = np.unique(rng.integers(-20, 20, (count, 2)), axis=0) * 10.0
    value = rng.choice([0.0, 30.0, 60.0, 100.0, np.inf], len(xy))
    return surface_of(xy, value + rng.choice([0.0, 7.7], len(xy)))


@given(surfaces())
@settings(max_examples=150, deadline=None)
def test_vertices_lie_on_their_side_and_areas_within_each_other(surface: contours.Surface) -> None:
    lower = shapely.MultiPolygon()
    for level in (0.0, 29.0, 30.0, 60.0, 65.0, 110.0):
        area = contours.area(surface, level)
        assert area.is_valid
        inside = shapely.contains_xy(area, surface.xy)
        assert (inside == (surface.value <= level)).all()
        assert (shapely.intersects_xy(area, surface.xy) == inside).all(), "none on the outline"
        assert shapely.difference(lower, area).area < 1e-6
        lower = area


@given(surfaces())
@settings(max_examples=40, deadline=None)
def test_triangles_fill_the_frame_and_use_every_point(surface: contours.Surface) -> None:
    a, b, c = (surface.xy[surface.triangles[:, k]] for k in range(3))
    doubled = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    assert (doubled > 0).all(), "counter-clockwise"
    assert doubled.sum() / 2 == pytest.approx(1800.0**2)
    assert set(surface.triangles.ravel()) == set(range(len(surface.xy)))


def test_a_cone_is_cut_at_its_radius() -> None:
    rng = np.random.default_rng(1)
    xy = rng.uniform(-300, 300, (6000, 2))
    area = contours.area(surface_of(xy, np.hypot(*xy.T)), 200.0)
    assert shapely.get_num_geometries(area) == 1
    assert area.area == pytest.approx(np.pi * 200**2, rel=0.01)
    assert shapely.hausdorff_distance(area, shapely.Point(0, 0).buffer(200.0, 64)) < 15


def test_holes_and_islands_in_holes() -> None:
    rng = np.random.default_rng(2)
    xy = rng.uniform(-300, 300, (6000, 2))
    waves = np.abs(np.hypot(*xy.T) - 150.0)
    waves[np.hypot(*xy.T) < 60] = 10.0
    area = contours.area(surface_of(xy, waves), 50.0)
    rings = [len(polygon.interiors) for polygon in area.geoms]
    assert sorted(rings) == [0, 1]


def test_nothing_below_the_level() -> None:
    xy = np.array([[0.0, 0.0], [50.0, 10.0]])
    assert contours.area(surface_of(xy, np.array([5.0, 9.0])), 4.0).is_empty


def test_an_area_that_runs_out_is_refused() -> None:
    flat = contours.Surface(FRAME, contours.triangulate(FRAME), np.arange(4.0), np.ones(4))
    with pytest.raises(ValueError, match="runs out"):
        contours.area(flat, 0.5)


def test_nonsense_is_refused() -> None:
    triangles = np.array([[0, 1, 2]], np.int32)
    with pytest.raises(ValueError, match="length"):
        contours.Surface(FRAME, triangles, np.zeros(3), np.zeros(4))
    with pytest.raises(ValueError, match="numbers"):
        contours.Surface(FRAME, triangles, np.full(4, np.nan), np.zeros(4))
