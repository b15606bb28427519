"""What is done when not all can be."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.patrol import postman, problem, reachability, roads, selection, tour_splitting
from tests.gis.patrol import towns


def most_by_trying(asked: problem.Problem, worth: list[float], limit_m: float) -> float:
    """Greatest worth that walks within the limit can do."""
    sections = [k for k, passes in enumerate(asked.sections.passes) for _ in range(passes)]
    best = 0.0
    for size in range(len(sections) + 1):
        for legs in itertools.combinations(range(len(sections)), size):
            gain = sum(worth[leg] for leg in legs)
            if gain > best and (
                towns.least_longest(asked, [sections[leg] for leg in legs]) <= limit_m
            ):
                best = gain
    return best


@given(towns.connected_problems(max_legs=5), st.integers(4, 20), st.data())
@settings(max_examples=25, deadline=None)
def test_as_much_as_can_be(asked: problem.Problem, part: int, data: st.DataObject) -> None:
    asked = problem.Problem(asked.sections, problem.Team(min(asked.team.patrols, 2), 0, 0))
    legs, _ = reachability.legs_within_reach(asked, roads.build(asked.sections))
    worth = data.draw(st.lists(st.integers(0, 9), min_size=len(legs), max_size=len(legs)))
    tour = postman.tour(asked, legs)
    limit = (part / 20 + 1e-4) * tour.length_m  # never just as long as some walk
    routes = tour_splitting.fairest(legs, tour.route, asked.team.patrols)
    chosen = selection.Selection(legs, np.array(worth, np.float64), limit, routes, seed=1)
    for _ in itertools.islice(chosen.moves(), 25):
        assert max(legs.length(route) for route in chosen.best) <= limit + 1e-5
    done = np.concatenate(chosen.best) >> 1
    assert len(set(done.tolist())) == len(done)
    gain = sum(worth[leg] for leg in done.tolist())
    assert gain == most_by_trying(asked, [float(w) for w in worth], limit)


def test_trimming_drops_what_counts_least() -> None:
    """Two arms of a star, one patrol, time for one: the one that counts more stays."""
    star = problem.all_once(3, np.zeros(2), np.arange(1, 3), np.full(2, 10.0))
    legs, _ = reachability.legs_within_reach(
        problem.Problem(star, problem.Team(1, 0, 0)), roads.build(star)
    )
    for worth, kept in (([1.0, 2.0], 1), ([2.0, 1.0], 0), ([0.0, 0.5], 1)):
        route = selection.trimmed(legs, np.array(worth), 30.0, np.array([0, 2]))
        assert (route >> 1).tolist() == [kept]
    assert len(selection.trimmed(legs, np.ones(2), math.inf, np.array([0, 2]))) == 2


@pytest.mark.parametrize("limit_m", [0.5, 19.0])
def test_nothing_fits(limit_m: float) -> None:
    star = problem.all_once(3, np.zeros(2), np.arange(1, 3), np.full(2, 10.0))
    legs, _ = reachability.legs_within_reach(
        problem.Problem(star, problem.Team(2, 0, 0)), roads.build(star)
    )
    none = np.zeros(0, np.int64)
    chosen = selection.Selection(legs, np.ones(2), limit_m, [np.array([0, 2]), none], seed=0)
    for _ in itertools.islice(chosen.moves(), 3):
        assert not sum(len(route) for route in chosen.best)
