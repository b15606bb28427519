"""Cutting ways into network edges at the vertices that ways share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis import arrays


@dataclass(frozen=True, eq=False)
class Pieces:
    """Edges cut out of ways: polylines and the nodes they run between.

    Attributes
    ----------
    node_xy
        Metres, shape (n, 2).
    source, target
        Node of each edge's first and last vertex, shape (e,).
    coords, coord_start
        Vertices of all edges, shape (c, 2), and the first of each edge, shape (e + 1,).
    way
        The way that each edge was cut from, shape (e,).
    """

    node_xy: arrays.Floats
    source: arrays.Int32s
    target: arrays.Int32s
    coords: arrays.Floats
    coord_start: arrays.Int32s
    way: arrays.Int32s


def split(coords: arrays.Floats, way_start: arrays.AnyInts, node_ids: arrays.Int64s) -> Pieces:
    """Cut ways at their ends and wherever a node id occurs more than once.

    Repeated points are removed, ways of fewer than two distinct points are dropped, and an edge
    that would end at the node where it began is cut again at its middle vertex, so that a
    closed way without any junction is not lost.

    Parameters
    ----------
    coords
        Vertices of all ways, metres, shape (c, 2). Vertices of one id take the first one's place.
    way_start
        First vertex of each way, shape (w + 1,).
    node_ids
        Identity of each vertex, shape (c,).

    Returns
    -------
    Pieces
        Edges in the order of their ways; nodes along a space-filling curve.
    """
    _, first, ident = np.unique(node_ids, return_index=True, return_inverse=True)
    way = np.repeat(np.arange(len(way_start) - 1), np.diff(way_start))
    keep = np.ones(len(ident), dtype=np.bool_)
    keep[1:] = (ident[1:] != ident[:-1]) | (way[1:] != way[:-1])
    keep &= np.bincount(way[keep], minlength=len(way_start))[way] > 1
    ident, way = ident[keep], way[keep]
    begin, end = _cut(ident, way, len(first))
    ends = np.unique(np.concatenate([ident[begin], ident[end]]))
    ends = ends[arrays.curve_order(coords[first[ends]])]
    number = np.full(len(first), -1, dtype=np.int32)
    number[ends] = np.arange(len(ends), dtype=np.int32)
    counts = end - begin + 1
    vertices = arrays.ranges(begin, counts)
    return Pieces(
        node_xy=coords[first[ends]],
        source=number[ident[begin]],
        target=number[ident[end]],
        coords=coords[first[ident[vertices]]],
        coord_start=arrays.offsets(counts).astype(np.int32),
        way=way[begin].astype(np.int32),
    )


def _cut(
    ident: arrays.AnyInts, way: arrays.AnyInts, n_idents: int
) -> tuple[arrays.Int64s, arrays.Int64s]:
    """First and last vertex of each edge: between neighbouring nodes of a way."""
    is_node = np.bincount(ident, minlength=n_idents)[ident] > 1
    is_node[:-1] |= way[1:] != way[:-1]
    is_node[1:] |= way[1:] != way[:-1]
    is_node[:1] = True
    is_node[-1:] = True
    begin, end = _between(is_node, way)
    loop = ident[begin] == ident[end]
    is_node[(begin[loop] + end[loop]) // 2] = True
    return _between(is_node, way)


def _between(is_node: arrays.Bools, way: arrays.AnyInts) -> tuple[arrays.Int64s, arrays.Int64s]:
    at = np.flatnonzero(is_node).astype(np.int64)
    inside = way[at[1:]] == way[at[:-1]]
    return at[:-1][inside], at[1:][inside]
