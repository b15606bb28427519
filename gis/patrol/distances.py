"""Distances between stops, searched when first asked for and kept while there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gis import arrays
    from gis.patrol.roads import Roads

_ROOM_BYTES = 160_000_000
"""What the distances kept may take: all of them, up to 4,400 stops."""


_FEW = 500
"""Stops among which all distances are searched at once, sooner than asked for bit by bit."""


class Distances:
    """Metres between stops, which are nodes that matter; no way is `far` metres.

    Rows are searched by Dijkstra's algorithm, many at once, and dropped all together when there
    is no more room, so that a district too large for a full table can still be planned.
    """

    def __init__(self, roads: Roads, stops: arrays.AnyInts, far: float) -> None:
        self.stops = np.asarray(stops, dtype=np.int64)
        self._roads = roads
        self._far = far
        room = max(_ROOM_BYTES // (8 * max(len(stops), 1)), 2)
        self._rows = np.zeros((0, len(stops)))
        self._capacity = min(room, len(stops))
        self._slot = np.full(len(stops), -1, dtype=np.int64)
        self._used = 0
        if len(stops) <= _FEW:
            self._keep(np.arange(len(stops)))

    def between(self, tails: arrays.AnyInts, heads: arrays.AnyInts) -> arrays.Floats:
        """Metres from each tail to each head, shape (len(tails), len(heads))."""
        if len(tails) > self._capacity:
            return self._search(tails)[:, heads]
        slots = self._slots(tails)
        table: arrays.Floats = self._rows[slots[:, None], heads]
        return table

    def pairs(self, tails: arrays.AnyInts, heads: arrays.AnyInts) -> arrays.Floats:
        """Metres from each tail to the head at the same place in its array."""
        tail, head = tails.ravel(), heads.ravel()
        found = np.zeros(len(tail))
        apart = np.flatnonzero(tail != head)
        step = max(self._capacity, 1)
        for first in range(0, len(apart), step):  # one round, unless room is scarce
            piece = apart[first : first + step]
            slots = self._slots(tail[piece])
            found[piece] = self._rows[slots, head[piece]]
        return found.reshape(tails.shape)

    def _slots(self, tails: arrays.AnyInts) -> arrays.Int64s:
        """Slots of rows, at most as many as there is room for, searched if they are missing."""
        slots: arrays.Int64s = self._slot[tails]
        if len(slots) and slots.min() < 0:
            self._keep(np.unique(tails))
            slots = self._slot[tails]
        return slots

    def _keep(self, wanted: arrays.AnyInts) -> None:
        missing = wanted[self._slot[wanted] < 0]
        if self._used + len(missing) > self._capacity:
            self._slot[:] = -1
            self._used = 0
            missing = wanted
        self._grow(self._used + len(missing))
        slots = np.arange(self._used, self._used + len(missing))
        self._rows[slots] = self._search(missing)
        self._slot[missing] = slots
        self._used += len(missing)

    def _grow(self, needed: int) -> None:
        if needed > len(self._rows):
            larger = np.empty(
                (min(max(needed, 2 * len(self._rows)), self._capacity), len(self.stops))
            )
            larger[: self._used] = self._rows[: self._used]
            self._rows = larger

    def _search(self, tails: arrays.AnyInts) -> arrays.Floats:
        found = np.empty((len(tails), len(self.stops)))
        for first in range(0, len(tails), 256):  # the search answers for every node, not stop
            piece = slice(first, first + 256)
            found[piece] = self._roads.distances(self.stops[tails[piece]])[:, self.stops]
        return np.minimum(found, self._far)
