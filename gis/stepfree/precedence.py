"""Choosing and ordering things some of which make sense only after others: forests of precedence."""

import heapq
from collections.abc import Iterator

import numpy as np

from gis import arrays


def order(parent: arrays.Int64s, people: arrays.Int64s) -> Iterator[tuple[list[int], int]]:
    """Give items in the best order, block by block: the items, parents first, and their people.

    The order of Horn (1972, "Single-machine job sequencing with treelike precedence ordering and
    linear delay penalties", SIAM J. Appl. Math. 23): every beginning that ends with a block has as
    many people as any set of that size.

    Parameters
    ----------
    parent
        Parent of each item, -1: none; shape (n,).
    people
        People who wait for the item last, shape (n,).
    """
    blocks = {i: [i] for i in range(len(parent))}
    weight = people.astype(np.int64).tolist()
    of = list(range(len(parent)))
    above = parent.tolist()

    def root(item: int) -> int:
        while of[item] != item:
            of[item] = of[of[item]]
            item = of[item]
        return item

    heap = [(-weight[i] / 1, i, 1) for i in blocks]
    heapq.heapify(heap)
    given: set[int] = set()
    while heap:
        _, head, size = heapq.heappop(heap)
        if of[head] != head or head in given or size != len(blocks[head]):
            continue
        before = -1 if above[head] < 0 else root(above[head])
        if before < 0 or before in given:
            given.add(head)
            yield blocks[head], weight[head]
            continue
        blocks[before] += blocks.pop(head)
        weight[before] += weight[head]
        of[head] = before
        size = len(blocks[before])
        heapq.heappush(heap, (-weight[before] / size, before, size))


def best_set(parent: arrays.Int64s, people: arrays.Int64s, most: int) -> arrays.Int64s:
    """Choose at most so many items, each with its parents, that have most people; no more than that needs.

    Exact: the knapsack of a forest by dynamic programming over its items in depth-first order
    (Johnson & Niemi 1983, "On knapsacks, partitions, and a new dynamic programming technique for
    trees", Math. Oper. Res. 8), where all weigh the same.

    Parameters
    ----------
    parent, people
        As in `order`.
    most
        How many at most.

    Returns
    -------
    Int64s
        The items chosen, parents before children.
    """
    items, sizes = _depth_first(parent, _worth(parent, people, most))
    count = len(items)
    most = min(most, count)
    gain = np.zeros((count + 1, most + 1), dtype=np.int64)
    for at in range(count - 1, -1, -1):
        taken = gain[at + 1, :-1] + people[items[at]]
        np.maximum(gain[at + sizes[at], 1:], taken, out=gain[at, 1:])
    left = int(np.searchsorted(gain[0], gain[0, -1]))
    chosen, at = [], 0
    while at < count and left > 0:
        if gain[at, left] == gain[at + sizes[at], left]:
            at += sizes[at]
        else:
            chosen.append(items[at])
            at, left = at + 1, left - 1
    return np.array(chosen, dtype=np.int64)


def _worth(parent: arrays.Int64s, people: arrays.Int64s, most: int) -> arrays.Bools:
    """Items with few enough above them, and somebody who waits for them or for what is below."""
    depth = np.ones(len(parent), dtype=np.int64)
    above = parent.copy()
    for _ in range(most):
        depth += above >= 0
        above = np.where(above >= 0, np.append(parent, -1)[above], -1)
    below = np.where(depth <= most, people, 0)
    for level in range(most, 1, -1):
        at = np.flatnonzero(depth == level)
        np.add.at(below, parent[at], below[at])
    return below > 0


def _depth_first(parent: arrays.Int64s, kept: arrays.Bools) -> tuple[list[int], list[int]]:
    """Items kept, each followed by all below it; and how many each is with those."""
    children: dict[int, list[int]] = {}
    for item in np.flatnonzero(kept).tolist():
        children.setdefault(int(parent[item]), []).append(item)
    items: list[int] = []
    waiting = children.get(-1, [])[::-1]
    while waiting:
        item = waiting.pop()
        items.append(item)
        waiting += children.get(item, [])[::-1]
    number = {item: i for i, item in enumerate(items)}
    sizes = [1] * len(items)
    for i in range(len(items) - 1, -1, -1):
        above = number.get(int(parent[items[i]]), -1)
        if above >= 0:
            sizes[above] += sizes[i]
    return items, sizes
