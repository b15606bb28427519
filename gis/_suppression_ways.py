"""Cheapest ways for an amount through a table: which figures can change with which others.

A table is a network. A row's cell is an arc down to the row from the block of its siblings, its
total an arc up again. Each block has a node for each column; so has a row with children, that of
their block, while a row without has a single one. An amount runs along an arc, whose figure then
grows by it, or against it, if the figure is that large.

As a block meets the rest of the table in its few nodes, and so do its rows, the cheapest ways
between all nodes are found by passing small matrices up and down the hierarchy, for all blocks of
a level at once; within each by the method of Floyd (1962, Communications of the ACM 5: 345).
"""

import dataclasses

import numpy as np

from gis._suppression_tree import Tree
from gis.arrays import Bools, Floats, Int64s


@dataclasses.dataclass(frozen=True, eq=False)
class Ways:
    """Prices of sending an amount from column to column; those to itself do not count.

    Attributes
    ----------
    tree
        The n rows in b blocks.
    down, up
        Price of crossing the figure of a column from a row's block to the row, and back, shape
        (w, n) for w columns, the total being the last.
    through
        Price of a way from one column of a row's block to another that goes into the row and all
        below it, shape (w, w, n).
    direct, second
        The least of these prices, and the next, among the rows of a block; (w, w, b).
    beyond_head
        As `steps_beyond` of the rows that head blocks, shape (w, w, b).
    around
        Price of a way from one column of a block to another through what is not below the
        block's head, shape (w, w, b).
    """

    tree: Tree
    down: Floats
    up: Floats
    through: Floats
    direct: Floats
    second: Floats
    beyond_head: Floats
    around: Floats

    @classmethod
    def find(cls, tree: Tree, price: Floats, can_shrink: Bools) -> "Ways":
        """Find them, given the price of each figure and whether it can shrink, shape (w, n)."""
        shrink = np.where(can_shrink, price, np.inf)
        down = np.concatenate((price[:-1], shrink[-1:]))
        up = np.concatenate((shrink[:-1], price[-1:]))
        through = down[:, np.newaxis] + up[np.newaxis]
        direct = _direct(tree, through)
        second = _second(tree, through, direct)
        around = np.full(direct.shape, 0.0 if tree.is_open else np.inf)
        beyond_head = np.full(direct.shape, np.inf)
        ways = cls(tree, down, up, through, direct, second, beyond_head, around)
        for level in tree.row_levels:
            inner = tree.inner(level)
            steps, blocks = ways.steps_beyond(inner), tree.heads[inner]
            beyond_head[:, :, blocks] = steps
            around[:, :, blocks] = up[:, np.newaxis, inner] + shortest(steps) + down[:, inner]
        return ways

    @property
    def total(self) -> int:
        """The last column."""
        return len(self.up) - 1

    def beyond(self, rows: Int64s) -> Floats:
        """Price from column to column of the rows' blocks, avoiding the rows; shape (w, w, k)."""
        return shortest(self.steps_beyond(rows))

    def steps_beyond(self, rows: Int64s) -> Floats:
        """Price of single steps of such a way: through another row, or around."""
        block = self.tree.block[rows]
        direct = self.direct[:, :, block]
        is_best = self.through[:, :, rows] == direct
        other = np.where(is_best, self.second[:, :, block], direct)
        return np.minimum(other, self.around[:, :, block])


def shortest(steps: Floats) -> Floats:
    """Close prices of steps from column to column under going on; shape (w, w, k)."""
    price = steps.copy()
    columns = np.arange(len(price))
    exists = np.asarray(np.isfinite(price).any(axis=-1))
    exists[columns, columns] = False
    price[columns, columns] = 0.0
    for column in np.flatnonzero(exists.any(axis=0) & exists.any(axis=1)):
        np.minimum(price, price[:, column, np.newaxis] + price[np.newaxis, column], out=price)
    return price


def _direct(tree: Tree, through: Floats) -> Floats:
    """Find the best row to go through in each block, adding to `through` what it takes inside."""
    direct = np.empty((*through.shape[:2], len(tree.head)))
    for rows, blocks in zip(reversed(tree.row_levels), reversed(tree.block_levels), strict=True):
        inner = tree.inner(rows)
        through[:, :, inner] += shortest(direct[:, :, tree.heads[inner]])
        starts = tree.first[blocks] - rows.start
        np.minimum.reduceat(through[:, :, rows], starts, axis=-1, out=direct[:, :, blocks])
    return direct


def _second(tree: Tree, through: Floats, direct: Floats) -> Floats:
    """Find the price of the second-best row of each block; that of the best if two are."""
    is_best = through == np.repeat(direct, np.diff(tree.first), axis=-1)
    starts = tree.first[:-1]
    others = np.minimum.reduceat(np.where(is_best, np.inf, through), starts, axis=-1)
    return np.where(np.add.reduceat(is_best, starts, axis=-1, dtype=np.int64) > 1, direct, others)
