"""Walks through way points: exact, unbroken, on the roads; what cannot be joined is named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csgraph

from gis import attachment, network
from gis.tracks import along, sections, simulated, waypoints
from tests.gis import walking
from tests.gis.tracks import ways


def _shortest(net: network.Network, xy: np.ndarray) -> float:
    """Shortest way between two places, from all distances between nodes."""
    places = attachment.attach(net, xy)
    (a, b), (at_a, at_b) = places.edge, places.offset_m
    between = csgraph.floyd_warshall(network.adjacency(net))
    best = abs(at_b - at_a) if a == b else np.inf
    for tail, out in ((net.source[a], at_a), (net.target[a], net.length_m[a] - at_a)):
        for head, into in ((net.source[b], at_b), (net.target[b], net.length_m[b] - at_b)):
            best = min(best, out + between[tail, head] + into)
    return best


def _is_unbroken(net: network.Network, walked) -> bool:
    place = along.lay_out(net)
    begins, ends = place.points(walked.edge, walked.from_m), place.points(walked.edge, walked.to_m)
    return np.allclose(begins[1:], ends[:-1], atol=0.01)


@settings(max_examples=60)
@given(walking.networks(), st.randoms(use_true_random=False))
def test_the_way_between_two_points_is_the_shortest_and_unbroken(net, random):
    place = along.lay_out(net)
    edge = np.array([random.randrange(net.n_edges) for _ in range(2)])
    xy = place.points(edge, net.length_m[edge] * [random.random(), random.random()])
    expected = _shortest(net, xy)
    joiner = waypoints.prepare(net)
    if not np.isfinite(expected):
        with pytest.raises(waypoints.NoWayError):
            waypoints.join(joiner, xy)
        return
    walked = waypoints.join(joiner, xy)
    assert walked.length_m.sum() == pytest.approx(expected, abs=0.05)
    assert _is_unbroken(net, walked)


def test_corners_make_a_loop_and_a_point_beside_a_crossing_makes_no_spur():
    net = ways.grid(4)
    corners = np.array([(0, 0), (206, 3), (200, 200), (3, 200), (0, 0)], float)
    walked = waypoints.join(waypoints.prepare(net), corners)
    assert walked.length_m.sum() == pytest.approx(800.0)
    assert len(np.unique(walked.edge)) == len(walked) == 8
    assert _is_unbroken(net, walked)


def test_a_street_may_be_walked_there_and_back():
    net = ways.grid(3)
    walked = waypoints.join(waypoints.prepare(net), np.array([(0, 50), (0, 150), (0, 50)], float))
    assert walked.length_m.sum() == pytest.approx(200.0)
    assert walked.covered().total_m == pytest.approx(100.0)


def test_what_cannot_be_joined_is_named():
    net = walking.network_of([[(0, 0), (100, 0)], [(0, 500), (100, 500)]])
    joiner = waypoints.prepare(net)
    with pytest.raises(waypoints.NoRoadError) as lost:
        waypoints.join(joiner, np.array([(0, 0), (50, 250)], float))
    assert lost.value.point == 1
    with pytest.raises(waypoints.NoWayError) as cut:
        waypoints.join(joiner, np.array([(0, 0), (50, 0), (50, 500)], float))
    assert cut.value.point == 1
    assert len(waypoints.join(joiner, np.array([(50, 3)], float))) == 0


def _crooked(side: int) -> network.Network:
    """Streets of a board whose crossings lie a little aside: no two ways are of one length."""
    shift = np.random.default_rng(7).uniform(-25, 25, (side, side, 2))

    def at(x: int, y: int) -> tuple[float, float]:
        return (100.0 * x + shift[x, y, 0], 100.0 * y + shift[x, y, 1])

    steps = range(side)
    rows = [[at(x, y) for x in steps] for y in steps]
    return walking.network_of(rows + [[at(x, y) for y in steps] for x in steps])


@pytest.mark.parametrize("seed", range(5))
def test_few_points_tell_a_walk_and_joined_they_give_it_again(seed):
    net = _crooked(6)
    walk = simulated.walk(net, 3000.0, np.random.default_rng(seed))
    none, zero = np.zeros(len(walk.edge), np.int64), np.zeros(len(walk.edge))
    walked = sections.Sections(none, walk.edge, walk.from_m, walk.to_m, zero, zero)
    joiner = waypoints.prepare(net)
    points = waypoints.outline(joiner, walked)
    assert 2 <= len(points) < 1.2 * len(walked)
    again = waypoints.join(joiner, np.round(points, 2))
    assert again.length_m.sum() == pytest.approx(walked.length_m.sum(), abs=1.0)
    kept = again.take(again.length_m > 0.1)
    assert kept.edge.tolist() == sections.joined(walked).edge.tolist()
