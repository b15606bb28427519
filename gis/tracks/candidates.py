"""Places on the network where an observed point may have been: the nearest of each edge around.

Edges are cut into bits no longer than a cell of a raster, and each bit is kept in the cell of its
middle, so that all bits around a point lie in a few runs of one array.
"""

from dataclasses import dataclass

import numpy as np

from gis import arrays, network
from gis.tracks import along

_BIT_M = 25.0
_CELLS_A_SIDE = 2000
_PORTION_M = 80.0
"""Long edges have a candidate in each portion of about this length: an edge may come near twice."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Candidates of observations, sorted by observation.

    Attributes
    ----------
    start
        First candidate of each observation, and the end of the last, shape (n + 1,).
    edge
        Shape (c,).
    offset_m
        Metres along the edge from its source, shape (c,).
    off_m
        Metres between the observation and that place, shape (c,).
    """

    start: arrays.Int64s
    edge: arrays.Int32s
    offset_m: arrays.Floats
    off_m: arrays.Floats

    def of_some(self) -> "Candidates":
        """Without observations that have none."""
        some = np.unique(self.start)
        return Candidates(some, self.edge, self.offset_m, self.off_m)


@dataclass(frozen=True, eq=False)
class EdgeIndex:
    """Bits of edges by cell; see `build`.

    Attributes
    ----------
    net
        The network.
    low, cell_m, shape
        Corner of the raster, side of its cells, and its columns and rows.
    cell_start
        First bit of each cell, row by row, and the end of the last.
    begin, step, length_m
        Where each bit begins, where it leads, and how far, shapes (b, 2), (b, 2) and (b,).
    edge, offset_m
        Edge of each bit, and metres along it where it begins, shape (b,).
    portion
        Number of the portion it belongs to, over all edges, shape (b,).
    portions
        How many there are.
    """

    net: network.Network
    low: arrays.Floats
    cell_m: float
    shape: tuple[int, int]
    cell_start: arrays.Int64s
    begin: arrays.Floats
    step: arrays.Floats
    length_m: arrays.Floats
    edge: arrays.Int32s
    offset_m: arrays.Floats
    portion: arrays.Int64s
    portions: int

    def around(self, points: arrays.Floats, radius_m: float) -> Candidates:
        """Find the nearest place of each edge (or portion of a long one) within a radius.

        A node where several edges end is one candidate, on the lowest of them.

        Parameters
        ----------
        points
            Metres, shape (n, 2).
        radius_m
            Candidates lie within this distance.
        """
        point, bit = self._near(points, radius_m + self.cell_m / 2)
        away = points[point] - self.begin[bit]
        step, length = self.step[bit], self.length_m[bit]
        share = np.clip(
            (away[:, 0] * step[:, 0] + away[:, 1] * step[:, 1]) / (length * length), 0.0, 1.0
        )
        off = np.hypot(away[:, 0] - share * step[:, 0], away[:, 1] - share * step[:, 1])
        near = np.flatnonzero(off <= radius_m)
        point, bit, off = point[near], bit[near], off[near]
        edge = self.edge[bit]
        offset = np.minimum(
            self.offset_m[bit] + share[near] * length[near], self.net.length_m[edge]
        )
        first = self._one_a_place(point, bit, offset, off)
        point = point[first]
        counts = np.bincount(point, minlength=len(points))
        return Candidates(arrays.offsets(counts), edge[first], offset[first], off[first])

    def _near(self, points: arrays.Floats, reach_m: float) -> tuple[arrays.Int64s, arrays.Int64s]:
        """Pairs of a point and a bit in a cell that may be within reach."""
        column, row = (
            np.clip(
                np.floor(
                    (points[:, axis] - self.low[axis] + [[-reach_m], [reach_m]]) / self.cell_m
                ),
                [[0], [-1]],
                [[self.shape[axis]], [self.shape[axis] - 1]],
            ).astype(np.int64)
            for axis in (0, 1)
        )
        rows = np.maximum(row[1] - row[0] + 1, 0)
        rows[column[1] < column[0]] = 0
        of_row = np.repeat(np.arange(len(points)), rows)
        line = arrays.ranges(row[0], rows) * self.shape[0]
        first = self.cell_start[line + column[0][of_row]]
        counts = self.cell_start[line + column[1][of_row] + 1] - first
        return np.repeat(of_row, counts), arrays.ranges(first, counts)

    def _one_a_place(
        self, point: arrays.Int64s, bit: arrays.Int64s, offset: arrays.Floats, off: arrays.Floats
    ) -> arrays.Int64s:
        """Keep the nearest bit of each portion, and of candidates at one node the first."""
        key = point * self.portions + self.portion[bit]
        order = np.lexsort((off, key))
        order = order[np.diff(key[order], prepend=-1) != 0]
        edge = self.edge[bit[order]]
        node = np.where(
            offset[order] <= 0,
            self.net.source[edge],
            np.where(offset[order] >= self.net.length_m[edge], self.net.target[edge], -1),
        )
        at_node = np.flatnonzero(node >= 0)
        pair = point[order[at_node]] * self.net.n_nodes + node[at_node]
        again = np.ones(len(at_node), np.bool_)
        again[np.unique(pair, return_index=True)[1]] = False
        return np.delete(order, at_node[again])


def build(place: along.Along) -> EdgeIndex:
    """Index the edges of a network."""
    net = place.net
    vertex, edge = arrays.segments(net.coords, net.coord_start)
    begin, end = net.coords[vertex], net.coords[vertex + 1]
    length = np.hypot(*(end - begin).T)
    low = net.coords.min(axis=0) if len(net.coords) else np.zeros(2)
    extent = net.coords.max(axis=0) - low if len(net.coords) else np.zeros(2)
    cell = max(_BIT_M, float(extent.max()) / _CELLS_A_SIDE)
    parts = np.maximum(np.ceil(length / cell), 1).astype(np.int64)
    of = np.repeat(np.arange(len(vertex)), parts)
    share = arrays.ranges(np.zeros(len(parts), np.int64), parts) / parts[of]
    step = (end - begin)[of] / parts[of][:, None]
    begin = begin[of] + share[:, None] * (end - begin)[of]
    shape = (int(extent[0] / cell) + 1, int(extent[1] / cell) + 1)
    place_of = np.floor((begin + step / 2 - low) / cell).astype(np.int64)
    number = place_of[:, 1] * shape[0] + place_of[:, 0]
    order = np.argsort(number, kind="stable")
    edge, offset = edge[of], place.vertex_m[vertex[of]] - place.base_m[edge[of]]
    offset += share * length[of]
    portion = _portion(net, edge, offset + length[of] / parts[of] / 2)
    return EdgeIndex(
        net=net,
        low=low,
        cell_m=cell,
        shape=shape,
        cell_start=arrays.offsets(np.bincount(number, minlength=shape[0] * shape[1])),
        begin=begin[order],
        step=step[order],
        length_m=np.maximum(length[of] / parts[of], 1e-9)[order],
        edge=edge[order],
        offset_m=offset[order],
        portion=portion[order],
        portions=int(portion.max(initial=-1)) + 1,
    )


def _portion(net: network.Network, edge: arrays.Int32s, middle_m: arrays.Floats) -> arrays.Int64s:
    """Find the portion of an edge in which each bit has its middle, counted over all edges."""
    portions = np.maximum(np.ceil(net.length_m / _PORTION_M), 1).astype(np.int64)
    before = arrays.offsets(portions)[:-1]
    within = np.floor(middle_m / net.length_m[edge] * portions[edge]).astype(np.int64)
    return before[edge] + np.clip(within, 0, portions[edge] - 1)
