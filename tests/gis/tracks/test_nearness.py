"""Distances by tile against a search over the whole network."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csgraph

from gis import network
from gis.tracks import nearness, routes
from tests.gis import walking


def spread(net: network.Network, factor: float) -> network.Network:
    """The same network, larger, so that it lies in many tiles."""
    lines = shapely.transform(net.lines, lambda xy: xy * factor)
    return network.build_from_lines(lines, walking.plain(net.n_edges))


networks = st.builds(spread, walking.networks(), st.sampled_from([1.0, 3.0, 9.0]))


@settings(max_examples=50)
@given(networks, st.sampled_from([60.0, 300.0, 1500.0]), st.randoms(use_true_random=False))
def test_distances_are_exact_up_to_the_limit(net, limit, random):
    expected = csgraph.dijkstra(network.adjacency(net), limit=limit)
    near = nearness.Nearness(net, limit)
    nodes = np.array(random.sample(range(net.n_nodes), random.randint(1, net.n_nodes)))
    np.testing.assert_allclose(near.matrix(nodes), expected[np.ix_(nodes, nodes)], rtol=1e-5)
    tail, head = (np.array([random.randrange(net.n_nodes) for _ in range(9)]) for _ in "ab")
    np.testing.assert_allclose(near.between(tail, head), expected[tail, head], rtol=1e-5)


@settings(max_examples=50)
@given(networks)
def test_ways_between_nodes_are_shortest_and_hold_together(net):
    near, out = nearness.Nearness(net, 900.0), routes.ways(net)
    tail, head = (axis.ravel() for axis in np.indices((net.n_nodes, net.n_nodes)))
    known = np.isfinite(near.between(tail, head))
    tail, head = tail[known], head[known]
    pair, entry = routes.between_nodes(near, out, tail, head)
    metres = np.bincount(pair, out.metres[entry], minlength=len(tail))
    np.testing.assert_allclose(metres, near.between(tail, head), rtol=1e-5, atol=1e-4)
    leaves = np.repeat(np.arange(net.n_nodes), np.diff(out.start))
    for number in np.unique(pair).tolist():
        steps = entry[pair == number]
        stops = [*out.node[steps].tolist(), int(leaves[steps[-1]])]
        assert stops[0] == tail[number]
        assert stops[-1] == head[number]
        assert leaves[steps[:-1]].tolist() == out.node[steps[1:]].tolist()


def test_a_limit_of_zero_is_refused():
    net = walking.network_of([[(0, 0), (10, 0)]])
    with pytest.raises(ValueError, match="limit"):
        nearness.Nearness(net, 0.0)
