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
Computing 19: 520-533). What a circuit offers stays open when more is hidden later.
"""

import dataclasses
import heapq
from typing import Final

import numpy as np

from gis.arrays import Bools, Floats, Int32s, Int64s

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
    parents, number = np.unique(group, return_inverse=True)
    sums = np.zeros((len(parents), counts.shape[1]), dtype=np.int64)
    np.add.at(sums, number, counts)
    n = len(counts)
    parent = np.concatenate((n + number, np.full(len(parents), -1)))
    may_hide = np.arange(n + len(parents)) < n
    return _suppress(np.vstack((counts, sums)), parent, may_hide, threshold, n)


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
    _check_hierarchy(parent)
    has_parent = parent >= 0
    rest = counts.copy()
    np.subtract.at(rest, parent[has_parent], counts[has_parent])
    inner = np.bincount(parent[has_parent], minlength=n) > 0
    if (rest[inner] < 0).any():
        raise ValueError("children must not exceed their parent")
    uncounted = np.flatnonzero(inner & (rest > 0).any(axis=1))
    rows = np.vstack((counts, rest[uncounted]))
    may_hide = np.ones(len(rows), dtype=np.bool_)
    return _suppress(rows, np.concatenate((parent, uncounted)), may_hide, threshold, n)


def _counts(partition: Int64s, parent: Int32s, threshold: int) -> Int64s:
    if partition.ndim != 2 or partition.shape[1] == 0 or parent.shape != (len(partition),):
        raise ValueError("partition must have the shape (n, c), its grouping (n,)")
    if (partition < 0).any() or threshold < 2:
        raise ValueError("counts must not be negative, the threshold must be 2 or more")
    return partition.astype(np.int64)


def _check_hierarchy(parent: Int32s) -> None:
    if ((parent < -1) | (parent >= len(parent))).any():
        raise ValueError("a parent must be a row of the table or -1")
    above = parent
    for _ in range(len(parent)):
        if (above < 0).all():
            return
        above = np.where(above >= 0, parent[above], -1)
    if (above >= 0).any():
        raise ValueError("parents must not run in a circle")


def _suppress(
    rows: Int64s, parent: Int64s, may_hide: Bools, threshold: int, published_rows: int
) -> Suppression:
    """Hide what must be of a table; rows beyond the published ones are only implied by it."""
    figures = np.column_stack((rows, rows.sum(axis=1)))
    figures_per_row = figures.shape[1]
    network = _Network.of(figures, parent, may_hide, published_rows)
    sensitive = (figures > 0) & (figures < threshold) & may_hide[:, np.newaxis]
    arcs = np.flatnonzero(sensitive)
    for arc in arcs:
        network.hide(int(arc))
    exposed = np.zeros(figures.size, dtype=np.bool_)
    # The largest amounts first: their circuits serve the smaller ones too.
    for arc in arcs[np.argsort(figures.ravel()[arcs], kind="stable")]:
        exposed[arc] = not network.protect(int(arc), threshold - network.value[arc])
    hidden = np.array(network.hidden, dtype=np.bool_).reshape(-1, figures_per_row)[:published_rows]
    return Suppression(
        cells=hidden[:, :-1],
        totals=hidden[:, -1],
        exposed=exposed.reshape(-1, figures_per_row)[:published_rows],
    )


@dataclasses.dataclass(frozen=True)
class _Network:
    """Figures as arcs. A column's flow runs down the hierarchy, the total's runs up again.

    The sums of a row that has children follow from theirs, so each figure is in two sums: among
    its siblings', and its own children's or, without children, its row's.
    """

    tail: list[int]
    head: list[int]
    value: list[int]
    cost: list[float]
    hidden: list[bool]
    arcs_at: list[list[int]]
    hidden_at: list[list[int]]

    @classmethod
    def of(cls, figures: Int64s, parent: Int64s, may_hide: Bools, published: int) -> "_Network":
        n, width = figures.shape
        inner = np.bincount(parent[parent >= 0], minlength=n) > 0
        nodes = np.where(inner, width, 1)
        first = np.cumsum(nodes) - nodes
        outside = int(nodes.sum())
        column = np.arange(width)
        below = first[:, np.newaxis] + np.where(inner[:, np.newaxis], column, 0)
        above = np.where(parent[:, np.newaxis] >= 0, first[parent][:, np.newaxis] + column, outside)
        is_total = column == width - 1
        tail = np.where(is_total, below, above).ravel().tolist()
        head = np.where(is_total, above, below).ravel().tolist()
        arcs_at: list[list[int]] = [[] for _ in range(outside + 1)]
        for arc, (start, end) in enumerate(zip(tail, head, strict=True)):
            arcs_at[start].append(arc)
            arcs_at[end].append(arc)
        implied = np.broadcast_to((np.arange(n) >= published)[:, np.newaxis], figures.shape)
        cost = _costs(figures, is_total, may_hide)
        hidden = (implied & may_hide[:, np.newaxis]).ravel()
        cost[hidden] = 0.0
        is_hidden = hidden.tolist()
        hidden_at = [[arc for arc in arcs if is_hidden[arc]] for arcs in arcs_at]
        value = figures.ravel().tolist()
        return cls(tail, head, value, cost.tolist(), is_hidden, arcs_at, hidden_at)

    def hide(self, arc: int) -> None:
        """Hide a figure; using it once more costs nothing."""
        if not self.hidden[arc]:
            self.hidden[arc] = True
            self.cost[arc] = 0.0
            self.hidden_at[self.tail[arc]].append(arc)
            self.hidden_at[self.head[arc]].append(arc)

    def protect(self, arc: int, amount: int) -> bool:
        """Hide a circuit by which a figure can grow by an amount, or else by what is possible."""
        if self._is_protected(arc, amount):
            return True
        for possible in range(amount, 0, -1):
            circuit = self._cheapest_circuit(arc, possible)
            if circuit is not None:
                for other in circuit:
                    self.hide(other)
                return possible == amount
        return False

    def _is_protected(self, arc: int, amount: int) -> bool:
        """Whether an amount gets back over what is hidden already, which most often it does."""
        goal = self.tail[arc]
        seen, front = {self.head[arc]}, [self.head[arc]]
        while front:
            following = []
            for node in front:
                for other in self.hidden_at[node]:
                    forward = self.tail[other] == node
                    if other == arc or not (forward or self.value[other] >= amount):
                        continue
                    end = self.head[other] if forward else self.tail[other]
                    if end == goal:
                        return True
                    if end not in seen:
                        seen.add(end)
                        following.append(end)
            front = following
        return False

    def _cheapest_circuit(self, arc: int, amount: int) -> list[int] | None:
        """Find the arcs over which an amount gets back from an arc's head to its tail.

        Dijkstra's search over what may be hidden; None if there is no way.
        """
        start, goal = self.head[arc], self.tail[arc]
        least, by_arc = {start: 0.0}, {start: arc}
        queue, done = [(0.0, start)], set()
        while queue:
            cost, node = heapq.heappop(queue)
            if node == goal:
                return self._way_back(by_arc, start, goal)
            if node in done:
                continue
            done.add(node)
            for other in self.arcs_at[node]:
                forward = self.tail[other] == node
                if other == arc or not (forward or self.value[other] >= amount):
                    continue
                following = self.head[other] if forward else self.tail[other]
                reached = cost + self.cost[other]
                if reached < least.get(following, np.inf):
                    least[following], by_arc[following] = reached, other
                    heapq.heappush(queue, (reached, following))
        return None

    def _way_back(self, by_arc: dict[int, int], start: int, goal: int) -> list[int]:
        way, node = [], goal
        while node != start:
            arc = by_arc[node]
            way.append(arc)
            node = self.tail[arc] if self.head[arc] == node else self.head[arc]
        return way


def _costs(figures: Int64s, is_total: Bools, may_hide: Bools) -> Floats:
    """Price what is lost by hiding: the people counted, totals dear, zeros a last resort."""
    price = _PER_FIGURE + figures + np.where(figures == 0, _PER_ZERO, 0.0)
    price = price * np.where(is_total, _TOTAL_WEIGHS, 1.0)
    cost: Floats = np.where(may_hide[:, np.newaxis], price, np.inf).ravel()
    return cost
