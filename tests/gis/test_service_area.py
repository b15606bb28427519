"""Service areas never contradict the distances."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import arrays, attachment, network, reach, service_area
from tests.gis import walking

LIMITS = (50.0, 120.0, 300.0)


def agree(areas: arrays.Objects, places: service_area.Places, limits: tuple[float, ...]) -> bool:
    """Tell whether each place is inside exactly the areas whose limit it is within."""
    return all(
        (shapely.intersects_xy(area, places.xy) == (places.distance_m <= limit)).all()
        for area, limit in zip(areas, limits, strict=True)
    )


def each_within_the_next(areas: arrays.Objects) -> bool:
    return all(
        shapely.difference(smaller, larger).area < 1e-6
        for smaller, larger in itertools.pairwise(areas)
    )


@given(walking.networks(), walking.points(max_size=12), walking.points(max_size=3), st.data())
@settings(max_examples=60, deadline=None)
def test_areas_agree_with_distances_and_lie_within_each_other(
    net: network.Network, homes: arrays.Floats, centres: arrays.Floats, data: st.DataObject
) -> None:
    supply = attachment.attach(net, centres, 100.0)
    found = reach.nearest(net, attachment.attach(net, homes, 100.0), supply)
    near = [float(metres) for metres in found.distance_m if 0 < metres < np.inf]
    exact = data.draw(st.sampled_from([10.0, *near]), label="a limit that a place lies exactly at")
    limits = tuple(sorted({*LIMITS, exact}))
    places = service_area.Places(homes, found.distance_m)
    areas = service_area.draw(net, supply, limits, places, 100.0)
    assert shapely.is_valid(areas).all()
    assert agree(areas, places, limits)
    assert each_within_the_next(areas)


def town() -> tuple[network.Network, np.random.Generator]:
    """Streets 80 m apart, a third of them missing, and a river with one bridge."""
    rng = np.random.default_rng(4)
    lines = []
    for k in range(16):
        for at in range(15):
            row = [(at * 80.0, k * 80.0), (at * 80.0 + 80, k * 80.0)]
            column = [(k * 80.0, at * 80.0), (k * 80.0, at * 80.0 + 80)]
            lines += [line for line in (row, column) if rng.random() < 0.67]
    dry = [line for line in lines if not (line[0][1] <= 480 < line[1][1]) or line[0][0] == 560]
    return walking.network_of(dry), rng


def test_points_nobody_named_are_on_the_right_side_too() -> None:
    net, rng = town()
    centres, homes = rng.uniform(0, 1200, (3, 2)), rng.uniform(-100, 1300, (300, 2))
    supply = attachment.attach(net, centres)
    known = reach.nearest(net, attachment.attach(net, homes), supply).distance_m
    areas = service_area.service_areas(net, supply, (200.0, 400.0), homes, known)
    assert agree(areas, service_area.Places(homes, known), (200.0, 400.0))
    probes = rng.uniform(-300, 1500, (4000, 2))
    metres = reach.nearest(net, attachment.attach(net, probes), supply).distance_m
    for area, limit in zip(areas, (200.0, 400.0), strict=True):
        right = shapely.intersects_xy(area, probes) == (metres <= limit)
        assert right.mean() > 0.97
        assert right[np.abs(metres - limit) > 60].mean() > 0.985


def test_a_straight_path_has_the_area_of_its_distances() -> None:
    """Along a path of 600 m from its middle: |x| + |y| <= 100."""
    net = walking.network_of([[(-300, 0), (300, 0)]])
    supply = attachment.attach(net, np.zeros((1, 2)))
    nowhere = service_area.Places(np.zeros((0, 2)), np.zeros(0))
    area = service_area.draw(net, supply, (100.0,), nowhere)[0]
    diamond = shapely.Polygon([(100, 0), (0, 100), (-100, 0), (0, -100)])
    assert shapely.symmetric_difference(area, diamond).area < 0.08 * diamond.area


def test_limits_asked_for_apart_nest_too() -> None:
    net, rng = town()
    supply = attachment.attach(net, rng.uniform(0, 1200, (2, 2)))
    nowhere = service_area.Places(np.zeros((0, 2)), np.zeros(0))
    small = service_area.draw(net, supply, (150.0,), nowhere)[0]
    large = service_area.draw(net, supply, (250.0,), nowhere)[0]
    assert shapely.difference(small, large).area < 1e-6


@pytest.mark.parametrize("apart", [1e-3, 1e-6, 1e-9])
def test_places_a_hair_apart_are_told_apart(apart: float) -> None:
    """Two paths that do not meet; between them, places just this and just that side."""
    net = walking.network_of([[(0, 0), (400, 0)], [(0, 60), (400, 60)]])
    supply = attachment.attach(net, np.array([[200.0, 0.0]]))
    homes = np.array([[200.0, 30.0 - apart], [200.0, 30.0 + apart], [300.0, 5.0]])
    found = reach.nearest(net, attachment.attach(net, homes), supply)
    assert np.isinf(found.distance_m).tolist() == [False, True, False]
    places = service_area.Places(homes, found.distance_m)
    areas = service_area.draw(net, supply, (20.0, 90.0, 200.0), places)
    assert agree(areas, places, (20.0, 90.0, 200.0))
    assert shapely.is_valid(areas).all()
    assert each_within_the_next(areas)


def test_out_of_reach_there_is_nothing() -> None:
    net = walking.network_of([[(0, 0), (100, 0)]])
    far = attachment.attach(net, np.array([[50.0, 900.0], [50.0, 90.0]]))
    nowhere = service_area.Places(np.zeros((0, 2)), np.zeros(0))
    assert shapely.is_empty(service_area.draw(net, far, (10.0, 50.0), nowhere)).all()
    assert not service_area.draw(net, far, (120.0,), nowhere)[0].is_empty


def test_nonsense_is_refused() -> None:
    net = walking.network_of([[(0, 0), (100, 0)]])
    supply = attachment.attach(net, np.zeros((1, 2)))
    same = service_area.Places(np.array([[5.0, 5.0], [5.0, 5.0]]), np.array([10.0, 60.0]))
    with pytest.raises(ValueError, match="at one point"):
        service_area.draw(net, supply, (50.0,), same)
    with pytest.raises(ValueError, match="ascend"):
        service_area.draw(net, supply, (50.0, 40.0), same.take(np.array([0])))
    with pytest.raises(ValueError, match="two coordinates"):
        service_area.Places(np.zeros((1, 2)), np.zeros(2))
    with pytest.raises(ValueError, match="finite"):
        service_area.Places(np.full((1, 2), np.nan), np.zeros(1))
