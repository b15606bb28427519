"""Assignment within capacities against trying every plan."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csgraph, csr_matrix

from gis import capacity, reach

Rows = dict[tuple[int, int], float]


def pairs_of(rows: Rows) -> reach.Pairs:
    ordered = sorted(rows.items())
    return reach.Pairs(
        np.array([d for (d, _), _ in ordered], np.int32),
        np.array([s for (_, s), _ in ordered], np.int32),
        np.array([metres for _, metres in ordered], np.float64),
    )


def best_by_trying(rows: Rows, people: list[int], places: list[int]) -> tuple[int, float]:
    """Most people served, and the least metres of doing so: each person tries every supply."""
    persons = [d for d, count in enumerate(people) for _ in range(count)]
    choices = [[None, *(s for s in range(len(places)) if (d, s) in rows)] for d in persons]
    best = (0, 0.0)
    for plan in itertools.product(*choices):
        load = [plan.count(s) for s in range(len(places))]
        if any(used > room for used, room in zip(load, places, strict=True)):
            continue
        walks = [rows[d, s] for d, s in zip(persons, plan, strict=True) if s is not None]
        best = min(best, (-len(walks), sum(walks)))
    return -best[0], best[1]


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 3), st.integers(0, 2)),
        st.one_of(st.sampled_from([0.0, 100.0]), st.floats(0, 1000)),
        max_size=12,
    ),
    st.lists(st.integers(0, 2), min_size=4, max_size=4).filter(lambda people: sum(people) <= 6),
    st.lists(st.integers(0, 3), min_size=3, max_size=3),
)
@settings(max_examples=120, deadline=None)
def test_most_people_first_then_least_walking(
    rows: Rows, people: list[int], places: list[int]
) -> None:
    pairs = pairs_of(rows)
    plan = capacity.assign_within_capacity(pairs, np.array(people), np.array(places))
    served, walked = best_by_trying(rows, people, places)
    assert plan.served.sum() == served
    assert plan.unserved == sum(people) - served
    assert plan.total_walk_m == pytest.approx(walked, abs=1e-6)
    assert plan.bound_m == pytest.approx(walked, abs=1e-5)
    assert plan.gap <= 1e-6


def random_city(n: int, far: float, places: tuple[int, int]) -> tuple[reach.Pairs, ...]:
    rng = np.random.default_rng(5)
    homes, centres = rng.uniform(0, 4000, (n, 2)), rng.uniform(0, 4000, (20, 2))
    metres = np.abs(homes[:, None] - centres).sum(axis=2)
    demand, supply = np.nonzero(metres <= far)
    pairs = reach.Pairs(demand.astype(np.int32), supply.astype(np.int32), metres[demand, supply])
    return pairs, rng.integers(0, 4, n), rng.integers(*places, 20)


@pytest.mark.parametrize("places", [(20, 60), (250, 350), (900, 1100)])
def test_columns_left_out_do_not_matter(places: tuple[int, int]) -> None:
    """Scarce, tight and ample places; the number served is that of a maximum flow."""
    pairs, people, room = random_city(4000, 1200.0, places)
    plan = capacity.assign_within_capacity(pairs, people, room)
    assert plan.gap <= 1e-6
    assert (plan.flow >= 0).all()
    assert (np.bincount(pairs.demand, plan.flow, minlength=4000) == plan.served).all()
    assert (plan.served <= people).all()
    assert (np.bincount(pairs.supply, plan.flow, minlength=20) <= room).all()
    assert plan.served.sum() == _most_served(pairs, people, room)


def _most_served(pairs: reach.Pairs, people: np.ndarray, room: np.ndarray) -> int:
    n, s = len(people), len(room)
    start = np.concatenate([np.full(n, n + s), pairs.demand, n + np.arange(s)])
    end = np.concatenate([np.arange(n), n + pairs.supply, np.full(s, n + s + 1)])
    most = np.concatenate([people, np.full(len(pairs), people.max()), room]).astype(np.int32)
    flow = csr_matrix((most, (start, end)), shape=(n + s + 2, n + s + 2))
    return int(csgraph.maximum_flow(flow, n + s, n + s + 1).flow_value)


def test_with_room_for_all_everybody_goes_to_the_nearest() -> None:
    pairs, people, _ = random_city(3000, 1500.0, (1, 2))
    plan = capacity.assign_within_capacity(pairs, people, np.full(20, 10**6))
    nearest = np.full(3000, np.inf)
    np.minimum.at(nearest, pairs.demand, pairs.distance_m)
    some = np.isfinite(nearest)
    assert plan.total_walk_m == pytest.approx(people[some] @ nearest[some])
    assert plan.served.sum() == people[some].sum()


def test_nobody_and_nothing() -> None:
    nothing = pairs_of({})
    plan = capacity.assign_within_capacity(nothing, np.array([3]), np.array([], dtype=np.int64))
    assert (plan.unserved, plan.total_walk_m, plan.gap) == (3, 0.0, 0.0)


def test_nonsense_is_refused() -> None:
    pairs = pairs_of({(0, 1): 5.0})
    with pytest.raises(ValueError, match="zero or more"):
        capacity.assign_within_capacity(pairs, np.array([-1]), np.array([1, 1]))
    with pytest.raises(ValueError, match="does not exist"):
        capacity.assign_within_capacity(pairs, np.array([1]), np.array([1]))
