"""Planning patrols: a good plan at once, better ones while there is time, each with its bound."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

import numpy as np

from gis.patrol import (
    annealing,
    bounds,
    expansion,
    plans,
    postman,
    reachability,
    selection,
    tour_splitting,
)
from gis.patrol import legs as legging
from gis.patrol import roads as road_graph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gis import arrays
    from gis.patrol.legs import Legs
    from gis.patrol.problem import Problem
    from gis.patrol.roads import Roads

_BEAT_S = 0.2
"""The caller has its turn about this often."""

_PROOF_SHARE = 0.3
"""Share of the time for bounds; of one patrol's plan they are what matters."""

_PROOF_SHARE_ALONE = 0.7
_OPTIMAL_M = 1e-6


def plan(problem: Problem, seconds: float, seed: int = 0) -> Iterator[plans.Plan]:
    """Plan walks of which the longest is as short as possible.

    Parameters
    ----------
    problem
        Sections and the team that walks them. What cannot be reached is left out of the plan and
        named in it; so is, by weight, what does not fit into the time limit.
    seconds
        When to stop. A plan proved optimal ends it sooner.
    seed
        Of the random numbers.

    Yields
    ------
    Plan
        The best so far, again and again, about five times a second, so that the caller may show
        it or stop. The last is the result.
    """
    until = time.monotonic() + seconds
    roads = road_graph.build(problem.sections)
    legs, out = reachability.legs_within_reach(problem, roads)
    desk = _Desk(problem, roads, legs, out)
    tour = postman.tour(problem, legs)
    work = _Work(bounds.Case(problem, roads, legs, tour, until), seed)
    limit = min(problem.team.limit_m, legging.FORBIDDEN / 2)
    yield desk.plan(work.routes, work.bound_m)
    half = until - seconds / 2
    while not work.finished and time.monotonic() < until:
        if work.longest_m > limit and (work.bound_m > limit or time.monotonic() > half):
            break
        work.go_on(min(until, time.monotonic() + _BEAT_S))
        yield desk.plan(work.routes, work.bound_m)
    if work.longest_m > limit:
        yield from _select(desk, work.routes, until, seed)


def _select(
    desk: _Desk, routes: list[arrays.Int64s], until: float, seed: int
) -> Iterator[plans.Plan]:
    """Do what counts most within the limit."""
    chosen = desk.selection(routes, seed)
    moves = chosen.moves()
    while time.monotonic() < until:
        beat = min(until, time.monotonic() + _BEAT_S)
        while time.monotonic() < beat:
            next(moves)
        yield desk.plan(chosen.best, 0.0)


class _Work:
    """Search and proofs, which take turns."""

    def __init__(self, case: bounds.Case, seed: int) -> None:
        legs, patrols = case.legs, case.problem.team.patrols
        splits = [
            split(legs, case.tour.route, patrols)
            for split in (tour_splitting.fairest, tour_splitting.classical)
        ]
        best = min(splits, key=lambda routes: max(legs.length(route) for route in routes))
        self._search = annealing.Search(legs, best, seed)
        self._moves = self._search.moves()
        self.bound_m = bounds.at_once(case.problem, legs, case.tour)
        self._proofs = bounds.proofs(case, self)
        self._share = _PROOF_SHARE if patrols > 1 else _PROOF_SHARE_ALONE
        self._spent = {self._prove: 0.0, self._move: 0.0}

    @property
    def routes(self) -> list[arrays.Int64s]:
        """The best so far."""
        return self._search.best

    @property
    def longest_m(self) -> float:
        """Longest walk of the best so far."""
        return float(self._search.longest_m)

    @property
    def finished(self) -> bool:
        """Whether the best is proved to be optimal."""
        return self.longest_m <= self.bound_m + _OPTIMAL_M

    def go_on(self, until: float) -> None:
        """Work until a time, or until finished."""
        now = time.monotonic()
        while now < until and not self.finished:
            proving = self._spent[self._prove] <= self._share * sum(self._spent.values())
            step = self._prove if proving else self._move
            step()
            begun, now = now, time.monotonic()
            self._spent[step] += now - begun

    def _move(self) -> None:
        next(self._moves)

    def _prove(self) -> None:
        proof = next(self._proofs, None)
        if proof is None:  # nothing to do, or nothing to do yet
            self._move()
            return
        self.bound_m = max(self.bound_m, proof.bound_m)
        if proof.routes is not None:
            self._search.adopt(proof.routes)


class _Desk:
    """Writes plans out; one that is as it was is not written anew."""

    def __init__(self, problem: Problem, roads: Roads, legs: Legs, out: plans.LeftOut) -> None:
        self._problem = problem
        self._roads = roads
        self._legs = legs
        self._out = out
        self._limit = min(problem.team.limit_m, legging.FORBIDDEN / 2)
        self._worth = problem.sections.weight[legs.section]
        self._routes: list[arrays.Int64s] | None = None
        self._plan = plans.Plan((), 0.0, 0.0, out)

    def selection(self, routes: list[arrays.Int64s], seed: int) -> selection.Selection:
        """Do what counts most within the limit, starting from routes that are too long."""
        return selection.Selection(self._legs, self._worth, self._limit, routes, seed)

    def plan(self, routes: list[arrays.Int64s], bound_m: float) -> plans.Plan:
        """Write a plan; walks over the limit are cut short first."""
        if self._routes is not routes:
            self._routes, self._plan = routes, self._written(routes)
        if len(self._plan.left_out) == len(self._out):
            self._plan = dataclasses.replace(self._plan, bound_m=bound_m)
        return self._plan

    def _written(self, routes: list[arrays.Int64s]) -> plans.Plan:
        legs = self._legs
        short = [selection.trimmed(legs, self._worth, self._limit, route) for route in routes]
        done = np.concatenate(short) >> 1
        missing = np.delete(np.arange(len(legs)), done)
        limited = self._problem.team.limit_m < np.inf
        reason = plans.Reason.NO_TIME if limited else plans.Reason.UNREACHABLE
        late = plans.LeftOut(legs.section[missing], np.full(len(missing), reason, np.int8))
        walks = tuple(
            expansion.walk(self._problem.sections, self._roads, legs, route) for route in short
        )
        longest = max(walk.length_m for walk in walks)
        bound = self._bound(legs.some(np.sort(done))) if len(missing) else 0.0
        return plans.Plan(walks, longest, bound, plans.merged([self._out, late]))

    def _bound(self, kept: Legs) -> float:
        """Bound of the longest walk over what is kept only."""
        return bounds.at_once(self._problem, kept, postman.tour(self._problem, kept))
