"""What is asked must hold together."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gis.patrol import problem
from tests.gis.patrol import towns


@pytest.mark.parametrize(
    "row",
    [
        (0, 2, 10.0, 1, 0),
        (-1, 1, 10.0, 1, 0),
        (0, 1, 0.0, 1, 0),
        (0, 1, math.nan, 1, 0),
        (0, 1, math.inf, 1, 0),
        (0, 1, 10.0, -1, 0),
        (0, 1, 10.0, 1, 2),
    ],
)
def test_sections_that_cannot_be(row: tuple[int, int, float, int, int]) -> None:
    with pytest.raises(ValueError, match=r"must|exist"):
        towns.sections(2, [row])


def test_weights_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="weights"):
        towns.sections(2, [(0, 1, 10.0, 1, 0)], weight=[-1.0])


def test_arrays_of_different_lengths() -> None:
    whole = towns.sections(2, [(0, 1, 10.0, 1, 0)])
    with pytest.raises(ValueError, match="differ in length"):
        problem.Sections(
            2,
            whole.source,
            whole.target,
            np.array([1.0, 2.0]),
            whole.passes,
            whole.oneway,
            whole.weight,
        )


@pytest.mark.parametrize(
    "values",
    [(0, 0, 0, 1.0, 1.0), (1, 0, 0, 0.0, 1.0), (1, 0, 0, math.inf, 1.0), (1, 0, 0, 1.0, 0.0)],
)
def test_teams_that_cannot_be(values: tuple[int, int, int, float, float]) -> None:
    with pytest.raises(ValueError, match=r"needed|above zero"):
        problem.Team(*values)


@pytest.mark.parametrize(("start", "end"), [(2, 0), (0, 2), (-1, 0)])
def test_a_team_must_start_and_end_somewhere(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        problem.Problem(towns.sections(2, [(0, 1, 1.0, 1, 0)]), problem.Team(1, start, end))


def test_the_limit_in_metres() -> None:
    assert problem.Team(1, 0, 0, speed_m_s=1.5, limit_s=3600.0).limit_m == 5400.0
    assert problem.Team(1, 0, 0).limit_m == math.inf
