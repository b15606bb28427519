"""Viterbi against trying every sequence."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis import arrays
from gis.tracks import viterbi

cost = st.sampled_from([0.0, 0.5, 1.0, 2.5, 7.0, np.inf])


@st.composite
def lattices(draw):
    counts = draw(st.lists(st.integers(1, 3), min_size=1, max_size=5))
    emission = [draw(st.lists(st.floats(0, 5), min_size=k, max_size=k)) for k in counts]
    tables = [np.zeros((counts[0], 0))]
    for before, after in itertools.pairwise(counts):
        joined = draw(st.integers(0, 4)) > 0
        drawn = draw(st.lists(cost, min_size=before * after, max_size=before * after))
        tables.append(np.array(drawn).reshape(after, before) if joined else np.zeros((after, 0)))
    return emission, tables


@given(lattices())
def test_every_sequence_is_the_cheapest_of_all(lattice):
    emission, tables = lattice
    start = arrays.offsets(np.array([len(column) for column in emission]))
    pairs = arrays.offsets(np.array([table.size for table in tables]))
    flat = np.concatenate([table.ravel() for table in tables]).astype(np.float32)
    chosen, begins = viterbi.cheapest(
        np.concatenate(emission), start, pairs, lambda low, high: flat[pairs[low] : pairs[high]]
    )
    local = chosen - start[:-1]
    edges = [*np.flatnonzero(begins).tolist(), len(emission)]
    assert begins[0]
    for first, end in itertools.pairwise(edges):

        def total(choice, first=first):
            own = sum(emission[first + t][c] for t, c in enumerate(choice))
            steps = itertools.pairwise(choice)
            return own + sum(tables[first + t + 1][b, a] for t, (a, b) in enumerate(steps))

        best = min(
            map(total, itertools.product(*(range(len(emission[t])) for t in range(first, end))))
        )
        assert np.isfinite(best)
        assert np.isclose(total(local[first:end]), best)
    for t in np.flatnonzero(begins)[1:].tolist():  # it broke only where nothing could go on
        reach = tables[t][:, _alive(emission, tables, begins, t)] if tables[t].size else tables[t]
        assert not np.isfinite(reach).any()


def _alive(emission, tables, begins, t):
    """Candidates of the observation before t that some sequence reaches."""
    first = int(np.flatnonzero(begins[:t])[-1])
    alive = np.ones(len(emission[first]), bool)
    for k in range(first + 1, t):
        alive = np.isfinite(tables[k][:, alive]).any(axis=1)
    return alive


def test_costs_are_asked_for_in_small_parts(monkeypatch):
    monkeypatch.setattr(viterbi, "_PAIRS", 8)
    start, pairs = np.arange(0, 22, 2), np.concatenate([[0], np.arange(0, 40, 4)])
    asked = []

    def costs(low, high):
        asked.append((low, high))
        return np.tile(np.array([0, 1, 1, 0], np.float32), high - low)[: pairs[high] - pairs[low]]

    emission = np.tile([1.0, 0.0], 10)
    chosen, begins = viterbi.cheapest(emission, start, pairs, costs)
    assert (chosen == np.arange(1, 20, 2)).all()
    assert begins.tolist() == [True] + [False] * 9
    assert len(asked) > 3
    assert [low for low, _ in asked[1:]] == [high for _, high in asked[:-1]]
