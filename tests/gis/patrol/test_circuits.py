"""Closed walks over every edge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.patrol import circuits


@given(st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=6), min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_every_edge_once(loops: list[list[int]]) -> None:
    """Rounds through node 0, laid over each other, are an even graph that hangs together."""
    rounds = [[0, *loop] for loop in loops]
    source = np.array([a for loop in rounds for a in loop])
    target = np.array([b for loop in rounds for b in (*loop[1:], loop[0])])
    for walk in (circuits.circuit, circuits.directed_circuit):
        edges, onward = walk(source, target, 0)
        assert sorted(edges.tolist()) == list(range(len(source)))
        tail = np.where(onward, source[edges], target[edges])
        head = np.where(onward, target[edges], source[edges])
        assert tail[0] == 0
        assert head[-1] == 0
        assert (head[:-1] == tail[1:]).all()
    assert circuits.directed_circuit(source, target, 0)[1].all()


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ([0], [1]),
        ([0, 0, 1], [1, 2, 2]),
        ([0, 0, 3, 3], [1, 1, 4, 4]),
        ([0, 0, 1, 2], [1, 1, 2, 3]),
    ],
)
def test_no_such_walk(source: list[int], target: list[int]) -> None:
    if source == [0, 0, 1]:  # a triangle can be walked round, but not along these directions
        with pytest.raises(ValueError, match="edge"):
            circuits.directed_circuit(np.array(source), np.array(target), 0)
        return
    with pytest.raises(ValueError, match="edge"):
        circuits.circuit(np.array(source), np.array(target), 0)


def test_a_walk_opened_at_one_edge() -> None:
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    edges, onward = circuits.circuit(source, target, 0)
    for home in range(3):
        rest, along = circuits.opened(edges, onward, home)
        at = int(target[edges[home]])
        for edge, forward in zip(rest.tolist(), along.tolist(), strict=True):
            tail, head = (source, target) if forward else (target, source)
            assert tail[edge] == at
            at = int(head[edge])
        assert at == source[edges[home]]
