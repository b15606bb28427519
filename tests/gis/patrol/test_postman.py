"""One walk over everything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from gis.patrol import legs as legging
from gis.patrol import postman, problem, reachability, roads
from tests.gis.patrol import towns


def toured(asked: problem.Problem) -> tuple[legging.Legs, postman.Tour]:
    legs, _ = reachability.legs_within_reach(asked, roads.build(asked.sections))
    return legs, postman.tour(asked, legs)


@given(towns.problems(max_legs=5))
@settings(max_examples=150, deadline=None)
def test_every_leg_once_and_never_below_the_bound(asked: problem.Problem) -> None:
    legs, tour = toured(asked)
    assert sorted((tour.route >> 1).tolist()) == list(range(len(legs)))
    assert tour.length_m == pytest.approx(legs.length(tour.route))
    assert tour.bound_m <= tour.length_m + 1e-6
    if len(legs):
        least = towns.shortest_walk(asked, towns.distances(asked), tuple(legs.section.tolist()))
        assert tour.bound_m <= least + 1e-6
        assert tour.length_m >= min(least, legging.FORBIDDEN) - 1e-6


@given(towns.connected_problems(max_legs=8))
@settings(max_examples=60, deadline=None)
def test_all_required_is_optimal(asked: problem.Problem) -> None:
    parts = asked.sections
    whole = problem.all_once(parts.n_nodes, parts.source[:6], parts.target[:6], parts.length_m[:6])
    everything = problem.Problem(whole, asked.team)
    legs, tour = toured(everything)
    table = towns.distances(everything)
    if len(legs) == len(whole) and (roads.build(whole).distances(np.array([0])) < np.inf).all():
        least = towns.shortest_walk(everything, table, tuple(range(len(whole))))
        assert tour.length_m == pytest.approx(least)
        assert tour.bound_m == pytest.approx(least)


def test_the_bridges_of_koenigsberg() -> None:
    """Seven bridges of one length, four odd banks: two must be crossed again (Euler 1736)."""
    ends = [(0, 1), (0, 1), (0, 2), (0, 2), (0, 3), (1, 3), (2, 3)]
    source, target = np.array(ends).T
    asked = problem.Problem(problem.all_once(4, source, target, np.ones(7)), problem.Team(1, 0, 0))
    _, tour = toured(asked)
    assert tour.length_m == tour.bound_m == 9.0
