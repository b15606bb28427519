"""Walking distances against a search that knows nothing of edges and offsets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import arrays, attachment, network, reach
from tests.gis import walking

LINE = walking.network_of([[(0, 0), (100, 0)], [(100, 0), (300, 0)]])


def at(*places: tuple[float, float]) -> attachment.Attachment:
    return attachment.attach(LINE, np.array(places, dtype=np.float64))


@given(walking.networks(), walking.points(), walking.points(max_size=4))
@settings(max_examples=150, deadline=None)
def test_nearest_is_exact(
    net: network.Network, demand_xy: arrays.Floats, supply_xy: arrays.Floats
) -> None:
    demand = attachment.attach(net, demand_xy, limit_m=100.0)
    supply = attachment.attach(net, supply_xy, limit_m=100.0)
    table = walking.all_distances(net, demand, supply)
    found = reach.nearest(net, demand, supply)
    np.testing.assert_allclose(found.distance_m, table.min(axis=1), atol=1e-6)
    for k in np.flatnonzero(np.isfinite(found.distance_m)):
        assert table[k, found.supply[k]] == pytest.approx(found.distance_m[k], abs=1e-6)
    assert (found.supply[~np.isfinite(found.distance_m)] == -1).all()


@given(
    walking.networks(),
    walking.points(),
    walking.points(max_size=4),
    st.floats(0.0, 800.0, allow_nan=False),
)
@settings(max_examples=100, deadline=None)
def test_pairs_are_all_within_the_limit(
    net: network.Network, demand_xy: arrays.Floats, supply_xy: arrays.Floats, limit_m: float
) -> None:
    demand = attachment.attach(net, demand_xy, limit_m=100.0)
    supply = attachment.attach(net, supply_xy, limit_m=100.0)
    table = walking.all_distances(net, demand, supply)
    found = reach.pairs(net, demand, supply, limit_m)
    np.testing.assert_allclose(found.distance_m, table[found.demand, found.supply], atol=1e-6)
    assert (found.distance_m <= limit_m).all()
    missed = table <= limit_m - 1e-6
    missed[found.demand, found.supply] = False
    assert not missed.any()


@given(
    walking.networks(),
    walking.points(),
    walking.points(max_size=4),
    st.floats(0.0, 800.0, allow_nan=False),
)
@settings(max_examples=60, deadline=None)
def test_a_table_holds_every_distance_within_the_limit(
    net: network.Network, demand_xy: arrays.Floats, supply_xy: arrays.Floats, limit_m: float
) -> None:
    demand = attachment.attach(net, demand_xy, limit_m=100.0)
    supply = attachment.attach(net, supply_xy, limit_m=100.0)
    exact = np.nan_to_num(walking.all_distances(net, demand, supply), nan=np.inf).T
    found = reach.table(net, demand, supply, limit_m)
    assert found.shape == (len(supply), len(demand))
    near = np.isfinite(found)
    np.testing.assert_allclose(found[near], exact[near], atol=1e-6)
    assert (found[near] <= limit_m).all()
    assert (exact[~near] >= limit_m - 1e-6).all()


@given(walking.networks(), walking.points(), walking.points(max_size=4))
@settings(max_examples=60, deadline=None)
def test_the_nearest_pair_is_the_nearest_to_the_last_bit(
    net: network.Network, demand_xy: arrays.Floats, supply_xy: arrays.Floats
) -> None:
    demand, supply = attachment.attach(net, demand_xy), attachment.attach(net, supply_xy)
    nearest = reach.nearest(net, demand, supply).distance_m
    found = reach.pairs(net, demand, supply, np.inf)
    least = np.full(len(demand), np.inf)
    np.minimum.at(least, found.demand, found.distance_m)
    least[~demand.attached] = np.nan
    np.testing.assert_array_equal(least, nearest)


@given(walking.networks(), walking.points(max_size=4))
@settings(max_examples=60, deadline=None)
def test_node_distances_are_those_of_places_at_the_nodes(
    net: network.Network, supply_xy: arrays.Floats
) -> None:
    supply = attachment.attach(net, supply_xy, limit_m=100.0)
    nodes = reach.node_distances(net, supply)
    table = walking.all_distances(net, walking.at_nodes(net), supply)
    np.testing.assert_allclose(nodes.distance, table.min(axis=1), atol=1e-6)
    assert ((nodes.origin == -1) == np.isinf(nodes.distance)).all()


def test_along_the_edge_and_with_both_access_legs() -> None:
    found = reach.nearest(LINE, at((120, 10), (20, 5)), at((290, -3), (150, 4)))
    assert found.distance_m.tolist() == [10 + 30 + 4, 5 + 80 + 50 + 4]
    assert found.supply.tolist() == [1, 1]


def test_of_two_at_one_place_the_first_is_named() -> None:
    found = reach.nearest(LINE, at((120, 0)), at((250, 0), (150, 4), (150, 4)))
    assert found.supply.tolist() == [1]


def test_unattached_and_unreachable_are_told_apart() -> None:
    net = walking.network_of([[(0, 0), (10, 0)], [(0, 900), (10, 900)]])
    demand = attachment.attach(net, np.array([[5.0, 0.0], [5.0, 900.0], [5.0, 450.0]]))
    supply = attachment.attach(net, np.array([[9.0, 0.0], [5.0, 300.0]]))
    found = reach.nearest(net, demand, supply)
    np.testing.assert_array_equal(found.distance_m, [4.0, np.inf, np.nan])
    assert found.supply.tolist() == [0, -1, -1]


def test_a_search_serves_many_questions() -> None:
    supply = at((290, -3))
    nodes = reach.node_distances(LINE, supply)
    assert reach.nearest(LINE, at((0, 0)), supply, nodes).distance_m.tolist() == [293.0]


def test_without_supply_nothing_is_reached() -> None:
    nobody = attachment.attach(LINE, np.zeros((0, 2)))
    found = reach.nearest(LINE, at((1, 1)), nobody)
    assert np.isinf(found.distance_m).all()
    assert len(reach.pairs(LINE, at((1, 1)), nobody, np.inf)) == 0
    assert reach.straight_line(np.zeros((1, 2)), np.zeros((0, 2))).supply.tolist() == [-1]


def test_without_a_network_nothing_is_attached() -> None:
    empty = network.build_from_lines(np.zeros(0, dtype=np.object_), walking.plain(0))
    place = attachment.attach(empty, np.zeros((1, 2)))
    assert np.isnan(reach.nearest(empty, place, place).distance_m).all()
    assert len(reach.pairs(empty, place, place, 500.0)) == 0


def test_straight_lines() -> None:
    found = reach.straight_line(np.array([[0.0, 0.0]]), np.array([[9.0, 9.0], [3.0, 4.0]]))
    assert (found.distance_m.tolist(), found.supply.tolist()) == ([5.0], [1])


def test_pairs_out_of_order_are_refused() -> None:
    one, two = np.array([1, 0], np.int32), np.array([0, 0], np.int32)
    for demand, supply in ((one, two), (two, two), (two, one)):
        with pytest.raises(ValueError, match="sorted"):
            reach.Pairs(demand, supply, np.zeros(2))
    with pytest.raises(ValueError, match="length"):
        reach.Pairs(one, two, np.zeros(1))
