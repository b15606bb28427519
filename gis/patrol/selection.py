"""When time does not suffice for all: walks within the limit that do what counts most.

What is least worth its way is dropped until every walk is short enough. Then, over and over: drop
some more, shorten the walks, put in what fits, by worth for its way; keep what is better (ruin
and recreate; Schrimpf, Schneider, Stamm-Wilbrandt & Dueck 2000, Journal of Computational Physics
159:139-171).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.patrol import annealing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gis import arrays
    from gis.patrol.legs import Legs

_TRIED = 60
"""Legs left out that are tried at a time."""

_SHORTENING = 8
"""Moves that shorten the walks before more is put in."""

_NOISE = 0.3
_SLACK_M = 1e-6


class Selection:
    """Walks within the limit that get to do more, one move at a time.

    Attributes
    ----------
    best
        Routes of the best walks seen.
    """

    def __init__(
        self,
        legs: Legs,
        worth: arrays.Floats,
        limit_m: float,
        routes: list[arrays.Int64s],
        seed: int,
    ) -> None:
        self._legs = legs
        self._worth = worth
        self._limit = limit_m
        self._random = np.random.default_rng(seed)
        self.best = self._filled([trimmed(legs, worth, limit_m, route) for route in routes])

    def moves(self) -> Iterator[bool]:
        """Move for ever; say after each move whether the walks do more, or as much in less time."""
        now = self.best
        while True:
            tried = self._filled(self._shortened(self._ruined(now)))
            if self._merit(tried)[0] >= self._merit(now)[0]:
                now = tried
            better = self._merit(now) > self._merit(self.best)
            if better:
                self.best = now
            yield better

    def _merit(self, routes: list[arrays.Int64s]) -> tuple[float, float]:
        done = np.concatenate(routes) >> 1
        longest = max(self._legs.length(route) for route in routes)
        return float(self._worth[done].sum().round(9)), -round(longest, 6)

    def _ruined(self, routes: list[arrays.Int64s]) -> list[arrays.Int64s]:
        """Drop a stretch of one walk."""
        busy = [k for k, route in enumerate(routes) if len(route)]
        if not busy:
            return routes
        chosen = busy[int(self._random.integers(len(busy)))]
        route = routes[chosen]
        count = int(self._random.integers(1, max(2, min(len(route), 12))))
        first = int(self._random.integers(len(route) - count + 1))
        rest = np.concatenate([route[:first], route[first + count :]])
        return [rest if k == chosen else other for k, other in enumerate(routes)]

    def _shortened(self, routes: list[arrays.Int64s]) -> list[arrays.Int64s]:
        if not any(len(route) for route in routes):
            return routes
        search = annealing.Search(self._legs, routes, int(self._random.integers(2**31)))
        for _ in range(_SHORTENING):
            search.move(0.0)
        within = all(self._legs.length(route) <= self._limit for route in search.routes)
        return search.routes if within else routes

    def _filled(self, routes: list[arrays.Int64s]) -> list[arrays.Int64s]:
        """Put in what fits, by worth for its way."""
        left = np.ones(len(self._legs), dtype=np.bool_)
        left[np.concatenate(routes) >> 1] = False
        pool = np.flatnonzero(left)
        mood = self._worth * np.exp(_NOISE * self._random.standard_normal(len(self._worth)))
        pool = pool[np.argsort(-mood[pool], kind="stable")][:_TRIED]
        routes = list(routes)
        while len(pool):
            found = self._cheapest(routes, pool)
            extra = np.array([metres for metres, _, _, _ in found])
            fits = np.flatnonzero(np.isfinite(extra))
            pool, found = pool[fits], [found[k] for k in fits]
            if not len(pool):
                break
            chosen = int(np.argmax((mood[pool] + 1e-9) / (extra[fits] + 1.0)))
            _, which, place, directed = found[chosen]
            routes[which] = np.insert(routes[which], place, directed)
            pool = np.delete(pool, chosen)
        return routes

    def _cheapest(
        self, routes: list[arrays.Int64s], pool: arrays.Int64s
    ) -> list[tuple[float, int, int, int]]:
        """Extra metres, route, place and direction at which each leg fits best."""
        best = [(np.inf, 0, 0, 0)] * len(pool)
        directed = np.stack([2 * pool, 2 * pool + 1], axis=1).ravel()
        for which, route in enumerate(routes):
            slack = self._limit - self._legs.length(route)
            extra = _extra(self._legs, route, directed)
            least = extra.reshape(-1, len(pool), 2).transpose(1, 0, 2).reshape(len(pool), -1)
            at = least.argmin(axis=1)
            for k, cell in enumerate(at.tolist()):
                metres = float(least[k, cell])
                if metres <= slack + _SLACK_M and metres < best[k][0]:
                    best[k] = (metres, which, cell >> 1, int(directed[2 * k + (cell & 1)]))
        return best


def trimmed(
    legs: Legs, worth: arrays.Floats, limit_m: float, route: arrays.Int64s
) -> arrays.Int64s:
    """Drop what saves most for its worth until a route is within the limit."""
    length = legs.length(route)
    while length > limit_m + _SLACK_M:
        dropped = int(np.argmax(_saved(legs, route) / (worth[route >> 1] + 1e-9)))
        route = np.delete(route, dropped)
        length = legs.length(route)
    return route


def _saved(legs: Legs, route: arrays.Int64s) -> arrays.Floats:
    """Metres saved by dropping each leg, shape (t,)."""
    tails = np.concatenate([[legs.start], legs.out[route]])
    heads = np.concatenate([legs.into[route], [legs.end]])
    hops = legs.distances.pairs(tails, heads)
    past = legs.distances.pairs(tails[:-1], heads[1:])
    saved: arrays.Floats = np.maximum(hops[:-1] + legs.cost[route] + hops[1:] - past, 1e-6)
    return saved


def _extra(legs: Legs, route: arrays.Int64s, directed: arrays.Int64s) -> arrays.Floats:
    """Extra metres of putting directed legs in at every place of a route, shape (t + 1, d)."""
    tails = np.concatenate([[legs.start], legs.out[route]])
    heads = np.concatenate([legs.into[route], [legs.end]])
    there = legs.distances.between(tails, legs.into[directed])
    on = legs.distances.between(legs.out[directed], heads).T
    hops = legs.distances.pairs(tails, heads) if len(route) else np.zeros(1)
    extra: arrays.Floats = there + legs.cost[directed] + on - hops[:, None]
    return extra
