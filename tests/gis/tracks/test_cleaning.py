"""Every way in which a recorded track goes wrong, and what becomes of its points."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.tracks import cleaning, simulated
from gis.tracks.track import Clock, Fate, Track
from tests.gis.tracks import ways

STRAIGHT = ways.track([(0, 0), (600, 0)])


def changed(recorded: Track, time=None, xy=None) -> Track:
    return Track(recorded.time_s if time is None else time, recorded.xy if xy is None else xy)


def test_a_good_track_is_kept_as_it_is():
    pieces = cleaning.clean(ways.shaken(STRAIGHT, 5.0))
    assert pieces.clock is Clock.GOOD
    assert pieces.counts() == {Fate.KEPT: len(STRAIGHT)}
    assert pieces.start.tolist() == [0, len(STRAIGHT)]


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_comes_of_no_points_and_of_one(count):
    pieces = cleaning.clean(Track(np.zeros(count), np.zeros((count, 2))))
    assert len(pieces) == 0
    assert pieces.start.tolist() == [0]
    assert sum(pieces.counts().values()) == count


def test_places_that_are_none():
    xy = STRAIGHT.xy.copy()
    xy[3, 0], xy[7] = np.nan, np.inf
    pieces = cleaning.clean(changed(STRAIGHT, xy=xy))
    assert pieces.counts()[Fate.BAD_PLACE] == 2
    assert np.flatnonzero(pieces.fate).tolist() == [3, 7]


def test_the_last_point_first():
    pieces = cleaning.clean(Track(STRAIGHT.time_s[::-1], STRAIGHT.xy[::-1]))
    assert pieces.clock is Clock.REVERSED
    assert pieces.counts() == {Fate.KEPT: len(STRAIGHT)}
    assert (np.diff(pieces.xy[:, 0]) > 0).all()


def test_segments_in_the_wrong_order():
    order = np.roll(np.arange(len(STRAIGHT)), 40)
    pieces = cleaning.clean(Track(STRAIGHT.time_s[order], STRAIGHT.xy[order]))
    assert pieces.clock is Clock.SORTED
    assert (pieces.time_s == STRAIGHT.time_s).all()


def test_a_clock_set_back_on_the_way():
    time = STRAIGHT.time_s.copy()
    time[50:] -= 200.0
    pieces = cleaning.clean(changed(STRAIGHT, time=time))
    assert pieces.clock is Clock.SHIFTED
    np.testing.assert_allclose(pieces.time_s, STRAIGHT.time_s)
    assert (pieces.xy == STRAIGHT.xy).all()


def test_single_times_that_err():
    time = STRAIGHT.time_s.copy()
    wrong = np.arange(4, len(time), 9)
    time[wrong] = np.where(np.arange(len(wrong)) % 2, 1e9, -1e9)
    pieces = cleaning.clean(changed(STRAIGHT, time=time))
    assert set(wrong.tolist()) == set(np.flatnonzero(pieces.fate).tolist())
    assert pieces.counts()[Fate.BAD_CLOCK] == len(wrong)


def test_missing_times_cost_their_points_or_the_clock():
    time = STRAIGHT.time_s.copy()
    time[::3] = np.nan
    pieces = cleaning.clean(changed(STRAIGHT, time=time))
    assert pieces.counts()[Fate.BAD_CLOCK] == int(np.isnan(time).sum())
    time[:] = np.nan
    unknown = cleaning.clean(changed(STRAIGHT, time=time))
    assert unknown.clock is Clock.NONE
    assert len(unknown) == len(STRAIGHT)
    speed = 600 / (unknown.time_s[-1] - unknown.time_s[0])
    assert speed == pytest.approx(1.2, rel=0.02)


def test_all_times_the_same_are_none():
    pieces = cleaning.clean(changed(STRAIGHT, time=np.full(len(STRAIGHT), 7.0)))
    assert pieces.clock is Clock.NONE
    assert len(pieces) == len(STRAIGHT)


def test_repeated_points():
    twice = np.repeat(np.arange(len(STRAIGHT)), 2)
    pieces = cleaning.clean(Track(STRAIGHT.time_s[twice], STRAIGHT.xy[twice]))
    assert pieces.counts() == {Fate.KEPT: len(STRAIGHT), Fate.REPEATED: len(STRAIGHT)}


def test_points_thirty_metres_off():
    xy = ways.shaken(STRAIGHT, 2.0).xy.copy()
    off = np.array([10, 33, 34, 70])
    xy[off, 1] += 30.0
    pieces = cleaning.clean(changed(STRAIGHT, xy=xy))
    assert np.flatnonzero(pieces.fate == Fate.OFF).tolist() == off.tolist()


def test_a_leap_and_back():
    xy = STRAIGHT.xy.copy()
    xy[40:44] += 5000.0
    pieces = cleaning.clean(changed(STRAIGHT, xy=xy))
    assert np.flatnonzero(pieces.fate == Fate.OFF).tolist() == [40, 41, 42, 43]
    assert len(pieces.start) == 2


def test_a_leap_for_good_splits():
    xy = STRAIGHT.xy.copy()
    xy[50:] += 5000.0
    pieces = cleaning.clean(changed(STRAIGHT, xy=xy))
    assert pieces.start.tolist() == [0, 50, len(STRAIGHT)]
    assert pieces.counts() == {Fate.KEPT: len(STRAIGHT)}


def test_a_gap_splits_and_a_point_alone_is_dropped():
    time = STRAIGHT.time_s.copy()
    time[50:] += 1000.0
    time[51:] += 1000.0
    pieces = cleaning.clean(changed(STRAIGHT, time=time))
    assert pieces.counts() == {Fate.KEPT: len(STRAIGHT) - 1, Fate.STRAY: 1}
    assert pieces.start.tolist() == [0, 50, len(STRAIGHT) - 1]


def test_sparse_points_are_no_gaps():
    sparse = ways.track([(0, 0), (3000, 0)], every_s=100.0)
    assert cleaning.clean(sparse).start.tolist() == [0, len(sparse)]


def test_a_phone_at_home_between_two_walks():
    out, back = ways.track([(0, 0), (400, 0)]), ways.track([(400, 0), (400, 400)])
    rng = np.random.default_rng(5)
    home = np.array([400.0, 0.0]) + rng.normal(0, 6, (400, 2))
    xy = np.concatenate([out.xy, home, back.xy])
    pieces = cleaning.clean(Track(np.arange(len(xy)) * 5.0, xy))
    stayed = pieces.fate == Fate.STAY
    assert stayed[len(out) : -len(back)].mean() > 0.97
    assert stayed[: len(out) - 10].sum() == 0
    assert stayed[-len(back) + 10 :].sum() == 0
    assert len(pieces.start) == 3


def test_a_phone_at_home_all_day():
    rng = np.random.default_rng(6)
    pieces = cleaning.clean(Track(np.arange(5000.0), rng.normal(0, 8, (5000, 2))))
    assert len(pieces) == 0
    assert pieces.counts()[Fate.STAY] > 4950


def test_a_short_rest_is_no_stay():
    rest = np.insert(np.arange(len(STRAIGHT)), 50, [50] * 30)
    xy = ways.shaken(
        changed(STRAIGHT, time=np.arange(len(rest)) * 5.0, xy=STRAIGHT.xy[rest]), 3.0
    ).xy
    pieces = cleaning.clean(Track(np.arange(len(rest)) * 5.0, xy))
    assert Fate.STAY not in pieces.counts()


def test_rounds_about_a_block_are_no_stay():
    corners = [(0, 0), (100, 0), (100, 100), (0, 100)] * 8
    pieces = cleaning.clean(ways.shaken(ways.track(corners), 5.0))
    assert Fate.STAY not in pieces.counts()


@pytest.mark.parametrize("sigma", [0.0, 5.0])
def test_up_and_down_a_lane_of_forty_metres_is_no_stay(sigma):
    pieces = cleaning.clean(ways.shaken(ways.track([(0, 0), (40, 0)] * 10, every_s=1.0), sigma))
    assert Fate.STAY not in pieces.counts()


@pytest.mark.parametrize(("sigma", "memory"), [(5, 0), (15, 0), (8, 60), (10, 120)])
def test_a_phone_indoors_stays_however_it_errs(sigma, memory):
    rng = np.random.default_rng(7)
    drawn = simulated.errors(1800, simulated.Receiver(1.0, sigma, memory), rng)
    fate = cleaning.clean(Track(np.arange(1800.0), drawn)).fate
    assert (fate == Fate.STAY).mean() > 0.8


def test_a_track_of_contradicting_arrays_is_refused():
    with pytest.raises(ValueError, match="n times"):
        Track(np.zeros(3), np.zeros((2, 2)))
    with pytest.raises(ValueError, match="above zero"):
        cleaning.Rules(gap_s=0.0)


number = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True, width=32), st.integers(-50, 50).map(float)
)


@settings(max_examples=150)
@given(st.lists(st.tuples(number, number, number), max_size=30))
def test_whatever_comes_every_point_has_one_fate(rows):
    table = np.array(rows, float).reshape(-1, 3)
    pieces = cleaning.clean(Track(table[:, 0], table[:, 1:]))
    assert len(pieces.fate) == len(rows)
    assert (pieces.fate[pieces.point] == Fate.KEPT).all()
    assert (pieces.fate == Fate.KEPT).sum() == len(pieces)
    assert len(np.unique(pieces.point)) == len(pieces.point)
    assert (np.diff(pieces.start) >= 2).all()
    np.testing.assert_array_equal(pieces.xy, table[pieces.point, 1:])
