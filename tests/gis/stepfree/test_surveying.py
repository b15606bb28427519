"""Lists of what to look at: once that is found free, people go for sure."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.stepfree import surveying
from gis.stepfree.traits import State
from tests.gis.stepfree import scenes


@given(scenes.scenes())
@settings(max_examples=120, deadline=None)
def test_once_all_is_looked_at_and_found_free_who_had_a_way_goes_for_sure(
    scene: scenes.Scene,
) -> None:
    ways = scene.ways(State.UNKNOWN)
    count = len(scene.homes.state)
    doors = surveying.Doors(np.arange(count), np.zeros(count, dtype=bool))
    found = surveying.unknowns(ways, scene.states, scene.homes, scene.supplies, doors)
    people = np.ones(count, dtype=np.int64)
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


@given(scenes.scenes())
@settings(max_examples=80, deadline=None)
def test_shared_doors_are_looked_at_by_the_section_and_settle_the_same(
    scene: scenes.Scene,
) -> None:
    ways = scene.ways(State.UNKNOWN)
    count = len(scene.homes.state)
    people = np.arange(1, count + 1)
    both = [
        surveying.unknowns(
            ways, scene.states, scene.homes, scene.supplies,
            surveying.Doors(np.arange(count), np.full(count, is_shared)),
        )
        for is_shared in (False, True)
    ]  # fmt: skip
    apart, together = (surveying.shortlist(found, people, 10_000) for found in both)
    assert len(together) <= len(apart)
    first_door = both[1].n_sections + both[1].n_supplies
    assert not ((together >= first_door) & (together < first_door + both[1].n_doors)).any()
    ends = [
        surveying.settled(found, np.array(looks))
        for found, looks in zip(both, (apart, together), strict=True)
    ]
    np.testing.assert_array_equal(*ends)
    group = together[together >= first_door + both[1].n_doors] - first_door - both[1].n_doors
    doors = scene.homes.place.edge[scene.homes.state == State.UNKNOWN]
    assert set(both[1].along[group]) <= set(doors.tolist())


@given(scenes.scenes(), st.integers(1, 6))
@settings(max_examples=120, deadline=None)
def test_a_short_list_settles_as_many_as_any_of_its_length(scene: scenes.Scene, most: int) -> None:
    count = len(scene.homes.state)
    people = np.arange(1, count + 1)
    doors = surveying.Doors(np.arange(count), np.zeros(count, dtype=bool))
    found = surveying.unknowns(
        scene.ways(State.UNKNOWN), scene.states, scene.homes, scene.supplies, doors
    )
    items = surveying.shortlist(found, people, most)
    assert len(items) <= most
    done = people[surveying.settled(found, items)].sum()
    # Each home alone, looked at as far as the list is long, is no better.
    for home in np.flatnonzero(found.of_home >= 0):
        way, at = [], found.of_home[home]
        while at >= 0:
            way.append(at)
            at = found.parent[at]
        if len(way) <= most:
            assert done >= people[home]
