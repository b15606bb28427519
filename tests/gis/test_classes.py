"""Classes against brute force, and on awkward data: ties, few values, gaps."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import classes
from gis.arrays import Floats

coarse = st.integers(-20, 20).map(float)
finite = st.floats(-1e6, 1e6)
some_values = st.lists(st.one_of(coarse, finite), min_size=1, max_size=40).map(np.array)


def _deviation(values: Floats, breaks: Floats) -> float:
    cuts = [(values >= low) & (values < high) for low, high in itertools.pairwise(breaks[:-1])]
    parts = [values[cut] for cut in [*cuts, values >= breaks[-2]]]
    return sum(float(((part - part.mean()) ** 2).sum()) for part in parts if len(part))


@given(st.lists(coarse, min_size=1, max_size=9).map(np.array), st.integers(1, 5))
def test_natural_breaks_deviate_least_of_all_divisions(values: Floats, k: int):
    distinct = np.unique(values)
    found = classes.natural_breaks(values, k)
    least = min(
        _deviation(values, np.array([*starts, distinct[-1]]))
        for starts in itertools.combinations(distinct, min(k, len(distinct)))
        if starts[0] == distinct[0]
    )
    assert _deviation(values, found) == pytest.approx(least, abs=1e-9)
    assert set(found) <= set(values)


def test_natural_breaks_of_a_worked_example():
    # Three clumps are found as such, whatever the order.
    values = np.array([4.0, 5, 9, 10, 1, 20, 21, 19, 2, 22, 11])
    assert classes.natural_breaks(values, 3).tolist() == [1, 9, 19, 22]


def test_natural_breaks_of_many_values_are_those_of_the_full_table():
    values = np.random.default_rng(1).gamma(2.0, 50.0, 300)
    k, ordered = 5, np.sort(values)
    table = np.full((k + 1, 301), np.inf)
    table[0, 0] = 0.0
    for classes_used, stop in itertools.product(range(1, k + 1), range(1, 301)):
        table[classes_used, stop] = min(
            table[classes_used - 1, start]
            + ((ordered[start:stop] - ordered[start:stop].mean()) ** 2).sum()
            for start in range(stop)
        )
    found = _deviation(values, classes.natural_breaks(values, k))
    assert found == pytest.approx(table[k, 300])


@given(some_values, st.integers(1, 8))
def test_breaks_span_the_data_and_ascend(values: Floats, k: int):
    with_gaps = np.append(values, np.nan)
    for make in (classes.natural_breaks, classes.quantile_breaks):
        breaks = make(with_gaps, k)
        assert np.array_equal(breaks, make(values, k))
        assert (breaks[0], breaks[-1]) == (values.min(), values.max())
        assert 2 <= len(breaks) <= k + 1
        assert (np.diff(breaks) >= 0).all()
        found = classes.classify(with_gaps, breaks)
        assert found[-1] == classes.NO_CLASS
        assert found[:-1].min() >= 0
        assert found[:-1].max() <= len(breaks) - 2


@given(some_values, st.integers(1, 8))
def test_no_natural_class_is_empty(values: Floats, k: int):
    breaks = classes.natural_breaks(values, k)
    assert len(set(classes.classify(values, breaks))) == len(breaks) - 1


@given(st.integers(1, 8), st.integers(1, 30))
def test_quantile_classes_hold_equally_many(k: int, each: int):
    values = np.random.default_rng(each).permutation(np.arange(float(k * each)))
    counts = np.bincount(classes.classify(values, classes.quantile_breaks(values, k)))
    assert np.abs(counts - each).max() <= 1


def test_no_values_have_no_breaks():
    for make in (classes.natural_breaks, classes.quantile_breaks):
        assert len(make(np.array([np.nan]), 3)) == 0
        with pytest.raises(ValueError, match="number of classes"):
            make(np.array([1.0]), 0)


def test_shares_fall_into_fixed_classes():
    values = np.array([0, 0.2499, 0.25, 0.5, 0.75, 0.8999, 0.9, 0.99, 1.0, np.nan])
    assert classes.classify_shares(values).tolist() == [0, 0, 1, 2, 3, 3, 4, 4, 4, -1]
    assert classes.classify_shares(values).dtype == np.int8
    with pytest.raises(ValueError, match="between 0 and 1"):
        classes.classify_shares(np.array([1.01]))


def test_breaks_must_ascend():
    for breaks in ([1.0], [2.0, 1.0]):
        with pytest.raises(ValueError, match="ascending"):
            classes.classify(np.array([1.0]), np.array(breaks))
