"""From chosen candidates to what was walked: the sections between them, in order."""

from dataclasses import dataclass

import numpy as np

from gis import arrays, network
from gis.tracks import nearness, sections
from gis.tracks.transitions import Lattice


@dataclass(frozen=True, eq=False)
class Ways:
    """Edges as they leave each node: of parallel ones the shortest, none that returns at once.

    Attributes
    ----------
    start
        First entry of each node, and the end of the last, shape (n + 1,).
    node, edge, metres
        Where it leads, along which edge, how far, shape (w,).
    """

    start: arrays.Int64s
    node: arrays.Int32s
    edge: arrays.Int32s
    metres: arrays.Floats


def ways(net: network.Network) -> Ways:
    """Sort the edges by the nodes they leave."""
    tail = np.concatenate([net.source, net.target]).astype(np.int64)
    head = np.concatenate([net.target, net.source]).astype(np.int64)
    edge = np.tile(np.arange(net.n_edges, dtype=np.int32), 2)
    metres = net.length_m[edge]
    order = np.lexsort((metres, head, tail))
    order = order[tail[order] != head[order]]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
    order = order[fresh]
    start = arrays.offsets(np.bincount(tail[order], minlength=net.n_nodes))
    return Ways(start, head[order].astype(np.int32), edge[order], metres[order])


def walked(
    near: nearness.Nearness,
    out: Ways,
    lattice: Lattice,
    chosen: arrays.Int64s,
    begins: arrays.Bools,
) -> sections.Sections:
    """Sections between the chosen candidates, with times in proportion to metres.

    Parameters
    ----------
    near, out
        Of the network.
    lattice
        What was chosen from.
    chosen
        Candidate of each observation, shape (n,).
    begins
        Which of them begin a piece, shape (n,).
    """
    step = np.flatnonzero(~begins)
    before, after = chosen[step - 1], chosen[step]
    way = lattice.ways(before, after).argmin(axis=0)
    leaves, enters = (way - 1) // 2, (way - 1) % 2  # 0 by the source of its edge, 1 by the target
    places, net = lattice.places, near.net
    first, last = places.edge[before], places.edge[after]
    via = np.flatnonzero(way > 0)
    tail = np.where(leaves == 0, net.source[first], net.target[first])[via]
    head = np.where(enters == 0, net.source[last], net.target[last])[via]
    pair, entry = between_nodes(near, out, tail, head)
    inner = out.edge[entry]
    onwards = net.source[inner] == out.node[entry]
    exit_m = np.where(leaves == 0, 0.0, net.length_m[first])
    entry_m = np.where(enters == 0, 0.0, net.length_m[last])
    exit_m[way == 0] = places.offset_m[after[way == 0]]
    number = np.concatenate([np.arange(len(step)), via[pair], via])
    part = np.repeat([0, 1, 2], [len(step), len(pair), len(via)])
    order = np.lexsort((np.arange(len(number)), part, number))
    return _timed(
        number[order],
        np.concatenate([first, inner, last[via]])[order],
        np.concatenate(
            [places.offset_m[before], np.where(onwards, 0.0, net.length_m[inner]), entry_m[via]]
        )[order],
        np.concatenate(
            [exit_m, np.where(onwards, net.length_m[inner], 0.0), places.offset_m[after[via]]]
        )[order],
        lattice.seen.time_s[np.stack([step - 1, step])],
        (np.cumsum(begins) - 1)[step],
    )


def _timed(
    number: arrays.Int64s,
    edge: arrays.Int32s,
    from_m: arrays.Floats,
    to_m: arrays.Floats,
    time_s: arrays.Floats,
    piece: arrays.Int64s,
) -> sections.Sections:
    """Share the time of each step out among its sections."""
    metres = np.abs(to_m - from_m)
    start = np.searchsorted(number, np.arange(time_s.shape[1] + 1))
    done = np.concatenate([[0.0], np.cumsum(metres)])
    whole = np.maximum(done[start[1:]] - done[start[:-1]], 1e-9)[number]
    base = done[start[:-1]][number]
    lasting = (time_s[1] - time_s[0])[number]
    entered = time_s[0][number] + lasting * np.minimum((done[:-1] - base) / whole, 1.0)
    left = time_s[0][number] + lasting * np.minimum((done[1:] - base) / whole, 1.0)
    return sections.joined(
        sections.Sections(piece[number], edge.astype(np.int32), from_m, to_m, entered, left)
    )


def between_nodes(
    near: nearness.Nearness, out: Ways, tail: arrays.AnyInts, head: arrays.AnyInts
) -> tuple[arrays.Int64s, arrays.Int64s]:
    """Shortest ways between pairs of nodes within the limit, each pair's in walking order.

    Returns
    -------
    tuple[Int64s, Int64s]
        The pair and the entry of `out`, to be walked against its direction: from ``out.node`` to
        the node that it leaves.
    """
    pair = np.flatnonzero(tail != head)
    at = np.asarray(head, np.int64).copy()
    pairs, entries = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    while len(pair):
        node = at[pair]
        counts = out.start[node + 1] - out.start[node]
        entry = arrays.ranges(out.start[node], counts)
        of = np.repeat(np.arange(len(pair)), counts)
        metres = near.between(tail[pair][of], out.node[entry]) + out.metres[entry]
        order = np.lexsort((metres, of))
        best = entry[order[np.searchsorted(of, np.arange(len(pair)))]]
        pairs.append(pair)
        entries.append(best)
        at[pair] = out.node[best]
        pair = pair[at[pair] != tail[pair]]
    found, entry = np.concatenate(pairs)[::-1], np.concatenate(entries)[::-1]
    in_order = np.argsort(found, kind="stable")
    return found[in_order], entry[in_order]
