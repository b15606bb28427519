"""Plans from beginning to end."""

from __future__ import annotations

import dataclasses
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings

from gis.patrol import planner, plans, problem
from tests.gis.patrol import towns


def last_of(asked: problem.Problem, seconds: float) -> plans.Plan:
    """Check every plan on the way; return the last."""
    found = None
    for plan in planner.plan(asked, seconds):
        if plan is not found:
            towns.check(asked, plan)
            if found is not None and len(found.left_out) == len(plan.left_out):
                assert plan.longest_m <= found.longest_m
                assert plan.bound_m >= found.bound_m - 1e-9
        found = plan
    assert found is not None
    return found


@given(towns.problems(max_legs=5, directions=(0,)))
@settings(max_examples=60, deadline=None)
def test_small_plans_are_proved_optimal(asked: problem.Problem) -> None:
    plan = last_of(asked, 20.0)
    legs = towns.reachable(asked)
    assert plan.longest_m == pytest.approx(towns.least_longest(asked, legs))
    assert plan.gap == pytest.approx(0.0, abs=1e-9)
    assert len(plan.left_out) == asked.sections.passes.sum() - len(legs)


@given(towns.problems(max_legs=4))
@settings(max_examples=60, deadline=None)
def test_one_way_sections(asked: problem.Problem) -> None:
    """As good as can be, or something is left out that cannot be done after the rest."""
    plan = last_of(asked, 0.3)
    best = towns.least_longest(asked, towns.reachable(asked))
    if math.isfinite(best):
        assert plan.longest_m == pytest.approx(best)
        assert plan.gap == pytest.approx(0.0, abs=1e-9)
    else:
        assert len(plan.left_out.because(plans.Reason.UNREACHABLE))


def test_a_town_of_sixty_sections() -> None:
    asked = problem.Problem(towns.grid(6), problem.Team(3, 14, 14))
    found = list(planner.plan(asked, 1.5))
    for plan in {id(plan): plan for plan in found}.values():
        towns.check(asked, plan)
    assert len(found) >= 4
    assert not len(found[-1].left_out)
    assert found[-1].longest_m < found[0].longest_m
    assert found[-1].gap < 0.15


def test_one_patrol_over_half_a_town() -> None:
    town = towns.grid(7, 3)
    passes = (np.random.default_rng(3).random(len(town)) < 0.5).astype(np.int32)
    half = dataclasses.replace(town, passes=passes)
    plan = last_of(problem.Problem(half, problem.Team(1, 24, 0)), 20.0)
    assert plan.gap == pytest.approx(0.0, abs=1e-9)


def test_nothing_to_do() -> None:
    for parts in (towns.sections(1, []), towns.sections(2, [(0, 1, 9.0, 0, 0)])):
        plan = last_of(problem.Problem(parts, problem.Team(2, 0, 0)), 1.0)
        assert (plan.longest_m, plan.bound_m, plan.gap, plan.idle) == (0.0, 0.0, 0.0, 2)


def test_more_patrols_than_sections() -> None:
    parts = towns.sections(3, [(0, 1, 10.0, 1, 0), (0, 2, 20.0, 1, 0)])
    plan = last_of(problem.Problem(parts, problem.Team(4, 0, 0)), 1.0)
    assert (plan.longest_m, plan.bound_m) == (40.0, 40.0)
    assert plan.idle >= 2


def test_what_cannot_be_reached_is_named_and_the_rest_planned() -> None:
    parts = towns.sections(5, [(0, 1, 10.0, 1, 0), (2, 3, 5.0, 1, 0), (4, 1, 5.0, 1, 1)])
    plan = last_of(problem.Problem(parts, problem.Team(1, 0, 0)), 1.0)
    assert plan.left_out.because(plans.Reason.UNREACHABLE).tolist() == [1, 2]
    assert (plan.longest_m, plan.bound_m) == (20.0, 20.0)


def test_a_limit_too_short_for_any_walk() -> None:
    parts = towns.sections(3, [(0, 1, 10.0, 1, 0), (1, 2, 10.0, 1, 0)])
    team = problem.Team(2, 0, 0, speed_m_s=1.0, limit_s=15.0)
    plan = last_of(problem.Problem(parts, team), 1.0)
    assert plan.left_out.because(plans.Reason.TOO_FAR).tolist() == [0, 1]
    assert plan.idle == 2


def test_a_limit_for_some_keeps_what_counts() -> None:
    rows = [(0, k, 10.0, 1, 0) for k in range(1, 7)]
    parts = towns.sections(7, rows, weight=[1.0, 9.0, 1.0, 9.0, 9.0, 1.0])
    team = problem.Team(1, 0, 0, speed_m_s=2.0, limit_s=30.0)
    plan = last_of(problem.Problem(parts, team), 0.5)
    assert plan.left_out.because(plans.Reason.NO_TIME).tolist() == [0, 2, 5]
    assert plan.longest_m == 60.0


def test_a_limit_that_all_fit_into_is_kept() -> None:
    asked = problem.Problem(towns.grid(5), problem.Team(3, 12, 12))
    best = last_of(asked, 1.0).longest_m
    team = dataclasses.replace(asked.team, limit_s=best * 1.05)
    plan = last_of(problem.Problem(asked.sections, team), 2.0)
    assert not len(plan.left_out)


def test_it_stops_when_told_to_and_in_time() -> None:
    asked = problem.Problem(towns.grid(12), problem.Team(4, 70, 70))
    plans_made = planner.plan(asked, 60.0)
    begun = time.monotonic()
    next(plans_made)
    plans_made.close()
    assert time.monotonic() - begun < 5.0
    begun = time.monotonic()
    last_of(asked, 1.0)
    assert time.monotonic() - begun < 6.0
