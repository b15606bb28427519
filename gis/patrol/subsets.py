"""Optimal walks for few legs, with the proof: every subset of legs is looked at.

First the length of the shortest walk through each subset, by dynamic programming over subsets
and stops (Held & Karp 1962, Journal of the Society for Industrial and Applied Mathematics
10:196-210). Then for a length: can all legs be shared out over k subsets whose walks are at most
that long? The unions of two families of subsets are counted all at once by the fast zeta and
Moebius transforms (Bjoerklund, Husfeldt & Koivisto 2009, SIAM Journal on Computing 39:546-563).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from gis import arrays
    from gis.patrol.legs import Legs

_TABLE_CELLS = 6e7
"""Subsets times stops that can be searched within some ten seconds."""

_FEW_CELLS = 1.5e6
"""The same within a fraction of a second."""

_CHUNK = 1 << 15
_MOST_IN_A_WALK = 18
_TOLERANCE_M = 1e-6


class Finding(NamedTuple):
    """What the search has proved, and the walks that prove it, if they are better than known."""

    bound_m: float
    routes: list[arrays.Int64s] | None


def quick(legs: Legs) -> bool:
    """Whether all subsets can be searched in a fraction of a second."""
    return _cells(legs) <= _FEW_CELLS


def feasible(legs: Legs) -> bool:
    """Whether all subsets can be searched at all."""
    return _cells(legs) <= _TABLE_CELLS


def shortest_walks(legs: Legs) -> Generator[None, None, arrays.Floats]:
    """Metres of the shortest walk through each subset, by the bits of its legs, shape (2^t,).

    Yields now and then, so that it can be given up.
    """
    length = np.empty(1 << len(legs))
    for layer in _layers(legs):
        if layer is not None:
            length[layer.subsets] = layer.far[:, legs.end]
        yield
    length[0] = 0.0
    return length


def share(
    legs: Legs, length: arrays.Floats, patrols: int, bound_m: float, longest_m: float
) -> Generator[None, None, Finding]:
    """Share the legs out so that the longest walk is as short as can be.

    Parameters
    ----------
    legs
        As few as `feasible` allows.
    length
        From `shortest_walks`.
    patrols
        Number of walks.
    bound_m, longest_m
        What is known already: no longest walk is shorter than the one, and some plan is as short
        as the other.
    """
    below = (length >= bound_m - _TOLERANCE_M) & (length < longest_m - _TOLERANCE_M)
    values = np.unique(length[below])
    low, high, best = 0, len(values), None
    while low < high:
        # the known plan is optimal as a rule: try what is just below it first
        middle = high - 1 if best is None else (low + high) // 2
        cover = _Cover(length <= values[middle] + _TOLERANCE_M / 2)
        yield
        if (yield from cover.covers_all(patrols)):
            high, best = middle, cover
        else:
            low = middle + 1
    if best is None:
        return Finding(longest_m, None)
    subsets = best.shares((1 << len(legs)) - 1, patrols)
    if max(subset.bit_count() for subset in subsets) > _MOST_IN_A_WALK:
        return Finding(float(values[high]), None)
    return Finding(float(values[high]), [_route(legs, subset) for subset in subsets])


def _cells(legs: Legs) -> float:
    return math.ldexp(len(legs.distances.stops), min(len(legs), 99))


@dataclass(frozen=True, eq=False)
class _Layer:
    """Subsets of one size, and the metres of the shortest walk through each to each stop."""

    subsets: arrays.Int64s
    far: arrays.Floats


def _layers(legs: Legs) -> Iterator[_Layer | None]:
    """Yield the layers by ascending size; nothing in between, now and then."""
    count = len(legs)
    size = np.zeros(1 << count, dtype=np.int8)
    for leg in range(count):
        size[1 << leg : 2 << leg] = size[: 1 << leg] + 1
    ordered = np.argsort(size, kind="stable")
    ends = np.bincount(size, minlength=count + 1).cumsum()
    place = np.empty(1 << count, dtype=np.int32)
    stops = np.arange(len(legs.distances.stops))
    metres = legs.distances.between(stops, stops)
    layer = _Layer(ordered[:1], metres[[legs.start]])
    yield layer
    for first, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        subsets = ordered[first:end]
        place[layer.subsets] = np.arange(len(layer.subsets))
        far = np.empty((len(subsets), len(stops)))
        for begin in range(0, len(subsets), _CHUNK):
            piece = slice(begin, begin + _CHUNK)
            far[piece] = _walked_on(legs, layer, place, subsets[piece], metres)
            yield None
        layer = _Layer(subsets, far)
        yield layer


def _walked_on(
    legs: Legs,
    before: _Layer,
    place: arrays.Int32s,
    subsets: arrays.Int64s,
    metres: arrays.Floats,
) -> arrays.Floats:
    """Metres through larger subsets to each stop: one leg more, then the shortest way on."""
    ended = np.full((len(subsets), len(metres)), np.inf)
    for leg in range(len(legs)):
        has = np.flatnonzero(subsets >> leg & 1)
        smaller = place[subsets[has] ^ (1 << leg)]
        for directed in (2 * leg, 2 * leg + 1):
            out = legs.out[directed]
            along = before.far[smaller, legs.into[directed]] + legs.cost[directed]
            ended[has, out] = np.minimum(ended[has, out], along)
    far = ended.copy()
    for stop in np.unique(legs.out).tolist():
        np.minimum(far, ended[:, [stop]] + metres[stop], out=far)
    return far


def _route(legs: Legs, subset: int) -> arrays.Int64s:
    """Directed legs of the shortest walk through a subset, found anew among its legs only."""
    chosen = np.array([leg for leg in range(len(legs)) if subset >> leg & 1], dtype=np.int64)
    few = legs.some(chosen)
    layers = [layer for layer in _layers(few) if layer is not None]
    stop, left, route = few.end, (1 << len(few)) - 1, []
    while left:
        smaller = layers[left.bit_count() - 1]
        options = []
        for leg in (leg for leg in range(len(few)) if left >> leg & 1):
            row = int(np.searchsorted(smaller.subsets, left ^ (1 << leg)))
            for directed in (2 * leg, 2 * leg + 1):
                on = few.distances.between(few.out[[directed]], np.array([stop]))[0, 0]
                metres = smaller.far[row, few.into[directed]] + few.cost[directed] + on
                options.append((float(metres), directed))
        directed = min(options)[1]
        route.append(2 * int(chosen[directed >> 1]) + (directed & 1))
        stop = int(few.into[directed])
        left ^= 1 << (directed >> 1)
    return np.array(route[::-1], dtype=np.int64)


class _Cover:
    """Which subsets a number of walks can cover, if one walk can cover these."""

    def __init__(self, by_one: arrays.Bools) -> None:
        self._by = {1: by_one}

    def covers_all(self, walks: int) -> Generator[None, None, bool]:
        """Whether some walks, each within the length, can cover everything."""
        if walks == 1:
            return bool(self._by[1][-1])
        few, more = self._by_count(walks // 2), self._by_count(walks - walks // 2)
        yield
        return bool((few & more[::-1]).any())

    def shares(self, subset: int, walks: int) -> list[int]:
        """Share a subset out over walks."""
        if walks == 1:
            return [subset]
        few, more = self._by_count(walks // 2), self._by_count(walks - walks // 2)
        everything = np.arange(len(few))
        parts = everything[(everything & ~subset) == 0]
        part = int(parts[np.argmax(few[parts] & more[subset ^ parts])])
        return [
            *self.shares(part, walks // 2),
            *self.shares(subset ^ part, walks - walks // 2),
        ]

    def _by_count(self, walks: int) -> arrays.Bools:
        if walks not in self._by:
            few, more = self._by_count(walks // 2), self._by_count(walks - walks // 2)
            self._by[walks] = _unions(few, more)
        return self._by[walks]


def _unions(one: arrays.Bools, other: arrays.Bools) -> arrays.Bools:
    """Which subsets are the union of one of either family."""
    counts = one.astype(np.int64)
    _sum_over_parts(counts)
    if other is one:
        counts *= counts
    else:
        second = other.astype(np.int64)
        _sum_over_parts(second)
        counts *= second
    half = 1
    while half < len(counts):
        pairs = counts.reshape(-1, 2, half)
        pairs[:, 1] -= pairs[:, 0]
        half *= 2
    return counts > 0


def _sum_over_parts(values: arrays.Int64s) -> None:
    """Replace the value of each subset by the sum over all that are part of it."""
    half = 1
    while half < len(values):
        pairs = values.reshape(-1, 2, half)
        pairs[:, 1] += pairs[:, 0]
        half *= 2
