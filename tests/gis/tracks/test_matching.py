"""Matching on networks where the right answer is known."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.tracks import along, intervals, matching, noise, sections, simulated
from gis.tracks.track import Clock, Fate, Track
from tests.gis import walking
from tests.gis.tracks import ways

GRID = ways.grid()
MATCHER = matching.prepare(GRID)


def covered_m(found: matching.Match) -> float:
    return found.covered.total_m


def edges_along(net, corners) -> set[int]:
    """Edges whose middle lies on the line from corner to corner."""
    line = shapely.buffer(shapely.LineString(corners), 0.5)
    return set(np.flatnonzero(shapely.within(net.lines, line)).tolist())


@pytest.mark.parametrize("sigma", [0.0, 5.0, 10.0])
def test_the_right_one_of_two_parallel_roads(sigma):
    net = walking.network_of(
        [[(0, 0), (600, 0)], [(0, 20), (600, 20)], [(0, 0), (0, 20)], [(600, 0), (600, 20)]]
    )
    walked = ways.shaken(ways.track([(50, 20), (550, 20)], every_s=1.0), sigma)
    found = matching.prepare(net).match(walked)
    assert set(found.covered.edge.tolist()) == {1}
    assert found.covered.from_m[0] == pytest.approx(50, abs=5 + sigma)
    assert found.covered.to_m[-1] == pytest.approx(550, abs=5 + sigma)


CORNERS = [(200, 100), (300, 100), (300, 300), (100, 300), (100, 200), (400, 200)]


@pytest.mark.parametrize(("sigma", "every"), [(0, 1), (5, 1), (5, 10), (15, 1), (15, 5), (30, 1)])
def test_a_walk_about_a_grid(sigma, every):
    walked = ways.shaken(ways.track(CORNERS, every_s=every), sigma, seed=4)
    found = MATCHER.match(walked)
    expected = edges_along(GRID, CORNERS)
    total = sum(GRID.length_m[edge] for edge in expected)
    right = intervals.overlap_m(
        found.covered,
        intervals.Stretches(
            np.array(sorted(expected), np.int32),
            np.zeros(len(expected)),
            np.full(len(expected), 100.0),
        ),
    ).sum()
    assert right / (total + covered_m(found) - right) > 0.93
    assert len(np.unique(found.walked.piece)) == 1


def test_sections_follow_the_walk_in_order_direction_and_time():
    walked = ways.track([(0, 0), (300, 0), (300, 100)], every_s=1.0)
    found = MATCHER.match(walked).walked
    middle = along.lay_out(GRID).points(found.edge, (found.from_m + found.to_m) / 2)
    np.testing.assert_allclose(middle, [[50, 0], [150, 0], [250, 0], [300, 50]], atol=3)
    assert found.forward.tolist() == [True] * 4
    back = MATCHER.match(Track(walked.time_s, walked.xy[::-1])).walked
    assert back.edge.tolist() == found.edge[::-1].tolist()
    assert not back.forward.any()
    met = np.hypot(*(walked.xy[:, None] - [[100, 0], [200, 0], [300, 0]]).transpose(2, 0, 1))
    np.testing.assert_allclose(found.time_in_s[1:], walked.time_s[met.argmin(axis=0)], atol=4)
    np.testing.assert_allclose(found.time_out_s[:-1], found.time_in_s[1:])


def test_there_and_back_again():
    walked = ways.track([(0, 0), (250, 0), (0, 0)], every_s=5.0)
    found = MATCHER.match(walked)
    assert covered_m(found) == pytest.approx(250, abs=8)
    assert found.walked.length_m.sum() == pytest.approx(500, abs=16)
    assert found.walked.forward.any()
    assert not found.walked.forward.all()


def test_a_round_walk_on_a_closed_way():
    net = walking.network_of([[(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)], [(0, 0), (-90, 0)]])
    corners = [(-80, 0), (0, 0), (100, 0), (100, 100), (0, 100), (0, 0), (-80, 0)]
    found = matching.prepare(net).match(ways.shaken(ways.track(corners, every_s=2.0), 4.0))
    assert covered_m(found) == pytest.approx(480, abs=12)
    assert found.walked.length_m.sum() == pytest.approx(560, rel=0.06)


def test_in_another_city():
    walked = ways.track([(90_000, 0), (90_500, 0)])
    found = MATCHER.match(walked)
    assert len(found.walked) == len(found.covered) == 0
    assert found.counts() == {Fate.OFF_NETWORK: len(walked)}


def test_no_points_and_all_in_one_place():
    nothing = MATCHER.match(Track(np.zeros(0), np.zeros((0, 2))))
    assert nothing.counts() == {}
    still = MATCHER.match(Track(np.arange(40.0), np.tile([130.0, 3.0], (40, 1))))
    assert covered_m(still) < 1
    assert still.counts() == {Fate.KEPT: 40}


def test_times_reversed_is_the_same_walk():
    walked = ways.shaken(ways.track(CORNERS, every_s=5.0), 5.0)
    turned = MATCHER.match(Track(walked.time_s[::-1], walked.xy[::-1]))
    found = MATCHER.match(walked)
    assert turned.clock is Clock.REVERSED
    for name in ("edge", "from_m", "to_m", "time_in_s"):
        np.testing.assert_array_equal(getattr(turned.walked, name), getattr(found.walked, name))


def test_without_times():
    walked = ways.shaken(ways.track(CORNERS, every_s=5.0), 5.0)
    found = MATCHER.match(Track(np.full(len(walked), np.nan), walked.xy))
    assert found.clock is Clock.NONE
    assert set(found.covered.edge.tolist()) >= edges_along(GRID, CORNERS)


def test_a_walk_over_open_ground_is_two_pieces():
    net = walking.network_of([[(0, 0), (300, 0)], [(900, 0), (1200, 0)]])
    walked = ways.track([(0, 0), (1200, 0)], every_s=5.0)
    found = matching.prepare(net).match(walked)
    assert covered_m(found) == pytest.approx(600, abs=10)
    assert np.unique(found.walked.piece).tolist() == [0, 1]
    off = found.fate == Fate.OFF_NETWORK
    assert off.sum() == pytest.approx(600 / 6, abs=12)
    assert ((walked.xy[off, 0] > 300) & (walked.xy[off, 0] < 900)).all()


def test_roads_that_do_not_meet_break_the_walk():
    net = walking.network_of([[(0, 0), (300, 0)], [(310, 0), (600, 0)]])
    found = matching.prepare(net).match(ways.track([(0, 0), (600, 0)], every_s=5.0))
    assert np.unique(found.walked.piece).tolist() == [0, 1]
    assert covered_m(found) == pytest.approx(590, abs=20)


def test_a_gap_is_not_filled():
    walked = ways.track([(0, 0), (500, 0)], every_s=2.0)
    seen = (walked.xy[:, 0] < 150) | (walked.xy[:, 0] > 350)
    found = MATCHER.match(Track(walked.time_s[seen], walked.xy[seen]))
    assert covered_m(found) == pytest.approx(300, abs=15)


def test_larger_errors_are_supposed_when_points_lie_far_off():
    rng = np.random.default_rng(8)
    walked = ways.track(CORNERS, every_s=1.0)
    wandering = walked.xy + simulated.errors(len(walked), simulated.Receiver(1.0, 12.0, 90.0), rng)
    found = MATCHER.match(Track(walked.time_s, wandering))
    assert found.sigma_m > 5
    assert edges_along(GRID, CORNERS) <= set(found.covered.edge.tolist())


def test_errors_may_be_given():
    walked = ways.shaken(ways.track(CORNERS, every_s=1.0), 5.0)
    sure = MATCHER.match(walked, noise.Errors(5.0))
    assert 2.5 < sure.sigma_m < 4
    assert covered_m(sure) == pytest.approx(covered_m(MATCHER.match(walked)), rel=0.02)


def test_a_network_without_edges():
    net = walking.network_of([[(0, 0), (10, 0)]])
    empty = net.__class__(
        **{
            **{
                name: getattr(net, name)[:0]
                for name in ("source", "target", "length_m", "coords", "step_free", "highway")
            },
            "node_xy": net.node_xy,
            "coord_start": net.coord_start[:1],
            "highway_names": net.highway_names,
        }
    )
    found = matching.prepare(empty).match(ways.track([(0, 0), (300, 0)]))
    assert found.counts() == {Fate.OFF_NETWORK: len(ways.track([(0, 0), (300, 0)]))}


@settings(max_examples=60, deadline=None)
@given(
    walking.networks(),
    st.lists(st.tuples(st.floats(-50, 350), st.floats(-50, 350)), min_size=2, max_size=5),
    st.sampled_from([1.0, 5.0, 20.0]),
    st.sampled_from([0.0, 5.0, 20.0]),
    st.integers(0, 99),
)
def test_whatever_is_matched_holds_together(net, corners, every, sigma, seed):
    walked = ways.shaken(ways.track(corners, every_s=every), sigma, seed)
    found = matching.prepare(net).match(walked)
    _hold(net, found.walked)
    assert len(found.fate) == len(walked)
    assert (found.covered.to_m <= net.length_m[found.covered.edge] + 1e-6).all()
    assert found.covered.total_m <= found.walked.length_m.sum() + 1e-6
    lengths = found.walked.length_m.sum()
    once = intervals.of_walk(found.walked.edge, found.walked.from_m, found.walked.to_m)
    assert intervals.overlap_m(once, found.covered).sum() == pytest.approx(lengths, abs=1e-6)


def _hold(net, walked: sections.Sections) -> None:
    """Each section goes on where, and when, the one before it ended."""
    place = along.lay_out(net)
    same = np.diff(walked.piece) == 0
    left = place.points(walked.edge[:-1], walked.to_m[:-1])
    met = place.points(walked.edge[1:], walked.from_m[1:])
    assert (np.hypot(*(left - met).T)[same] < 0.01).all()
    assert (walked.time_in_s[1:] >= walked.time_out_s[:-1] - 1e-6)[same].all()
