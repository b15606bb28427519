"""Bounds by how many walks must go out to a quarter."""

from __future__ import annotations

import functools
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.patrol import bounds, crossings, problem, reachability, roads, rural_model, rural_solving
from tests.gis.patrol import towns


def bound(asked: problem.Problem, limit_m: float) -> float:
    """Metres that the longest of walks within a limit has at least."""
    net = roads.build(asked.sections)
    legs, _ = reachability.legs_within_reach(asked, net)
    model = rural_model.build(asked, legs)
    cuts = crossings.build(model, net, asked.team)
    programme = rural_solving.Programme(model)
    until = time.monotonic() + 20.0
    found = [
        found.bound_m for found in programme.solve(until, functools.partial(cuts.violated, limit_m))
    ]
    return max(found, default=0.0) / asked.team.patrols


@given(towns.problems(max_legs=5), st.sampled_from([1.0, 1.1, 1.5]))
@settings(max_examples=120, deadline=None)
def test_never_above_the_best(asked: problem.Problem, slack: float) -> None:
    legs = towns.reachable(asked)
    best = towns.least_longest(asked, legs) if legs else 0.0
    if legs and math.isfinite(best):
        assert bound(asked, best * slack) <= best + 1e-6


def test_all_must_leave_by_one_lane() -> None:
    """A lane of 10 m to a ring of 60 m: one walk of 80 m, or two that go out to the far end."""
    rows = [(0, 1, 10.0, 1, 0), (1, 2, 20.0, 1, 0), (2, 3, 20.0, 1, 0), (3, 1, 20.0, 1, 0)]
    asked = problem.Problem(towns.sections(4, rows), problem.Team(2, 0, 0))
    assert bound(asked, 1e9) == pytest.approx(40.0)
    assert bound(asked, 80.0) == pytest.approx(40.0)
    assert bound(asked, 79.0) == pytest.approx(60.0)


def test_a_town_is_bounded_better() -> None:
    asked = problem.Problem(towns.grid(6), problem.Team(4, 0, 0))
    net = roads.build(asked.sections)
    legs, _ = reachability.legs_within_reach(asked, net)
    total = float(legs.cost[::2].sum())
    assert bound(asked, 1e9) >= total / 4
    assert bound(asked, 0.4 * total) > bound(asked, 1e9) + 1.0


def test_whole_metres_are_rounded_up() -> None:
    whole = towns.grid(3)
    assert bounds.whole(whole, 10.2) == 11.0
    assert bounds.whole(whole, 11.0 + 1e-9) == 11.0
    odd = towns.sections(2, [(0, 1, 0.5, 1, 0)])
    assert bounds.whole(odd, 10.2) == 10.2
    assert np.isclose(bounds.whole(odd, 0.0), 0.0)
