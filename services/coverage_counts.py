"""Numbers that rows of coverage are made of, and which of them must not be shown.

Counts of one to four people are not shown, nor what would give them away by subtraction: the
finest partition of each unit's demand is suppressed as a whole (`gis.suppression`), and a coarser
figure is shown only if every fine cell it adds up is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis import coverage, suppression
from services import hierarchy
from services.measured import Measured


@dataclass(frozen=True)
class Supply:
    """Supplies per unit of the hierarchy, ``(n,)``, all levels: places and number."""

    places: NDArray[np.int64]
    centres: NDArray[np.int64]


@dataclass(frozen=True)
class Limits:
    """The limit asked for, and the bands of the rule set, ascending; metres."""

    max_walk_m: float
    bands_m: tuple[float, ...]

    @property
    def cuts_m(self) -> tuple[float, ...]:
        """Ends of the finest ranges any figure is made of."""
        return tuple(sorted({*self.bands_m, self.max_walk_m}))

    @property
    def within(self) -> int:
        """How many of these ranges lie within the limit."""
        return self.cuts_m.index(self.max_walk_m) + 1


@dataclass(frozen=True, eq=False)
class Counts:
    """What there is to be told of some units, row by row; arrays ``(n, ...)``.

    Attributes
    ----------
    fine
        The finest partition: people by range of distance, then those without a way, then those
        too far from any path; ``(n, ranges + 2)``.
    straight
        People within the limit by straight line.
    walks
        Mean, median and 90 % quantile of the metres walked, ``(n, 3)``.
    hidden
        Which fine figures must not be shown, ``(n, ranges + 2)``.
    total_hidden, straight_hidden
        The same of their sum, and of `straight`.
    places, centres
        Supplies.
    """

    fine: NDArray[np.int64]
    straight: NDArray[np.int64]
    walks: NDArray[np.float64]
    hidden: NDArray[np.bool_]
    total_hidden: NDArray[np.bool_]
    straight_hidden: NDArray[np.bool_]
    places: NDArray[np.int64]
    centres: NDArray[np.int64]

    def of(self, units: NDArray[np.intp]) -> "Counts":
        """Select units by position."""
        return Counts(*(values[units] for values in vars(self).values()))

    def other_than(self, before: "Counts") -> NDArray[np.intp]:
        """Find the units of which anything else was told before."""
        is_other = np.zeros(len(self.fine), dtype=bool)
        for now, then in zip(vars(self).values(), vars(before).values(), strict=True):
            differs = (now != then) & ~(np.isnan(now) & np.isnan(then))
            is_other |= differs.reshape(len(now), -1).any(axis=1)
        return np.flatnonzero(is_other)


def count(tree: hierarchy.Hierarchy, measured: Measured, supply: Supply, limits: Limits) -> Counts:
    """Count by the unit each household is in, add up to the units above, and suppress."""
    own = coverage.count(measured.demand, limits.cuts_m, limits.max_walk_m, len(tree.units))
    whole = added_up(tree, np.column_stack([own.bands, own.straight]))
    fine, straight = whole[:, :-1], whole[:, -1]
    safe = suppression.suppress_tree(fine, tree.parent)
    covered = fine[:, : limits.within].sum(axis=1)
    return Counts(
        fine=fine,
        straight=straight,
        walks=measured.walks(tree).figures.T,
        hidden=safe.cells,
        total_hidden=safe.totals,
        straight_hidden=_straight_hidden(tree, fine.sum(axis=1), covered, straight),
        places=supply.places,
        centres=supply.centres,
    )


def added_up(tree: hierarchy.Hierarchy, own: NDArray[np.int64]) -> NDArray[np.int64]:
    """Add what is counted in each unit itself ``(n, k)`` to all units it lies in."""
    whole = np.zeros_like(own)
    for level in tree.at_level:
        inside = level >= 0
        np.add.at(whole, level[inside], own[inside])
    return whole


def _straight_hidden(
    tree: hierarchy.Hierarchy,
    total: NDArray[np.int64],
    covered: NDArray[np.int64],
    straight: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Which straight-line figures would give away small counts, next to the walking ones."""
    parts = np.column_stack([covered, straight - covered, total - straight])
    hidden = suppression.suppress_tree(parts, tree.parent)
    return np.asarray(hidden.cells[:, :2].any(axis=1))
