"""Cells and hot spots against plain counting."""

import collections

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import cells
from gis.arrays import Floats

near = st.tuples(st.floats(-500, 500), st.floats(-500, 500), st.integers(0, 9))
far = st.tuples(st.floats(-1e8, 1e8), st.floats(-1e8, 1e8), st.integers(0, 9))
weighted = st.one_of(st.lists(near, max_size=40), st.lists(far, max_size=40)).map(
    lambda rows: np.array(rows, dtype=np.float64).reshape(-1, 3)
)


@given(weighted, st.sampled_from([1.0, 50.0, 100.0, 0.3]))
def test_sums_are_those_of_counting_one_by_one(rows: Floats, size_m: float):
    found = cells.cells(rows[:, :2], np.column_stack((rows[:, 2], np.ones(len(rows)))), size_m)
    expected: dict[tuple[int, int], Floats] = collections.defaultdict(lambda: np.zeros(2))
    for x, y, weight in rows:
        expected[int(np.floor(y / size_m)), int(np.floor(x / size_m))] += [weight, 1]
    assert [(j, i) for i, j in found.ij] == sorted(expected)
    np.testing.assert_array_equal(
        found.weight, np.array([*map(expected.get, sorted(expected))]).reshape(-1, 2)
    )
    assert found.ij.dtype == np.int32


@given(weighted)
def test_cells_are_squares_around_their_points(rows: Floats):
    found = cells.cells(rows[:, :2], rows[:, 2:], 100.0)
    squares = cells.cell_polygons(found)
    np.testing.assert_allclose(shapely.area(squares), 10_000)
    # Dividing rounds: a point may lie in the cell next to a border it all but touches.
    away = shapely.distance(shapely.union_all(squares), shapely.points(rows[:, :2]))
    assert (away < 1e-6).all()
    shared = shapely.STRtree(squares).query(squares, predicate="overlaps")
    assert shared.shape[1] == 0


@given(weighted, st.integers(1, 4), st.integers(0, 6))
def test_hot_spots_are_the_heaviest_windows_left(rows: Floats, window: int, n: int):
    found = cells.hot_spots(rows[:, :2], rows[:, 2], size_m=100.0, window=window, n=n)
    assert (np.diff(found.weight) <= 0).all()
    assert len(found.weight) <= n
    assert found.weight.sum() <= rows[:, 2].sum()
    if n and rows[:, 2].any():
        ij = np.floor(rows[:, :2] / 100.0)
        corners = {(i - a, j - b) for i, j in ij for a in range(window) for b in range(window)}
        heaviest = max(
            rows[((ij >= corner) & (ij < np.array(corner) + window)).all(axis=1), 2].sum()
            for corner in corners
        )
        assert found.weight[0] == heaviest
        assert found.weight.sum() > 0
    else:
        assert len(found.weight) == 0


def test_hot_spots_of_a_worked_example():
    clump = np.array([[10.0, 10.0], [150.0, 10.0], [290.0, 290.0]])
    lone, empty = np.array([[5000.0, 5000.0]]), np.array([[9000.0, 9000.0]])
    shift = np.array([500_000.0, 3_600_000.0])
    points = np.vstack((clump, lone, empty)) + shift
    found = cells.hot_spots(points, np.array([1.0, 2, 3, 4, 0]), n=5)
    np.testing.assert_allclose(found.weight, [6, 4])
    mean = (clump * [[1], [2], [3]]).sum(axis=0) / 6 + shift
    np.testing.assert_allclose([found.x[0], found.y[0]], mean)
    np.testing.assert_allclose([found.x[1], found.y[1]], [505_000.0, 3_605_000.0])


def test_hot_spots_do_not_depend_on_the_order_of_points():
    rng = np.random.default_rng(3)
    points, weight = rng.uniform(0, 3000, (500, 2)), rng.integers(0, 5, 500).astype(np.float64)
    mixed = rng.permutation(500)
    one, other = cells.hot_spots(points, weight), cells.hot_spots(points[mixed], weight[mixed])
    np.testing.assert_allclose(one.x, other.x)
    np.testing.assert_array_equal(one.weight, other.weight)
    assert len(one.weight) == 20


@pytest.mark.parametrize(
    ("points", "weights", "size_m"),
    [
        ([[np.nan, 0.0]], [[1.0]], 100.0),
        ([[1e12, 0.0]], [[1.0]], 1.0),
        ([[0.0, 0.0]], [[1.0]], 0.0),
        ([[0.0, 0.0]], [1.0], 100.0),
        ([[0.0, 0.0], [1.0, 1.0]], [[1.0]], 100.0),
    ],
)
def test_what_cannot_be_summed_is_refused(
    points: list[list[float]], weights: list[list[float]], size_m: float
):
    with pytest.raises(ValueError, match=r"must"):
        cells.cells(np.array(points), np.array(weights), size_m)


def test_hot_spots_refuse_debts():
    for weight, window in ((-1.0, 3), (np.nan, 3), (1.0, 0)):
        with pytest.raises(ValueError, match="negative"):
            cells.hot_spots(np.zeros((1, 2)), np.array([weight]), window=window)


def test_cells_belong_together():
    ij = np.zeros((1, 2), dtype=np.int32)
    for weight, size_m in ((np.zeros((2, 1)), 1.0), (np.zeros((1, 1)), np.inf)):
        with pytest.raises(ValueError, match="must"):
            cells.Cells(ij, weight, size_m)
    with pytest.raises(ValueError, match="equally long"):
        cells.HotSpots(np.zeros(1), np.zeros(1), np.zeros(2))
