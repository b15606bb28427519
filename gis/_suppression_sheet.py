"""A table on which figures get hidden, circuit by circuit."""

import dataclasses
from functools import cached_property

import numpy as np

from gis._suppression_circuits import Circuits, cheapest, figures_on, partners
from gis._suppression_tree import Tree
from gis._suppression_ways import Ways
from gis.arrays import AnyInts, Bools, Floats, Int64s


@dataclasses.dataclass(frozen=True, eq=False)
class Sheet:
    """Figures of which some are hidden; arrays of shape (w, n), totals in the last column.

    Attributes
    ----------
    tree
        The n rows.
    figures, is_hidden
        Counts, and which of them are hidden.
    price
        What is lost by hiding a figure, nothing if it is hidden. Whole numbers, so that sums of
        them can be compared.
    """

    tree: Tree
    figures: Int64s
    is_hidden: Bools
    price: Floats

    @cached_property
    def ways(self) -> Ways:
        """The cheapest ways through the table as they were last followed."""
        return Ways.of(self.tree, len(self.figures))

    def protect(self, row: Int64s, column: Int64s, amount: int) -> Bools:
        """Hide circuits by which figures can grow by an amount; return which have none, (w, n)."""
        exposed = np.zeros_like(self.is_hidden)
        can_shrink, ways = self.figures >= amount, self.ways
        while len(row):
            ways.follow(self.price, can_shrink)
            found = cheapest(ways, row, column)
            none = np.isinf(found.price)
            exposed[column[none], row[none]] = True
            in_row = (found.rest == 0) & ~none
            self._hide(row[in_row], found.other[in_row])
            open_ = found.only(~in_row & ~none)
            left = ~self._hide_some(ways, open_)
            row, column = open_.row[left], open_.column[left]
        return exposed

    def _hide_some(self, ways: Ways, open_: Circuits) -> Bools:
        """Hide circuits that can hardly be of use to each other, one at least; return which.

        Prices are those before any is hidden. A circuit that would be paid where another one has
        just been hidden had better be looked for anew, unless that halves its price.
        """
        width = len(self.figures)
        alike = (self.tree.block[open_.row] * width + open_.column) * width + open_.other
        picked = np.unique(alike, return_index=True)[1]
        partner = partners(ways, open_.only(picked))
        is_simple = partner >= 0
        simple, far = picked[is_simple], picked[~is_simple]
        is_done = np.zeros(len(open_.row), dtype=np.bool_)
        is_done[simple] = self._hide_simple(open_.only(simple), partner[is_simple])
        taken = set(self.tree.block[open_.row[is_done]].tolist())
        for i, (row, column) in zip(far, figures_on(ways, open_.only(far)), strict=True):
            price = self.price[column, row]
            blocks = set(self.tree.block[row[price > 0]].tolist())
            if taken.isdisjoint(blocks) or 2 * price.sum() <= open_.price[i]:
                self._hide(row, column)
                taken |= blocks
                is_done[i] = True
        return is_done

    def _hide_simple(self, open_: Circuits, partner: Int64s) -> Bools:
        """Hide a circuit of two rows in every block, and those that got cheaper by it."""
        row = np.stack((open_.row, partner, partner))
        column = np.stack((open_.other, open_.other, open_.column))
        begins = np.unique(self.tree.block[open_.row], return_index=True)[1]
        self._hide(row[:, begins], column[:, begins])
        is_cheaper: Bools = self.price[column, row].sum(axis=0) < open_.price
        self._hide(row[:, is_cheaper], column[:, is_cheaper])
        return is_cheaper

    def _hide(self, row: AnyInts, column: AnyInts) -> None:
        self.is_hidden[column, row] = True
        self.price[column, row] = 0.0
