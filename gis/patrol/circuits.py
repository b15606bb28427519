"""Closed walks over every edge of a graph whose nodes are all even (Hierholzer 1873)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gis import arrays


def circuit(
    source: arrays.AnyInts, target: arrays.AnyInts, start: int
) -> tuple[arrays.Int64s, arrays.Bools]:
    """Walk every edge exactly once and come back.

    Parameters
    ----------
    source, target
        Ends of the edges, parallel ones and loops allowed, shape (e,).
    start
        Node where the walk starts and ends.

    Returns
    -------
    tuple[Int64s, Bools]
        The edges in the order of walking, and whether each is walked from source to target.

    Raises
    ------
    ValueError
        When there is no such walk: a node is odd, or an edge hangs together with none at the
        start.
    """
    edges, onward = _walked(_both(source, target), len(source), start)
    tail = np.where(onward, source[edges], target[edges])
    head = np.where(onward, target[edges], source[edges])
    if (tail[1:] != head[:-1]).any():
        raise ValueError("at some node an odd number of edges meet")
    return edges, onward


def directed_circuit(
    source: arrays.AnyInts, target: arrays.AnyInts, start: int
) -> tuple[arrays.Int64s, arrays.Bools]:
    """Walk every edge exactly once, from source to target only; see `circuit`."""
    steps: dict[int, list[tuple[int, int, bool]]] = {}
    for edge, (a, b) in enumerate(zip(source.tolist(), target.tolist(), strict=True)):
        steps.setdefault(a, []).append((edge, b, True))
    edges, onward = _walked(steps, len(source), start)
    if (source[edges][1:] != target[edges][:-1]).any():
        raise ValueError("at some node more edges begin than end")
    return edges, onward


def opened(
    edges: arrays.Int64s, onward: arrays.Bools, home: int
) -> tuple[arrays.Int64s, arrays.Bools]:
    """Open a closed walk at one edge, that from the end to the start: what is left leads back.

    Parameters
    ----------
    edges, onward
        The walk, see `circuit`.
    home
        Place of that edge in the walk. If it is walked from its target to its source, the whole
        walk is turned round.
    """
    rest = np.concatenate([edges[home + 1 :], edges[:home]])
    along = np.concatenate([onward[home + 1 :], onward[:home]])
    if onward[home]:
        return rest, along
    turned: arrays.Bools = ~along[::-1]
    return rest[::-1], turned


def _both(source: arrays.AnyInts, target: arrays.AnyInts) -> dict[int, list[tuple[int, int, bool]]]:
    steps: dict[int, list[tuple[int, int, bool]]] = {}
    for edge, (a, b) in enumerate(zip(source.tolist(), target.tolist(), strict=True)):
        steps.setdefault(a, []).append((edge, b, True))
        steps.setdefault(b, []).append((edge, a, False))
    return steps


def _walked(
    steps: dict[int, list[tuple[int, int, bool]]], n_edges: int, start: int
) -> tuple[arrays.Int64s, arrays.Bools]:
    used = [False] * n_edges
    trail: list[tuple[int, int, bool]] = [(start, -1, True)]
    done: list[tuple[int, bool]] = []
    ends: list[int] = []
    while trail:
        here, arrived_by, forward = trail[-1]
        left = steps.get(here, [])
        while left and used[left[-1][0]]:
            left.pop()
        if left:
            edge, there, onward = left.pop()
            used[edge] = True
            trail.append((there, edge, onward))
        else:
            trail.pop()
            ends.append(here)
            done.append((arrived_by, forward))
    if len(done) != n_edges + 1 or ends[0] != start:
        raise ValueError("there is no closed walk over every edge")
    done.reverse()
    edges = np.array([edge for edge, _ in done[1:]], dtype=np.int64)
    forwards = np.array([forward for _, forward in done[1:]], dtype=np.bool_)
    return edges, forwards
