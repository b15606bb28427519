"""Rounds are as short as any order can be, where all orders can be tried."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import rounds


def _metres(points: np.ndarray) -> np.ndarray:
    return np.abs(points[:, None] - points[None]).sum(axis=2)


def _shortest(metres: np.ndarray) -> float:
    places = range(1, len(metres))
    return min(
        float(metres[[0, *order[:-1]], list(order)].sum())
        for order in itertools.permutations(places)
    )


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=7))
def test_no_order_is_shorter(points: list[tuple[int, int]]) -> None:
    metres = _metres(np.array(points, dtype=float))
    found = rounds.plan(metres)
    assert sorted(found.order) == list(range(len(points) - 1))
    assert found.length_m == pytest.approx(_shortest(metres), abs=0.5)
    steps = [0, *(found.order + 1)]
    assert np.allclose(found.leg_m, metres[steps[:-1], steps[1:]])


def test_along_a_road_the_ends_decide() -> None:
    # From 30 on a line: back to 0 first, then all the way up.
    places = np.array([[30.0, 0.0], [100.0, 0.0], [0.0, 0.0], [60.0, 0.0], [20.0, 0.0]])
    found = rounds.plan(_metres(places))
    assert found.order.tolist()[2:] == [2, 0]
    assert found.length_m == 130


def test_a_stop_without_a_way_is_told() -> None:
    metres = np.array([[0, 5, np.inf, 9], [5, 0, np.inf, 3], [np.inf] * 4, [9, 3, np.inf, 0]])
    found = rounds.plan(metres)
    assert found.order.tolist() == [0, 2]
    assert found.unreached.tolist() == [1]


def test_nothing_and_one() -> None:
    assert rounds.plan(np.zeros((1, 1))).order.size == 0
    assert rounds.plan(np.array([[0.0, 7.0], [7.0, 0.0]])).length_m == 7


@pytest.mark.parametrize(
    "matrix", [np.zeros((0, 0)), np.zeros((2, 3)), np.full((2, 2), np.nan), -np.ones((2, 2))]
)
def test_what_is_no_distance_is_refused(matrix: np.ndarray) -> None:
    with pytest.raises(ValueError, match="distances"):
        rounds.plan(matrix)


def test_forty_stops_are_near_the_best() -> None:
    # On a ring the best walk is known: once around, but for the widest gap.
    angle = np.sort(np.random.default_rng(3).uniform(0, 2 * np.pi, 41))
    ring = angle[:, None] - angle[None]
    metres = 100 * np.minimum(np.abs(ring), 2 * np.pi - np.abs(ring))
    gaps = 100 * np.diff(np.append(angle, angle[0] + 2 * np.pi))
    found = rounds.plan(metres)
    ways = [2 * gaps[:i].sum() + gaps[i + 1 :].sum() for i in range(41)]
    back = [gaps[:i].sum() + 2 * gaps[i + 1 :].sum() for i in range(41)]
    assert found.length_m == pytest.approx(min(*ways, *back), abs=1)
