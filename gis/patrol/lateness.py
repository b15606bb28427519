"""What is overdue counts more in the next plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gis import arrays

_WEEK = 7.0
_MOST = 5.0
"""However late, a section counts at most so many times as much as one on time."""


def weights(
    base: arrays.Floats, passes: arrays.AnyInts, days_since: arrays.Floats
) -> arrays.Floats:
    """Weights of sections by how long they have not been walked.

    A section due every n days counts once as much as usual while no more than n days have passed,
    twice after 2 n days, and so on, up to five times.

    Parameters
    ----------
    base
        What each counts when on time, for example households along it, shape (e,).
    passes
        Passes a week, shape (e,).
    days_since
        Days since the last pass, infinite for one never walked, shape (e,).

    Raises
    ------
    ValueError
        When days are negative or no number.
    """
    if not (days_since >= 0).all():
        raise ValueError("days since the last pass must be zero or more")
    due = np.maximum(days_since * passes / _WEEK, 1.0)
    weighted: arrays.Floats = base * np.minimum(due, _MOST)
    return weighted
