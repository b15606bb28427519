"""The walking network: cutting, joining, graph, parts, storage."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from gis import network
from tests.gis import walking


def build(ways: list[list[int]], places: dict[int, tuple[float, float]]) -> network.Network:
    ids = np.array([vertex for way in ways for vertex in way], dtype=np.int64)
    coords = np.array([places[vertex] for way in ways for vertex in way], dtype=np.float64)
    start = np.cumsum([0, *(len(way) for way in ways)])
    return network.build(coords.reshape(-1, 2), start, ids, walking.plain(len(ways)))


def ends(net: network.Network) -> set[frozenset[tuple[float, float]]]:
    return {
        frozenset({tuple(net.node_xy[a]), tuple(net.node_xy[b])})
        for a, b in zip(net.source, net.target, strict=True)
    }


SQUARE = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (100.0, 100.0), 4: (0.0, 100.0), 5: (50.0, 0.0)}


def test_ways_are_cut_where_they_share_a_vertex() -> None:
    net = build([[1, 5, 2], [5, 3]], SQUARE)
    assert net.n_nodes == 4
    assert ends(net) == {
        frozenset({(0.0, 0.0), (50.0, 0.0)}),
        frozenset({(50.0, 0.0), (100.0, 0.0)}),
        frozenset({(50.0, 0.0), (100.0, 100.0)}),
    }


def test_a_vertex_of_one_way_only_bends_the_edge() -> None:
    net = build([[1, 2, 3]], SQUARE)
    assert (net.n_nodes, net.n_edges) == (2, 1)
    assert net.length_m[0] == 200.0
    assert net.coords.tolist() == [[0.0, 0.0], [100.0, 0.0], [100.0, 100.0]]


def test_a_closed_way_without_junctions_is_kept() -> None:
    net = build([[1, 2, 3, 4, 1]], SQUARE)
    assert net.n_edges == 2
    assert net.length_m.sum() == 400.0
    assert (net.source != net.target).all()
    assert network.adjacency(net).nnz == 2, "of the two parallel edges one stays in the graph"


def test_repeated_points_and_ways_of_one_place_vanish() -> None:
    net = build([[1, 1, 2, 2], [3, 3], [4]], SQUARE)
    assert net.n_edges == 1
    assert net.length_m.tolist() == [100.0]


def test_of_parallel_edges_the_shortest_counts() -> None:
    net = build([[1, 4, 3, 2], [1, 2]], SQUARE)
    assert sorted(net.length_m) == [100.0, 300.0]
    assert network.adjacency(net).toarray().max() == 100.0


def test_attributes_follow_the_way() -> None:
    lines = np.array(
        [
            shapely.LineString([(0, 0), (9, 0), (20, 0)]),
            None,
            shapely.MultiLineString([[(9, 0), (9, 5)], [(9, 5), (9, 8)]]),
        ]
    )
    known = network.WayAttributes(
        np.array([1, 0, -1], np.int8), np.array([1, 0, 0], np.int16), ("steps", "path")
    )
    net = network.build_from_lines(lines, known)
    assert net.step_free.tolist() == [1, 1, -1, -1]
    assert [net.highway_names[k] for k in net.highway] == ["path", "path", "steps", "steps"]


def test_lines_that_cross_without_a_vertex_are_not_joined() -> None:
    crossing = walking.network_of([[(0, 0), (10, 10)], [(0, 10), (10, 0)]])
    joined = walking.network_of([[(0, 0), (5, 5), (10, 10)], [(0, 10), (5, 5.004), (10, 0)]])
    assert network.components(crossing)[0] == 2
    assert network.components(joined)[0] == 1
    assert joined.n_edges == 4


def test_parts_come_longest_first() -> None:
    net = walking.network_of([[(0, 0), (10, 0)], [(0, 50), (70, 50)], [(70, 50), (70, 60)]])
    count, label = network.components(net)
    assert count == 2
    assert network.component_lengths(net).tolist() == [80.0, 10.0]
    assert sorted(net.node_xy[label == 1].tolist()) == [[0.0, 0.0], [10.0, 0.0]]


@given(walking.networks())
@settings(max_examples=60, deadline=None)
def test_cutting_keeps_every_metre_and_the_graph_is_symmetric(net: network.Network) -> None:
    geometry = shapely.length(net.lines)
    np.testing.assert_allclose(net.length_m, geometry, atol=1e-9)
    first, last = net.coords[net.coord_start[:-1]], net.coords[net.coord_start[1:] - 1]
    assert (first == net.node_xy[net.source]).all()
    assert (last == net.node_xy[net.target]).all()
    graph = network.adjacency(net)
    assert (graph != graph.T).nnz == 0
    assert graph.dtype == np.float64
    assert graph.indices.dtype == graph.indptr.dtype == np.int32
    assert graph is network.adjacency(net)


@given(walking.networks())
@settings(max_examples=30, deadline=None)
def test_storage_gives_the_same_network(net: network.Network) -> None:
    stored = {
        name: np.frombuffer(values.tobytes(), values.dtype).reshape(values.shape)
        for name, values in network.to_arrays(net).items()
    }
    again = network.from_arrays(stored)
    for field in dataclasses.fields(network.Network):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(net, field.name))
    assert (network.adjacency(again) != network.adjacency(net)).nnz == 0
    assert network.components(again)[0] == network.components(net)[0]


def test_nothing_gives_a_network_of_nothing() -> None:
    net = network.build_from_lines(np.zeros(0, dtype=np.object_), walking.plain(0))
    assert (net.n_nodes, net.n_edges) == (0, 0)
    assert network.components(net)[0] == 0
    assert len(network.component_lengths(network.from_arrays(network.to_arrays(net)))) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("target", np.array([7], np.int32)),
        ("target", np.array([0, 1], np.int32)),
        ("length_m", np.array([0.0])),
        ("length_m", np.array([np.inf])),
        ("node_xy", np.array([[0.0, np.nan], [1.0, 0.0]])),
        ("coord_start", np.array([0, 1], np.int32)),
        ("coord_start", np.array([0], np.int32)),
        ("highway", np.array([3], np.int16)),
        ("step_free", np.array([2], np.int8)),
        ("coords", np.zeros((2, 3))),
    ],
)
def test_a_network_that_does_not_hold_together_is_refused(field: str, value: np.ndarray) -> None:
    net = walking.network_of([[(0, 0), (10, 0)]])
    with pytest.raises(ValueError, match=r"\w"):
        dataclasses.replace(net, **{field: value})


def test_ways_that_do_not_hold_together_are_refused() -> None:
    xy, start, ids = np.zeros((2, 2)), np.array([0, 2]), np.array([1, 2])
    with pytest.raises(ValueError, match="same vertices"):
        network.build(xy, start, ids[:1], walking.plain(1))
    with pytest.raises(ValueError, match="per way"):
        network.build(xy, start, ids, walking.plain(2))
    with pytest.raises(ValueError, match="finite"):
        network.build(xy + np.inf, start, ids, walking.plain(1))
