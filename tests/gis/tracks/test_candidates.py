"""Candidates around points against trying every edge."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.tracks import along, candidates
from tests.gis import walking


@given(walking.networks(), walking.points(), st.sampled_from([1.0, 30.0, 150.0]))
def test_nearest_places_of_all_edges_within_the_radius(net, points, radius):
    place = along.lay_out(net)
    found = candidates.build(place).around(points, radius)
    apart = shapely.distance(shapely.points(points)[:, None], net.lines[None, :])
    for number, point in enumerate(points):
        mine = slice(found.start[number], found.start[number + 1])
        edges, offset, off = found.edge[mine], found.offset_m[mine], found.off_m[mine]
        there = place.points(edges, offset)
        np.testing.assert_allclose(np.hypot(*(there - point).T), off, atol=1e-6)
        assert (off <= radius).all()
        near = np.flatnonzero(apart[number] <= radius - 1e-6)
        assert len(edges) >= bool(len(near))
        if len(near):
            assert abs(off.min() - apart[number].min()) < 1e-6
        for edge in near.tolist():  # its nearest place is a candidate: on it, or at a common node
            gap = np.abs(off - apart[number, edge])
            on = shapely.distance(shapely.points(there), net.lines[edge])
            assert ((gap < 1e-6) & (on < 1e-6)).any()


def test_a_node_is_one_candidate_however_many_edges_meet():
    net = walking.network_of([[(0, 0), (50, 0)], [(0, 0), (0, 50)], [(0, 0), (-50, -50)]])
    found = candidates.build(along.lay_out(net)).around(np.array([[10.0, 10.0]]), 15.0)
    ends = found.off_m[np.isclose(found.off_m, np.hypot(10, 10))]
    assert len(ends) == 1
    assert len(found.edge) == 3


def test_an_edge_that_comes_near_twice_has_two_candidates():
    net = walking.network_of([[(0, 0), (300, 0), (300, 20), (0, 20)]])
    found = candidates.build(along.lay_out(net)).around(np.array([[100.0, 10.0]]), 12.0)
    offsets = found.offset_m[found.off_m < 10.001]
    np.testing.assert_allclose(np.sort(offsets), [100.0, 520.0])


def test_a_network_without_edges_has_none():
    net = walking.network_of([[(0, 0), (50, 0)]])
    far = candidates.build(along.lay_out(net)).around(np.array([[1e6, -1e6]]), 100.0)
    assert far.start.tolist() == [0, 0]
