"""The rural postman as an integer programme: an optimum for one patrol, bounds for many.

At every node the passes are even in number, and what is required hangs together (Eiselt, Gendreau
& Laporte 1995, Operations Research 43:399-414). One-way sections add flows: passes in either
direction, balanced at every node. The programme is HiGHS's; cuts that are violated are added
until none is.
"""

from __future__ import annotations

import time
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import optimize, sparse

from gis.patrol import rural_cuts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gis import arrays
    from gis.patrol import rural_model

_INFEASIBLE = 2
_LEAST_SECONDS, _FIRST_SECONDS, _LONGEST_SECONDS = 0.1, 0.5, 8.0


class Finding(NamedTuple):
    """What is known after a step: a bound on the metres in all, and the passes of an optimum.

    Attributes
    ----------
    bound_m
        No set of walks is shorter in total.
    passes
        How often each edge of the model is walked in an optimal solution; None if not known yet.
    """

    bound_m: float
    passes: arrays.Int64s | None


def no_more(_: arrays.Floats) -> rural_cuts.Cuts | None:
    """Give no cuts beside those that hold for any walks."""
    return None


class Programme:
    """The integer programme of a model, with the cuts that were found to matter."""

    def __init__(self, model: rural_model.Model) -> None:
        self._model = model
        self._base = float(model.metres @ model.required)
        self._cuts = rural_cuts.first(model)

    def solve(
        self,
        until: float,
        more_cuts: Callable[[arrays.Floats], rural_cuts.Cuts | None] = no_more,
    ) -> Iterator[Finding]:
        """Solve step by step: bounds that rise, at last the passes of an optimum.

        Parameters
        ----------
        until
            Time (of `time.monotonic`) past which no step should last.
        more_cuts
            Gives other cuts that a solution violates; from then on they hold for this programme.
        """
        bound, numbers, seconds = 0.0, _Numbers.ANY, _LONGEST_SECONDS
        while True:
            left = max(until - time.monotonic(), _LEAST_SECONDS)
            solved = _solved(self._model, self._cuts, numbers, min(seconds, left))
            if solved is None:  # one-way sections let no walk do all
                return
            bound = max(bound, self._base + solved.bound_m)
            more = self._violated(solved.extra, more_cuts)
            if not len(more) and numbers is _Numbers.ANY:
                more = rural_cuts.hidden(self._model, solved.extra)
            self._cuts = self._cuts.joined(more)
            if numbers is _Numbers.ANY and not len(more):
                numbers, seconds = _Numbers.WHOLE, _FIRST_SECONDS
            elif numbers is _Numbers.WHOLE and solved.optimal and not len(more):
                extra = np.rint(solved.extra).astype(np.int64)
                yield Finding(bound, self._model.required + extra)
                return
            elif not solved.optimal:
                seconds = min(2.0 * seconds, _LONGEST_SECONDS)
            yield Finding(bound, None)

    def _violated(
        self,
        extra: arrays.Floats,
        more_cuts: Callable[[arrays.Floats], rural_cuts.Cuts | None],
    ) -> rural_cuts.Cuts:
        found, others = rural_cuts.violated(self._model, extra), more_cuts(extra)
        return found if others is None else rural_cuts.distinct([found, others])


class _Numbers(Enum):
    ANY = 0
    WHOLE = 1


class _Solved(NamedTuple):
    extra: arrays.Floats
    bound_m: float
    optimal: bool


def _solved(
    model: rural_model.Model, cuts: rural_cuts.Cuts, numbers: _Numbers, seconds: float
) -> _Solved | None:
    """Solve for so many seconds at most; nothing if there is no solution."""
    width, n = len(model.metres), model.n_nodes
    flows = 2 * width if model.directed else 0
    parts = [_wide(cuts.rows, flows + n), _even(model, flows), _balanced(model)]
    rows: sparse.csr_matrix = sparse.vstack(parts, format="csr")
    fixed = np.concatenate([-(_meeting(model) @ model.required), _flowing(model)])
    whole = np.concatenate([np.ones(width), np.zeros(flows), np.ones(n)])
    found = optimize.milp(
        np.concatenate([model.metres, np.zeros(flows + n)]),
        integrality=whole * numbers.value,
        bounds=optimize.Bounds(0.0, np.concatenate([model.most, np.full(flows + n, np.inf)])),
        constraints=optimize.LinearConstraint(
            rows,
            np.concatenate([cuts.least, fixed]),
            np.concatenate([np.full(len(cuts), np.inf), fixed]),
        ),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    if found.status == _INFEASIBLE:
        return None
    optimal = found.status == 0
    known = found.fun if optimal else found.mip_dual_bound
    bound = float(known) if known is not None and np.isfinite(known) else 0.0
    extra = np.zeros(width) if found.x is None else found.x[:width]
    return _Solved(extra, bound, optimal)


def _wide(rows: sparse.csr_matrix, more: int) -> sparse.csr_matrix:
    """Rows over more columns, which are empty."""
    shape = (rows.shape[0], rows.shape[1] + more)
    return sparse.csr_matrix((rows.data, rows.indices, rows.indptr), shape=shape)


def _meeting(model: rural_model.Model) -> sparse.csr_matrix:
    """Edges that meet at each node, loops twice, shape (n, e)."""
    edges = np.arange(len(model.metres))
    ends = (np.concatenate([model.tail, model.head]), np.tile(edges, 2))
    shape = (model.n_nodes, len(edges))
    return sparse.csr_matrix((np.ones(2 * len(edges)), ends), shape=shape)


def _even(model: rural_model.Model, flows: int) -> sparse.csr_matrix:
    """Rows that make passes at each node twice a number, which is in one of the last n columns."""
    width, n = len(model.metres), model.n_nodes
    meeting = _meeting(model).tocoo()
    nodes = np.arange(n)
    row = np.concatenate([meeting.row, nodes])
    column = np.concatenate([meeting.col, width + flows + nodes])
    value = np.concatenate([meeting.data, np.full(n, -2.0)])
    return sparse.csr_matrix((value, (row, column)), shape=(n, width + flows + n))


def _balanced(model: rural_model.Model) -> sparse.csr_matrix:
    """Rows that tie passes to flows, if directions matter.

    The columns after the passes are the flow onward and the flow back along each edge. What flows
    into a node flows out of it; the two flows of an edge together are its passes.
    """
    width, n = len(model.metres), model.n_nodes
    if not model.directed:
        return sparse.csr_matrix((0, width + n))
    edges = np.arange(width)
    two_way = np.flatnonzero(~model.oneway)
    ones, more = np.ones(width), np.ones(len(two_way))
    cells = [
        (model.tail, width + edges, ones),
        (model.head, width + edges, -ones),
        (model.head[two_way], 2 * width + two_way, more),
        (model.tail[two_way], 2 * width + two_way, -more),
        (n + edges, edges, -ones),
        (n + edges, width + edges, ones),
        (n + two_way, 2 * width + two_way, more),
    ]
    row, column, value = (np.concatenate(parts) for parts in zip(*cells, strict=True))
    return sparse.csr_matrix((value, (row, column)), shape=(n + width, 3 * width + n))


def _flowing(model: rural_model.Model) -> arrays.Floats:
    """Right-hand sides of `_balanced`."""
    if not model.directed:
        return np.zeros(0)
    return np.concatenate([np.zeros(model.n_nodes), model.required.astype(np.float64)])
