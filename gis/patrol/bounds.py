"""How short the longest walk can be at best: bounds that rise while they are worked on.

- A walk must go to each leg and come back.
- All walks together are at least as long as the shortest set of walks, so the longest is at least
  that divided by the number of patrols: `postman` bounds it at once, `rural_solving` exactly, and
  with `crossings` it tells that many walks have to go out.
- For few legs, `subsets` finds the optimum.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from gis.patrol import crossings, rural_model, rural_solving, rural_walk, subsets

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from gis import arrays
    from gis.patrol.legs import Legs
    from gis.patrol.postman import Tour
    from gis.patrol.problem import Problem, Sections
    from gis.patrol.roads import Roads


class Proof(NamedTuple):
    """A bound on the longest walk, and walks if better ones were found on the way."""

    bound_m: float
    routes: list[arrays.Int64s] | None = None


class Standing(Protocol):
    """What is known, whenever it is looked at."""

    @property
    def bound_m(self) -> float:
        """No longest walk is shorter."""

    @property
    def longest_m(self) -> float:
        """Longest walk of the best plan."""


@dataclass(frozen=True, eq=False)
class Case:
    """What is to be bounded.

    Attributes
    ----------
    problem, roads, legs, tour
        What is planned, what it is walked on, its legs and one walk over them.
    until
        Time (of `time.monotonic`) past which no step should last.
    """

    problem: Problem
    roads: Roads
    legs: Legs
    tour: Tour
    until: float


_SAME_M = 1e-6
_WORTH_ANOTHER = 0.998
"""A plan shorter than before by this share makes the bound worth another try."""

Found = TypeVar("Found")


def at_once(problem: Problem, legs: Legs, tour: Tour) -> float:
    """Metres that the longest walk has at least, known without search."""
    if not len(legs):
        return 0.0
    even = tour.bound_m / problem.team.patrols
    return whole(problem.sections, max(even, float(legs.alone().max())))


def proofs(case: Case, standing: Standing) -> Iterator[Proof | None]:
    """Work on bounds step by step until nothing more is known to do.

    Yields
    ------
    Proof | None
        After each step; nothing when there is nothing to do until a better plan is known.
    """
    legs, patrols = case.legs, case.problem.team.patrols
    if not len(legs):
        return
    if subsets.quick(legs):
        yield from _by_subsets(case, standing)
    elif patrols == 1:
        yield from _by_one_walk(case)
    else:
        yield from _by_crossings(case, standing)


def whole(sections: Sections, bound_m: float) -> float:
    """Round a bound up if all lengths are whole metres, for then every walk is."""
    return float(math.ceil(bound_m - _SAME_M)) if in_whole_metres(sections) else bound_m


def in_whole_metres(sections: Sections) -> bool:
    """Whether every length is a whole number of metres."""
    return bool((sections.length_m % 1.0 == 0.0).all())


def _by_subsets(case: Case, standing: Standing) -> Iterator[Proof]:
    length = yield from _patiently(subsets.shortest_walks(case.legs))
    patrols, bound, longest = case.problem.team.patrols, standing.bound_m, standing.longest_m
    found = yield from _patiently(subsets.share(case.legs, length, patrols, bound, longest))
    yield Proof(found.bound_m, found.routes)


def _patiently(work: Generator[None, None, Found]) -> Generator[Proof, None, Found]:
    """Let something work that has nothing to show before the end."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            found: Found = done.value
            return found
        yield Proof(0.0)


def _by_one_walk(case: Case) -> Iterator[Proof]:
    if case.tour.length_m <= case.tour.bound_m + _SAME_M:
        return
    model = rural_model.build(case.problem, case.legs)
    for found in rural_solving.Programme(model).solve(case.until):
        bound = whole(case.problem.sections, found.bound_m)
        if found.passes is None:
            yield Proof(bound)
        else:
            yield Proof(bound, [rural_walk.route(model, case.legs, found.passes)])


def _by_crossings(case: Case, standing: Standing) -> Iterator[Proof | None]:
    """Bound the total of all plans that are better than the one known, for each one known."""
    team, sections, known = case.problem.team, case.problem.sections, math.inf
    model = rural_model.build(case.problem, case.legs)
    programme, cuts = rural_solving.Programme(model), crossings.build(model, case.roads, team)
    few = subsets.feasible(case.legs)
    while True:
        if standing.longest_m < known * _WORTH_ANOTHER:
            known = standing.longest_m
            better = known - (1.0 if in_whole_metres(sections) else _SAME_M)
            for found in programme.solve(case.until, functools.partial(cuts.violated, better)):
                yield Proof(min(whole(sections, found.bound_m / team.patrols), known))
        elif few:
            few = False
            yield from _by_subsets(case, standing)
        else:
            yield None
