"""Cheapest circuits against a search in the whole network, arc by arc."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csgraph

from gis._suppression_circuits import Circuits, cheapest, figures_on, partners
from gis._suppression_tree import Tree, depths
from gis._suppression_ways import Ways, shortest
from gis.arrays import Bools, Floats, Int64s

Scene = tuple[Tree, Floats, Bools]


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """A tree, prices of which many are nothing, and which figures can shrink."""
    n, width = draw(st.integers(1, 14)), draw(st.integers(2, 4))
    if draw(st.booleans()):
        above = np.array([draw(st.integers(max(-1, i - 7), i - 1)) for i in range(n)])
        place = np.array(draw(st.permutations(range(n))))
        parent = np.empty(n, dtype=np.int64)
        parent[place] = np.where(above >= 0, place[above], -1)
        tree = Tree.of_parents(parent)
    else:
        tree = Tree.of_groups(np.array([draw(st.integers(0, 3)) for _ in range(n)]))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    price = rng.integers(1, 20, (width, n)) * (rng.random((width, n)) < draw(st.floats(0, 1)))
    return tree, price.astype(np.float64), rng.random((width, n)) < draw(st.floats(0, 1))


def arcs(tree: Tree, width: int) -> tuple[Int64s, Int64s, int]:
    """Begin and end of each figure's arc, shape (w, n), and the number of nodes."""
    block_node = np.arange(len(tree.head))[np.newaxis] * width + np.arange(width)[:, np.newaxis]
    if tree.is_open:
        block_node[:, 0] = 0
    leaf_node = len(tree.head) * width + np.arange(len(tree.order))
    below = np.where(tree.heads < 0, leaf_node, block_node[:, tree.heads])
    above = block_node[:, tree.block]
    is_total = (np.arange(width) == width - 1)[:, np.newaxis]
    nodes = len(tree.head) * width + len(tree.order)
    return np.where(is_total, below, above), np.where(is_total, above, below), nodes


def searched(scene: Scene, row: int, column: int) -> float:
    """Price of the way back from where a figure's arc ends, without this arc."""
    tree, price, can_shrink = scene
    begin, end, nodes = arcs(tree, len(price))
    steps = np.full((nodes, nodes), np.inf)
    for c, r in np.ndindex(price.shape):
        if (r, c) == (row, column):
            continue
        there, back = (begin[c, r], end[c, r]), (end[c, r], begin[c, r])
        steps[there] = min(steps[there], price[c, r])
        if can_shrink[c, r]:
            steps[back] = min(steps[back], price[c, r])
    graph = csgraph.csgraph_from_dense(steps, null_value=np.inf)
    found = csgraph.dijkstra(graph, indices=end[column, row])
    return float(found[begin[column, row]])


def every_figure(scene: Scene) -> tuple[Ways, Circuits]:
    tree, price, can_shrink = scene
    ways = Ways.of(tree, len(price))
    ways.follow(price, can_shrink)
    column, row = (index.ravel() for index in np.indices(price.shape))
    return ways, cheapest(ways, row, column)


@settings(max_examples=120, deadline=None)
@given(scenes())
def test_no_circuit_is_cheaper(scene: Scene):
    _, found = every_figure(scene)
    expected = [
        searched(scene, row, column) for row, column in zip(found.row, found.column, strict=True)
    ]
    assert found.price.tolist() == expected


@settings(max_examples=120, deadline=None)
@given(scenes(), st.lists(st.integers(0, 10_000), min_size=1, max_size=3))
def test_ways_followed_are_those_found_afresh(scene: Scene, changes: list[int]):
    tree, price, can_shrink = scene
    followed, _ = every_figure(scene)
    for seed in changes:
        rng = np.random.default_rng(seed)
        is_other = rng.random(price.shape) < rng.choice([0.05, 0.5])
        price = np.where(is_other, rng.integers(0, 3, price.shape), price).astype(np.float64)
        can_shrink ^= rng.random(price.shape) < rng.choice([0.0, 0.1])
        followed.follow(price, can_shrink)
        afresh, _ = every_figure((tree, price, can_shrink))
        for name in ("through", "direct", "second", "beyond_head", "around"):
            assert np.array_equal(getattr(followed, name), getattr(afresh, name)), name


@settings(max_examples=120, deadline=None)
@given(scenes())
def test_the_figures_on_a_circuit_make_it_up(scene: Scene):
    tree, price, can_shrink = scene
    ways, found = every_figure(scene)
    found = found.only(np.isfinite(found.price))
    for i, (row, column) in enumerate(figures_on(ways, found)):
        on = np.zeros(price.shape, dtype=np.bool_)
        on[column, row] = True
        assert price[on].sum() <= found.price[i]
        assert not on[found.column[i], found.row[i]]
        on_alone = (tree, np.where(on, 0.0, np.inf), can_shrink)
        assert searched(on_alone, int(found.row[i]), int(found.column[i])) == 0.0


@settings(max_examples=120, deadline=None)
@given(scenes())
def test_a_partner_makes_a_circuit_of_four_figures(scene: Scene):
    tree, price, _ = scene
    ways, found = every_figure(scene)
    found = found.only(np.isfinite(found.price))
    partner = partners(ways, found)
    simple = found.only(partner >= 0)
    other = partner[partner >= 0]
    assert (tree.block[other] == tree.block[simple.row]).all()
    assert (other != simple.row).all()
    paid = (
        price[simple.other, simple.row] + price[simple.other, other] + price[simple.column, other]
    )
    assert paid.tolist() == simple.price.tolist()


def test_rows_are_sorted_by_level_and_siblings():
    tree = Tree.of_parents(np.array([3, 3, 0, -1, 1, 0, -1]))
    assert tree.order.tolist() == [3, 6, 0, 1, 2, 5, 4]
    assert tree.block.tolist() == [0, 0, 1, 1, 2, 2, 3]
    assert tree.head.tolist() == [-1, 0, 2, 3]
    assert tree.heads.tolist() == [1, -1, 2, 3, -1, -1, -1]
    assert tree.first.tolist() == [0, 2, 4, 6, 7]
    assert tree.row_levels == (slice(0, 2), slice(2, 4), slice(4, 7))
    assert tree.block_levels == (slice(0, 1), slice(1, 2), slice(2, 4))
    grouped = Tree.of_groups(np.array([7, 2, 7]))
    assert (grouped.order.tolist(), grouped.block.tolist()) == ([1, 0, 2], [0, 1, 1])
    assert not grouped.is_open


def test_depths_are_counted_from_the_roots():
    assert depths(np.array([1, 2, -1, -1, 0])).tolist() == [2, 1, 0, 0, 3]
    with pytest.raises(ValueError, match="circle"):
        depths(np.array([-1, 2, 1]))


def test_steps_are_closed_under_going_on():
    steps = np.array([[0, 1, 9], [np.inf, 0, 2], [np.inf, np.inf, 0]])[:, :, np.newaxis]
    assert shortest(steps)[:, :, 0].tolist() == [[0, 1, 3], [np.inf, 0, 2], [np.inf, np.inf, 0]]
