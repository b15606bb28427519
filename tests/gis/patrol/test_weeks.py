"""A week's passes on its days."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.patrol import problem, weeks
from tests.gis.patrol import towns

_WEEKDAYS = st.lists(st.integers(0, 6), min_size=1, unique=True).map(sorted)


def town(passes: list[int], seed: int = 0) -> problem.Problem:
    parts = towns.grid(6, seed)
    drawn = np.random.default_rng(seed).choice(passes, len(parts)).astype(np.int32)
    return problem.Problem(dataclasses.replace(parts, passes=drawn), problem.Team(2, 14, 14))


@given(towns.problems(max_legs=9), _WEEKDAYS)
@settings(max_examples=80, deadline=None)
def test_nothing_is_lost_or_added(asked: problem.Problem, weekdays: list[int]) -> None:
    on = weeks.days(asked, weekdays)
    assert len(on) == len(weekdays)
    passes = np.array([day.sections.passes for day in on])
    assert (passes.sum(axis=0) == asked.sections.passes).all()
    assert (passes.max(axis=0) - passes.min(axis=0) <= 1).all()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("passes", [[1], [1, 2], [0, 1, 3, 7]])
def test_days_are_even(passes: list[int], seed: int) -> None:
    asked = town(passes, seed)
    metres = weeks.spread(asked, range(5)) @ asked.sections.length_m
    assert metres.max() <= 1.2 * metres.mean()


def test_twice_a_week_is_not_twice_in_a_row() -> None:
    on = weeks.spread(town([2]), range(7)).T.astype(bool)
    for row in on:
        first, second = np.flatnonzero(row)
        assert min(second - first, 7 - (second - first)) >= 2


def test_a_day_is_spent_in_one_quarter() -> None:
    """The crossings of a day's sections lie closer together than those of the whole town."""
    asked = town([1])
    at = np.stack([asked.sections.source % 6, asked.sections.source // 6], axis=1)
    whole = at.std(axis=0).sum()
    each = [at[row > 0].std(axis=0).sum() for row in weeks.spread(asked, range(5))]
    assert np.mean(each) < 0.75 * whole


def test_what_is_overdue_comes_early() -> None:
    asked = town([1])
    near = np.flatnonzero(asked.sections.source < 8)
    weight = np.ones(len(asked.sections))
    weight[near] = 5.0
    late = dataclasses.replace(asked, sections=dataclasses.replace(asked.sections, weight=weight))

    def mean_day(of: problem.Problem) -> float:
        return float(np.argmax(weeks.spread(of, range(5))[:, near], axis=0).mean())

    assert mean_day(late) < mean_day(asked)


@pytest.mark.parametrize("weekdays", [[], [1, 0], [1, 1], [-1], [7]])
def test_weekdays_that_cannot_be(weekdays: list[int]) -> None:
    with pytest.raises(ValueError, match="weekdays"):
        weeks.days(town([1]), weekdays)
