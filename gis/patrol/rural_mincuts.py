"""Where a fractional solution is weakest: least cuts between nodes of the rural postman's model.

A violated odd cut is among the cuts of a cut tree of the odd nodes (Padberg & Rao 1982,
Mathematics of Operations Research 7:67-80), which takes one maximum flow for each of them
(Gusfield 1990, SIAM Journal on Computing 19:143-155).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gis import arrays
    from gis.patrol import rural_model

_UNIT = 1_000_000
"""Flows are whole numbers: a pass counts so much."""

_STRONG = 100 * _UNIT
"""Capacity of what is required: no least cut runs through it."""


def between_odd_nodes(model: rural_model.Model, extra: arrays.Floats) -> Iterator[arrays.Bools]:
    """Yield one side of each cut of a cut tree of the odd nodes, by node, shape (n_nodes,)."""
    graph = _capacities(model, extra, np.zeros(len(extra), dtype=np.bool_))
    nodes = np.flatnonzero(model.odd)
    towards = np.zeros(len(nodes), dtype=np.int64)
    for one in range(1, len(nodes)):
        other = int(towards[one])
        side = _side(graph, int(nodes[one]), int(nodes[other]))
        yield side
        moved = side[nodes] & (towards == other)
        moved[: one + 1] = False
        towards[moved] = one
        if side[nodes[towards[other]]]:
            towards[one], towards[other] = towards[other], one


def between_parts(model: rural_model.Model, extra: arrays.Floats) -> Iterator[arrays.Bools]:
    """Yield one side of a least cut between the start and each part of what is required."""
    graph = _capacities(model, extra, model.required > 0)
    part = model.part
    needed = np.unique(part[model.tail[model.required > 0]])
    first = np.unique(part, return_index=True)[1]
    for other in needed.tolist():
        if other != part[model.start]:
            yield _side(graph, int(first[other]), model.start)


def _capacities(
    model: rural_model.Model, extra: arrays.Floats, strong: arrays.Bools
) -> sparse.csr_array:
    capacity = np.where(strong, _STRONG, np.rint(extra * _UNIT)).astype(np.int32)
    kept = np.flatnonzero((capacity > 0) & (model.tail != model.head))
    ends = np.concatenate([model.tail[kept], model.head[kept]])
    others = np.concatenate([model.head[kept], model.tail[kept]])
    n = model.n_nodes
    table = sparse.coo_matrix((np.tile(capacity[kept], 2), (ends, others)), shape=(n, n))
    return sparse.csr_array(table)


def _side(graph: sparse.csr_array, source: int, sink: int) -> arrays.Bools:
    """Nodes that stay with the source when a least cut takes the sink away."""
    flow = csgraph.maximum_flow(graph, source, sink).flow
    left = (graph - flow).tocsr()
    left.eliminate_zeros()
    side = np.zeros(graph.shape[0], dtype=np.bool_)
    side[csgraph.breadth_first_order(left, source, return_predecessors=False)] = True
    return side
