"""Several passes a week, spread over its days: evenly in time, evenly in work, near together.

What lies along one walk over everything is cut into stretches, and each stretch gets the days
that leave the week most even; of days that do so equally well, those on which one is near anyway
and, for what is overdue, the early ones.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import numpy as np

from gis.patrol import postman, reachability, roads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gis import arrays
    from gis.patrol.problem import Problem

_WEEK = 7
_UNEVEN = 1.25
"""Days are even enough if the squares of the gaps add up to so many times the least."""

_EVEN = 0.25
"""Days with so little more to do, in shares of a stretch, count as having as little."""


def days(problem: Problem, weekdays: Sequence[int]) -> tuple[Problem, ...]:
    """Split a week's problem into one for each day.

    Parameters
    ----------
    problem
        With the passes that each section needs in a week. What weighs more than the mean is
        overdue, and comes earlier in the week if that costs little.
    weekdays
        Days of the week on which patrols walk, 0 to 6, ascending.

    Returns
    -------
    tuple[Problem, ...]
        The same sections and team for each day, with the passes of that day.

    Raises
    ------
    ValueError
        When the weekdays are none, or not ascending from 0 to 6.
    """
    known = list(weekdays)
    if not known or known != sorted(set(known)) or known[0] < 0 or known[-1] >= _WEEK:
        raise ValueError("weekdays must be ascending numbers from 0 to 6, at least one")
    passes = spread(problem, known)
    return tuple(
        dataclasses.replace(problem, sections=dataclasses.replace(problem.sections, passes=row))
        for row in passes
    )


def spread(problem: Problem, weekdays: Sequence[int]) -> arrays.Int32s:
    """Count the passes of each section on each of the days, shape (d, e); see `days`."""
    sections, count = problem.sections, len(weekdays)
    passes = np.tile(sections.passes // count, (count, 1)).astype(np.int32)
    rest = sections.passes % count
    along = _along(problem)
    place = np.empty(len(sections))
    place[along] = np.linspace(0.0, 1.0, len(sections), endpoint=False)
    week = _Week(count)
    for more in range(count - 1, 0, -1):
        group = along[rest[along] == more]
        if not len(group):
            continue
        patterns = _patterns(weekdays, more)
        stretches = _stretches(group, sections.length_m, max(len(patterns), count))
        for stretch in sorted(stretches, key=lambda part: -sections.weight[part].mean()):
            metres = float(sections.length_m[stretch].sum())
            heavy = float(sections.weight[stretch].mean() / max(sections.weight.mean(), 1e-9))
            chosen = week.take(patterns, metres, float(place[stretch].mean()), heavy)
            for day in chosen:
                passes[day, stretch] += 1
    return passes


def _along(problem: Problem) -> arrays.Int64s:
    """Sections in the order of one walk over all that can be reached, the others last."""
    legs, _ = reachability.legs_within_reach(problem, roads.build(problem.sections))
    walked = legs.section[postman.tour(problem, legs).route >> 1]
    order = np.concatenate([walked, np.arange(len(problem.sections))])
    first = np.sort(np.unique(order, return_index=True)[1])
    along: arrays.Int64s = order[first].astype(np.int64)
    return along


def _patterns(weekdays: Sequence[int], count: int) -> list[tuple[int, ...]]:
    """Choices of so many of the days, by their places, that are spread evenly over the week."""
    rated = []
    for chosen in itertools.combinations(range(len(weekdays)), count):
        names = [weekdays[k] for k in chosen]
        gaps = np.diff([*names, names[0] + _WEEK])
        rated.append((int((gaps**2).sum()), chosen))
    least = min(rated)[0]
    return [chosen for uneven, chosen in rated if uneven <= _UNEVEN * least]


def _stretches(group: arrays.Int64s, length_m: arrays.Floats, count: int) -> list[arrays.Int64s]:
    """Cut an order of sections into stretches of about equal metres."""
    metres = length_m[group].cumsum()
    middle = metres - length_m[group] / 2.0
    number = np.minimum((middle / metres[-1] * count).astype(np.int64), count - 1)
    return [stretch for k in range(count) if len(stretch := group[number == k])]


class _Week:
    """How much there is to do on each day, and where."""

    def __init__(self, count: int) -> None:
        self._load = np.zeros(count)
        self._moment = np.zeros(count, dtype=np.complex128)

    def take(
        self, patterns: list[tuple[int, ...]], metres: float, place: float, heavy: float
    ) -> list[int]:
        """Give a stretch its days: of those with least to do, near ones and early ones."""
        turn = np.exp(2j * np.pi * place)
        loads = [float(self._load[list(chosen)].mean()) for chosen in patterns]
        least = min(loads) + _EVEN * metres
        rated = [
            (self._away(list(chosen), turn) + self._late(chosen[0], heavy), chosen)
            for chosen, load in zip(patterns, loads, strict=True)
            if load <= least
        ]
        best = list(min(rated)[1])
        self._load[best] += metres
        self._moment[best] += metres * turn
        return best

    def _away(self, chosen: list[int], turn: complex) -> float:
        """How far off the work of these days is, from 0 to 1."""
        busy = [day for day in chosen if self._load[day] > 0]
        near = [(self._moment[day] / self._load[day] * np.conj(turn)).real for day in busy]
        return (1.0 - float(np.mean(near))) / 2.0 if near else 0.0

    def _late(self, day: int, heavy: float) -> float:
        """How much it matters that what is overdue would wait."""
        return min(max(heavy - 1.0, 0.0), 1.0) * day / len(self._load)
