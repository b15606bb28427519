"""Lists of what to look at, against all lists there are."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.stepfree import surveying
from gis.stepfree.traits import State
from tests.gis.stepfree import scenes


@st.composite
def forests(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    count = draw(st.integers(1, 8))
    parent = [draw(st.integers(-1, i - 1)) for i in range(count)]
    people = [draw(st.integers(0, 9)) for _ in range(count)]
    return np.array(parent, dtype=np.int64), np.array(people, dtype=np.int64)


@given(forests())
@settings(max_examples=150, deadline=None)
def test_no_list_of_that_length_settles_more(forest: tuple[np.ndarray, np.ndarray]) -> None:
    parent, people = forest
    done: list[int] = []
    for block, gained in surveying.order(parent, people):
        for item in block:
            assert parent[item] < 0 or parent[item] in done
            done.append(item)
        assert gained == people[block].sum()
        best = max(
            people[list(items)].sum()
            for items in itertools.combinations(range(len(parent)), len(done))
            if all(parent[i] < 0 or parent[i] in items for i in items)
        )
        assert people[done].sum() == best
    assert sorted(done) == list(range(len(parent)))


@given(scenes.scenes())
@settings(max_examples=120, deadline=None)
def test_once_all_is_looked_at_and_found_free_who_had_a_way_goes_for_sure(
    scene: scenes.Scene,
) -> None:
    ways = scene.ways(State.UNKNOWN)
    door = np.arange(len(scene.homes.state))
    found = surveying.unknowns(ways, scene.states, scene.homes, scene.supplies, door)
    people = np.ones(len(door), dtype=np.int64)
    items = surveying.shortlist(found, people, 10_000)
    n, m = found.n_sections, found.n_supplies
    states, homes, supplies = (
        scene.states.copy(),
        scene.homes.state.copy(),
        scene.supplies.state.copy(),
    )
    states[items[items < n]] = State.SURE
    supplies[items[(items >= n) & (items < n + m)] - n] = State.SURE
    homes[items[items >= n + m] - n - m] = State.SURE
    after = scenes.Scene(
        scene.net,
        scene.cut,
        states,
        scenes.search.Ends(scene.homes.place, homes),
        scenes.search.Ends(scene.supplies.place, supplies),
        scene.limit_m + 1e-6,
    )
    had_a_way = np.isfinite(ways.distance_m) & (scene.homes.state > State.BLOCKED)
    sure = np.isfinite(after.ways(State.SURE).distance_m) & (homes == State.SURE)
    assert sure[had_a_way].all()
    assert surveying.settled(found, items)[found.of_home >= 0].all()
