"""The best order and direction of a few chains, for every subset of them at once.

Dynamic programming over subsets (Held & Karp 1962, Journal of the Society for Industrial and
Applied Mathematics 10:196-210), each chain in two directions, all subsets of one size in one step
on arrays.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from gis import arrays

Singles = npt.NDArray[np.float32]

_NEVER = np.float32(1e18)


@dataclass(frozen=True, eq=False)
class Chains:
    """Pieces of walks, each of which may be walked in either direction; 2 i and 2 i + 1 are one.

    Attributes
    ----------
    first
        Metres from the start through each directed chain, shape (2 c,).
    step
        Metres from the end of one directed chain through the next, shape (2 c, 2 c).
    last
        Metres from the end of each directed chain to the end of the walk, shape (2 c,).
    """

    first: Singles
    step: Singles
    last: Singles


@dataclass(frozen=True, eq=False)
class Orders:
    """Shortest walks through every subset of chains.

    Attributes
    ----------
    length
        Metres of the walk through the chains whose bits are set, 0 for none, shape (2^c,).
    """

    length: Singles
    _chains: Chains
    _ending: list[Singles]
    _place: arrays.Int64s

    def of(self, subset: int) -> list[int]:
        """Directed chains of one subset in the best order."""
        order: list[int] = []
        onward = self._chains.last
        while subset:
            ending = self._ending[subset.bit_count()][:, self._place[subset]]
            chosen = int(np.argmin(ending + onward))
            order.append(chosen)
            onward = self._chains.step[:, chosen]
            subset ^= 1 << (chosen >> 1)
        return order[::-1]


def best(chains: Chains) -> Orders:
    """Find the shortest walk through every subset; a dozen chains at most is quick."""
    count = len(chains.first) // 2
    table = _table(count)
    length = np.zeros(1 << count, dtype=np.float32)
    ending = [np.zeros((2 * count, 1), dtype=np.float32)]
    for size in range(1, count + 1):
        layer = table.layers[size]
        if size == 1:
            found = np.full((2 * count, count), _NEVER, dtype=np.float32)
            chain = np.arange(2 * count)
            found[chain, chain >> 1] = chains.first
        else:
            before = ending[-1]
            room = np.full(2 * count * before.shape[1] + 1, _NEVER, dtype=np.float32)
            reached = room[:-1].reshape(2 * count, -1)
            (before[:, None, :] + chains.step[:, :, None]).min(axis=0, out=reached)
            found = room.take(layer.source)
        ending.append(found)
        length[layer.subsets] = (found + chains.last[:, None]).min(axis=0)
    return Orders(length, chains, ending, table.place)


class _Layer(NamedTuple):
    """Subsets of one size.

    Attributes
    ----------
    subsets
        Their bits, shape (s,).
    source
        For each directed chain and subset, where in the flattened table of the smaller subsets
        the walk before that chain stands; the place past its end where the chain is not in the
        subset. Shape (2 c, s).
    """

    subsets: arrays.Int64s
    source: arrays.Int64s


class _Table(NamedTuple):
    layers: list[_Layer]
    place: arrays.Int64s


@functools.lru_cache(maxsize=16)
def _table(count: int) -> _Table:
    """Bookkeeping for a number of chains, the same whatever they are."""
    everything = np.arange(1 << count)
    bits = (everything[:, None] >> np.arange(count)) & 1
    size = bits.sum(axis=1)
    place = np.zeros(1 << count, dtype=np.int64)
    layers, smaller = [], 1
    for k in range(count + 1):
        subsets = np.flatnonzero(size == k)
        place[subsets] = np.arange(len(subsets))
        has = np.repeat(bits[subsets].T == 1, 2, axis=0)
        chain = np.arange(2 * count)[:, None]
        without = place[subsets[None, :] & ~(1 << (chain >> 1))]
        source = np.where(has, without + smaller * chain, 2 * count * smaller)
        layers.append(_Layer(subsets, source))
        smaller = len(subsets)
    return _Table(layers, place)
