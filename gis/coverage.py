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


@dataclass(frozen=True)
class Limits:
    """What counts as covered, and the classes that distances are told in.

    Attributes
    ----------
    max_walk_m
        Demand at this distance or nearer is covered; metres.
    bands_m
        Upper ends of the bands, ascending; metres.
    """

    max_walk_m: float
    bands_m: tuple[float, ...] = (300.0, 500.0, 1000.0)

    def __post_init__(self) -> None:
        """Refuse limits that are not above zero and ascending."""
        ends = np.array([0.0, *self.bands_m])
        if not (self.max_walk_m >= 0 and (np.diff(ends) > 0).all()):
            raise ValueError("limits must be above zero and ascending")


@dataclass(frozen=True, eq=False)
class Demand:
    """Places of demand with their distances to the nearest supply.

    Attributes
    ----------
    unit
        Index of the unit of each place, -1 for none, shape (n,).
    weight
        People at each place, shape (n,).
    distance_m
        Walking metres; NaN is unattached, infinite unreachable, shape (n,).
    straight_m
        Straight metres to the nearest supply, or None when nobody asks, shape (n,).
    """

    unit: arrays.Int32s
    weight: arrays.Int32s
    distance_m: arrays.Floats
    straight_m: arrays.Floats | None = None

    def __post_init__(self) -> None:
        """Refuse arrays of different lengths, and less than nobody at a place."""
        if not self.unit.shape == self.weight.shape == self.distance_m.shape:
            raise ValueError("the arrays of demand differ in length")
        if self.straight_m is not None and self.straight_m.shape != self.unit.shape:
            raise ValueError("the arrays of demand differ in length")
        if len(self.weight) and (self.weight.min() < 0 or self.unit.min() < -1):
            raise ValueError("weights must be zero or more, units -1 or more")


@dataclass(frozen=True, eq=False)
class UnitFigures:
    """Coverage of each unit; all arrays are of shape (units,) but `bands`.

    Attributes
    ----------
    demand
        People; the sum of the next four.
    covered, beyond, unreachable, unattached
        People within `Limits.max_walk_m`, farther, without any way, and off the network.
    households
        Places with any demand.
    share
        Covered people of all, 0 to 1; NaN where nobody lives.
    bands
        People in each band as numbered by `band_index`, shape (units, bands).
    straight_covered
        People within `Limits.max_walk_m` as the crow flies; None when not asked for.
    """

    demand: arrays.Int64s
    covered: arrays.Int64s
    beyond: arrays.Int64s
    unreachable: arrays.Int64s
    unattached: arrays.Int64s
    households: arrays.Int64s
    share: arrays.Floats
    bands: arrays.Int64s
    straight_covered: arrays.Int64s | None


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


def summarise(demand: Demand, limits: Limits, n_units: int) -> UnitFigures:
    """Sum up the demand of each unit by distance.

    Parameters
    ----------
    demand
        Places; those of unit -1 are left out.
    limits
        What counts as covered, and the bands.
    n_units
        Number of units; indices in `demand` are below it.
    """
    _check_units(demand, n_units)
    # one pass over the places: bands cut once more at max_walk_m, put together in two ways
    cuts = tuple(sorted({*limits.bands_m, limits.max_walk_m}))
    fine = _cross(demand, band_index(demand.distance_m, cuts), len(cuts) + 3, n_units)
    covered, beyond, unreachable, unattached = _merge(fine, cuts, (limits.max_walk_m,)).T
    total = covered + beyond + unreachable + unattached
    share = np.full(n_units, np.nan)
    np.divide(covered, total, out=share, where=total > 0)
    return UnitFigures(
        demand=total,
        covered=covered,
        beyond=beyond,
        unreachable=unreachable,
        unattached=unattached,
        households=np.bincount(demand.unit[demand.weight > 0] + 1, minlength=n_units + 1)[1:],
        share=share,
        bands=_merge(fine, cuts, limits.bands_m),
        straight_covered=_straight(demand, limits, n_units),
    )


def _check_units(demand: Demand, n_units: int) -> None:
    if len(demand.unit) and demand.unit.max() >= n_units:
        raise ValueError("a unit index is out of range")


def _cross(demand: Demand, column: arrays.Int8s, k: int, n_units: int) -> arrays.Int64s:
    """People by unit (rows) and column, shape (n_units, k)."""
    cell = (demand.unit + 1) * k + column  # unit -1 falls into a row of its own, cut off below
    people = np.bincount(cell, demand.weight, minlength=(n_units + 1) * k)
    return people.reshape(-1, k)[1:].astype(np.int64)


def _merge(
    fine: arrays.Int64s, cuts: tuple[float, ...], limits: tuple[float, ...]
) -> arrays.Int64s:
    """Columns of the bands between `limits` from those between more `cuts`."""
    first = [0, *(cuts.index(limit) + 1 for limit in limits)]
    return np.add.reduceat(fine, [*first, len(cuts) + 1, len(cuts) + 2], axis=1)


def _straight(demand: Demand, limits: Limits, n_units: int) -> arrays.Int64s | None:
    if demand.straight_m is None:
        return None
    near = (demand.straight_m <= limits.max_walk_m).astype(np.int8)
    return _cross(demand, near, 2, n_units)[:, 1]
