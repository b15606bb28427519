"""What a mending lets go, against searching everything anew after each."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import attachment
from gis.stepfree import choosing, mending, roads, search, situation
from gis.stepfree.situation import Mendings, Situation
from gis.stepfree.traits import State
from tests.gis import walking
from tests.gis.stepfree import scenes


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_each_mending_alone_frees_whom_a_new_search_says(data: st.DataObject) -> None:
    scene = data.draw(scenes.scenes())
    now = scenes.situation(scene)
    mendings = data.draw(scenes.mendings(scene))
    found = mending.freed(now, mendings)
    before = choosing.gone(now)
    people = mending.people_freed(now, found, mendings.count)
    for k in range(mendings.count):
        after = choosing.gone(choosing.applied(now, mendings, k))
        expected = np.flatnonzero(after & ~before)
        assert sorted(found.home[found.mending == k].tolist()) == expected.tolist()
        assert people[k] == now.people[expected].sum()


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_the_best_set_is_counted_anew(data: st.DataObject) -> None:
    scene = data.draw(scenes.scenes())
    now = scenes.situation(scene)
    mendings = data.draw(scenes.mendings(scene))
    chosen = choosing.best(now, mendings, 3)
    after, freed = now, 0
    for step in chosen:
        after = choosing.applied(after, mendings, step.mending)
        freed += step.people
        assert step.people > 0
        assert step.together == freed
    assert now.people[choosing.gone(after)].sum() - now.people[choosing.gone(now)].sum() == freed


def test_steps_in_a_row_count_as_one_when_mended_together() -> None:
    net = walking.network_of(
        [[(0, 0), (50, 0)], [(50, 0), (60, 0)], [(60, 0), (70, 0)], [(70, 0), (100, 0)]]
    )
    cut = roads.cut(net, np.zeros(0, dtype=np.int64), np.zeros(0))
    is_open = np.array([True, False, False, True])
    homes = search.Ends(attachment.attach(net, np.array([(95.0, 0), (65, 0)])), np.ones(2, np.int8))
    supplies = search.Ends(attachment.attach(net, np.array([(0.0, 0)])), np.ones(1, np.int8))
    ways = search.ways(roads.opened(cut, is_open), homes.place, supplies, State.UNKNOWN, 300)
    now = Situation(ways, homes, np.arange(2), np.array([7, 3]), supplies, 300)
    none = np.zeros(0, dtype=np.int64)
    each = Mendings(3, np.array([0, 1, 2, 2]), np.array([1, 2, 1, 2]), none, none, none, none)
    assert mending.people_freed(now, mending.freed(now, each), 3).tolist() == [0, 0, 10]


def test_mendings_are_put_together_and_picked_out() -> None:
    none = np.zeros(0, dtype=np.int64)
    roads = Mendings(2, np.array([0, 1, 1]), np.array([7, 8, 9]), none, none, none, none)
    doors = Mendings(1, none, none, none, none, np.array([0]), np.array([4]))
    both = situation.joined([roads, doors])
    assert both.count == 3
    assert both.section_of.tolist() == [0, 1, 1]
    assert (both.door_of.tolist(), both.door.tolist()) == ([2], [4])
    kept = both.only(np.array([False, True, True]))
    assert (kept.count, kept.section_of.tolist(), kept.section.tolist()) == (2, [0, 0], [8, 9])
    assert kept.door_of.tolist() == [1]
