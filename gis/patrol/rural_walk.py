"""From how often each section is walked to the walk itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import optimize, sparse

from gis.patrol import circuits

if TYPE_CHECKING:
    from gis import arrays
    from gis.patrol.legs import Legs
    from gis.patrol.rural_model import Model


def route(model: Model, legs: Legs, passes: arrays.Int64s) -> arrays.Int64s:
    """Directed legs of one walk that passes every edge of the model so often.

    Raises
    ------
    ValueError
        When no walk does.
    """
    onward = _onward(model, passes) if model.directed else passes
    edges = np.repeat(np.arange(len(passes)), passes)
    forward = np.concatenate(
        [np.arange(count) < f for count, f in zip(passes, onward, strict=True)]
    )
    tail = np.where(forward, model.tail[edges], model.head[edges])
    head = np.where(forward, model.head[edges], model.tail[edges])
    if model.directed:
        order, along = circuits.directed_circuit(tail, head, model.start)
    else:
        order, along = circuits.circuit(tail, head, model.start)
    home = np.flatnonzero(model.section[edges[order]] < 0)
    if len(home):
        order, along = circuits.opened(order, along, int(home[0]))
    section = model.section[edges[order]]
    backward = (forward[order] != along) ^ model.turned[edges[order]]
    return _legs_of(legs, section, backward)


def _onward(model: Model, passes: arrays.Int64s) -> arrays.Int64s:
    """How many of each edge's passes lead from tail to head, so that every node is balanced.

    A network flow: the vertex that the simplex method ends at is in whole numbers.
    """
    n, width = model.n_nodes, len(passes)
    edges = np.tile(np.arange(width), 2)
    ends = (np.concatenate([model.tail, model.head]), edges)
    # Any: the published types know neither sparse matrices nor arrays of bounds
    rows: Any = sparse.csr_matrix((np.repeat([2.0, -2.0], width), ends), shape=(n, width))
    needed = np.bincount(model.tail, passes, n) - np.bincount(model.head, passes, n)
    bounds: Any = np.column_stack([np.where(model.oneway, passes, 0), passes])
    solved = optimize.linprog(
        np.zeros(width), A_eq=rows, b_eq=needed, bounds=bounds, method="highs-ds"
    )
    if solved.x is None or solved.status != 0:
        raise ValueError("the passes cannot be balanced")
    return np.rint(solved.x).astype(np.int64)


def _legs_of(legs: Legs, section: arrays.Int64s, backward: arrays.Bools) -> arrays.Int64s:
    """Do the legs at the first passes of their sections, in the order of walking."""
    waiting: dict[int, list[int]] = {}
    for leg, of in enumerate(legs.section.tolist()):
        waiting.setdefault(of, []).append(leg)
    done = [
        2 * waiting[of].pop() + turned
        for of, turned in zip(section.tolist(), backward.tolist(), strict=True)
        if waiting.get(of)
    ]
    return np.array(done, dtype=np.int64)
