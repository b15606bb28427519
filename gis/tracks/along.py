"""Places on a network by edge and metres along it: where they lie in the plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis import arrays, network


@dataclass(frozen=True, eq=False)
class Along:
    """All edges of a network laid end to end on one line.

    Attributes
    ----------
    net
        The network.
    base_m
        Where each edge begins on that line, and the end of the last, shape (e + 1,).
    vertex_m
        Where each vertex of the polylines lies on that line, shape (c,).
    """

    net: network.Network
    base_m: arrays.Floats
    vertex_m: arrays.Floats

    def points(self, edge: arrays.AnyInts, offset_m: arrays.Floats) -> arrays.Floats:
        """Find the places at some metres along some edges, shape (k, 2).

        Parameters
        ----------
        edge
            Edges, shape (k,).
        offset_m
            Metres from the edge's source, within its length, shape (k,).
        """
        at = self.base_m[edge] + offset_m
        first = self.net.coord_start[edge]
        last = self.net.coord_start[np.asarray(edge) + 1] - 2
        vertex = np.clip(np.searchsorted(self.vertex_m, at, side="right") - 1, first, last)
        step = self.vertex_m[vertex + 1] - self.vertex_m[vertex]
        share = np.clip((at - self.vertex_m[vertex]) / np.where(step > 0, step, 1.0), 0.0, 1.0)
        begin, end = self.net.coords[vertex], self.net.coords[vertex + 1]
        placed: arrays.Floats = begin + share[:, None] * (end - begin)
        return placed


def lay_out(net: network.Network) -> Along:
    """Measure a network for `Along`; cheap, one pass over the vertices."""
    base = np.zeros(net.n_edges + 1)
    np.cumsum(net.length_m, out=base[1:])
    vertex, _ = arrays.segments(net.coords, net.coord_start)
    step = net.coords[vertex + 1] - net.coords[vertex]
    walked = np.zeros(len(net.coords))
    walked[vertex + 1] = np.hypot(step[:, 0], step[:, 1])
    total = np.cumsum(walked)
    of_vertex = np.repeat(np.arange(net.n_edges), np.diff(net.coord_start))
    within = total - total[net.coord_start[:-1]][of_vertex]
    return Along(net, base, base[:-1][of_vertex] + np.minimum(within, net.length_m[of_vertex]))
