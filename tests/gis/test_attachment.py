"""Attaching places to edges."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import arrays, attachment, network
from tests.gis import walking

CROSS = walking.network_of([[(0, 0), (100, 0)], [(100, 0), (100, 100)]])


@given(walking.networks(), walking.points())
@settings(max_examples=100, deadline=None)
def test_the_nearest_point_of_any_edge(net: network.Network, places: arrays.Floats) -> None:
    found = attachment.attach(net, places, limit_m=150.0)
    for k, place in enumerate(places):
        _, _, metres = walking.nearest_edge(net, place)
        assert found.access_m[k] == pytest.approx(metres, abs=1e-9)
        assert (found.edge[k] >= 0) == (found.access_m[k] <= 150.0)
    on = found.attached
    at = np.array(
        [
            net.lines[e].interpolate(m).coords[0]
            for e, m in zip(found.edge[on], found.offset_m[on], strict=True)
        ]
    ).reshape(-1, 2)
    np.testing.assert_allclose(np.hypot(*(at - places[on]).T), found.access_m[on], atol=1e-6)


@given(walking.networks(), walking.points())
@settings(max_examples=40, deadline=None)
def test_the_order_of_places_does_not_matter(net: network.Network, places: arrays.Floats) -> None:
    found, back = attachment.attach(net, places), attachment.attach(net, places[::-1])
    for one, other in (
        (found.edge, back.edge),
        (found.offset_m, back.offset_m),
        (found.access_m, back.access_m),
    ):
        assert one.tolist() == other[::-1].tolist()


def test_an_edge_is_nearer_than_its_nodes() -> None:
    found = attachment.attach(CROSS, np.array([[40.0, 30.0]]))
    assert CROSS.length_m[found.edge].tolist() == [100.0]
    assert (found.offset_m.tolist(), found.access_m.tolist()) == ([40.0], [30.0])


def test_at_a_junction_the_lowest_edge_is_taken() -> None:
    found = attachment.attach(CROSS, np.array([[120.0, -10.0], [100.0, 0.0]]))
    assert found.edge.tolist() == [0, 0]
    assert found.offset_m.tolist() == [100.0, 100.0]


def test_beyond_the_limit_a_place_stays_unattached_with_its_distance() -> None:
    found = attachment.attach(CROSS, np.array([[50.0, -200.0], [50.0, -200.1]]))
    assert found.edge.tolist() == [0, -1]
    assert found.access_m.tolist() == pytest.approx([200.0, 200.1])
    assert found.offset_m.tolist() == [50.0, 0.0]
    assert len(found.take(np.array([1]))) == 1


def test_without_edges_nothing_is_attached() -> None:
    empty = network.build_from_lines(np.zeros(0, dtype=np.object_), walking.plain(0))
    found = attachment.attach(empty, np.zeros((2, 2)))
    assert found.edge.tolist() == [-1, -1]
    assert np.isinf(found.access_m).all()
    assert len(attachment.attach(CROSS, np.zeros((0, 2)))) == 0


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        attachment.attach(CROSS, np.array([[np.nan, 0.0]]))
    with pytest.raises(ValueError, match="zero or more"):
        attachment.attach(CROSS, np.zeros((1, 2)), limit_m=-1.0)
    with pytest.raises(ValueError, match="length"):
        attachment.Attachment(np.zeros(1, np.int32), np.zeros(2), np.zeros(1))
    with pytest.raises(ValueError, match="zero or more"):
        attachment.Attachment(np.zeros(1, np.int32), np.array([-1.0]), np.zeros(1))


@given(st.integers(0, 2**32 - 1), st.sampled_from([3, 12]))
@settings(max_examples=20, deadline=None)
def test_a_few_points_are_attached_as_they_would_be_among_many(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    ends = rng.uniform(0, 5000, (2500, 2))
    lines = shapely.linestrings(np.stack([ends, ends + rng.uniform(-300, 300, (2500, 2))], axis=1))
    attributes = network.WayAttributes(
        np.zeros(2500, dtype=np.int8), np.zeros(2500, dtype=np.int16), ("path",)
    )
    net = network.build_from_lines(lines, attributes)
    few = rng.uniform(-800, 5800, (count, 2))
    many = np.concatenate([few, rng.uniform(0, 5000, (150, 2))])
    alone, among = attachment.attach(net, few, 60.0), attachment.attach(net, many, 60.0)
    assert np.array_equal(alone.edge, among.edge[:count])
    assert np.array_equal(alone.offset_m, among.offset_m[:count])
    assert np.array_equal(alone.access_m, among.access_m[:count])
