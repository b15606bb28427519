"""Coverage when nobody is served by a full centre, and a score of access."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis import capacity as capacities
from gis import floating_catchment, reach
from gis import suppression as suppressing
from services.coverage import SMALL
from services.coverage_basis import Basis
from services.coverage_counts import Limits


@dataclass(frozen=True)
class UnitCapacity:
    """Capacity-aware coverage and access score of a unit; None: not shown."""

    code: str
    served: int | None
    served_share: float | None
    mean_score: float | None


@dataclass(frozen=True)
class CapacityCoverage:
    """Coverage when nobody is served by a full centre.

    Attributes
    ----------
    gap
        Proven relative distance of the total walk from the optimum; 0: optimal.
    """

    served: int
    unserved: int
    total_walk_m: float
    gap: float
    units: tuple[UnitCapacity, ...]


def capacity(basis: Basis, limits: Limits, code: str | None) -> CapacityCoverage:
    """Serve as many people as places allow with the least walking; score access by E2SFCA."""
    if basis.network is None:
        return CapacityCoverage(0, int(basis.measured.people.sum()), 0.0, 0.0, ())
    wanted, places, net = basis.demand, basis.places, basis.network.network
    room = np.array([place.capacity or 0 for place in places.found], dtype=np.int32)
    far = max(limits.cuts_m)
    near = reach.pairs(net, wanted.attachment, places.attachment, far)
    within = near.distance_m <= limits.max_walk_m
    walkable = reach.Pairs(near.demand[within], near.supply[within], near.distance_m[within])
    flow = capacities.assign_within_capacity(walkable, wanted.people, room)
    score = floating_catchment.e2sfca(near, wanted.people, room)
    found = _unit_capacity(basis, flow.served, score, code)
    return CapacityCoverage(
        int(flow.served.sum()), int(flow.unserved), float(flow.total_walk_m), float(flow.gap), found
    )


def _unit_capacity(
    basis: Basis, served: NDArray[np.int64], score: NDArray[np.float64], code: str | None
) -> tuple[UnitCapacity, ...]:
    n = len(basis.tree.units)
    people = basis.measured.people.astype(np.int64)
    inside = basis.measured.position >= 0
    counts = np.zeros((n, 2), dtype=np.int64)
    scores = np.full(n, np.nan)
    for level in basis.tree.at_level:
        at = level == np.arange(n)
        unit, who = level[basis.measured.position[inside]], inside.copy()
        who[inside] = unit >= 0
        unit = unit[unit >= 0]
        here = np.bincount(unit, served[who], n), np.bincount(unit, people[who], n)
        counts[at, 0], counts[at, 1] = here[0][at], (here[1] - here[0])[at]
        with np.errstate(invalid="ignore"):
            scores[at] = (np.bincount(unit, score[who] * people[who], n) / here[1])[at]
    hidden = suppressing.suppress_tree(counts, basis.tree.parent)
    return tuple(
        _unit_capacity_row(unit.code, counts[i], hidden.cells[i], float(scores[i]))
        for i, unit in enumerate(basis.tree.units)
        if unit.code.startswith(code or "")
    )


def _unit_capacity_row(
    code: str, counts: NDArray[np.int64], hidden: NDArray[np.bool_], score: float
) -> UnitCapacity:
    total = int(counts.sum())
    if hidden.any() or not total:
        return UnitCapacity(code, None, None, None)
    share = round(int(counts[0]) / total, 4)
    mean = round(score, 5) if np.isfinite(score) and total >= SMALL else None
    return UnitCapacity(code, int(counts[0]), share, mean)
