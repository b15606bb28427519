"""Ramps against the figures of two kinds of standard."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.stepfree import compliance
from gis.stepfree.compliance import Measures, Standard
from gis.stepfree.traits import State

GB50763 = Standard(((20, 1.2), (16, 0.9), (12, 0.75), (10, 0.6), (8, 0.3)), True, 1.2, 0.3, 20, 0)
GB55019 = Standard(((12, 0.75), (10, 0.15)), False, 1.2, 0.3, 20, 0)


def ramps(*rows: tuple[float, float, float, int, int]) -> Measures:
    rise, run, width, handrail, landing = (np.array(column) for column in zip(*rows, strict=True))
    return Measures(
        rise.astype(float),
        run.astype(float),
        width.astype(float),
        handrail.astype(np.int8),
        landing.astype(np.int8),
    )


def test_the_rows_of_the_table_pass_and_a_little_steeper_fails() -> None:
    for run, rise in GB50763.slopes:
        exact, steeper = (rise, rise * run, 1.2, 1, 1), (rise, rise * run - 0.05, 1.2, 1, 1)
        found = compliance.check(ramps(exact, steeper), GB50763)
        assert found.overall.tolist() == [State.SURE, State.BLOCKED]
        assert found.short_m[1].tolist() == pytest.approx([0.05, 0, 0, 0])


def test_between_two_slopes_the_edition_decides() -> None:
    # 0.45 m lies half way between 1:8 and 1:10 by slope: 1 in 8.89.
    assert GB50763.run_needed(np.array([0.45]))[0] == pytest.approx(0.45 / ((1 / 8 + 1 / 10) / 2))
    assert GB55019.run_needed(np.array([0.15, 0.16, 2.0])).tolist() == pytest.approx(
        [1.5, 1.92, 24]
    )


def test_each_rule_is_told_apart() -> None:
    found = compliance.check(
        ramps(
            (0.6, 7.2, 1.0, 1, 1),
            (0.6, 7.2, 1.2, 0, 1),
            (0.6, 13, 1.2, 0, 1),
            (0.6, 7.2, 1.2, 1, 0),
            (np.nan, 7.2, 1.2, -1, 1),
            (0, 1, 1.2, 0, 0),
        ),
        GB55019,
    )
    assert found.states.tolist() == [
        [1, -1, 1, 1],
        [1, 1, -1, 1],
        [1, 1, 1, 1],
        [1, 1, 1, -1],
        [0, 1, 0, 1],
        [1, 1, 1, 1],
    ]
    assert found.short_m[0, 1] == pytest.approx(0.2)


@given(st.floats(0.01, 2), st.floats(0.01, 2))
def test_more_rise_never_needs_less_run(a: float, b: float) -> None:
    low, high = sorted((a, b))
    for standard in (GB50763, GB55019):
        first, second = standard.run_needed(np.array([low, high]))
        assert first <= second + 1e-9


def test_a_table_that_allows_more_where_it_is_steeper_is_refused() -> None:
    with pytest.raises(ValueError, match="steeper"):
        Standard(((8, 0.3), (12, 0.75)), True, 1.2, 0.3, 20, 0)
