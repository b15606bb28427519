"""Improving walks: two at a time are cut into chains, and these shared out anew in the best way.

A large-neighbourhood search. Each move cuts two walks into some ten chains, finds the shortest
walk through every subset of them, and shares them out so that the longer walk, nearly, is as
short as can be. Simulated annealing (Kirkpatrick, Gelatt & Vecchi 1983, Science 220:671-680)
keeps it from settling early: a random amount, smaller from move to move, is added to each way of
sharing (Gumbel's distribution, which makes the choice a heat bath), and heat is applied anew in
cycles that get longer and longer, so that no time limit need be known.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from gis.patrol import chains, orders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gis import arrays
    from gis.patrol.legs import Legs

_CHAINS = 10
_HOT, _COLD = 0.25, 0.01
"""Heat at the beginning and end of a cycle, in mean legs' shares of a walk."""

_POWER, _POWER_LEG = 8.0, 0.25
"""Walks a and b count as (a^p + b^p)^(1/p): nearly the longer one, but the other too.

The more legs a walk has, the less one leg's difference counts, so p grows with them: at one p for
all, long walks would get shorter together and never even.
"""

_FIRST_CYCLE = 100
"""Moves of the first cycle for each patrol."""

_LONGER = 1.5
"""Each cycle is so many times as long as the one before."""

_NEAR = 12
"""Of so many legs near to one, the other walk's is chosen."""


class _How(Enum):
    ANYWHERE = 0
    ALONG = 1
    NEAR = 2


class Search:
    """Walks that get better, one move at a time.

    Attributes
    ----------
    best
        Routes of the best walks seen.
    longest_m
        Metres of the longest of these.
    """

    def __init__(self, legs: Legs, routes: list[arrays.Int64s], seed: int) -> None:
        self._legs = legs
        self._random = np.random.default_rng(seed)
        self._power = max(_POWER, _POWER_LEG * len(legs) / len(routes))
        self.best: list[arrays.Int64s] = []
        self.longest_m = np.inf
        self.adopt(routes)

    @property
    def routes(self) -> list[arrays.Int64s]:
        """Walks as they are now, which may be worse than the best."""
        return [course.route for course in self._courses]

    def adopt(self, routes: list[arrays.Int64s]) -> None:
        """Go on from other routes."""
        self._courses = [chains.course(self._legs, route) for route in routes]
        self._noted()

    def moves(self) -> Iterator[bool]:
        """Move for ever; say after each move whether the longest walk became shorter."""
        share = len(self._courses) / max(len(self._legs), 1)
        length = float(_FIRST_CYCLE * len(self._courses))
        while True:
            for step in range(int(length)):
                yield self.move(share * _HOT * (_COLD / _HOT) ** (step / length))
            length *= _LONGER

    def move(self, heat: float) -> bool:
        """Share out two walks anew; say whether the longest of all became shorter."""
        pair, stop = self._pair()
        courses = [self._courses[k] for k in pair]
        if sum(len(course.route) for course in courses) < 2:
            return False
        pieces = chains.cut(self._legs, courses, self._starts(courses, stop))
        found = orders.best(pieces.chains)
        everything = len(found.length) - 1
        subset = everything if len(pair) == 1 else self._shared(found, heat)
        for k, part in zip(pair, (subset, everything - subset), strict=False):
            self._courses[k] = chains.course(self._legs, pieces.joined(found.of(part)))
        return self._noted()

    def _noted(self) -> bool:
        longest = max(course.length_m for course in self._courses)
        if longest >= self.longest_m - 1e-9:
            return False
        self.longest_m = longest
        self.best = self.routes
        return True

    def _pair(self) -> tuple[list[int], int]:
        """Two walks, often the longest and one near it, and a stop at which they are near."""
        busy = [k for k, course in enumerate(self._courses) if len(course.route)]
        lengths = [self._courses[k].length_m for k in busy]
        longest = self._random.random() < 0.5
        one = busy[int(np.argmax(lengths)) if longest else int(self._random.integers(len(busy)))]
        route = self._courses[one].route
        leg = route[int(self._random.integers(len(route)))]
        stop = int(self._legs.out[leg])
        if len(self._courses) == 1:
            return [one], stop
        others = [k for k in range(len(self._courses)) if k != one]
        sizes = [len(self._courses[k].route) for k in others]
        if self._random.random() < 0.5 or not sum(sizes):
            return [one, others[int(self._random.integers(len(others)))]], stop
        there = np.concatenate([self._courses[k].route for k in others])
        near = self._nearest(stop, there, _NEAR)
        chosen = near[int(self._random.integers(len(near)))]
        return [one, others[int(np.searchsorted(np.cumsum(sizes), chosen, side="right"))]], stop

    def _nearest(self, stop: int, route: arrays.Int64s, count: int) -> arrays.Int64s:
        """Places of the legs that begin nearest to a stop."""
        if count >= len(route):
            return np.arange(len(route))
        metres = self._legs.distances.between(np.array([stop]), self._legs.into[route])[0]
        return np.argpartition(metres, count - 1)[:count]

    def _starts(self, courses: list[chains.Course], stop: int) -> list[arrays.Int64s]:
        """Where the chains begin, about as many in either walk as it has legs."""
        sizes = [len(course.route) for course in courses]
        count = min(_CHAINS, sum(sizes))
        counts = [count]
        if len(sizes) == 2:
            share = round(count * sizes[0] / sum(sizes))
            first = max(min(share, count - (sizes[1] > 0)), int(sizes[0] > 0))
            counts = [first, count - first]
        how = _How(int(self._random.integers(3)))
        return [
            self._cuts(course.route, pieces, stop, how)
            for course, pieces in zip(courses, counts, strict=True)
        ]

    def _cuts(self, route: arrays.Int64s, count: int, stop: int, how: _How) -> arrays.Int64s:
        """Places to cut at: anywhere, all along one stretch, or wherever a stop is near."""
        size = len(route)
        if count >= size:
            return np.arange(size)
        many = int(self._random.integers(count, 4 * count))
        if how is _How.ANYWHERE:
            places = np.arange(1, size)
        elif how is _How.ALONG:
            middle = int(self._nearest(stop, route, 1)[0])
            places = np.arange(max(1, middle - many), min(size, middle + many))
        else:
            places = self._nearest(stop, route[1:], many) + 1
        inner = self._random.permutation(places)[: count - 1]
        return np.concatenate([[0], np.sort(inner)])

    def _shared(self, found: orders.Orders, heat: float) -> int:
        """One of the two parts of a way of sharing, a little at random."""
        half = len(found.length) // 2
        one, other = found.length[:half].astype(np.float64), found.length[: half - 1 : -1]
        longer = np.maximum(one, other)
        power = self._power
        both = longer * ((one / longer) ** power + (other / longer) ** power) ** (1.0 / power)
        return int(np.argmin(np.log(both) - heat * self._random.gumbel(size=half)))
