"""Legs, and the distances between them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.patrol import distances, expansion, plans, problem, reachability, roads
from gis.patrol import legs as legging
from tests.gis.patrol import towns


@given(towns.problems())
@settings(max_examples=100, deadline=None)
def test_what_can_be_reached(asked: problem.Problem) -> None:
    legs, out = reachability.legs_within_reach(asked, roads.build(asked.sections))
    assert legs.section.tolist() == towns.reachable(asked)
    assert len(legs) + len(out) == asked.sections.passes.sum()
    assert (out.reason == plans.Reason.UNREACHABLE).all()
    table = towns.distances(asked)
    alone = [towns.shortest_walk(asked, table, (section,)) for section in legs.section.tolist()]
    assert legs.alone().tolist() == pytest.approx(alone)


def test_too_far_for_the_limit() -> None:
    parts = towns.sections(3, [(0, 1, 10.0, 1, 0), (1, 2, 10.0, 2, 0)])
    asked = problem.Problem(parts, problem.Team(1, 0, 0, speed_m_s=1.0, limit_s=39.0))
    legs, out = reachability.legs_within_reach(asked, roads.build(parts))
    assert legs.section.tolist() == [0]
    assert out.section.tolist() == [1, 1]
    assert out.because(plans.Reason.TOO_FAR).tolist() == [1]
    assert not len(out.because(plans.Reason.UNREACHABLE))


@given(towns.problems(max_legs=4), st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_directions_are_chosen_best(asked: problem.Problem, seed: int) -> None:
    legs, _ = reachability.legs_within_reach(asked, roads.build(asked.sections))
    order = np.random.default_rng(seed).permutation(len(legs))
    found = legging.oriented(legs, 2 * order)
    assert (found >> 1).tolist() == order.tolist()
    least = min(
        legs.length(2 * order + np.array(turns, np.int64))
        for turns in itertools.product((0, 1), repeat=len(order))
    )
    assert legs.length(found) == pytest.approx(least)


@given(towns.problems())
@settings(max_examples=100, deadline=None)
def test_a_walk_written_out(asked: problem.Problem) -> None:
    net = roads.build(asked.sections)
    legs, out = reachability.legs_within_reach(asked, net)
    route = legging.oriented(legs, 2 * np.arange(len(legs)))
    metres = legs.length(route)
    if metres < legging.FORBIDDEN:
        walk = expansion.walk(asked.sections, net, legs, route)
        assert walk.length_m == pytest.approx(metres)
        rest = [plans.Walk(np.zeros(0, np.int32), np.zeros(0, np.bool_), 0.0)]
        walks = (walk, *(rest * (asked.team.patrols - 1)))
        towns.check(asked, plans.Plan(walks, walk.length_m, 0.0, out))


def test_rows_are_searched_again_when_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for few rows, the distances are the same, many rows at once or one by one."""
    parts = towns.grid(6)
    net = roads.build(parts)
    stops = np.arange(36)
    whole = net.distances(stops)
    monkeypatch.setattr(distances, "_ROOM_BYTES", 8 * 36 * 3)
    monkeypatch.setattr(distances, "_FEW", 0)
    small = distances.Distances(net, stops, math.inf)
    rng = np.random.default_rng(1)
    for size in (1, 2, 3, 4, 30):
        tails, heads = rng.integers(0, 36, (2, size))
        assert (small.pairs(tails, heads) == whole[tails, heads]).all()
        assert (small.between(tails, heads) == whole[tails][:, heads]).all()


def test_no_way_is_far() -> None:
    parts = towns.sections(3, [(0, 1, 1.0, 1, 1)])
    table = distances.Distances(roads.build(parts), np.arange(3), 77.0)
    far = table.between(np.arange(3), np.arange(3))
    assert far.tolist() == [[0.0, 1.0, 77.0], [77.0, 0.0, 77.0], [77.0, 77.0, 0.0]]
