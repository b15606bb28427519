"""Scores of the enhanced two-step floating catchment area method."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import floating_catchment, reach


def pairs_of(rows: dict[tuple[int, int], float]) -> reach.Pairs:
    ordered = sorted(rows.items())
    return reach.Pairs(
        np.array([d for (d, _), _ in ordered], np.int32),
        np.array([s for (_, s), _ in ordered], np.int32),
        np.array([metres for _, metres in ordered], np.float64),
    )


def test_a_worked_example() -> None:
    """Two centres of 20 and 10 places, three places of demand.

    Centre 0: 100 people in zone 1, 50 in zone 2: 20 / (100 + 0.68 * 50) = 20 / 134.
    Centre 1: 50 people in zone 1, 40 in zone 3: 10 / (50 + 0.22 * 40) = 10 / 58.8.
    """
    pairs = pairs_of({(0, 0): 300.0, (1, 0): 300.1, (1, 1): 10.0, (2, 1): 1000.0, (2, 0): 1000.1})
    score = floating_catchment.e2sfca(pairs, np.array([100, 50, 40]), np.array([20, 10]))
    first, second = 20 / 134, 10 / 58.8
    assert score.tolist() == pytest.approx([first, 0.68 * first + second, 0.22 * second])


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 5), st.integers(0, 3)), st.floats(0, 1200), max_size=20
    ),
    st.lists(st.integers(0, 9), min_size=6, max_size=6),
    st.lists(st.integers(0, 50), min_size=4, max_size=4),
)
@settings(max_examples=100, deadline=None)
def test_scores_share_out_all_that_is_reached(
    rows: dict[tuple[int, int], float], people: list[int], places: list[int]
) -> None:
    score = floating_catchment.e2sfca(pairs_of(rows), np.array(people), np.array(places))
    reached = {s for (d, s), metres in rows.items() if metres <= 1000 and people[d] > 0}
    assert score @ np.array(people) == pytest.approx(sum(places[s] for s in reached))
    assert (score >= 0).all()


def test_nonsense_is_refused() -> None:
    nothing, one = pairs_of({}), np.array([1])
    with pytest.raises(ValueError, match="ascend"):
        floating_catchment.e2sfca(nothing, one, one, (500.0, 300.0), (1.0, 0.5))
    with pytest.raises(ValueError, match="needs a weight"):
        floating_catchment.e2sfca(nothing, one, one, (300.0,))
    with pytest.raises(ValueError, match="zero or more"):
        floating_catchment.e2sfca(nothing, -one, one)
