"""Coverage: how much of the demand of each unit is within walking distance of supply."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from gis import arrays


class Band(StrEnum):
    """Bands of distance that no limit names."""

    BEYOND = "beyond"
    UNREACHABLE = "unreachable"
    UNATTACHED = "unattached"


@dataclass(frozen=True, eq=False)
class Demand:
    """Places of demand with their distances to the nearest supply.

    Attributes
    ----------
    unit
        Index of the unit of each place, -1 for none, shape (n,).
    weight
        People at each place, shape (n,).
    walk_m
        Walking metres; NaN is unattached, infinite unreachable, shape (n,).
    straight_m
        Straight metres, shape (n,).
    """

    unit: arrays.Int32s
    weight: arrays.Int32s
    walk_m: arrays.Floats
    straight_m: arrays.Floats

    def __post_init__(self) -> None:
        """Refuse arrays of different lengths, and less than nobody at a place."""
        shape = self.unit.shape
        if not shape == self.weight.shape == self.walk_m.shape == self.straight_m.shape:
            raise ValueError("the arrays of demand differ in length")
        if len(self.weight) and (self.weight.min() < 0 or self.unit.min() < -1):
            raise ValueError("weights must be zero or more, units -1 or more")


@dataclass(frozen=True, eq=False)
class UnitCounts:
    """People of each unit by how far they have to go.

    Attributes
    ----------
    bands
        People in each band as numbered by `band_index`, shape (units, bands).
    straight
        People whose straight line to the nearest supply does not exceed the limit, shape (units,).
    """

    bands: arrays.Int64s
    straight: arrays.Int64s


def band_labels(bands_m: tuple[float, ...]) -> tuple[str, ...]:
    """Labels of the bands as numbered by `band_index`: "<=300", ..., "beyond", ..."""
    return (*(f"<={limit:g}" for limit in bands_m), *Band)


def band_index(distance_m: arrays.Floats, bands_m: tuple[float, ...]) -> arrays.Int8s:
    """Band of each distance: the first limit it does not exceed.

    Parameters
    ----------
    distance_m
        NaN is unattached, infinite unreachable, shape (n,).
    bands_m
        Upper ends of the bands, ascending.

    Returns
    -------
    Int8s
        0 .. k - 1 for the k limits, k beyond, k + 1 unreachable, k + 2 unattached; shape (n,).
    """
    index = np.zeros(len(distance_m), dtype=np.int8)
    for limit in bands_m:
        index += distance_m > limit
    index += np.isposinf(distance_m)
    index[np.isnan(distance_m)] = len(bands_m) + 2
    return index


def count(
    demand: Demand, bands_m: tuple[float, ...], straight_limit_m: float, n_units: int
) -> UnitCounts:
    """Count the people of each unit, leaving out those at places of unit -1.

    A straight line is taken to be no longer than the way beside it, whatever roundings say.

    Parameters
    ----------
    demand
        The places.
    bands_m
        Upper ends of the bands, above zero and ascending; metres.
    straight_limit_m
        Longest straight line that is counted, metres.
    n_units
        Number of units; indices in `demand` are below it.
    """
    if not (np.diff([0.0, *bands_m]) > 0).all():
        raise ValueError("ends of bands must be above zero and ascending")
    if len(demand.unit) and demand.unit.max() >= n_units:
        raise ValueError("a unit index is out of range")
    k = len(bands_m) + 3
    is_near = (demand.straight_m <= straight_limit_m) | (demand.walk_m <= straight_limit_m)
    # One pass over the places: each band twice, for those who are not near and those who are.
    cell = np.multiply(demand.unit, 2 * k, dtype=np.int64)
    cell += 2 * k  # unit -1 gets a row of its own, cut off below
    cell += 2 * band_index(demand.walk_m, bands_m) + is_near
    people = np.bincount(cell, demand.weight, minlength=(n_units + 1) * 2 * k)
    far_near = people.reshape(-1, k, 2)[1:].astype(np.int64)
    return UnitCounts(far_near.sum(axis=2), far_near[:, :, 1].sum(axis=1))
