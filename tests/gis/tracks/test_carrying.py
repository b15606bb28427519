"""What was covered stays covered when the same roads are cut, turned and numbered otherwise."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import ops

from gis import network
from gis.tracks import carrying, intervals
from tests.gis import walking
from tests.gis.tracks import ways


def _drawn(net: network.Network, edge, begin, end) -> shapely.Geometry:
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    parts = [
        ops.substring(net.lines[e], a, b)
        for e, a, b in zip(edge, low, high, strict=True)
        if b - a > 1e-6
    ]
    return shapely.unary_union([part.buffer(0.05) for part in parts])


def _overlap(net: network.Network) -> bool:
    """Whether some roads lie upon each other."""
    whole = shapely.union_all(net.lines, grid_size=1e-3).length
    return abs(whole - float(net.length_m.sum())) > 1.0


def _cut_anew(net: network.Network, random) -> network.Network:
    """The same roads: each cut somewhere or not, turned or not, in another order."""
    lines = []
    for line in net.lines:
        at = random.choice([None, random.uniform(0.2, 0.8)])
        parts = [line]
        if at is not None:
            cut = at * line.length
            parts = [
                ops.substring(line, 0, cut),
                ops.substring(line, cut, line.length),
            ]
        lines += [part.reverse() if random.random() < 0.5 else part for part in parts]
    random.shuffle(lines)
    return network.build_from_lines(np.array(lines, dtype=object), walking.plain(len(lines)))


def _stretches(net: network.Network, random, count: int) -> intervals.Stretches:
    edge = np.array([random.randrange(net.n_edges) for _ in range(count)], np.int32)
    share = np.sort([[random.random(), random.random()] for _ in range(count)], axis=1)
    whole = np.array([random.random() < 0.5 for _ in range(count)])
    share[whole] = [0.0, 1.0]
    return intervals.Stretches(edge, *(share.T * net.length_m[edge]))


@settings(max_examples=60, deadline=None)
@given(walking.networks(), st.randoms(use_true_random=False))
def test_roads_cut_and_numbered_otherwise_keep_their_metres(net, random):
    new = _cut_anew(net, random)
    was = _stretches(net, random, 6)
    now = carrying.correspond(net, new).carry(was)
    np.testing.assert_allclose(
        np.bincount(now.row, now.metres, minlength=6), was.to_m - was.from_m, atol=0.01
    )
    for k in range(6):
        its = now.row == k
        before = _drawn(net, was.edge[[k]], was.from_m[[k]], was.to_m[[k]])
        after = _drawn(new, now.edge[its], now.begin_m[its], now.end_m[its])
        assert before.symmetric_difference(after).area < 0.05
    if not _overlap(net):
        np.testing.assert_allclose(np.abs(now.end_m - now.begin_m), now.metres, atol=0.1)


@settings(max_examples=30, deadline=None)
@given(walking.networks(), st.randoms(use_true_random=False))
def test_the_same_network_gives_the_same_stretches(net, random):
    was = _stretches(net, random, 6)
    now = carrying.correspond(net, net).carry(was)
    np.testing.assert_array_equal(now.edge, was.edge[now.row])
    np.testing.assert_array_equal(now.begin_m, was.from_m[now.row])
    np.testing.assert_array_equal(now.end_m, was.to_m[now.row])


def test_a_road_surveyed_anew_is_the_same_road_and_the_next_one_is_not():
    old = walking.network_of([[(0, 0), (100, 0)], [(0, 200), (100, 200)]])
    new = walking.network_of([[(0, 1.5), (60, 2.5), (101, 1)], [(0, 212), (100, 212)]])
    was = intervals.Stretches(np.array([0, 1], np.int32), np.zeros(2), np.full(2, 100.0))
    now = carrying.correspond(old, new).carry(was)
    assert set(now.row.tolist()) == {0}
    covered = intervals.union(intervals.of_walk(now.edge, now.begin_m, now.end_m))
    assert len(covered) == 1
    assert 99 < covered.total_m < 101.5


def test_a_road_across_is_no_road_along():
    old = walking.network_of([[(0, 0), (100, 0)]])
    new = walking.network_of([[(50, -50), (50, 50)], [(0, 300), (9, 300)]])
    was = intervals.Stretches(np.zeros(1, np.int32), np.zeros(1), np.full(1, 100.0))
    assert not len(carrying.correspond(old, new).carry(was).row)


def test_what_is_gone_does_not_go_to_a_road_beside_it_that_stayed():
    old = walking.network_of([[(0, 0), (100, 0)], [(0, 3), (100, 3)]])
    new = walking.network_of([[(0, 3), (100, 3)], [(0, 300), (9, 300)]])
    was = intervals.Stretches(np.zeros(1, np.int32), np.zeros(1), np.full(1, 100.0))
    found = carrying.correspond(old, new)
    assert not len(found.carry(was).row)
    stayed = found.carry(intervals.Stretches(was.edge + 1, was.from_m, was.to_m))
    np.testing.assert_allclose(stayed.metres, 100.0)


def test_a_board_of_streets_with_one_more_street_is_quick_and_exact():
    old = ways.grid(30)
    more = [[(x * 100.0, 50.0) for x in range(30)]]
    stops = [k * 100.0 for k in range(30)]
    lines = [[(x, y) for x in stops] for y in stops] + [[(x, y) for y in stops] for x in stops]
    new = walking.network_of(lines[::-1] + more)
    every = np.arange(old.n_edges, dtype=np.int32)
    was = intervals.Stretches(every, np.zeros(len(every)), old.length_m)
    now = carrying.correspond(old, new).carry(was)
    np.testing.assert_allclose(now.metres.sum(), old.length_m.sum())
