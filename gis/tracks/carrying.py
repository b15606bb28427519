"""What lies on the edges of one network, carried over to another of the same place.

Edges of the same vertices, in either direction, are the same. The others are cut where either
network has a vertex, and every bit goes to the nearest changed edge that lies along it, a few
metres away at most and in about the same direction. What has none has gone.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gis import arrays, network
from gis.tracks import along, candidates, intervals

NEAR_M: Final = 4.0
"""An edge farther away than this is another road."""

_ALONG: Final = float(np.cos(np.radians(35.0)))
_BIT_M: Final = 10.0
_SAME_M: Final = 0.01
_GAP_M: Final = 2.0
_END_M: Final = 0.5
_TURN_M: Final = 5.0
"""An edge across is as unlikely as one so many metres away: where two cross, both are near."""

_CHINK_M: Final = 1.0
_LEAST_M: Final = 1e-6


@dataclass(frozen=True, eq=False)
class Correspondence:
    """Bits of the edges of one network and where they lie on another, by edge and metres.

    Attributes
    ----------
    edge, from_m, to_m
        Bits of former edges, sorted, shape (b,).
    new_edge
        Edge that each lies on now, shape (b,).
    new_from_m, new_to_m
        Metres along it of both ends; descending where it runs the other way, shape (b,).
    run
        Number of the unbroken run of bits along one edge that each is part of, ascending.
    """

    edge: arrays.Int64s
    from_m: arrays.Floats
    to_m: arrays.Floats
    new_edge: arrays.Int64s
    new_from_m: arrays.Floats
    new_to_m: arrays.Floats
    run: arrays.Int64s

    def carry(self, stretches: intervals.Stretches) -> "Carried":
        """Find where stretches of former edges lie now."""
        first = np.flatnonzero(np.diff(self.run, prepend=-1) > 0)
        last = np.append(first[1:], len(self.run)) - 1
        run_edge = self.edge[first]
        low = np.searchsorted(run_edge, stretches.edge, side="left")
        counts = np.searchsorted(run_edge, stretches.edge, side="right") - low
        run, row = arrays.ranges(low, counts), np.repeat(np.arange(len(stretches)), counts)
        begin = np.maximum(stretches.from_m[row], self.from_m[first[run]])
        end = np.minimum(stretches.to_m[row], self.to_m[last[run]])
        some = np.flatnonzero(end - begin > _LEAST_M)
        row, run, begin, end = row[some], run[some], begin[some], end[some]
        edge = stretches.edge[row]
        return Carried(
            row,
            self.new_edge[first[run]].astype(np.int32),
            self._at(edge, begin, "right"),
            self._at(edge, end, "left"),
            end - begin,
        )

    def _at(self, edge: arrays.AnyInts, metres: arrays.Floats, side: str) -> arrays.Floats:
        """Where places lie now; on the border of two bits the side tells which of them counts."""
        width = float(self.to_m.max(initial=0.0)) + 1.0
        line, place = self.edge * width + self.from_m, edge * width + metres
        bit = (
            np.searchsorted(line, place + _LEAST_M, side="right")
            if side == "right"
            else np.searchsorted(line, place - _LEAST_M, side="left")
        ) - 1
        if not len(line):
            return np.zeros(0)
        bit = np.maximum(bit, 0)
        share = (metres - self.from_m[bit]) / (self.to_m[bit] - self.from_m[bit])
        span = self.new_to_m[bit] - self.new_from_m[bit]
        return np.asarray(self.new_from_m[bit] + np.clip(share, 0.0, 1.0) * span, np.float64)


@dataclass(frozen=True, eq=False)
class Carried:
    """Stretches as they lie on the new network, in the order of the former ones.

    Attributes
    ----------
    row
        Which of the former stretches each is part of, ascending, shape (k,).
    edge, begin_m, end_m
        Where it lies now; `begin_m` is where the former began, so that it may be the greater.
    metres
        How many of the former metres it stands for, shape (k,).
    """

    row: arrays.Int64s
    edge: arrays.Int32s
    begin_m: arrays.Floats
    end_m: arrays.Floats
    metres: arrays.Floats


def correspond(old: network.Network, new: network.Network) -> Correspondence:
    """Find where the edges of one network lie on another; both in metres of one CRS."""
    twin, forward = _twins(old, new)
    same = np.flatnonzero(twin >= 0)
    length, now = old.length_m[same], new.length_m[twin[same]]
    whole = _Bits(
        same,
        np.zeros(len(same)),
        length,
        twin[same],
        np.where(forward[same], 0.0, now),
        np.where(forward[same], now, 0.0),
    )
    changed = np.ones(new.n_edges, np.bool_)
    changed[twin[same]] = False
    rest = np.flatnonzero(twin < 0)
    if not len(rest) or not changed.any():
        return _joined(whole)
    bits = _sorted(_bits(old, new, rest, changed))
    return _joined(whole.plus(_without_chinks(bits, old, new)))


@dataclass(frozen=True, eq=False)
class _Bits:
    """As in `Correspondence`, without runs."""

    edge: arrays.Int64s
    from_m: arrays.Floats
    to_m: arrays.Floats
    new_edge: arrays.Int64s
    new_from_m: arrays.Floats
    new_to_m: arrays.Floats

    def plus(self, other: "_Bits") -> "_Bits":
        """Put those of two together."""
        return _Bits(*(np.concatenate([getattr(self, n), getattr(other, n)]) for n in vars(self)))

    def take(self, index: arrays.AnyInts) -> "_Bits":
        """Choose some."""
        return _Bits(*(getattr(self, name)[index] for name in vars(self)))


def _twins(old: network.Network, new: network.Network) -> tuple[arrays.Int64s, arrays.Bools]:
    """Edges of the same vertices, to the centimetre: which one, -1 for none; and its direction."""
    known: dict[bytes, list[int]] = defaultdict(list)
    for edge, vertices in enumerate(_vertices(new)):
        known[vertices.tobytes()].append(edge)
    twin, forward = np.full(old.n_edges, -1, np.int64), np.ones(old.n_edges, np.bool_)
    taken: dict[bytes, int] = defaultdict(int)
    for edge, vertices in enumerate(_vertices(old)):
        for key, onwards in ((vertices.tobytes(), True), (vertices[::-1].tobytes(), False)):
            found = known.get(key)
            if found:
                twin[edge] = found[taken[key] % len(found)]  # ways drawn twice: one each
                forward[edge] = onwards
                taken[key] += 1
                break
    return twin, forward


def _vertices(net: network.Network) -> list[arrays.Int64s]:
    rounded = np.round(net.coords / _SAME_M).astype(np.int64)
    return np.split(rounded, net.coord_start[1:-1])


def _bits(
    old: network.Network, new: network.Network, rest: arrays.Int64s, changed: arrays.Bools
) -> _Bits:
    """Cut the changed edges of one network, and find each bit on those of the other."""
    edge, begin, end = _cut(old, new, rest, changed)
    place = along.lay_out(old)
    middle = (begin + end) / 2
    points = place.points(edge, middle)
    course = place.points(edge, end) - place.points(edge, begin)
    found = candidates.build(along.lay_out(new)).around(points, NEAR_M)
    bit = np.repeat(np.arange(len(edge)), np.diff(found.start))
    step = _course(new, found.edge, found.offset_m)
    lengths = np.hypot(*course.T)[bit] * np.hypot(*step.T)
    cosine = (course[bit] * step).sum(axis=1) / np.maximum(lengths, 1e-12)
    good = np.flatnonzero(changed[found.edge] & (np.abs(cosine) >= _ALONG))
    odds = found.off_m + _TURN_M * (1.0 - np.abs(cosine))
    order = good[np.lexsort((odds[good], bit[good]))]
    order = order[np.diff(bit[order], prepend=-1) > 0]
    chosen, target = bit[order], found.edge[order].astype(np.int64)
    half = np.sign(cosine[order]) * (end - begin)[chosen] / 2
    limit = new.length_m[target]
    return _Bits(
        edge[chosen],
        begin[chosen],
        end[chosen],
        target,
        np.clip(found.offset_m[order] - half, 0.0, limit),
        np.clip(found.offset_m[order] + half, 0.0, limit),
    )


def _course(net: network.Network, edge: arrays.AnyInts, offset_m: arrays.Floats) -> arrays.Floats:
    """Which way edges run at some places, shape (k, 2)."""
    place, limit = along.lay_out(net), net.length_m[edge]
    ahead = place.points(edge, np.minimum(offset_m + _END_M, limit))
    return ahead - place.points(edge, np.maximum(offset_m - _END_M, 0.0))


def _cut(
    old: network.Network, new: network.Network, rest: arrays.Int64s, changed: arrays.Bools
) -> tuple[arrays.Int64s, arrays.Floats, arrays.Floats]:
    """Cut edges at their vertices, where changed edges of the other have any, and every 10 m."""
    place = along.lay_out(old)
    of_vertex = np.repeat(np.arange(old.n_edges), np.diff(old.coord_start))
    own = np.isin(of_vertex, rest)
    edges: list[arrays.AnyInts] = [of_vertex[own]]
    metres: list[arrays.Floats] = [(place.vertex_m - place.base_m[:-1][of_vertex])[own]]
    of_new = np.repeat(changed, np.diff(new.coord_start))
    met = candidates.build(place).around(new.coords[of_new], NEAR_M)
    here = np.isin(met.edge, rest)
    edges.append(met.edge[here].astype(np.int64))
    metres.append(met.offset_m[here])
    count = np.maximum(np.ceil(old.length_m[rest] / _BIT_M), 1).astype(np.int64)
    step = arrays.ranges(np.zeros(len(rest), np.int64), count + 1).astype(np.float64)
    edges.append(np.repeat(rest, count + 1))
    metres.append(step * np.repeat(old.length_m[rest] / count, count + 1))
    edge, at = np.concatenate(edges).astype(np.int64), np.concatenate(metres)
    at = np.minimum(at, old.length_m[edge])
    order = np.lexsort((at, edge))
    edge, at = edge[order], at[order]
    some = np.flatnonzero((edge[1:] == edge[:-1]) & (np.diff(at) > _LEAST_M))
    return edge[some], at[some], at[some + 1]


def _sorted(bits: _Bits) -> _Bits:
    return bits.take(np.lexsort((bits.from_m, bits.edge)))


def _joined(bits: _Bits) -> Correspondence:
    """Sort bits, and let those that go on along one edge meet where they touch."""
    bits = _sorted(bits)
    onwards = bits.new_to_m >= bits.new_from_m
    meets = np.zeros(len(bits.edge), np.bool_)
    meets[1:] = (
        (bits.edge[1:] == bits.edge[:-1])
        & (np.abs(bits.from_m[1:] - bits.to_m[:-1]) <= 2 * _LEAST_M)
        & (bits.new_edge[1:] == bits.new_edge[:-1])
        & (onwards[1:] == onwards[:-1])
        & (np.abs(bits.new_from_m[1:] - bits.new_to_m[:-1]) <= _GAP_M)
    )
    begin, end = bits.new_from_m.copy(), bits.new_to_m.copy()
    after = np.flatnonzero(meets)
    begin[after] = end[after - 1] = (begin[after] + end[after - 1]) / 2
    return Correspondence(
        bits.edge, bits.from_m, bits.to_m, bits.new_edge, begin, end, np.cumsum(~meets) - 1
    )


def _without_chinks(bits: _Bits, old: network.Network, new: network.Network) -> _Bits:
    """Close gaps of a metre and less: crumbs beside crossings that lie along no edge for sure."""
    if not len(bits.edge):
        return bits
    fresh = np.diff(bits.edge, prepend=-1) != 0
    before = np.where(fresh, bits.from_m, bits.from_m - np.roll(bits.to_m, 1))
    after = np.append(before[1:], 0.0)
    last = np.append(fresh[1:], True)
    after[last] = (old.length_m[bits.edge] - bits.to_m)[last]
    before, after = (np.where(gap <= _CHINK_M, gap, 0.0) for gap in (before, after))
    sign = np.where(bits.new_to_m >= bits.new_from_m, 1.0, -1.0)
    limit = new.length_m[bits.new_edge]
    end = np.clip(bits.new_to_m + sign * after, 0.0, limit)
    took = np.where(last, after, np.abs(end - bits.new_to_m))
    rest = np.where(fresh, before, before - np.roll(took, 1))  # what the bit before left over
    begin = np.clip(bits.new_from_m - sign * rest, 0.0, limit)
    return replace(
        bits,
        from_m=bits.from_m - rest,
        to_m=bits.to_m + took,
        new_from_m=begin,
        new_to_m=end,
    )
