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

from gis import arrays
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
    def of(cls, tree: Tree, width: int) -> "Ways":
        """Prepare for a table of so many columns; nothing is found before `follow`."""
        of_figures, of_rows = (width, len(tree.order)), (width, width, len(tree.order))
        of_blocks = (width, width, len(tree.head))
        return cls(
            tree,
            down=np.full(of_figures, np.nan),
            up=np.full(of_figures, np.nan),
            through=np.full(of_rows, np.nan),
            direct=np.full(of_blocks, np.inf),
            second=np.full(of_blocks, np.inf),
            beyond_head=np.full(of_blocks, np.inf),
            around=np.full(of_blocks, 0.0 if tree.is_open else np.inf),
        )

    def follow(self, price: Floats, can_shrink: Bools) -> None:
        """Find them for the price of each figure and whether it can shrink, shape (w, n).

        What was found before stays where neither makes a difference to it.
        """
        shrink = np.where(can_shrink, price, np.inf)
        down = np.concatenate((price[:-1], shrink[-1:]))
        up = np.concatenate((shrink[:-1], price[-1:]))
        is_other = ((down != self.down) | (up != self.up)).any(axis=0)
        self.down[:], self.up[:] = down, up
        is_other_block = self._look_inside(is_other)
        self._look_around(is_other, is_other_block)

    def _look_inside(self, is_other: Bools) -> Bools:
        """Bring `through`, `direct`, `second` up to date for other rows.

        Marks, among the rows, those above in which this makes a difference; returns the blocks
        whose `direct` or `second` it changes.
        """
        tree, is_other_block = self.tree, np.zeros(len(self.tree.head), dtype=np.bool_)
        itself = np.arange(len(self.up))
        for level in reversed(tree.row_levels):
            rows = level.start + np.flatnonzero(is_other[level])
            if not len(rows):
                continue
            at = _span(rows)
            through = self.down[:, np.newaxis, at] + self.up[np.newaxis, :, at]
            through[itself, itself] = 0.0
            self.through[:, :, at] = through
            inner = rows[tree.heads[rows] >= 0]
            if len(inner):
                self.through[:, :, inner] += shortest(self.direct[:, :, tree.heads[inner]])
            blocks = np.unique(tree.block[rows])
            has_other_best, has_other_second = self._compare_rows(blocks)
            is_other_block[blocks] = has_other_best | has_other_second
            heads = tree.head[blocks[has_other_best]]
            is_other[heads[heads >= 0]] = True
        return is_other_block

    def _compare_rows(self, blocks: Int64s) -> tuple[Bools, Bools]:
        """Find the prices of the best and the second-best row of blocks; the same if two are.

        Returns which blocks have another best, and another second-best price than before.
        """
        first, count = self.tree.first[blocks], np.diff(self.tree.first)[blocks]
        through = self.through[:, :, _span(arrays.ranges(first, count))]
        starts = arrays.offsets(count)[:-1]
        best = np.minimum.reduceat(through, starts, axis=-1)
        is_best = through == np.repeat(best, count, axis=-1)
        others = np.minimum.reduceat(np.where(is_best, np.inf, through), starts, axis=-1)
        ties = np.add.reduceat(is_best, starts, axis=-1, dtype=np.int64) > 1
        return (
            _put(self.direct, blocks, best),
            _put(self.second, blocks, np.where(ties, best, others)),
        )

    def _look_around(self, is_other: Bools, is_other_block: Bools) -> None:
        """Bring `beyond_head`, `around` up to date below other rows and rows of other blocks."""
        tree = self.tree
        for level in tree.row_levels:
            inner = tree.inner(level)
            inner = inner[is_other[inner] | is_other_block[tree.block[inner]]]
            if not len(inner):
                continue
            steps, blocks = self.steps_beyond(inner), tree.heads[inner]
            self.beyond_head[:, :, blocks] = steps
            around = self.up[:, np.newaxis, inner] + shortest(steps) + self.down[:, inner]
            is_other_block[blocks] |= _put(self.around, blocks, around)

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


def _put(prices: Floats, blocks: Int64s, found: Floats) -> Bools:
    """Set the prices of some blocks; return which blocks had others before."""
    is_other: Bools = (found != prices[:, :, blocks]).any(axis=(0, 1))
    prices[:, :, blocks] = found
    return is_other


def _span(rows: Int64s) -> Int64s | slice:
    """Ascending indices, or the slice that they are: many at once are reached much faster so."""
    first, last = int(rows[0]), int(rows[-1])
    return slice(first, last + 1) if last - first == len(rows) - 1 else rows
