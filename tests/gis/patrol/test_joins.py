"""Pairing nodes up, against every way of doing so."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.patrol import joins, problem, roads
from tests.gis.patrol import towns


def least_by_trying(table: towns.Table, nodes: list[int]) -> float:
    if not nodes:
        return 0.0
    first, rest = nodes[0], nodes[1:]
    return min(
        table[first][other] + least_by_trying(table, [n for n in rest if n != other])
        for other in rest
    )


@given(st.data(), st.integers(2, 10), st.sampled_from([1, 3, 1000]))
@settings(max_examples=150, deadline=None)
def test_least_of_all_pairings(data: st.DataObject, n: int, coarse: int) -> None:
    """Many equal lengths when coarse is small: ties must not cost anything."""
    metres = st.integers(1, coarse).map(float)
    tree = [(data.draw(st.integers(0, k - 1)), k, data.draw(metres)) for k in range(1, n)]
    node = st.integers(0, n - 1)
    more = data.draw(st.lists(st.tuples(node, node, metres), max_size=12))
    parts = towns.sections(n, [(a, b, c, 1, 0) for a, b, c in tree + more])
    nodes = data.draw(st.lists(node, unique=True, max_size=8))
    nodes = nodes[: len(nodes) // 2 * 2]
    asked = problem.Problem(parts, problem.Team(1, 0, 0))
    pairs, length = joins.shortest(roads.build(parts), np.array(nodes, np.int64))
    table = towns.distances(asked)
    assert sorted(pairs.ravel().tolist()) == sorted(nodes)
    assert length == pytest.approx(least_by_trying(table, nodes))
    assert sum(table[a][b] for a, b in pairs.tolist()) == pytest.approx(length)


def test_a_town() -> None:
    """Far more nodes than could be tried: the length is that of the pairs, and each has one."""
    parts = towns.grid(16)
    net = roads.build(parts)
    nodes = np.flatnonzero(np.arange(256) % 3 > 0)[:-1] if 256 % 3 == 0 else np.arange(0, 256, 2)
    pairs, length = joins.shortest(net, nodes)
    assert sorted(pairs.ravel().tolist()) == nodes.tolist()
    between = net.distances(pairs[:, 0])[np.arange(len(pairs)), pairs[:, 1]]
    assert length == pytest.approx(float(between.sum()))
    assert math.isfinite(length)


def test_an_odd_number_in_a_part() -> None:
    parts = towns.sections(4, [(0, 1, 1.0, 1, 0), (2, 3, 1.0, 1, 0)])
    with pytest.raises(ValueError, match="paired up"):
        joins.shortest(roads.build(parts), np.array([0, 2]))
