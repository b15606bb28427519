"""Weights of what is overdue."""

from __future__ import annotations

import numpy as np
import pytest

from gis.patrol import lateness


def test_weights_grow_with_the_days() -> None:
    base, passes = np.full(6, 10.0), np.array([1, 1, 1, 7, 7, 1])
    days = np.array([0.0, 7.0, 14.0, 1.0, 3.0, np.inf])
    assert lateness.weights(base, passes, days).tolist() == [10, 10, 20, 10, 30, 50]


@pytest.mark.parametrize("days", [-1.0, float("nan")])
def test_days_that_cannot_be(days: float) -> None:
    with pytest.raises(ValueError, match="days"):
        lateness.weights(np.ones(1), np.ones(1, np.int32), np.array([days]))
