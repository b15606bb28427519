"""Coverage figures against plain counting."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import coverage

LIMITS = coverage.Limits(300.0, (300.0, 500.0, 1000.0))
DISTANCES = st.one_of(
    st.sampled_from([0.0, 300.0, 300.0000001, 500.0, 1000.0, math.inf, math.nan]),
    st.floats(0, 2000, allow_nan=False),
)
PLACES = st.lists(
    st.tuples(st.integers(-1, 3), st.integers(0, 4), DISTANCES, st.floats(0, 900)), max_size=40
)
Place = tuple[int, int, float, float]


def demand_of(places: list[Place]) -> coverage.Demand:
    return coverage.Demand(
        np.array([unit for unit, _, _, _ in places], np.int32),
        np.array([weight for _, weight, _, _ in places], np.int32),
        np.array([metres for _, _, metres, _ in places], np.float64),
        np.array([straight for _, _, _, straight in places], np.float64),
    )


def people(places: list[Place], unit: int) -> list[float]:
    return [metres for u, weight, metres, _ in places if u == unit for _ in range(weight)]


@given(PLACES, st.sampled_from([0.0, 300.0, 400.0, 1500.0]))
@settings(max_examples=150, deadline=None)
def test_figures_are_those_of_counting_people_one_by_one(
    places: list[Place], max_walk_m: float
) -> None:
    limits = coverage.Limits(max_walk_m, LIMITS.bands_m)
    figures = coverage.summarise(demand_of(places), limits, 4)
    for unit in range(4):
        walks = people(places, unit)
        reaching = [walk for walk in walks if math.isfinite(walk)]
        assert figures.demand[unit] == len(walks)
        assert figures.covered[unit] == sum(walk <= max_walk_m for walk in walks)
        assert figures.beyond[unit] == sum(walk > max_walk_m for walk in reaching)
        assert figures.unreachable[unit] == sum(walk == math.inf for walk in walks)
        assert figures.unattached[unit] == sum(math.isnan(walk) for walk in walks)
        assert figures.households[unit] == sum(u == unit and w > 0 for u, w, _, _ in places)
        assert figures.straight_covered is not None
        assert figures.straight_covered[unit] == sum(
            w for u, w, _, straight in places if u == unit and straight <= max_walk_m
        )
        assert figures.bands[unit].sum() == len(walks)
        assert figures.bands[unit, 1] == sum(300 < walk <= 500 for walk in walks)
        if walks:
            assert figures.share[unit] == figures.covered[unit] / len(walks)
        else:
            assert math.isnan(figures.share[unit])


def test_straight_lines_are_counted_on_demand_only() -> None:
    one = np.zeros(1, np.int32)
    assert (
        coverage.summarise(coverage.Demand(one, one, one * 1.0), LIMITS, 1).straight_covered is None
    )


def test_bands_have_labels_in_order() -> None:
    distances = np.array([0.0, 300.0, 300.1, 1000.0, 1000.1, np.inf, np.nan])
    index = coverage.band_index(distances, LIMITS.bands_m)
    labels = coverage.band_labels(LIMITS.bands_m)
    assert [labels[k] for k in index] == [
        "<=300",
        "<=300",
        "<=500",
        "<=1000",
        "beyond",
        "unreachable",
        "unattached",
    ]


def test_nobody_anywhere() -> None:
    figures = coverage.summarise(demand_of([]), LIMITS, 2)
    assert figures.demand.tolist() == [0, 0]
    assert np.isnan(figures.share).all()
    assert coverage.summarise(demand_of([]), LIMITS, 0).bands.shape == (0, 6)


def test_nonsense_is_refused() -> None:
    one = np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="ascending"):
        coverage.Limits(300.0, (500.0, 300.0))
    with pytest.raises(ValueError, match="length"):
        coverage.Demand(one, one, np.zeros(2))
    with pytest.raises(ValueError, match="length"):
        coverage.Demand(one, one, np.zeros(1), np.zeros(2))
    with pytest.raises(ValueError, match="zero or more"):
        coverage.Demand(one, one - 1, np.zeros(1))
    with pytest.raises(ValueError, match="range"):
        coverage.summarise(coverage.Demand(one, one, np.zeros(1)), LIMITS, 0)
