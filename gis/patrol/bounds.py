"""How short the longest walk can be at best: bounds that rise while they are worked on.

- A walk must go to each leg and come back.
- All walks together are at least as long as the shortest set of walks, so the longest is at least
  that divided by the number of patrols: `postman` bounds it at once, `rural_solving` exactly.
- For few legs, `subsets` finds the optimum.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gis.patrol import rural_model, rural_solving, rural_walk, subsets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gis import arrays
    from gis.patrol.legs import Legs
    from gis.patrol.postman import Tour
    from gis.patrol.problem import Problem, Sections


class Proof(NamedTuple):
    """A bound on the longest walk, and walks if better ones were found on the way."""

    bound_m: float
    routes: list[arrays.Int64s] | None


class Standing(Protocol):
    """What is known when a proof sets out."""

    @property
    def bound_m(self) -> float:
        """No longest walk is shorter."""

    @property
    def longest_m(self) -> float:
        """Longest walk of the best plan."""


def at_once(problem: Problem, legs: Legs, tour: Tour) -> float:
    """Metres that the longest walk has at least, known without search."""
    if not len(legs):
        return 0.0
    even = tour.bound_m / problem.team.patrols
    return whole(problem.sections, max(even, float(legs.alone().max())))


def proofs(
    problem: Problem, legs: Legs, tour: Tour, standing: Standing, until: float
) -> Iterator[Proof]:
    """Work on bounds step by step until nothing more is known to do.

    Parameters
    ----------
    problem, legs, tour
        What is planned.
    standing
        What is known, whenever it is looked at.
    until
        Time (of `time.monotonic`) past which no step should last.
    """
    if not len(legs):
        return
    if subsets.quick(legs):
        yield from _by_subsets(problem, legs, standing)
        return
    if tour.length_m > tour.bound_m + 1e-6:
        yield from _by_total(problem, legs, until)
    if problem.team.patrols > 1 and subsets.feasible(legs):
        yield from _by_subsets(problem, legs, standing)


def whole(sections: Sections, bound_m: float) -> float:
    """Round a bound up if all lengths are whole metres, for then every walk is."""
    if (sections.length_m % 1.0 == 0.0).all():
        return float(math.ceil(bound_m - 1e-6))
    return bound_m


def _by_subsets(problem: Problem, legs: Legs, standing: Standing) -> Iterator[Proof]:
    walks = subsets.shortest_walks(legs)
    while True:
        try:
            next(walks)
        except StopIteration as done:
            length: arrays.Floats = done.value
            break
        yield Proof(0.0, None)
    sharing = subsets.share(
        legs, length, problem.team.patrols, standing.bound_m, standing.longest_m
    )
    while True:
        try:
            next(sharing)
        except StopIteration as done:
            found: subsets.Finding = done.value
            yield Proof(found.bound_m, found.routes)
            return
        yield Proof(0.0, None)


def _by_total(problem: Problem, legs: Legs, until: float) -> Iterator[Proof]:
    patrols = problem.team.patrols
    model = rural_model.build(problem, legs)
    for found in rural_solving.solve(model, until):
        bound = whole(problem.sections, found.bound_m / patrols)
        if found.passes is not None and patrols == 1:
            yield Proof(bound, [rural_walk.route(model, legs, found.passes)])
        else:
            yield Proof(bound, None)
