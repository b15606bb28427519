"""Adding a supply changes what a search over all of them would say, and nothing else."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import attachment, network, reach, reach_update


def _town(rng: np.random.Generator) -> network.Network:
    """A grid of paths of 5 km, some missing, so that there are detours and parts cut off."""
    at = np.arange(0, 5001, 250.0)
    x, y = (values.ravel() for values in np.meshgrid(at[:-1], at))
    along = np.stack([np.column_stack([x, y]), np.column_stack([x + 250, y])], axis=1)
    lines = shapely.linestrings(np.concatenate([along, along[:, :, ::-1]]))
    lines = lines[rng.random(len(lines)) < 0.8]
    attributes = network.WayAttributes(
        np.zeros(len(lines), dtype=np.int8), np.zeros(len(lines), dtype=np.int16), ("path",)
    )
    return network.build_from_lines(lines, attributes)


@given(st.integers(0, 2**32 - 1), st.integers(0, 3), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_it_says_what_a_search_over_all_says(seed: int, old: int, new: int) -> None:
    rng = np.random.default_rng(seed)
    net = _town(rng)
    demand = attachment.attach(net, rng.uniform(-300, 5300, (300, 2)))
    supply_xy = rng.uniform(0, 5000, (old + new, 2))
    supply = attachment.attach(net, supply_xy)
    known, added = np.arange(old), np.arange(old, old + new)
    nodes = reach.node_distances(net, supply.take(known))
    before = reach.nearest(net, demand, supply.take(known), nodes), nodes

    found, found_nodes = reach_update.extend(net, demand, before, supply, added)

    whole_nodes = reach.node_distances(net, supply)
    whole = reach.nearest(net, demand, supply, whole_nodes)
    np.testing.assert_array_equal(found.distance_m, whole.distance_m)
    np.testing.assert_array_equal(found_nodes.distance, whole_nodes.distance)
    assert np.array_equal(found.supply, whole.supply)


def test_straight_lines_only_get_shorter() -> None:
    rng = np.random.default_rng(7)
    homes, places = rng.uniform(0, 1000, (200, 2)), rng.uniform(0, 1000, (5, 2))
    before = reach.straight_line(homes, places[:3]).distance_m
    found = reach_update.extend_straight(before, homes, places[3:])
    np.testing.assert_array_equal(found, reach.straight_line(homes, places).distance_m)
