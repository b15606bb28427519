"""Optimal sharing of few legs, against trying everything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from gis.patrol import legs as legging
from gis.patrol import postman, problem, reachability, roads, subsets, tour_splitting
from tests.gis.patrol import towns, working


def legs_of(asked: problem.Problem) -> legging.Legs:
    return reachability.legs_within_reach(asked, roads.build(asked.sections))[0]


@given(towns.problems(max_legs=5))
@settings(max_examples=80, deadline=None)
def test_the_shortest_walk_through_every_subset(asked: problem.Problem) -> None:
    legs = legs_of(asked)
    length = working.result(subsets.shortest_walks(legs))
    table = towns.distances(asked)
    for subset, metres in enumerate(length.tolist()):
        chosen = tuple(int(legs.section[k]) for k in range(len(legs)) if subset >> k & 1)
        least = towns.shortest_walk(asked, table, chosen)
        assert metres == pytest.approx(least) if least < np.inf else metres >= legging.FORBIDDEN


@given(towns.problems(max_legs=5, directions=(0,)))
@settings(max_examples=60, deadline=None)
def test_the_best_of_all_plans(asked: problem.Problem) -> None:
    legs = legs_of(asked)
    if not len(legs):
        return
    best = towns.least_longest(asked, legs.section.tolist())
    length = working.result(subsets.shortest_walks(legs))
    found = working.result(subsets.share(legs, length, asked.team.patrols, 0.0, np.inf))
    assert found.bound_m == pytest.approx(best)
    assert found.routes is not None
    assert max(legs.length(route) for route in found.routes) == pytest.approx(best)
    assert sorted((np.concatenate(found.routes) >> 1).tolist()) == list(range(len(legs)))
    known = working.result(subsets.share(legs, length, asked.team.patrols, 0.0, best))
    assert known == (best, None)


def test_a_dozen_legs() -> None:
    """Beyond what can be tried: no shorter than the bound, no longer than a split tour."""
    asked = problem.Problem(towns.grid(3), problem.Team(3, 4, 4))
    legs = legs_of(asked)
    tour = postman.tour(asked, legs)
    split = max(legs.length(r) for r in tour_splitting.fairest(legs, tour.route, 3))
    length = working.result(subsets.shortest_walks(legs))
    assert length[-1] == pytest.approx(tour.length_m)
    found = working.result(subsets.share(legs, length, 3, tour.bound_m / 3, np.inf))
    assert found.routes is not None
    assert tour.bound_m / 3 <= found.bound_m <= split
    assert max(legs.length(r) for r in found.routes) == pytest.approx(found.bound_m)


def test_how_many_are_few() -> None:
    few = legs_of(problem.Problem(towns.grid(3), problem.Team(1, 0, 0)))
    many = legs_of(problem.Problem(towns.grid(6), problem.Team(1, 0, 0)))
    assert subsets.quick(few)
    assert subsets.feasible(few)
    assert not subsets.quick(many)
    assert not subsets.feasible(many)
