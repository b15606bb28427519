"""Suppression of small counts in published tables, so that no subtraction brings them back.

A table has a row per unit and the columns of a partition (say covered, beyond, unreachable) with
their total; rows form a hierarchy, in which the children of a row add up to it, column by column.
Counts of 1 to ``threshold - 1`` are sensitive and hidden, and with them as many others as it takes
that whoever knows all published figures, and that counts are not negative, cannot tell a sensitive
figure from one of ``threshold``: there is always a table with the same published figures in which
it is as large as that.

Such a table (two ways, one of them hierarchical) is a flow in a network: each figure is an arc,
each sum a node (Cox 1995, Journal of the American Statistical Association 90: 1453-1462). A figure
can grow by an amount if the amount can circulate through its arc over hidden arcs only, along an
arc without limit, against it up to its count. So for each sensitive figure the cheapest such
circuit is found and hidden (the shortest-paths heuristic of Castro 2007, INFORMS Journal on
Computing 19: 520-533). What a circuit offers stays open when more is hidden later, so figures far
from each other can be treated together.
"""

import dataclasses
from typing import Final

import numpy as np

from gis._suppression_sheet import Sheet
from gis._suppression_tree import Tree, depths
from gis.arrays import AnyInts, Bools, Floats, Int32s, Int64s

THRESHOLD: Final = 5

_PER_FIGURE: Final = 10.0
_PER_ZERO: Final = 100.0
_TOTAL_WEIGHS: Final = 4.0


@dataclasses.dataclass(frozen=True)
class Suppression:
    """Which figures must not be published.

    Attributes
    ----------
    cells
        Hidden cells of the partition, shape (n, c).
    totals
        Hidden row totals, shape (n,).
    exposed
        Sensitive figures, cells and then the total, for which no circuit of the full amount was
        found, because too much is published elsewhere: they may be narrowed down below the
        threshold or even worked out; shape (n, c + 1). `suppress_tree` leaves none.
    """

    cells: Bools
    totals: Bools
    exposed: Bools

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together."""
        n, c = self.cells.shape
        if self.totals.shape != (n,) or self.exposed.shape != (n, c + 1):
            raise ValueError("cells, totals and exposed must have the same rows")


def suppress(partition: Int64s, group: Int32s, threshold: int = THRESHOLD) -> Suppression:
    """Hide small counts of sibling units whose parents' figures are published in full.

    Parameters
    ----------
    partition
        Counts, not negative, shape (n, c); the columns add up to the row's published total.
    group
        Number of the parent of each row, shape (n,); rows of one parent add up to its published
        column sums.
    threshold
        Smallest count that may be published besides 0.

    Raises
    ------
    ValueError
        If counts are negative or shapes do not match.
    """
    counts = _counts(partition, group, threshold)
    if not len(counts):
        return _nothing(counts)
    return _suppress(counts, Tree.of_groups(group), threshold, len(counts))


def suppress_tree(partition: Int64s, parent: Int32s, threshold: int = THRESHOLD) -> Suppression:
    """Hide small counts at every level of a hierarchy that is published together.

    Parameters
    ----------
    partition
        Counts, not negative, shape (n, c); the columns add up to the row's published total.
    parent
        Index of the parent row of each row, -1 for a root; shape (n,). What a row counts beyond
        its children (people in no child) is protected like one more child, since subtraction
        would bring it out.
    threshold
        Smallest count that may be published besides 0.

    Raises
    ------
    ValueError
        If counts are negative, children exceed their parent, parents run in a circle, or shapes
        do not match.
    """
    counts = _counts(partition, parent, threshold)
    n = len(counts)
    depths(parent)  # refuses circles
    has_parent = parent >= 0
    rest = counts.copy()
    np.subtract.at(rest, parent[has_parent], counts[has_parent])
    inner = np.bincount(parent[has_parent], minlength=n) > 0
    if (rest[inner] < 0).any():
        raise ValueError("children must not exceed their parent")
    if not n:
        return _nothing(counts)
    uncounted = np.flatnonzero(inner & (rest > 0).any(axis=1))
    tree = Tree.of_parents(np.concatenate((parent, uncounted)))
    return _suppress(np.vstack((counts, rest[uncounted])), tree, threshold, n)


def _counts(partition: Int64s, parent: AnyInts, threshold: int) -> Int64s:
    if partition.ndim != 2 or partition.shape[1] == 0 or parent.shape != (len(partition),):
        raise ValueError("partition must have the shape (n, c), its grouping (n,)")
    if (partition < 0).any() or threshold < 2:
        raise ValueError("counts must not be negative, the threshold must be 2 or more")
    return partition.astype(np.int64)


def _nothing(counts: Int64s) -> Suppression:
    none = np.zeros((0, counts.shape[1] + 1), dtype=np.bool_)
    return Suppression(none[:, :-1], none[:, -1], none)


def _suppress(counts: Int64s, tree: Tree, threshold: int, published: int) -> Suppression:
    """Hide what must be of a table; rows beyond the published ones are only implied by it."""
    figures = np.column_stack((counts, counts.sum(axis=1)))[tree.order].T.copy()
    is_small = (figures > 0) & (figures < threshold)
    is_hidden = is_small | (tree.order >= published)
    price = np.where(is_hidden, 0.0, _prices(figures))
    sheet = Sheet(tree, figures, is_hidden, price)
    exposed = np.zeros_like(is_small)
    left = exposed
    # The largest amounts first: their circuits serve the smaller ones too.
    for amount in range(threshold - 1, 0, -1):
        column, row = np.nonzero(left | (is_small & (figures == threshold - amount)))
        left = sheet.protect(row, column, amount)
        exposed |= left
    place = np.argsort(tree.order)[:published]
    hidden = is_hidden.T[place]
    return Suppression(cells=hidden[:, :-1], totals=hidden[:, -1], exposed=exposed.T[place])


def _prices(figures: Int64s) -> Floats:
    """Price what is lost by hiding: the people counted, totals dear, zeros a last resort."""
    weight = np.where(np.arange(len(figures)) < len(figures) - 1, 1.0, _TOTAL_WEIGHS)
    price: Floats = (_PER_FIGURE + figures + _PER_ZERO * (figures == 0)) * weight[:, np.newaxis]
    return price
