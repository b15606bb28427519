"""Dealing out whole numbers, and dividing blocks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from data.sample import apportion, partition

weights = arrays.arrays(np.float64, st.integers(1, 30), elements=st.floats(0.01, 100.0))


@given(weights, st.integers(0, 10_000))
@settings(max_examples=60)
def test_largest_remainders_keep_totals_and_quotas(share: np.ndarray, total: int) -> None:
    group = np.zeros(len(share), dtype=np.int64)
    dealt = apportion.by_largest_remainder(np.array([total]), share, group)
    quota = share * total / share.sum()
    assert dealt.sum() == total
    assert (np.abs(dealt - quota) < 1.0 + 1e-6).all()


def test_largest_remainders_known_result() -> None:
    # Hare quota with 100 seats: votes 47, 16, 15.8, 12, 6.1, 3.1 thousand and 10 seats.
    votes = np.array([47.0, 16.0, 15.8, 12.0, 6.1, 3.1])
    dealt = apportion.by_largest_remainder(np.array([10]), votes, np.zeros(6, dtype=np.int64))
    assert dealt.tolist() == [5, 2, 1, 1, 1, 0]


def test_groups_are_dealt_out_apart() -> None:
    group = np.array([1, 0, 1, 0, 2])
    dealt = apportion.by_largest_remainder(np.array([3, 4, 0]), np.ones(5), group)
    assert np.bincount(group, dealt).tolist() == [3, 4, 0]


def test_nobody_to_take_it_is_refused() -> None:
    with pytest.raises(ValueError, match="no members"):
        apportion.by_largest_remainder(np.array([1, 1]), np.ones(2), np.array([0, 0]))


@given(weights, st.floats(0.0, 1.0))
@settings(max_examples=60)
def test_bounds_are_kept(share: np.ndarray, fill: float) -> None:
    low, high = 300, 500
    total = int(len(share) * (low + fill * (high - low)))
    dealt = apportion.within_bounds(total, share, low, high)
    assert dealt.sum() == total
    assert dealt.min() >= low
    assert dealt.max() <= high
    order = np.argsort(share)
    assert (np.diff(dealt[order]) >= -1).all(), "who has room for more gets no less"


@pytest.mark.parametrize("total", [299, 501])
def test_impossible_bounds_are_refused(total: int) -> None:
    with pytest.raises(ValueError, match="dealt out"):
        apportion.within_bounds(total, np.ones(1), 300, 500)


@given(st.integers(1, 7), st.integers(0, 1000))
@settings(max_examples=40)
def test_even_parts(parts: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    xy, room = rng.uniform(0, 1000, (200, 2)), rng.uniform(1, 3, 200)
    label = partition.evenly(xy, room, parts)
    size = np.bincount(label, room)
    assert len(size) == parts
    assert size.max() - size.min() <= 0.15 * size.mean() + 2 * room.max()


def test_pieces_apart_go_to_a_neighbour() -> None:
    # A chain of six: the last of the first part lies behind the second.
    chain = np.column_stack((np.arange(5), np.arange(1, 6)))
    label = np.array([0, 0, 0, 1, 1, 0])
    assert partition.connected(label, np.ones(6), chain).tolist() == [0, 0, 0, 1, 1, 1]


def test_an_island_without_neighbours_keeps_its_part() -> None:
    pairs = np.array([[0, 1]])
    label = np.array([0, 0, 0])
    assert partition.connected(label, np.ones(3), pairs).tolist() == [0, 0, 0]


def test_seats_get_their_share_of_the_room() -> None:
    rng = np.random.default_rng(3)
    xy, seats = rng.uniform(0, 1000, (800, 2)), np.array([[300.0, 500.0], [700.0, 500.0]])
    label = partition.among_seats(xy, np.ones(800), seats, np.array([3.0, 1.0]), np.zeros(2))
    assert np.mean(label == 0) == pytest.approx(0.75, abs=0.04)
