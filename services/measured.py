"""What was measured for each household of the demand: people, and how far they have to go."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gis import coverage, walks
from services import hierarchy


@dataclass(frozen=True, eq=False)
class UnitWalks:
    """How far the people of each unit of a tree walk, and the distances that this was told from.

    Attributes
    ----------
    figures
        Mean, median and 90 % quantile of the metres walked, ``(3, units)``.
    """

    tree: hierarchy.Hierarchy
    runs: walks.Runs
    walk_m: NDArray[np.float64]
    figures: NDArray[np.float64]

    @classmethod
    def told(cls, tree: hierarchy.Hierarchy, measured: "Measured") -> "UnitWalks":
        """Look at every unit."""
        units = np.arange(len(tree.units))
        last = units.copy()
        for level in tree.at_level:
            inside = np.flatnonzero(level >= 0)
            np.maximum.at(last, level[inside], inside)
        runs = walks.Runs.of(measured.position, measured.people, last)
        return cls(tree, runs, measured.walk_m, _figures(runs, measured.walk_m, units))

    def moved(self, walk_m: NDArray[np.float64]) -> "UnitWalks":
        """Look again at the units in which a household has another way to go, and only there."""
        is_same = (self.walk_m == walk_m) | (np.isnan(self.walk_m) & np.isnan(walk_m))
        leaves = np.unique(self.runs.unit[~is_same])
        is_other = np.zeros(len(self.tree.units) + 1, dtype=bool)  # the last one stands for -1
        is_other[self.tree.at_level[:, leaves[leaves >= 0]]] = True
        units, figures = np.flatnonzero(is_other[:-1]), self.figures.copy()
        figures[:, units] = _figures(self.runs, walk_m, units)
        return UnitWalks(self.tree, self.runs, walk_m, figures)


@dataclass(frozen=True, eq=False)
class Measured:
    """People and distances of each household; arrays ``(n,)``.

    Attributes
    ----------
    position
        Position of its unit in the hierarchy, -1: in no unit.
    people
        Its demand.
    walk_m
        NaN: unattached; infinite: no way.
    straight_m
        Straight line to the nearest supply.
    earlier
        What was told of the same households with other distances, so that only units in which
        they differ are looked at again.
    """

    position: NDArray[np.int32]
    people: NDArray[np.int32]
    walk_m: NDArray[np.float64]
    straight_m: NDArray[np.float64]
    earlier: UnitWalks | None = field(default=None, repr=False)

    @cached_property
    def demand(self) -> coverage.Demand:
        """The same for `gis.coverage`."""
        return coverage.Demand(self.position, self.people, self.walk_m, self.straight_m)

    def walks(self, tree: hierarchy.Hierarchy) -> UnitWalks:
        """Tell how far the people of each unit walk; kept for the tree last asked for."""
        known = self._known
        if known is None or known.tree is not tree:
            known = UnitWalks.told(tree, self)
        elif known.walk_m is not self.walk_m:
            known = known.moved(self.walk_m)
        vars(self)["_walks"] = known  # no limit changes it
        return known

    def moved(self, walk_m: NDArray[np.float64], straight_m: NDArray[np.float64]) -> "Measured":
        """Give the same households other distances."""
        return Measured(self.position, self.people, walk_m, straight_m, self._known)

    @property
    def _known(self) -> UnitWalks | None:
        known: UnitWalks | None = vars(self).get("_walks", self.earlier)
        return known


def _figures(
    runs: walks.Runs, walk_m: NDArray[np.float64], units: NDArray[np.intp]
) -> NDArray[np.float64]:
    found = walks.walks(runs, walk_m, units)
    return np.stack([found.mean_m, found.median_m, found.p90_m])
