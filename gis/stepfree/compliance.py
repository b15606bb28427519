"""Ramps against a standard: which rule each one fails, and by how much."""

import itertools
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from gis import arrays
from gis.stepfree.traits import State


class Rule(StrEnum):
    """What a standard asks of a ramp, in the order of the columns of `Findings`."""

    SLOPE = "slope"
    WIDTH = "width"
    HANDRAIL = "handrail"
    LANDING = "landing"


RULES = tuple(Rule)


@dataclass(frozen=True)
class Standard:
    """What one edition of a standard asks.

    Attributes
    ----------
    slopes
        Slopes as run to one of rise, descending (the gentlest first), with the rise allowed at
        each, metres.
    is_interpolated
        Whether between two slopes a rise between is allowed; if not, that of the steeper one.
    width_m
        Least clear width.
    handrail_rise_m, handrail_run
        Handrails are asked for above this rise, if the ramp is steeper than 1 to this run.
    landing_rise_m
        Landings are asked for above this rise.
    """

    slopes: tuple[tuple[float, float], ...]
    is_interpolated: bool
    width_m: float
    handrail_rise_m: float
    handrail_run: float
    landing_rise_m: float

    def __post_init__(self) -> None:
        """Refuse a table that allows more on a steeper slope."""
        runs, rises = zip(*self.slopes, strict=True) if self.slopes else ((), ())
        falls = all(a > b for a, b in itertools.pairwise(runs))
        falls &= all(a >= b for a, b in itertools.pairwise(rises))
        if not runs or not falls or min(runs) <= 0:
            raise ValueError("slopes must get steeper, and what they allow no higher")

    def run_needed(self, rise_m: arrays.Floats) -> arrays.Floats:
        """Return the shortest run allowed for each rise, metres, shape (n,).

        What rises more than the gentlest slope allows is a ramp of several flights, each of which
        may be that steep.
        """
        runs = np.array([run for run, _ in self.slopes])
        rises = np.array([rise for _, rise in self.slopes])
        if self.is_interpolated:
            # Slope, not run, is what lies between: 1:9 is not half way from 1:8 to 1:10.
            slope = np.interp(rise_m, rises[::-1], 1 / runs[::-1])
            return np.asarray(rise_m / slope, dtype=np.float64)
        at = np.searchsorted(rises[::-1], rise_m, side="left")
        needed: arrays.Floats = rise_m * runs[::-1][np.minimum(at, len(runs) - 1)]
        return needed


@dataclass(frozen=True, eq=False)
class Measures:
    """Ramps as they were measured; arrays (n,).

    Attributes
    ----------
    rise_m, run_m, width_m
        NaN: not measured.
    handrail, landing
        1 there is one, 0 there is none, -1 not known.
    """

    rise_m: arrays.Floats
    run_m: arrays.Floats
    width_m: arrays.Floats
    handrail: arrays.Int8s
    landing: arrays.Int8s

    @property
    def slope_pct(self) -> arrays.Floats:
        """Rise to run, per cent."""
        return 100 * self.rise_m / self.run_m


@dataclass(frozen=True, eq=False)
class Findings:
    """What was found of each ramp, a column for each of `RULES`.

    Attributes
    ----------
    states
        `State.SURE` passes, `State.BLOCKED` fails, `State.UNKNOWN` cannot be told; shape (n, 4).
    short_m
        By how much it fails: metres of run and of width that lack; 0 for what has no measure;
        shape (n, 4).
    """

    states: arrays.Int8s
    short_m: arrays.Floats

    @property
    def overall(self) -> arrays.Int8s:
        """The worst of each ramp, shape (n,)."""
        worst: arrays.Int8s = self.states.min(axis=1, initial=State.SURE).astype(np.int8)
        return worst


_ROUNDING_M = 1e-9


def check(ramps: Measures, standard: Standard) -> Findings:
    """Hold ramps against a standard."""
    needed = standard.run_needed(ramps.rise_m)
    run_short = np.where(ramps.rise_m > 0, needed - ramps.run_m, 0.0)
    run_short[np.isnan(ramps.rise_m) | np.isnan(ramps.run_m)] = np.nan
    width_short = standard.width_m - ramps.width_m
    asks_handrail = ramps.rise_m > standard.handrail_rise_m
    is_steep = ramps.run_m < standard.handrail_run * ramps.rise_m - _ROUNDING_M
    asks_landing = ramps.rise_m > standard.landing_rise_m
    is_vague = np.isnan(ramps.rise_m)
    columns = (
        _by_measure(run_short),
        _by_measure(width_short),
        _by_presence(
            ramps.handrail,
            asks_handrail & is_steep,
            is_vague | (asks_handrail & np.isnan(ramps.run_m)),
        ),
        _by_presence(ramps.landing, asks_landing, is_vague),
    )
    nothing = np.zeros(len(needed))
    short = np.column_stack([run_short, width_short, nothing, nothing])
    states = np.column_stack(columns).astype(np.int8)
    return Findings(states, np.where(states == State.BLOCKED, short, 0.0))


def _by_measure(short: arrays.Floats) -> arrays.Int8s:
    states = np.where(short > _ROUNDING_M, State.BLOCKED, State.SURE)
    return np.where(np.isnan(short), State.UNKNOWN, states).astype(np.int8)


def _by_presence(
    there: arrays.Int8s, is_asked: arrays.Bools, is_vague: arrays.Bools
) -> arrays.Int8s:
    """Judge by what is there; what is not is missed where it is asked for."""
    lacking = np.where(there == 0, State.BLOCKED, State.UNKNOWN)
    asked = np.where(is_asked, lacking, np.where(is_vague, State.UNKNOWN, State.SURE))
    return np.where(there == 1, State.SURE, asked).astype(np.int8)
