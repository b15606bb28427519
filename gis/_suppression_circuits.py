"""Circuits by which a figure can grow: the cheapest for each figure, and the figures on it."""

import dataclasses
from collections.abc import Iterator

import numpy as np

from gis import arrays
from gis._suppression_ways import Ways, shortest
from gis.arrays import AnyInts, Bools, Floats, Int64s


@dataclasses.dataclass(frozen=True, eq=False)
class Circuits:
    """The cheapest circuit through each of some figures; shape (k,) each.

    Attributes
    ----------
    row, column
        The figures that are to grow.
    other
        Column of the second figure of the same row that the circuit changes.
    price
        Of hiding the circuit, the figure itself apart; infinite if there is none.
    rest
        What of the price is for figures of other rows.
    """

    row: Int64s
    column: Int64s
    other: Int64s
    price: Floats
    rest: Floats

    def only(self, which: Bools | AnyInts) -> "Circuits":
        """Select circuits by mask or number."""
        return Circuits(*(values[which] for values in vars(self).values()))


def cheapest(ways: Ways, row: Int64s, column: Int64s) -> Circuits:
    """Find the cheapest circuit through each figure, given by row and column, shape (k,) each.

    From where the arc of the figure ends it turns, within the row and below, to another column,
    takes that column's arc, and returns outside of the row.
    """
    rows, number = np.unique(row, return_inverse=True)
    beyond = ways.beyond(rows)
    is_total = column == ways.total
    back = np.where(is_total, beyond[column, :, number].T, beyond[:, column, number])
    rest = back + _turns(ways, row, column)
    price = rest + np.where(is_total, ways.down[:, row], ways.up[:, row])
    each = np.arange(len(row))
    price[column, each] = np.inf
    other = price.argmin(axis=0).astype(np.int64)
    return Circuits(row, column, other, price[other, each], rest[other, each])


def partners(ways: Ways, circuits: Circuits) -> Int64s:
    """Find the other row of each circuit that is four figures of two rows; -1 if it is longer.

    The circuits must exist.
    """
    tree, row = ways.tree, circuits.row
    is_total = circuits.column == ways.total
    begin, end = np.where(
        is_total, (circuits.column, circuits.other), (circuits.other, circuits.column)
    )
    first, last = tree.first[tree.block[row]], tree.first[tree.block[row] + 1]
    sibling = arrays.ranges(first, last - first)
    each = np.repeat(np.arange(len(row)), last - first)
    is_cheapest = ways.through[begin[each], end[each], sibling] == circuits.rest[each]
    is_leaf = (tree.heads[sibling] < 0) & (tree.heads[row] < 0)[each]
    fits = np.flatnonzero(is_cheapest & is_leaf & (sibling != row[each]))
    found = np.full(len(row), -1, dtype=np.int64)
    found[each[fits]] = sibling[fits]
    return found


def figures_on(ways: Ways, circuits: Circuits) -> Iterator[tuple[Int64s, Int64s]]:
    """List rows and columns of the figures on each circuit, but that which is to grow."""
    tree, row = ways.tree, circuits.row
    beyond = ways.steps_beyond(row)
    figures = zip(row.tolist(), circuits.column.tolist(), circuits.other.tolist(), strict=True)
    for i, (at, column, other) in enumerate(figures):
        ends = (column, other) if column == ways.total else (other, column)
        found = [(at, other), *_walk(ways, int(tree.block[at]), at, beyond[:, :, i], ends)]
        if (inside := int(tree.heads[at])) >= 0:
            steps = _steps_within(ways, row[i : i + 1], circuits.column[i : i + 1])[:, :, 0]
            found += _walk(ways, inside, None, steps, ends[::-1])
        rows, columns = np.array(found, dtype=np.int64).T
        yield rows, columns


def _turns(ways: Ways, row: Int64s, column: Int64s) -> Floats:
    """Price from each figure's column to others, or to a total from others, within its row."""
    turn = np.zeros((len(ways.up), len(row)))
    inner = np.flatnonzero(ways.tree.heads[row] >= 0)
    if len(inner):
        column, each = column[inner], np.arange(len(inner))
        within = shortest(_steps_within(ways, row[inner], column))
        to_total, away = within[:, column, each], within[column, :, each].T
        turn[:, inner] = np.where(column == ways.total, to_total, away)
    return turn


def _steps_within(ways: Ways, row: Int64s, column: Int64s) -> Floats:
    """Price of single steps between the columns of rows' children, not over the figures given."""
    block, each = ways.tree.heads[row], np.arange(len(row))
    around = ways.around[:, :, block]
    around[column, :, each] = np.inf
    around[:, column, each] = np.inf
    return np.minimum(ways.direct[:, :, block], around)


def _walk(
    ways: Ways, block: int, avoided: int | None, steps: Floats, ends: tuple[int, int]
) -> Iterator[tuple[int, int]]:
    """Give the figures on the cheapest way between two columns of a block, avoiding a row."""
    tree = ways.tree
    first, last = int(tree.first[block]), int(tree.first[block + 1])
    for hop in _hops(steps, *ends):
        prices = ways.through[(*hop, slice(first, last))].copy()
        if avoided is not None:
            prices[avoided - first] = np.inf
        row, head = first + int(prices.argmin()), int(tree.head[block])
        if prices[row - first] <= steps[hop]:
            yield from ((row, column) for column in hop)
            if (inside := int(tree.heads[row])) >= 0:
                yield from _walk(ways, inside, None, ways.direct[:, :, inside], hop)
        elif head >= 0:
            yield from ((head, column) for column in hop)
            beyond = ways.beyond_head[:, :, block]
            yield from _walk(ways, int(tree.block[head]), head, beyond, hop)


def _hops(steps: Floats, begin: int, end: int) -> list[tuple[int, int]]:
    """Find the single steps of the cheapest way between two columns, by Dijkstra's search."""
    prices: list[list[float]] = steps.tolist()
    least, came_from = prices[begin], [begin] * len(prices)
    unsettled = set(range(len(prices))) - {begin}
    while end in unsettled:
        at = min(unsettled, key=least.__getitem__)
        unsettled.remove(at)
        for following in unsettled:
            price = least[at] + prices[at][following]
            if price < least[following]:
                least[following], came_from[following] = price, at
    hops = [(came_from[end], end)]
    while hops[-1][0] != begin:
        hops.append((came_from[hops[-1][0]], hops[-1][0]))
    return hops
