"""Tours cut into walks."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.patrol import legs as legging
from gis.patrol import postman, problem, reachability, roads, tour_splitting
from tests.gis.patrol import towns

if TYPE_CHECKING:
    from gis import arrays


def toured(asked: problem.Problem) -> tuple[legging.Legs, arrays.Int64s]:
    legs, _ = reachability.legs_within_reach(asked, roads.build(asked.sections))
    return legs, postman.tour(asked, legs).route


def longest(legs: legging.Legs, walks: list[arrays.Int64s]) -> float:
    return max(legs.length(walk) for walk in walks)


@given(towns.connected_problems(), st.sampled_from(["classical", "fairest"]))
@settings(max_examples=100, deadline=None)
def test_the_tour_is_kept_and_shared_out(asked: problem.Problem, how: str) -> None:
    legs, tour = toured(asked)
    walks = getattr(tour_splitting, how)(legs, tour, asked.team.patrols)
    assert len(walks) == asked.team.patrols
    assert sorted(np.concatenate(walks).tolist()) == sorted(tour.tolist())


@given(towns.connected_problems())
@settings(max_examples=100, deadline=None)
def test_no_cut_of_this_tour_is_fairer(asked: problem.Problem) -> None:
    legs, tour = toured(asked)
    patrols = asked.team.patrols
    found = longest(legs, tour_splitting.fairest(legs, tour, patrols))
    for cuts in itertools.combinations_with_replacement(range(len(tour) + 1), patrols - 1):
        assert found <= longest(legs, np.split(tour, cuts)) + 1e-6
    assert found <= longest(legs, tour_splitting.classical(legs, tour, patrols)) + 1e-6


@given(towns.connected_problems(max_legs=6))
@settings(max_examples=60, deadline=None)
def test_the_classical_promise(asked: problem.Problem) -> None:
    """At most 2 - 1/k times the best, from an optimal tour of everything."""
    parts = asked.sections
    whole = problem.all_once(parts.n_nodes, parts.source[:6], parts.target[:6], parts.length_m[:6])
    everything = problem.Problem(whole, asked.team)
    legs, tour = toured(everything)
    if len(legs):
        patrols = asked.team.patrols
        best = towns.least_longest(everything, legs.section.tolist())
        classical = longest(legs, tour_splitting.classical(legs, tour, patrols))
        assert classical <= (2.0 - 1.0 / patrols) * best + 1e-6


def test_a_star_is_cut_in_half() -> None:
    """Four equal arms, two patrols: two arms each, there and back."""
    star = problem.all_once(5, np.zeros(4), np.arange(1, 5), np.full(4, 10.0))
    legs, tour = toured(problem.Problem(star, problem.Team(2, 0, 0)))
    walks = tour_splitting.fairest(legs, tour, 2)
    assert [len(walk) for walk in walks] == [2, 2]
    assert longest(legs, walks) == pytest.approx(40.0)
