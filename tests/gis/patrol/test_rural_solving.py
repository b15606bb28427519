"""The integer programme, against trying every order and against all subsets."""

from __future__ import annotations

import dataclasses
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings

from gis.patrol import (
    legs as legging,
)
from gis.patrol import (
    postman,
    problem,
    reachability,
    roads,
    rural_model,
    rural_solving,
    rural_walk,
    subsets,
)
from tests.gis.patrol import towns, working


def solved(asked: problem.Problem) -> tuple[legging.Legs, rural_model.Model, rural_solving.Finding]:
    legs, _ = reachability.legs_within_reach(asked, roads.build(asked.sections))
    model = rural_model.build(asked, legs)
    last = rural_solving.Finding(0.0, None)
    for found in rural_solving.Programme(model).solve(time.monotonic() + 20.0):
        assert found.bound_m >= last.bound_m
        last = found
    return legs, model, last


@given(towns.problems(max_legs=5, max_patrols=1))
@settings(max_examples=100, deadline=None)
def test_one_walk_is_optimal(asked: problem.Problem) -> None:
    """Required or not, one-way or not, closed or from one place to another."""
    legs, model, found = solved(asked)
    if not len(legs):
        return
    least = towns.shortest_walk(asked, towns.distances(asked), tuple(legs.section.tolist()))
    if math.isinf(least):  # each can be done, but not one after the other
        assert found.passes is None
        return
    assert found.passes is not None
    assert found.bound_m == pytest.approx(least)
    route = rural_walk.route(model, legs, found.passes)
    assert sorted((route >> 1).tolist()) == list(range(len(legs)))
    assert legs.length(route) == pytest.approx(least)


@given(towns.problems(max_legs=4, max_patrols=3))
@settings(max_examples=60, deadline=None)
def test_many_walks_are_never_shorter_in_total(asked: problem.Problem) -> None:
    legs, _, found = solved(asked)
    if len(legs):
        longest = towns.least_longest(asked, legs.section.tolist())
        assert found.bound_m / asked.team.patrols <= longest + 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_a_quarter_of_a_town(seed: int) -> None:
    """Some sixteen of forty-odd sections required: the optimum is that of all subsets."""
    town = towns.grid(5, seed)
    rng = np.random.default_rng(seed)
    passes = (rng.random(len(town)) < 0.3).astype(np.int32)
    passes[np.flatnonzero(passes)[14:]] = 0
    some = dataclasses.replace(town, passes=passes)
    legs, _, found = solved(problem.Problem(some, problem.Team(1, 12, 12)))
    assert found.passes is not None
    assert found.bound_m == pytest.approx(working.result(subsets.shortest_walks(legs))[-1])


def test_a_whole_town() -> None:
    """Everything required: as long as the postman's walk, which is found by matching."""
    asked = problem.Problem(towns.grid(9), problem.Team(1, 40, 40))
    legs, _, found = solved(asked)
    assert found.passes is not None
    assert found.bound_m == pytest.approx(postman.tour(asked, legs).length_m)
