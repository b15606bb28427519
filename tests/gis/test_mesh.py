"""Points along and beside the paths."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from scipy import spatial

from gis import mesh, network
from tests.gis import walking


@given(walking.networks())
@settings(max_examples=40, deadline=None)
def test_steps_along_edges_are_short_and_exact(net: network.Network) -> None:
    xy, places = mesh.along(net, np.arange(net.n_edges))
    assert (places.access_m == 0).all()
    at = [
        net.lines[edge].interpolate(offset).coords[0]
        for edge, offset in zip(places.edge, places.offset_m, strict=True)
    ]
    np.testing.assert_allclose(xy, at, atol=1e-6)
    tree = spatial.cKDTree(xy)
    assert tree.query(net.node_xy)[0].max() <= 0.01
    assert tree.query(net.coords)[0].max() <= mesh.EDGE_STEP_M / 2 + 0.01


def test_points_thin_out_with_the_distance_and_end_beyond_the_limit() -> None:
    net = walking.network_of([[(0, 0), (600, 0)]])
    points = mesh.around(net, np.array([0]), 200.0)
    away = np.abs(points.xy[:, 1])
    middle = np.abs(points.xy[:, 0] - 300) < 300
    counts = [((away[middle] >= low) & (away[middle] < low + 40)).sum() for low in (1, 41, 121)]
    assert counts[0] > counts[1] > counts[2] > 0
    beyond = ~points.attached.attached
    assert beyond.any()
    hull = spatial.ConvexHull(points.xy).vertices
    assert beyond[hull].all()


def test_the_points_beside_a_path_do_not_depend_on_others_far_away() -> None:
    one = walking.network_of([[(0, 0), (300, 0)]])
    two = walking.network_of([[(0, 0), (300, 0)], [(9000, 0), (9300, 0)]])
    alone = mesh.around(one, np.array([0]), 200.0).xy
    both = mesh.around(two, np.array([0, 1]), 200.0).xy
    assert {tuple(point) for point in alone} <= {tuple(point) for point in both}


def test_points_give_way() -> None:
    net = walking.network_of([[(0, 0), (300, 0)]])
    points = mesh.around(net, np.array([0]), 200.0)
    left = mesh.without(points, points.xy[:1] + 0.5, 1.0)
    assert len(left.xy) == len(points.xy) - 1 == len(left.attached)
    assert mesh.without(points, np.zeros((0, 2)), 1.0) is points


def test_squares_know_their_points() -> None:
    squares = mesh.squares_around(np.array([[5.0, -5.0]]), 10.0, 1)
    assert squares.shape == (9, 2)
    xy = np.array([[5.0, -5.0], [19.9, 9.9], [20.1, 0.0], [-10.0, -20.0]])
    assert mesh.lie_in(xy, squares, 10.0).tolist() == [True, True, False, True]
