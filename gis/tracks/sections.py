"""Sections of edges in the order they were walked."""

from dataclasses import dataclass

import numpy as np

from gis import arrays
from gis.tracks import intervals


@dataclass(frozen=True, eq=False)
class Sections:
    """Sections walked, piece by piece in order; refused with a ValueError when malformed.

    Attributes
    ----------
    piece
        Number of the unbroken piece of the walk, ascending, shape (k,).
    edge
        Shape (k,).
    from_m, to_m
        Metres from the edge's source where it was entered and left; descending when it was walked
        against its direction, shape (k,).
    time_in_s, time_out_s
        When, shape (k,).
    """

    piece: arrays.Int64s
    edge: arrays.Int32s
    from_m: arrays.Floats
    to_m: arrays.Floats
    time_in_s: arrays.Floats
    time_out_s: arrays.Floats

    def __post_init__(self) -> None:
        """Refuse arrays of different lengths and times that run back."""
        rest = (self.edge, self.from_m, self.to_m, self.time_in_s, self.time_out_s)
        if any(values.shape != self.piece.shape for values in rest):
            raise ValueError("the arrays of sections differ in length")
        if not (self.time_out_s >= self.time_in_s).all() or (np.diff(self.piece) < 0).any():
            raise ValueError("sections must be in the order of pieces and left after they are met")

    def __len__(self) -> int:
        """Count the sections."""
        return len(self.edge)

    @property
    def forward(self) -> arrays.Bools:
        """Which were walked in the direction of their edge, shape (k,)."""
        return self.to_m > self.from_m

    @property
    def length_m(self) -> arrays.Floats:
        """Metres of each, shape (k,)."""
        return np.abs(self.to_m - self.from_m)

    def covered(self) -> intervals.Stretches:
        """Metres that were walked at least once, as disjoint stretches sorted by edge."""
        return intervals.union(intervals.of_walk(self.edge, self.from_m, self.to_m))

    def take(self, index: arrays.AnyInts | arrays.Bools) -> "Sections":
        """Choose some of them, by index or mask."""
        return Sections(
            self.piece[index],
            self.edge[index],
            self.from_m[index],
            self.to_m[index],
            self.time_in_s[index],
            self.time_out_s[index],
        )


def none() -> Sections:
    """No section at all."""
    whole, empty = np.zeros(0, np.int64), np.zeros(0)
    return Sections(whole, whole.astype(np.int32), empty, empty, empty, empty)


_SAME_M = 1e-3


def joined(parts: Sections) -> Sections:
    """Make one section of consecutive ones that go on along an edge; empty ones vanish."""
    parts = parts.take(parts.length_m > _SAME_M)
    if not len(parts):
        return parts
    fresh = np.ones(len(parts), np.bool_)
    fresh[1:] = ~(_meet(parts) & (parts.forward[1:] == parts.forward[:-1]))
    first = np.flatnonzero(fresh)
    last = np.append(first[1:], len(parts)) - 1
    return Sections(
        parts.piece[first],
        parts.edge[first],
        parts.from_m[first],
        parts.to_m[last],
        parts.time_in_s[first],
        parts.time_out_s[last],
    )


def without_spurs(parts: Sections, length_m: arrays.Floats, longest_m: float) -> Sections:
    """Drop short turns into an edge and back to the node one came from: errors, not walking.

    Parameters
    ----------
    parts
        As given by `joined`.
    length_m
        Of each edge of the network, shape (e,).
    longest_m
        How far such a turn leads at most.
    """
    while len(parts) > 1:
        edge_m = length_m[parts.edge]
        at_node = (parts.from_m <= _SAME_M) | (parts.from_m >= edge_m - _SAME_M)
        back = _meet(parts) & (parts.forward[1:] != parts.forward[:-1])
        back &= np.abs(parts.to_m[1:] - parts.from_m[:-1]) <= _SAME_M
        spur = np.flatnonzero(back & at_node[:-1] & (parts.length_m[:-1] <= longest_m))
        if not len(spur):
            break
        spur = spur[np.diff(spur, prepend=-2) > 1]
        kept = np.ones(len(parts), np.bool_)
        kept[spur], kept[spur + 1] = False, False
        parts = joined(parts.take(kept))
    return parts


def _meet(parts: Sections) -> arrays.Bools:
    """Which sections but the first go on where the one before ended, on the same edge."""
    same = (np.diff(parts.edge) == 0) & (np.diff(parts.piece) == 0)
    same &= np.abs(parts.from_m[1:] - parts.to_m[:-1]) <= _SAME_M
    return np.asarray(same, np.bool_)
