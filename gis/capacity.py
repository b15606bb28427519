"""Coverage when nobody is served by a full centre.

As many people as possible are served, and among all ways of doing so the one with the least
walking in total is taken: a transportation problem (Hitchcock 1941, Journal of Mathematics and
Physics 20:224-230). Its constraint matrix is totally unimodular, so a vertex of the linear
programme is a plan in whole people. "As many as possible" goes first because leaving one person
out costs more than any chain of exchanges among all supplies can save.

Most columns never matter. Prices of the supplies are learnt from a sample of the demand, the
programme is solved over the columns that are near the best at those prices, and columns that the
new prices make attractive are added until none is left (column generation; Dantzig & Wolfe 1960,
Operations Research 8:101-111). What remains between the plan and the bound that the prices prove
(weak duality) is reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import optimize, sparse

if TYPE_CHECKING:
    from gis import arrays, reach

_SAMPLE = 1500
"""Places of demand from which the first prices are learnt."""

_NEAR = 0.03
"""Columns this close to the best, as a share of the longest distance, start in the programme."""

_EXACT = 1e-9
"""Relative difference between plan and bound that double precision leaves."""


@dataclass(frozen=True, eq=False)
class CapacityAssignment:
    """Who is served where.

    Attributes
    ----------
    flow
        People of each pair's demand served by its supply, shape (p,).
    served
        People served of each place of demand, shape (n,).
    unserved
        People left out.
    total_walk_m
        Metres walked by all that are served.
    bound_m
        No plan that serves as many walks less than this.
    gap
        What the plan may walk too far, as a share of the total (of a metre, if the total is
        less): 0 is proven optimal, to double precision.
    """

    flow: arrays.Int64s
    served: arrays.Int64s
    unserved: int
    total_walk_m: float
    bound_m: float
    gap: float


@dataclass(frozen=True, eq=False)
class _Problem:
    """Pairs with any people and any room; cost is negative, the gain of serving one person."""

    demand: arrays.Int32s
    supply: arrays.Int32s
    cost: arrays.Floats
    people: arrays.Floats
    room: arrays.Floats

    def best(self, prices: arrays.Floats) -> tuple[arrays.Floats, arrays.Floats]:
        """Cost of each pair at these prices, and the least for each demand, 0 for none."""
        priced = self.cost + prices[self.supply]
        least = np.zeros(len(self.people))
        np.minimum.at(least, self.demand, priced)
        return priced, least

    def bound(self, prices: arrays.Floats, least: arrays.Floats) -> float:
        """Lower bound on the cost of any plan, whatever the prices (weak duality)."""
        return float(self.people @ least - self.room @ prices)


def assign_within_capacity(
    pairs: reach.Pairs, demand: arrays.AnyInts, capacity: arrays.AnyInts
) -> CapacityAssignment:
    """Serve as many people as places allow, with the least walking in total.

    Parameters
    ----------
    pairs
        Who may go where, and how far it is.
    demand
        People at each place of demand, shape (n,).
    capacity
        Places at each supply, shape (s,); what is not known is the caller's to decide.

    Raises
    ------
    ValueError
        When demand or capacity is negative or a pair names none of them.
    """
    _check(pairs, demand, capacity)
    usable = np.flatnonzero((demand[pairs.demand] > 0) & (capacity[pairs.supply] > 0))
    far = float(pairs.distance_m.max(initial=0.0))
    reward = (len(capacity) + 1) * far + 1.0  # dearer than any chain of exchanges
    problem = _Problem(
        pairs.demand[usable],
        pairs.supply[usable],
        pairs.distance_m[usable] - reward,
        demand.astype(np.float64),
        capacity.astype(np.float64),
    )
    used, bound = _optimum(problem, _NEAR * far)
    flow = np.zeros(len(pairs), dtype=np.int64)
    flow[usable] = used
    served = np.bincount(pairs.demand, flow, minlength=len(demand)).astype(np.int64)
    total = float(flow @ pairs.distance_m)
    least = min(total, max(0.0, bound + reward * float(served.sum())))
    return CapacityAssignment(
        flow=flow,
        served=served,
        unserved=int(demand.sum() - served.sum()),
        total_walk_m=total,
        bound_m=least,
        gap=(total - least) / max(total, 1.0),
    )


def _check(pairs: reach.Pairs, demand: arrays.AnyInts, capacity: arrays.AnyInts) -> None:
    if (demand < 0).any() or (capacity < 0).any():
        raise ValueError("demand and capacity must be zero or more")
    if len(pairs) and (pairs.demand.max() >= len(demand) or pairs.supply.max() >= len(capacity)):
        raise ValueError("a pair names a demand or supply that does not exist")


def _optimum(problem: _Problem, near: float) -> tuple[arrays.Int64s, float]:
    """Whole people on each pair, and the greatest lower bound proved on the way."""
    active = np.zeros(len(problem.cost), dtype=np.bool_)
    flow = np.zeros(len(problem.cost), dtype=np.int64)
    prices = _sampled_prices(problem)
    priced, least = problem.best(prices)
    bound, slack = problem.bound(prices, least), near
    while True:
        wanted = (priced <= least[problem.demand] + slack) & ~active
        if not wanted.any():
            return flow, bound
        active |= wanted
        columns = np.flatnonzero(active)
        amount, prices = _programme(problem, columns, problem.people)
        flow[columns] = np.rint(amount).astype(np.int64)
        priced, least = problem.best(prices)
        bound = max(bound, problem.bound(prices, least))
        cost = float(flow @ problem.cost)
        if cost - bound <= _EXACT * abs(cost):
            return flow, bound
        slack = 0.0


def _sampled_prices(problem: _Problem) -> arrays.Floats:
    """Prices of the supplies if every k-th place of demand stood for k of them."""
    step = max(1, len(problem.people) // _SAMPLE)
    people = np.zeros(len(problem.people))
    people[::step] = problem.people[::step] * step
    columns = np.flatnonzero(people[problem.demand] > 0)
    return _programme(problem, columns, people)[1]


def _programme(
    problem: _Problem, columns: arrays.AnyInts, people: arrays.Floats
) -> tuple[arrays.Floats, arrays.Floats]:
    """Solve over some of the columns: people on each of them, and the price of each supply."""
    if not len(columns):
        return np.zeros(0), np.zeros(len(problem.room))
    demand, supply = problem.demand[columns], problem.supply[columns]
    # a demand with one column needs no row of its own: the column's upper bound says it
    several = np.flatnonzero(np.bincount(demand, minlength=len(people)) > 1)
    row = np.full(len(people), -1)
    row[several] = np.arange(len(several))
    shared = np.flatnonzero(row[demand] >= 0)
    rows = np.concatenate([row[demand[shared]], len(several) + supply])
    cells = (rows, np.concatenate([shared, np.arange(len(columns))]))
    shape = (len(several) + len(problem.room), len(columns))
    # Any: the published types know neither sparse matrices nor arrays of bounds
    matrix: Any = sparse.csr_matrix((np.ones(len(rows)), cells), shape=shape)
    bounds: Any = np.column_stack([np.zeros(len(columns)), people[demand]])
    solved = optimize.linprog(
        problem.cost[columns],
        A_ub=matrix,
        b_ub=np.concatenate([people[several], problem.room]),
        bounds=bounds,
        method="highs-ds",  # a simplex method: it ends at a vertex, that is in whole people
    )
    if solved.x is None or solved.status != 0:
        raise RuntimeError(f"the linear programme was not solved: {solved.message}")
    return solved.x, np.maximum(0.0, -solved.ineqlin.marginals[len(several) :])
