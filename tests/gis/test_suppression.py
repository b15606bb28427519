"""Suppression against an attacker who solves for what is hidden."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse

from gis import suppression
from gis.arrays import Bools, Int32s, Int64s, Objects

THRESHOLD = 5
counts = st.one_of(st.integers(0, 6), st.integers(0, 300))


@st.composite
def hierarchies(draw: st.DrawFn, most: int = 9) -> tuple[Int64s, Int32s]:
    """Rows in any depth; some count people whom none of their children counts."""
    n, columns = draw(st.integers(1, most)), draw(st.integers(1, 4))
    parent = np.array([draw(st.integers(-1, i - 1)) for i in range(n)], dtype=np.int32)
    rows = draw(
        st.lists(st.lists(counts, min_size=columns, max_size=columns), min_size=n, max_size=n)
    )
    figures = np.array(rows, dtype=np.int64)
    if draw(st.booleans()):
        figures[np.unique(parent[parent >= 0])] = 0
    for i in range(n - 1, 0, -1):
        if parent[i] >= 0:
            figures[parent[i]] += figures[i]
    return figures, parent


def _largest(figures: Int64s, parent: Int32s, hidden: Bools, known: Int64s) -> Objects:
    """Work out, as an outsider, the largest value each hidden sensitive figure may have.

    Knows the published figures, that rows add up, that children add up to parents (but for people
    in no child, where there are any), that nothing is negative.
    """
    n, width = figures.shape
    equations, right = [], []
    for i in range(n):
        row = np.zeros((n, width))
        row[i, :-1], row[i, -1] = 1, -1
        equations.append(row.ravel())
        right.append(0.0)
    upper: list[np.ndarray] = []
    for i in np.unique(parent[parent >= 0]):
        children = np.flatnonzero(parent == i)
        fills = (figures[children].sum(axis=0) == figures[i]).all()
        for j in range(width):
            row = np.zeros((n, width))
            row[children, j], row[i, j] = 1, -1
            (equations if fills else upper).append(row.ravel())
            right.extend([0.0] if fills else [])
    bounds = [
        (0, None) if is_hidden else (value, value)
        for value, is_hidden in zip(figures.ravel(), hidden.ravel(), strict=True)
    ]
    largest = []
    for target in known:
        solved = optimize.linprog(
            -target,
            A_eq=sparse.csr_array(np.array(equations)),
            b_eq=right,
            A_ub=sparse.csr_array(np.array(upper)) if upper else None,
            b_ub=np.zeros(len(upper)) if upper else None,
            bounds=bounds,
        )
        assert solved.status in (0, 3), solved.message
        largest.append(np.inf if solved.status == 3 else -solved.fun)
    return np.array(largest)


def _with_totals(partition: Int64s) -> Int64s:
    return np.column_stack((partition, partition.sum(axis=1)))


def _units(where: Bools) -> Int64s:
    return np.eye(where.size, dtype=np.int64)[np.flatnonzero(where)]


@settings(max_examples=50, deadline=None)
@given(hierarchies())
def test_no_outsider_can_tell_a_small_count_from_the_threshold(scene: tuple[Int64s, Int32s]):
    partition, parent = scene
    found = suppression.suppress_tree(partition, parent)
    figures = _with_totals(partition)
    hidden = np.column_stack((found.cells, found.totals))
    small = (figures > 0) & (figures < THRESHOLD)
    assert hidden[small].all()
    assert not found.exposed.any()
    largest = _largest(figures, parent, hidden, _units(small))
    assert (largest >= THRESHOLD - 1e-6).all()


@settings(max_examples=40, deadline=None)
@given(hierarchies())
def test_nor_the_small_count_of_people_in_no_child(scene: tuple[Int64s, Int32s]):
    partition, parent = scene
    found = suppression.suppress_tree(partition, parent)
    figures = _with_totals(partition)
    hidden = np.column_stack((found.cells, found.totals))
    n, width = figures.shape
    rests = []
    for i in np.unique(parent[parent >= 0]):
        for j in range(width):
            rest = np.zeros((n, width), dtype=np.int64)
            rest[i, j], rest[parent == i, j] = 1, -1
            if 0 < (rest * figures).sum() < THRESHOLD:
                rests.append(rest.ravel())
    assert (_largest(figures, parent, hidden, np.array(rests)) >= THRESHOLD - 1e-6).all()


@settings(max_examples=50, deadline=None)
@given(hierarchies(), st.integers(1, 3))
def test_siblings_of_published_parents(scene: tuple[Int64s, Int32s], groups: int):
    partition, _ = scene
    n = len(partition)
    group = (np.arange(n) % groups).astype(np.int32)
    found = suppression.suppress(partition, group)
    figures = _with_totals(partition)
    hidden = np.column_stack((found.cells, found.totals))
    small = (figures > 0) & (figures < THRESHOLD)
    assert hidden[small].all()
    assert not (found.exposed & ~small).any()
    parents = np.array([figures[group == g].sum(axis=0) for g in np.unique(group)])
    all_figures = np.vstack((figures, parents))
    all_hidden = np.vstack((hidden, np.zeros_like(parents, dtype=np.bool_)))
    parent = np.concatenate((n + np.unique(group, return_inverse=True)[1], [-1] * len(parents)))
    targets = _units(np.vstack((small, np.zeros_like(parents, dtype=np.bool_))))
    largest = _largest(all_figures, parent, all_hidden, targets)
    assert (largest >= THRESHOLD - 1e-6)[~found.exposed[small]].all()


@settings(deadline=None)
@given(hierarchies(most=30))
def test_nothing_is_hidden_without_need(scene: tuple[Int64s, Int32s]):
    partition, parent = scene
    found = suppression.suppress_tree(partition * 1000, parent)
    assert not found.cells.any()
    assert not found.totals.any()
    again, once = (suppression.suppress_tree(partition, parent) for _ in range(2))
    assert np.array_equal(again.cells, once.cells)


def test_a_worked_example():
    # One community with two people out of reach; two grids of the same township beside it.
    partition = np.array([[60, 38, 2], [50, 40, 10], [90, 70, 40]])
    found = suppression.suppress(partition, np.zeros(3, dtype=np.int32))
    assert found.cells.tolist() == [
        [False, True, True],
        [False, True, True],
        [False, False, False],
    ]
    assert not found.totals.any()
    assert not found.exposed.any()


def test_a_small_unit_is_hidden_whole():
    partition = np.array([[3, 0], [40, 20], [30, 30]])
    parent = np.array([-1, -1, -1], dtype=np.int32)
    found = suppression.suppress_tree(partition, parent)
    assert found.cells[0, 0]
    assert found.totals.tolist() == [True, False, False]
    among = suppression.suppress(partition, np.zeros(3, dtype=np.int32))
    assert among.totals.sum() == 2
    assert not among.exposed.any()


def test_half_a_protection_is_better_than_none():
    # Of two siblings with three people out of reach between them, neither can have five.
    found = suppression.suppress(np.array([[30, 1], [40, 2]]), np.zeros(2, dtype=np.int32))
    assert found.cells.all()
    assert found.exposed.tolist() == [[False, True, False], [False, True, False]]
    assert not found.totals.any()


def test_an_only_child_of_a_published_parent_stays_exposed_and_says_so():
    found = suppression.suppress(np.array([[3, 0]]), np.zeros(1, dtype=np.int32))
    assert found.cells[0, 0]
    assert found.exposed.tolist() == [[True, False, True]]


@pytest.mark.parametrize(
    ("partition", "parent", "message"),
    [
        ([[-1, 2]], [-1], "negative"),
        ([[1, 2]], [-1, -1], "shape"),
        ([[1, 2], [5, 9]], [-1, 0], "exceed"),
        ([[1, 2], [1, 2]], [1, 0], "circle"),
        ([[1, 2]], [3], "row of the table"),
    ],
)
def test_tables_that_do_not_add_up_are_refused(
    partition: list[list[int]], parent: list[int], message: str
):
    with pytest.raises(ValueError, match=message):
        suppression.suppress_tree(np.array(partition), np.array(parent, dtype=np.int32))


def test_an_empty_table_hides_nothing():
    found = suppression.suppress_tree(np.zeros((0, 3), np.int64), np.zeros(0, np.int32))
    assert found.cells.shape == (0, 3)
    with pytest.raises(ValueError, match="same rows"):
        suppression.Suppression(found.cells, np.zeros(1, np.bool_), found.exposed)
