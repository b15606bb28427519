"""What is known of roads and thresholds, kept apart from what is not."""

from __future__ import annotations

import numpy as np

from gis.stepfree import traits
from gis.stepfree.traits import Profile, State, Steps, Thresholds, Traits

WHEELCHAIR = Profile(8, 8.34, 0.03, 0.8, frozenset({"sand"}))
NAN = np.nan


def road(
    said: int = 0,
    steps: Steps = Steps.NONE,
    incline: float = NAN,
    width: float = NAN,
    surface: int = -1,
) -> State:
    known = Traits(
        np.array([said], np.int8),
        np.array([steps], np.int8),
        np.array([incline]),
        np.array([width]),
        np.array([surface], np.int16),
        ("asphalt", "sand"),
    )
    return State(traits.road_states(known, WHEELCHAIR)[0])


def test_a_road_of_which_nothing_is_told_is_neither() -> None:
    assert road() is State.UNKNOWN
    assert road(incline=2, width=2) is State.UNKNOWN


def test_a_road_is_sure_when_it_is_said_or_all_is_measured() -> None:
    assert road(said=1) is State.SURE
    assert road(incline=2, width=2, surface=0) is State.SURE
    assert road(steps=Steps.WHEELCHAIR_RAMP) is State.SURE


def test_one_measure_beyond_what_can_be_passed_blocks() -> None:
    assert road(said=-1) is State.BLOCKED
    assert road(steps=Steps.PLAIN) is State.BLOCKED
    assert road(steps=Steps.SOME_RAMP) is State.UNKNOWN
    assert road(said=1, incline=12) is State.BLOCKED
    assert road(said=1, width=0.5) is State.BLOCKED
    assert road(said=1, surface=1) is State.BLOCKED


def test_a_threshold_is_told_by_what_is_said_or_any_measure() -> None:
    places = Thresholds(
        np.array([0, 0, 0, 0, 1, -1], np.int8),
        np.array([NAN, 0.02, 0.12, NAN, NAN, 0.0]),
        np.array([NAN, NAN, NAN, 0.6, NAN, NAN]),
        np.full(6, NAN),
    )
    assert traits.threshold_states(places, WHEELCHAIR).tolist() == [0, 1, -1, -1, 1, -1]


def test_a_ramp_can_be_used_when_slope_and_width_are_known_to_do() -> None:
    slope, width = np.array([8.0, 8.0, 12, NAN]), np.array([1.0, 0.7, 1.0, 1.0])
    assert traits.ramp_states(slope, width, WHEELCHAIR).tolist() == [1, -1, -1, 0]
