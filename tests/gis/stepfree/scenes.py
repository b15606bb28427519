"""Small districts with gates, blocked roads and doors, drawn by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from gis import attachment, network
from gis.stepfree import roads, search
from gis.stepfree.situation import Mendings, Situation
from gis.stepfree.traits import State
from tests.gis import walking


@dataclass(frozen=True)
class Scene:
    """A district: its network, its gates and what is passable."""

    net: network.Network
    cut: roads.Roads
    states: np.ndarray
    homes: search.Ends
    supplies: search.Ends
    limit_m: float

    def ways(self, least: State) -> search.Ways:
        open_roads = roads.opened(self.cut, self.states >= least)
        return search.ways(open_roads, self.homes.place, self.supplies, least, self.limit_m)


def _states(count: int) -> st.SearchStrategy[np.ndarray]:
    one = st.sampled_from([State.BLOCKED, State.UNKNOWN, State.SURE, State.SURE])
    return st.lists(one, min_size=count, max_size=count).map(lambda s: np.array(s, dtype=np.int8))


@st.composite
def ends(draw: st.DrawFn, net: network.Network, cut: roads.Roads, most: int) -> search.Ends:
    place = cut.moved(attachment.attach(net, draw(walking.points(max_size=most)), limit_m=100.0))
    return search.Ends(place, draw(_states(len(place))))


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    net = draw(walking.networks())
    gates = draw(st.lists(st.tuples(st.integers(0, net.n_edges - 1), st.floats(0, 1)), max_size=4))
    edge = np.array([g for g, _ in gates], dtype=np.int64)
    offset = np.array([part for _, part in gates]) * net.length_m[edge]
    cut = roads.cut(net, edge, offset)
    return Scene(
        net,
        cut,
        draw(_states(cut.n_sections)),
        draw(ends(net, cut, 8)),
        draw(ends(net, cut, 4)),
        draw(st.sampled_from([80.5, 210.5, 1000.5])),
    )


def situation(scene: Scene) -> Situation:
    count = len(scene.homes.state)
    door = np.arange(count) // 2
    state = scene.homes.state[(door * 2)]
    homes = search.Ends(scene.homes.place, state)
    return Situation(
        scene.ways(State.UNKNOWN),
        homes,
        door,
        np.arange(1, count + 1),
        scene.supplies,
        scene.limit_m,
    )


@st.composite
def mendings(draw: st.DrawFn, scene: Scene) -> Mendings:
    count = draw(st.integers(1, 5))

    def pairs(size: int) -> list[np.ndarray]:
        drawn = draw(
            st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, size - 1)), max_size=6)
        )
        return [np.array([p[k] for p in drawn], dtype=np.int64) for k in (0, 1)]

    doors = (len(scene.homes.state) + 1) // 2
    return Mendings(
        count,
        *pairs(scene.cut.n_sections),
        *pairs(len(scene.supplies.state)),
        *pairs(doors),
    )
