"""Coverage figures against plain counting."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import coverage

BANDS_M = (300.0, 500.0, 1000.0)
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


@given(PLACES, st.sampled_from([0.0, 300.0, 400.0, 1500.0]), st.sampled_from([BANDS_M, ()]))
@settings(max_examples=150, deadline=None)
def test_figures_are_those_of_counting_people_one_by_one(
    places: list[Place], limit_m: float, bands_m: tuple[float, ...]
) -> None:
    found = coverage.count(demand_of(places), bands_m, limit_m, 4)
    for unit in range(4):
        walks = people(places, unit)
        ends = (-1.0, *bands_m, math.inf)
        inside = [
            sum(low < walk <= high and walk < math.inf for walk in walks)
            for low, high in itertools.pairwise(ends)
        ]
        without = [sum(walk == math.inf for walk in walks), sum(math.isnan(walk) for walk in walks)]
        assert found.bands[unit].tolist() == inside + without
        assert found.straight[unit] == sum(
            weight
            for at, weight, walk, straight in places
            if at == unit and (straight <= limit_m or walk <= limit_m)
        )


def test_bands_have_labels_in_order() -> None:
    distances = np.array([0.0, 300.0, 300.1, 1000.0, 1000.1, np.inf, np.nan])
    index = coverage.band_index(distances, BANDS_M)
    labels = coverage.band_labels(BANDS_M)
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
    found = coverage.count(demand_of([]), BANDS_M, 300.0, 2)
    assert found.bands.tolist() == [[0] * 6] * 2
    assert found.straight.tolist() == [0, 0]
    assert coverage.count(demand_of([]), BANDS_M, 300.0, 0).bands.shape == (0, 6)


def test_nonsense_is_refused() -> None:
    one, metre = np.zeros(1, np.int32), np.ones(1)
    with pytest.raises(ValueError, match="ascending"):
        coverage.count(demand_of([]), (500.0, 300.0), 300.0, 1)
    with pytest.raises(ValueError, match="length"):
        coverage.Demand(one, one, np.zeros(2), metre)
    with pytest.raises(ValueError, match="length"):
        coverage.Demand(one, one, metre, np.zeros(2))
    with pytest.raises(ValueError, match="zero or more"):
        coverage.Demand(one, one - 1, metre, metre)
    with pytest.raises(ValueError, match="range"):
        coverage.count(coverage.Demand(one, one, metre, metre), BANDS_M, 300.0, 0)
