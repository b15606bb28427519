"""The best order of chains, for every subset."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.patrol import orders


def walked(chains: orders.Chains, order: tuple[int, ...]) -> float:
    metres = float(chains.first[order[0]] + chains.last[order[-1]])
    return metres + sum(float(chains.step[a, b]) for a, b in itertools.pairwise(order))


@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
@settings(max_examples=80, deadline=None)
def test_no_order_is_shorter(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)

    def metres(*shape: int) -> orders.Singles:
        return rng.integers(0, 100, shape).astype(np.float32)

    chains = orders.Chains(metres(2 * count), metres(2 * count, 2 * count), metres(2 * count))
    found = orders.best(chains)
    assert found.length[0] == 0.0
    for subset in range(1, 1 << count):
        members = [k for k in range(count) if subset >> k & 1]
        least = min(
            walked(chains, tuple(2 * k + d for k, d in zip(order, turns, strict=True)))
            for order in itertools.permutations(members)
            for turns in itertools.product((0, 1), repeat=len(members))
        )
        best = found.of(subset)
        assert sorted(k >> 1 for k in best) == members
        assert found.length[subset] == pytest.approx(least)
        assert walked(chains, tuple(best)) == pytest.approx(least)
