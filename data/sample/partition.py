"""Dividing blocks among communities, and a community's blocks among its grid cells."""

import numpy as np
from scipy import sparse, spatial
from scipy.sparse import csgraph

from gis.arrays import Bools, Floats, Int64s

_ROUNDS = 40
_EAGERNESS = 0.25
_MOST_REACH_M2 = 5.0e5


def among_seats(xy: Floats, room: Floats, seats: Floats, wanted: Floats, reach_m: Floats) -> Int64s:
    """Give each block to a seat: a power diagram whose weights are learnt from the sizes wanted.

    (Aurenhammer, "Power diagrams", SIAM J. Computing 16 (1987); the weights by simple iteration.)

    Parameters
    ----------
    xy
        Metres, shape (b, 2).
    room
        Households each block has room for, shape (b,).
    seats
        Metres, shape (s, 2).
    wanted
        Share of the room each seat should get; zero: whatever is nearest; shape (s,).
    reach_m
        Fixed advantage of a seat, shape (s,).
    """
    squared = spatial.distance.cdist(xy, seats, "sqeuclidean") - reach_m**2
    learnt = np.zeros(len(seats))
    sized = wanted > 0
    target = wanted / wanted.sum()
    for _ in range(_ROUNDS):
        label = np.argmin(squared - learnt, axis=1)
        got = np.bincount(label, room, minlength=len(seats))
        got = got / got[sized].sum()
        step = (target[sized] - got[sized]) / target[sized]
        learnt[sized] += _EAGERNESS * 1.0e5 * np.clip(step, -1.0, 1.0)
        learnt = np.clip(learnt - learnt[sized].mean() * sized, -_MOST_REACH_M2, _MOST_REACH_M2)
    nearest: Int64s = np.argmin(squared - learnt, axis=1).astype(np.int64)
    return nearest


def evenly(xy: Floats, room: Floats, parts: int) -> Int64s:
    """Divide blocks into parts of about equal room, by halving across the longer extent.

    Parameters
    ----------
    xy
        Metres, shape (b, 2).
    room
        Positive, shape (b,).
    parts
        How many, at least one and at most as many as blocks: each part gets a block.

    Returns
    -------
    Int64s
        Part of each block, 0 to parts - 1, shape (b,).
    """
    if parts == 1:
        return np.zeros(len(xy), dtype=np.int64)
    lesser = parts // 2
    offset = xy - np.average(xy, axis=0, weights=room)
    axis = np.linalg.eigh((offset * room[:, None]).T @ offset)[1][:, -1]
    order = np.argsort(offset @ axis, kind="stable")
    share = np.cumsum(room[order]) - room[order] / 2.0
    wanted = int(np.searchsorted(share, room.sum() * lesser / parts))
    in_first = np.zeros(len(xy), dtype=np.bool_)
    in_first[order[: max(lesser, min(wanted, len(xy) - parts + lesser))]] = True
    label = np.empty(len(xy), dtype=np.int64)
    label[in_first] = evenly(xy[in_first], room[in_first], lesser)
    label[~in_first] = lesser + evenly(xy[~in_first], room[~in_first], parts - lesser)
    return label


def connected(label: Int64s, room: Floats, pairs: Int64s) -> Int64s:
    """Give what lies apart from the main piece of its part to a neighbouring part.

    Parameters
    ----------
    label
        Part of each block, shape (b,).
    room
        The main piece of a part is the one with most room, shape (b,).
    pairs
        Neighbouring blocks that may be exchanged, shape (p, 2).

    Returns
    -------
    Int64s
        The labels after that; a block with no neighbour in a main piece keeps its own.
    """
    label = label.copy()
    both = np.concatenate((pairs, pairs[:, ::-1]))
    stray = ~_is_main(label, room, pairs)
    while stray.any():
        border = both[stray[both[:, 0]] & ~stray[both[:, 1]]]
        if not len(border):
            break
        block, first = np.unique(border[:, 0], return_index=True)
        label[block] = label[border[first, 1]]
        stray[block] = False
    return label


def _is_main(label: Int64s, room: Floats, pairs: Int64s) -> Bools:
    count = len(label)
    within = pairs[label[pairs[:, 0]] == label[pairs[:, 1]]]
    ones = np.ones(len(within), dtype=np.int8)
    graph = sparse.coo_array((ones, (within[:, 0], within[:, 1])), shape=(count, count))
    piece = csgraph.connected_components(graph, directed=False)[1]
    size = np.bincount(piece, room)
    label_of_piece = np.zeros(len(size), dtype=np.int64)
    label_of_piece[piece] = label
    order = np.lexsort((-size, label_of_piece))
    leading = order[np.unique(label_of_piece[order], return_index=True)[1]]
    main: Bools = np.isin(piece, leading)
    return main
