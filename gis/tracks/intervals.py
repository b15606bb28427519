"""Covered stretches of edges as sets of metres: union, overlap, complement.

A stretch is an edge and two offsets from its source. Edges are laid on one line with a gap between
them, so that stretches of a million edges are intervals of one line and sorted once.
"""

from dataclasses import dataclass

import numpy as np

from gis import arrays

_APART_M = 1.0
"""Gap between edges on the line, so that stretches of different edges never touch."""


@dataclass(frozen=True, eq=False)
class Stretches:
    """Stretches of edges; refused with a ValueError when malformed.

    Attributes
    ----------
    edge
        Shape (k,).
    from_m, to_m
        Metres from the edge's source, from <= to, shape (k,).
    """

    edge: arrays.Int32s
    from_m: arrays.Floats
    to_m: arrays.Floats

    def __post_init__(self) -> None:
        """Refuse arrays of different lengths and stretches that end before they begin."""
        if not self.edge.shape == self.from_m.shape == self.to_m.shape:
            raise ValueError("the arrays of stretches differ in length")
        if not ((self.from_m >= 0) & (self.from_m <= self.to_m)).all():
            raise ValueError("a stretch begins at zero or later and ends where it begins or later")

    def __len__(self) -> int:
        """Count the stretches."""
        return len(self.edge)

    @property
    def total_m(self) -> float:
        """Metres of all stretches, what lies in two of them counted twice."""
        return float((self.to_m - self.from_m).sum())

    def take(self, index: arrays.AnyInts | arrays.Bools) -> "Stretches":
        """Choose some of the stretches, by index or mask."""
        return Stretches(self.edge[index], self.from_m[index], self.to_m[index])


def of_walk(edge: arrays.AnyInts, from_m: arrays.Floats, to_m: arrays.Floats) -> Stretches:
    """Stretches of sections that may be walked in either direction."""
    return Stretches(np.asarray(edge, np.int32), np.minimum(from_m, to_m), np.maximum(from_m, to_m))


def nothing() -> Stretches:
    """No stretch at all."""
    return Stretches(np.zeros(0, np.int32), np.zeros(0), np.zeros(0))


def union(stretches: Stretches, group: arrays.AnyInts | None = None) -> Stretches:
    """Join stretches that overlap or touch; the result is sorted by edge, then offset.

    Parameters
    ----------
    stretches
        Any stretches.
    group
        Joined only within the same group (a track, say), shape (k,); None for one group.
        The result does not tell the groups: see `union_by`.
    """
    return union_by(stretches, np.zeros(len(stretches), np.int64) if group is None else group)[0]


def union_by(stretches: Stretches, group: arrays.AnyInts) -> tuple[Stretches, arrays.Int64s]:
    """Join stretches of the same group that overlap or touch.

    Returns
    -------
    tuple[Stretches, Int64s]
        Disjoint stretches sorted by group, edge, offset; and the group of each.
    """
    if not len(stretches):
        return nothing(), np.zeros(0, np.int64)
    order = np.lexsort((stretches.from_m, stretches.edge, group))
    edge, start = stretches.edge[order], stretches.from_m[order]
    end, of = stretches.to_m[order], np.asarray(group, np.int64)[order]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (np.diff(edge) != 0) | (np.diff(of) != 0)
    lane = np.cumsum(fresh) - 1
    width = float(end.max()) + _APART_M
    reach = np.maximum.accumulate(lane * width + end)
    fresh[1:] |= (lane * width + start)[1:] > reach[:-1]
    first = np.flatnonzero(fresh)
    farthest = np.maximum.reduceat(end, first)
    return Stretches(edge[first], start[first], farthest), of[first]


def overlap_m(of: Stretches, within: Stretches) -> arrays.Floats:
    """Metres of each stretch that lie within a set of stretches, shape (k,).

    Parameters
    ----------
    of
        Any stretches.
    within
        Any stretches; what two of them share counts once.
    """
    joined = union(within)
    if not len(of) or not len(joined):
        return np.zeros(len(of))
    width = max(float(of.to_m.max()), float(joined.to_m.max())) + _APART_M
    start = joined.edge * width + joined.from_m
    before = np.concatenate([[0.0], np.cumsum(joined.to_m - joined.from_m)])

    def measure(at: arrays.Floats) -> arrays.Floats:
        """Metres of the set up to a place on the line."""
        last = np.searchsorted(start, at, side="right") - 1
        known = np.maximum(last, 0)
        part = np.minimum(at - start[known], joined.to_m[known] - joined.from_m[known])
        return np.where(last < 0, 0.0, before[known] + part)

    return measure(of.edge * width + of.to_m) - measure(of.edge * width + of.from_m)
