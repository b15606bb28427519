"""Accessibility scores by the enhanced two-step floating catchment area method."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gis import arrays, reach


def e2sfca(
    pairs: reach.Pairs,
    demand: arrays.AnyInts,
    capacity: arrays.AnyInts,
    zones_m: tuple[float, ...] = (300.0, 500.0, 1000.0),
    weights: tuple[float, ...] = (1.0, 0.68, 0.22),
) -> arrays.Floats:
    """Score each place of demand: places of supply per person, weighted by distance zones.

    Step 1 divides the capacity of each supply by the weighted demand around it; step 2 adds up,
    for each demand, the weighted ratios of the supplies around it. So the scores times the
    demand add up to the capacity of all supplies that anybody reaches.

    Source: Luo & Qi 2009, An enhanced two-step floating catchment area (E2SFCA) method for
    measuring spatial accessibility to primary care physicians, Health & Place 15:1100-1107; the
    default weights are theirs for three zones, the zones are those of the living circles.

    Parameters
    ----------
    pairs
        Walking distances; those beyond the last zone count nothing.
    demand
        People at each place of demand, shape (n,).
    capacity
        Places at each supply, shape (s,).
    zones_m
        Upper ends of the zones, ascending, metres.
    weights
        Weight of each zone.

    Returns
    -------
    Floats
        Shape (n,); 0 where no supply is within the zones.

    Raises
    ------
    ValueError
        When zones and weights do not pair, or demand or capacity is negative.
    """
    if len(zones_m) != len(weights) or (np.diff([0.0, *zones_m]) <= 0).any():
        raise ValueError("each zone needs a weight, and zones must ascend from zero")
    if min(weights, default=0.0) < 0 or (demand < 0).any() or (capacity < 0).any():
        raise ValueError("weights, demand and capacity must be zero or more")
    zone = np.searchsorted(np.asarray(zones_m), pairs.distance_m, side="left")
    decay = np.append(np.asarray(weights, dtype=np.float64), 0.0)[zone]
    around = np.bincount(pairs.supply, decay * demand[pairs.demand], minlength=len(capacity))
    ratio = np.zeros(len(capacity))
    np.divide(capacity, around, out=ratio, where=around > 0)
    score = np.bincount(pairs.demand, decay * ratio[pairs.supply], minlength=len(demand))
    return score.astype(np.float64)
