"""What is known of roads, thresholds and ramps, and what that means for somebody on wheels.

Nothing is taken for granted: what is not known stays unknown, apart from what is known to be
passable and what is known not to be.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from gis import arrays


class State(IntEnum):
    """Whether somebody can pass; a greater one is the better one."""

    BLOCKED = -1
    UNKNOWN = 0
    SURE = 1


class Steps(IntEnum):
    """Whether a road is a stairway, and what stands beside the steps."""

    NONE = 0
    PLAIN = 1
    SOME_RAMP = 2  # of a kind not told: it may be one for bicycles
    WHEELCHAIR_RAMP = 3


@dataclass(frozen=True)
class Profile:
    """What somebody can pass.

    Attributes
    ----------
    incline_pct
        Steepest road, rise to run in per cent.
    ramp_pct
        Steepest ramp: a few metres, where more is possible than on a road.
    kerb_m
        Highest kerb or threshold, metres.
    width_m
        Narrowest passage, metres.
    refused
        Surfaces that cannot be passed.
    """

    incline_pct: float
    ramp_pct: float
    kerb_m: float
    width_m: float
    refused: frozenset[str]

    def __post_init__(self) -> None:
        """Refuse what nobody can be like."""
        measures = (self.incline_pct, self.ramp_pct, self.kerb_m, self.width_m)
        if not all(np.isfinite(measures)) or min(measures) < 0:
            raise ValueError("measures of a profile must be finite and zero or more")


@dataclass(frozen=True, eq=False)
class Traits:
    """What is known of each road section; arrays (e,).

    Attributes
    ----------
    said
        Whether it is said to be free of steps: 1 yes, 0 nothing is said, -1 no.
    steps
        A `Steps` each.
    incline_pct, width_m
        Steepest rise to run in per cent, and width in metres; NaN: not known.
    surface
        Index into `surface_names`, -1: not known.
    surface_names
        Values of the surface tag.
    """

    said: arrays.Int8s
    steps: arrays.Int8s
    incline_pct: arrays.Floats
    width_m: arrays.Floats
    surface: arrays.Int16s
    surface_names: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse arrays of different lengths and surfaces without a name."""
        others = (self.steps, self.incline_pct, self.width_m, self.surface)
        if any(values.shape != self.said.shape for values in others):
            raise ValueError("the arrays of traits differ in length")
        if len(self.surface) and self.surface.max() >= len(self.surface_names):
            raise ValueError("a surface index is out of range")

    def __len__(self) -> int:
        """Count the road sections."""
        return len(self.said)

    def take(self, index: arrays.AnyInts) -> "Traits":
        """Give some of the road sections, by their indices, shape (k,)."""
        return Traits(
            self.said[index],
            self.steps[index],
            self.incline_pct[index],
            self.width_m[index],
            self.surface[index],
            self.surface_names,
        )

    @classmethod
    def told(cls, step_free: arrays.Int8s, is_steps: arrays.Bools) -> "Traits":
        """Make traits of a network of which no more is known than yes, no or nothing.

        Parameters
        ----------
        step_free
            1 yes, 0 unknown, -1 no; shape (e,).
        is_steps
            Which sections are stairways, shape (e,).
        """
        n = len(step_free)
        steps = np.where(is_steps & (step_free < 1), Steps.PLAIN, Steps.NONE)
        steps[is_steps & (step_free == 0)] = Steps.SOME_RAMP
        nothing = np.full(n, np.nan)
        unknown = np.full(n, -1, dtype=np.int16)
        return cls(step_free.astype(np.int8), steps.astype(np.int8), nothing, nothing, unknown, ())


@dataclass(frozen=True, eq=False)
class Thresholds:
    """What is known of single places that must be passed: kerbs, gates, entrances; arrays (n,).

    Attributes
    ----------
    said
        Whether it is said to be passable: 1 yes, 0 nothing is said, -1 no.
    height_m, width_m, incline_pct
        What has to be got over, clear width and slope; NaN: not known.
    """

    said: arrays.Int8s
    height_m: arrays.Floats
    width_m: arrays.Floats
    incline_pct: arrays.Floats

    def __post_init__(self) -> None:
        """Refuse arrays of different lengths."""
        others = (self.height_m, self.width_m, self.incline_pct)
        if any(values.shape != self.said.shape for values in others):
            raise ValueError("the arrays of thresholds differ in length")

    def __len__(self) -> int:
        """Count the places."""
        return len(self.said)


def road_states(traits: Traits, profile: Profile) -> arrays.Int8s:
    """Tell of each road section whether it can be passed.

    It surely can where that is said, where a ramp for wheelchairs stands beside the steps, or
    where incline, width and surface are all known and within what the profile can pass. One
    known measure beyond it is enough to block.

    Returns
    -------
    Int8s
        A `State` each, shape (e,).
    """
    is_refused = np.array([*(n in profile.refused for n in traits.surface_names), False])
    blocked = (traits.said < 0) | (traits.steps == Steps.PLAIN) | is_refused[traits.surface]
    blocked |= traits.incline_pct > profile.incline_pct
    blocked |= traits.width_m < profile.width_m
    measured = np.isfinite(traits.incline_pct) & np.isfinite(traits.width_m)
    measured &= (traits.surface >= 0) & (traits.steps == Steps.NONE)
    sure = (traits.said > 0) | (traits.steps == Steps.WHEELCHAIR_RAMP) | measured
    return _states(sure, blocked)


def threshold_states(places: Thresholds, profile: Profile) -> arrays.Int8s:
    """Tell of each place whether it can be passed: by what is said, or by any measure known.

    Returns
    -------
    Int8s
        A `State` each, shape (n,).
    """
    blocked = (places.said < 0) | (places.height_m > profile.kerb_m)
    blocked |= (places.width_m < profile.width_m) | (places.incline_pct > profile.incline_pct)
    measured = np.isfinite(places.height_m)
    measured |= np.isfinite(places.width_m) | np.isfinite(places.incline_pct)
    return _states((places.said > 0) | measured, blocked)


def ramp_states(slope_pct: arrays.Floats, width_m: arrays.Floats, profile: Profile) -> arrays.Int8s:
    """Tell of each ramp whether it can be used; a ramp of unknown slope or width is unknown.

    Whether it obeys a standard is another question, see `gis.stepfree.compliance`.

    Parameters
    ----------
    slope_pct, width_m
        Rise to run in per cent, and clear width; NaN: not known; shape (n,).
    """
    blocked = (slope_pct > profile.ramp_pct) | (width_m < profile.width_m)
    return _states(np.isfinite(slope_pct) & np.isfinite(width_m), blocked)


def _states(sure: arrays.Bools, blocked: arrays.Bools) -> arrays.Int8s:
    states = np.where(sure, State.SURE, State.UNKNOWN)
    states[blocked] = State.BLOCKED
    return states.astype(np.int8)
