"""How far people walk, against people counted one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import arrays, walks

DISTANCES = st.one_of(
    st.sampled_from([0.0, 300.0, 300.0000001, 1e7, math.inf, math.nan]),
    st.floats(0, 2000, allow_nan=False),
)
# Unit 0 has all others below it, unit 1 has 2 and 3; 4 is by itself.
LAST = np.array([4, 3, 2, 3, 4])
PLACES = st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 4), DISTANCES), max_size=50)
Place = tuple[int, int, float]


def runs_of(places: list[Place]) -> tuple[walks.Runs, arrays.Floats]:
    unit, weight, metres = (list(values) for values in zip(*places, strict=True)) if places else (
        [], [], [])  # fmt: skip
    runs = walks.Runs.of(np.array(unit, np.int32), np.array(weight, np.int32), LAST)
    return runs, np.array(metres, np.float64)


def quantile(inside: list[float], percent: int) -> float:
    return next(walk for k, walk in enumerate(inside, 1) if k * 100 >= percent * len(inside))


def agree(found: walks.Walks, at: int, inside: list[float]) -> None:
    """Compare one unit's figures with the metres that each of its people walks."""
    if not inside:
        assert np.isnan([found.mean_m[at], found.median_m[at], found.p90_m[at]]).all()
        return
    inside = sorted(inside)
    assert found.mean_m[at] == pytest.approx(sum(inside) / len(inside))
    assert found.median_m[at] == quantile(inside, 50)
    assert found.p90_m[at] == quantile(inside, 90)


@given(PLACES)
@settings(max_examples=200, deadline=None)
def test_figures_are_those_of_counting_people_one_by_one(places: list[Place]) -> None:
    runs, metres = runs_of(places)
    found = walks.walks(runs, metres, np.arange(len(LAST)))
    for unit, last in enumerate(LAST):
        inside = [
            walk
            for at, weight, walk in places
            for _ in range(weight)
            if unit <= at <= last and math.isfinite(walk)
        ]
        agree(found, unit, inside)


@given(PLACES, st.lists(st.integers(0, 4), unique=True))
@settings(max_examples=60, deadline=None)
def test_a_unit_asked_for_alone_is_told_the_same(places: list[Place], units: list[int]) -> None:
    runs, metres = runs_of(places)
    some = walks.walks(runs, metres, np.array(units, dtype=np.int64))
    every = walks.walks(runs, metres, np.arange(len(LAST)))
    for name in ("mean_m", "median_m", "p90_m"):
        np.testing.assert_array_equal(getattr(some, name), getattr(every, name)[units])


@pytest.mark.parametrize("kind", ["even", "rounded", "alike", "outlier", "in step", "unreached"])
def test_very_many_places_are_counted_like_few(kind: str) -> None:
    rng = np.random.default_rng(5)
    n = 50_000
    metres = {
        "even": rng.uniform(0, 3000, n),
        "rounded": rng.integers(0, 30, n) * 100.0,
        "alike": np.full(n, 412.5),
        "outlier": np.where(np.arange(n) == 7, 1e9, rng.uniform(500, 501, n)),
        "in step": np.where(np.arange(n) % 7 == 0, 1.0, rng.uniform(100, 200, n)),
        "unreached": np.where(rng.random(n) < 0.6, np.nan, rng.uniform(0, 3000, n)),
    }[kind]
    weight = rng.integers(0, 4, n).astype(np.int32)
    runs = walks.Runs.of(np.zeros(n, np.int32), weight, np.array([0]))
    found = walks.walks(runs, metres, np.array([0]))
    agree(found, 0, np.repeat(metres, weight)[np.isfinite(np.repeat(metres, weight))].tolist())


def test_many_units_are_looked_at_in_turns() -> None:
    rng = np.random.default_rng(6)
    unit = rng.integers(-1, 300, 40_000).astype(np.int32)
    metres = rng.uniform(0, 3000, len(unit))
    last = np.arange(300)
    last[0] = 299
    runs = walks.Runs.of(unit, np.ones(len(unit), np.int32), last)
    found = walks.walks(runs, metres, np.arange(300))
    for at in (0, 1, 150, 299):
        agree(found, at, metres[(unit >= at) & (unit <= last[at])].tolist())


def test_a_tenth_of_ten_people_is_one_person() -> None:
    runs = walks.Runs.of(np.zeros(10, np.int32), np.ones(10, np.int32), np.array([0]))
    found = walks.walks(runs, np.arange(1.0, 11.0), np.array([0]))
    assert (found.median_m[0], found.p90_m[0]) == (5.0, 9.0)


def test_more_units_than_sixteen_bits_hold() -> None:
    unit = np.array([70_000, 4_464, 70_000], np.int32)
    runs = walks.Runs.of(unit, np.ones(3, np.int32), np.arange(70_001))
    found = walks.walks(runs, np.array([8.0, 1.0, 6.0]), np.array([4_464, 70_000]))
    assert found.median_m.tolist() == [1.0, 6.0]


def test_nonsense_is_refused() -> None:
    one = np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="exists"):
        walks.Runs.of(one, np.zeros(2, np.int32), np.array([0]))
    with pytest.raises(ValueError, match="exists"):
        walks.Runs.of(one, one, np.zeros(0, np.int64))
    with pytest.raises(ValueError, match="come after"):
        walks.Runs.of(one, one, np.array([0, 0]))
    with pytest.raises(ValueError, match="come after"):
        walks.Runs.of(one, one, np.array([1]))
