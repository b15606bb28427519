"""Attaching places to the walking network: at the nearest point of an edge, not of a node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gis import arrays, network

LIMIT_M = 200.0
"""Places farther than this from every edge are not attached unless the caller says otherwise."""


@dataclass(frozen=True, eq=False)
class Attachment:
    """Where places meet the network; refused with a ValueError when inconsistent.

    Attributes
    ----------
    edge
        Edge of each place, -1 when it is unattached, shape (n,).
    offset_m
        Metres along the edge from its source; 0 when unattached, shape (n,).
    access_m
        Straight metres to that point of the edge; when unattached, to the nearest edge
        (infinite on a network without edges), shape (n,).
    """

    edge: arrays.Int32s
    offset_m: arrays.Floats
    access_m: arrays.Floats

    def __post_init__(self) -> None:
        """Refuse arrays of different lengths, negative or missing metres."""
        if not self.edge.shape == self.offset_m.shape == self.access_m.shape:
            raise ValueError("the arrays of an attachment differ in length")
        if not ((self.offset_m >= 0).all() and (self.access_m >= 0).all()):
            raise ValueError("offsets and access legs must be zero or more")

    def __len__(self) -> int:
        """Count the places."""
        return len(self.edge)

    @property
    def attached(self) -> arrays.Bools:
        """Which places are attached, shape (n,)."""
        return self.edge >= 0

    def take(self, index: arrays.AnyInts) -> Attachment:
        """Attachment of some of the places, by their indices, shape (k,)."""
        return Attachment(self.edge[index], self.offset_m[index], self.access_m[index])


def attach(net: network.Network, points: arrays.Floats, limit_m: float = LIMIT_M) -> Attachment:
    """Attach each point at the nearest point of an edge.

    Where several edges are equally near (at a junction, say) the lowest edge index is taken, so
    the result depends neither on the order of the points nor on the index.

    Parameters
    ----------
    net
        The network.
    points
        Metres in the network's CRS, shape (n, 2).
    limit_m
        A point farther than this from every edge is unattached.

    Raises
    ------
    ValueError
        When a coordinate is not finite or the limit is negative.
    """
    if not np.isfinite(points).all():
        raise ValueError("points must be finite")
    if limit_m < 0:
        raise ValueError("limit_m must be zero or more")
    edge, access = _nearest_edges(net, points)
    edge[access > limit_m] = -1
    offset = np.zeros(len(points))
    on = np.flatnonzero(edge >= 0)
    along = shapely.line_locate_point(net.lines[edge[on]], shapely.points(points[on]))
    offset[on] = np.clip(along, 0.0, net.length_m[edge[on]])
    return Attachment(edge, offset, access)


def _nearest_edges(
    net: network.Network, points: arrays.Floats
) -> tuple[arrays.Int32s, arrays.Floats]:
    """Nearest edge of each point, the lowest index among equals, and its distance."""
    edge = np.full(len(points), -1, dtype=np.int32)
    access = np.full(len(points), np.inf)
    if not len(points) or not net.n_edges:
        return edge, access
    order = arrays.curve_order(points)  # neighbours in turn find the index's pages still in cache
    (place, found), metres = net.line_index.query_nearest(
        shapely.points(points[order]), return_distance=True, all_matches=True
    )
    by_place = np.lexsort((found, place))
    first = by_place[np.unique(place[by_place], return_index=True)[1]]
    edge[order[place[first]]] = found[first]
    access[order[place[first]]] = metres[first]
    return edge, access
