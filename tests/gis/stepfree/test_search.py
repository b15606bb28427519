"""Step-free ways against the slow way, on networks from which the blocked parts are taken out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import attachment, network, reach
from gis.stepfree import roads, search
from gis.stepfree.search import Outcome
from gis.stepfree.traits import State
from tests.gis import walking
from tests.gis.stepfree import scenes


def _slowly(scene: scenes.Scene, least: State) -> np.ndarray:
    """Floyd-Warshall over the open sections only, each a straight line between numbered nodes."""
    cut = scene.cut
    is_open = scene.states >= least
    usable = search.usable_supplies(roads.opened(cut, is_open), scene.supplies, least)
    kept = np.flatnonzero(is_open)
    number = np.full(cut.n_sections, -1)
    number[kept] = np.arange(len(kept))
    k = len(kept)
    net = network.Network(
        node_xy=np.zeros((cut.n_nodes, 2)),
        source=cut.source[kept],
        target=cut.target[kept],
        length_m=cut.length_m[kept],
        coords=np.zeros((2 * k, 2)),
        coord_start=np.arange(0, 2 * k + 1, 2, dtype=np.int32),
        step_free=np.zeros(k, np.int8),
        highway=np.zeros(k, np.int16),
        highway_names=("footway",),
    )

    def on(place: attachment.Attachment) -> attachment.Attachment:
        edge = np.where(place.edge >= 0, number[place.edge], -1).astype(np.int32)
        return attachment.Attachment(edge, place.offset_m, place.access_m)

    table = walking.all_distances(net, on(scene.homes.place), on(usable))
    table[np.isnan(table)] = np.inf
    best = np.min(table, axis=1, initial=np.inf)
    best[best > scene.limit_m] = np.inf
    best[~scene.homes.place.attached] = np.nan
    return best


@given(scenes.scenes(), st.sampled_from([State.UNKNOWN, State.SURE]))
@settings(max_examples=100, deadline=None)
def test_ways_are_the_shortest_over_what_is_open(scene: scenes.Scene, least: State) -> None:
    found = scene.ways(least).distance_m
    np.testing.assert_allclose(found, _slowly(scene, least), atol=1e-4)


@given(scenes.scenes())
@settings(max_examples=60, deadline=None)
def test_gates_that_are_open_change_no_distance(scene: scenes.Scene) -> None:
    everything = roads.opened(scene.cut, np.ones(scene.cut.n_sections, dtype=bool))
    free = search.Ends(scene.supplies.place, np.ones_like(scene.supplies.state))
    found = search.ways(everything, scene.homes.place, free, State.SURE, np.inf)
    back = scene.cut.edge

    def uncut(place: attachment.Attachment) -> attachment.Attachment:
        offset = place.offset_m + np.where(place.attached, scene.cut.start_m[place.edge], 0)
        edge = np.where(place.attached, back[place.edge], -1).astype(np.int32)
        return attachment.Attachment(edge, offset, place.access_m)

    plain = reach.nearest(scene.net, uncut(scene.homes.place), uncut(free.place))
    np.testing.assert_allclose(found.distance_m, plain.distance_m, atol=1e-3)


def test_a_shut_gate_parts_the_homes_on_its_edge() -> None:
    net = walking.network_of([[(0, 0), (100, 0)]])
    cut = roads.cut(net, np.array([0]), np.array([60.0]))
    is_open = cut.gate < 0
    at = attachment.attach(net, np.array([(10.0, 0), (59, 0), (61, 0), (100, 5)]))
    homes = cut.moved(at)
    supplies = search.Ends(homes.take(np.array([0])), np.array([State.SURE], dtype=np.int8))
    found = search.ways(roads.opened(cut, is_open), homes, supplies, State.SURE, 500)
    assert found.distance_m.tolist() == pytest.approx([0, 49, np.inf, np.inf])


@given(scenes.scenes())
@settings(max_examples=60, deadline=None)
def test_who_goes_for_sure_goes_possibly(scene: scenes.Scene) -> None:
    sure, possible = scene.ways(State.SURE), scene.ways(State.UNKNOWN)
    attached = scene.homes.place.attached
    assert (possible.distance_m[attached] <= sure.distance_m[attached] + 1e-9).all()


def test_outcomes_tell_steps_from_distance() -> None:
    doors = np.array([1, 0, -1, 1, 1, 1], dtype=np.int8)
    sure = np.array([100, 100, 100, np.inf, np.inf, np.nan])
    possible = np.array([90, 90, 90, np.inf, np.inf, np.nan])
    walk = np.array([80, 80, 80, 250, 400, np.nan])
    assert search.outcomes(doors, sure, possible, walk, 300).tolist() == [
        Outcome.SURE,
        Outcome.UNKNOWN,
        Outcome.BLOCKED,
        Outcome.BLOCKED,
        Outcome.BEYOND,
        Outcome.UNATTACHED,
    ]
