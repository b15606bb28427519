"""Rows of a table in an order that lets siblings, and all rows of a level, be worked on at once."""

import dataclasses
import itertools

import numpy as np

from gis.arrays import AnyInts, Int64s


@dataclasses.dataclass(frozen=True, eq=False)
class Tree:
    """Rows sorted by level and, within it, by block, which is what siblings make up.

    Attributes
    ----------
    order
        Row of the table that each sorted row is, shape (n,). All else counts sorted rows.
    block
        Block that each row is in, ascending, shape (n,).
    heads
        Block that each row's children make up, -1 if it has none, shape (n,).
    head
        Row whose children make up each block, -1 for a block of roots, shape (b,).
    first
        First row of each block, and the end of the last, shape (b + 1,).
    row_levels, block_levels
        Rows and blocks of each level, from the roots down.
    is_open
        Whether nothing is known of what roots add up to; else the sums of their blocks are.
    """

    order: Int64s
    block: Int64s
    heads: Int64s
    head: Int64s
    first: Int64s
    row_levels: tuple[slice, ...]
    block_levels: tuple[slice, ...]
    is_open: bool

    @classmethod
    def of_groups(cls, group: AnyInts) -> "Tree":
        """Sort roots, at least one, whose sums by group are published; groups of shape (n,)."""
        order = np.argsort(group, kind="stable").astype(np.int64)
        begins = np.diff(group[order], prepend=group[order[0]]) != 0
        block = np.cumsum(begins, dtype=np.int64)
        head = np.full(int(block[-1]) + 1, -1, dtype=np.int64)
        return cls._of(order, [0, len(order)], block, head, is_open=False)

    @classmethod
    def of_parents(cls, parent: AnyInts) -> "Tree":
        """Sort rows, at least one, by their parents' rows, -1 for roots; parents of shape (n,)."""
        depth = depths(parent)
        ends = [0, *np.cumsum(np.bincount(depth)).tolist()]
        order = np.argsort(depth, kind="stable").astype(np.int64)
        place = np.full(len(parent) + 1, -1, dtype=np.int64)  # the last one is the roots' parent
        for start, end in itertools.pairwise(ends):
            rows = order[start:end]
            rows = rows[np.argsort(place[parent[rows]], kind="stable")]
            order[start:end] = rows
            place[rows] = np.arange(start, end)
        head, block = np.unique(place[parent[order]], return_inverse=True)
        return cls._of(order, ends, block.astype(np.int64), head, is_open=True)

    @classmethod
    def _of(
        cls, order: Int64s, ends: list[int], block: Int64s, head: Int64s, *, is_open: bool
    ) -> "Tree":
        heads = np.full(len(order), -1, dtype=np.int64)
        heads[head[head >= 0]] = np.flatnonzero(head >= 0)
        rows = tuple(itertools.starmap(slice, itertools.pairwise(ends)))
        return cls(
            order=order,
            block=block,
            heads=heads,
            head=head,
            first=np.searchsorted(block, np.arange(len(head) + 1)).astype(np.int64),
            row_levels=rows,
            block_levels=tuple(
                slice(int(block[r.start]), int(block[r.stop - 1]) + 1) for r in rows
            ),
            is_open=is_open,
        )

    def inner(self, level: slice) -> Int64s:
        """Find the rows of a level that have children."""
        found: Int64s = level.start + np.flatnonzero(self.heads[level] >= 0)
        return found


def depths(parent: AnyInts) -> Int64s:
    """Count the rows above each one.

    Parameters
    ----------
    parent
        Parent's row, -1 for a root, shape (n,).

    Raises
    ------
    ValueError
        If a parent is no row, or parents run in a circle.
    """
    if ((parent < -1) | (parent >= len(parent))).any():
        raise ValueError("a parent must be a row of the table or -1")
    depth = np.zeros(len(parent), dtype=np.int64)
    below, above = np.flatnonzero(parent >= 0), parent[parent >= 0]
    for _ in range(len(parent)):
        if not len(below):
            return depth
        depth[below] += 1
        has_more = parent[above] >= 0
        below, above = below[has_more], parent[above[has_more]]
    if len(below):
        raise ValueError("parents must not run in a circle")
    return depth
