"""How far nodes near each other are apart on the network, worked out once for each tile of it.

Matching asks millions of times for the way between two nodes some hundred metres apart. Tiles are
searched when they are first asked for, by Dijkstra bounded at a limit, and kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csgraph

from gis import arrays, network

_TILE_M = 400.0


@dataclass(frozen=True, eq=False)
class _Block:
    """Distances from the nodes of one tile: of row i, `start[i]` to `start[i + 1]`."""

    start: arrays.Int64s
    target: arrays.Int32s
    metres: arrays.Float32s


@dataclass(frozen=True, eq=False)
class Nearness:
    """Distances between nodes up to a limit.

    Attributes
    ----------
    net
        The network.
    limit_m
        Nodes farther apart than this count as infinitely far.
    """

    net: network.Network
    limit_m: float
    _tile: arrays.Int64s = field(init=False)
    _row: arrays.Int64s = field(init=False)
    _members: arrays.Int64s = field(init=False)
    _tile_start: arrays.Int64s = field(init=False)
    _blocks: dict[int, _Block] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Sort the nodes into tiles."""
        if not self.limit_m > 0:
            raise ValueError("limit_m must be above zero")
        cell = np.floor(self.net.node_xy / _TILE_M).astype(np.int64)
        tile = np.unique(cell, axis=0, return_inverse=True)[1].ravel().astype(np.int64)
        members = np.argsort(tile, kind="stable")
        start = arrays.offsets(np.bincount(tile))
        row = np.empty(len(tile), np.int64)
        row[members] = np.arange(len(tile)) - start[tile[members]]
        for name, value in (
            ("_tile", tile),
            ("_row", row),
            ("_members", members),
            ("_tile_start", start),
        ):
            object.__setattr__(self, name, value)

    def matrix(self, nodes: arrays.AnyInts) -> arrays.Float32s:
        """Metres between some nodes, all with all; infinite beyond the limit.

        Parameters
        ----------
        nodes
            Distinct nodes, shape (k,).

        Returns
        -------
        Float32s
            Shape (k, k).
        """
        place = np.full(self.net.n_nodes, -1, np.int32)
        place[nodes] = np.arange(len(nodes), dtype=np.int32)
        found = np.full((len(nodes), len(nodes)), np.inf, np.float32)
        tile = self._tile[nodes]
        for number in np.unique(tile).tolist():
            block = self._block(number)
            mine = np.flatnonzero(tile == number)
            row = self._row[nodes[mine]]
            counts = block.start[row + 1] - block.start[row]
            entry = arrays.ranges(block.start[row], counts)
            column = place[block.target[entry]]
            wanted = column >= 0
            found[np.repeat(mine, counts)[wanted], column[wanted]] = block.metres[entry[wanted]]
        return found

    def between(self, tail: arrays.AnyInts, head: arrays.AnyInts) -> arrays.Floats:
        """Metres from each node to another, infinite beyond the limit, shape (k,)."""
        found = np.full(len(tail), np.inf)
        tile = self._tile[tail]
        for number in np.unique(tile).tolist():
            block = self._block(number)
            mine = np.flatnonzero(tile == number)
            row, wanted = self._row[tail[mine]], head[mine]
            entry = _bisect(block.target, block.start[row], block.start[row + 1], wanted)
            known = block.target[entry] == wanted
            found[mine[known]] = block.metres[entry[known]]
        return found

    def _block(self, tile: int) -> _Block:
        block = self._blocks.get(tile)
        if block is None:
            block = self._blocks[tile] = self._search(tile)
        return block

    def _search(self, tile: int) -> _Block:
        """Search from every node of a tile; no way within the limit leads farther away than it."""
        members = self._members[self._tile_start[tile] : self._tile_start[tile + 1]]
        xy, margin = self.net.node_xy, self.limit_m + 1.0
        low, high = xy[members].min(axis=0) - margin, xy[members].max(axis=0) + margin
        near = np.flatnonzero(((xy >= low) & (xy <= high)).all(axis=1))
        graph = network.adjacency(self.net)[near][:, near]
        metres = csgraph.dijkstra(graph, indices=np.searchsorted(near, members), limit=self.limit_m)
        row, column = np.nonzero(np.isfinite(metres))
        return _Block(
            arrays.offsets(np.bincount(row, minlength=len(members))),
            near[column].astype(np.int32),
            metres[row, column].astype(np.float32),
        )


def _bisect(
    values: arrays.Int32s, low: arrays.Int64s, high: arrays.Int64s, wanted: arrays.AnyInts
) -> arrays.Int64s:
    """Find each value in its own ascending, not empty run: the last entry not above it."""
    low, high = low.copy(), high.copy()
    for _ in range(int((high - low).max(initial=1)).bit_length()):
        middle = (low + high) // 2
        above = values[np.minimum(middle, len(values) - 1)] > wanted
        high = np.where(above, middle, high)
        low = np.where(above | (middle >= high), low, middle)
    return low
