"""The walking network: junctions, connection, classes, homes along it."""

import numpy as np
import pytest
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from data.sample import SampleDistrict, facts
from gis import crs
from gis.arrays import Floats, Int32s, Objects


@pytest.fixture(scope="module")
def lines(sample: SampleDistrict) -> Objects:
    return crs.project_geometries(sample.network.lines, crs.STORED, facts.METRIC_EPSG)


@pytest.fixture(scope="module")
def part(sample: SampleDistrict) -> Int32s:
    """Connected part of each section."""
    ends = [shapely.get_point(sample.network.lines, at) for at in (0, -1)]
    xy = shapely.get_coordinates(np.column_stack(ends).ravel())
    node = np.unique(xy, axis=0, return_inverse=True)[1].reshape(-1, 2)
    size = int(node.max()) + 1
    graph = sparse.coo_array((np.ones(len(node)), (node[:, 0], node[:, 1])), shape=(size, size))
    return csgraph.connected_components(graph, directed=False)[1][node[:, 0]]


@pytest.fixture(scope="module")
def homes(sample: SampleDistrict) -> Floats:
    return crs.project(sample.households.lonlat, crs.STORED, facts.METRIC_EPSG)


def test_size_of_the_network(lines: Objects) -> None:
    assert 4_000 <= len(lines) <= 6_000
    assert 400e3 <= shapely.length(lines).sum() <= 450e3
    assert shapely.length(lines).min() > 0.1
    assert shapely.is_valid(lines).all()
    assert (shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING).all()


def test_one_part_but_for_the_island(lines: Objects, part: Int32s) -> None:
    metres = np.bincount(part, shapely.length(lines))
    assert len(metres) == 2
    assert 0.98 < metres.max() / metres.sum() < 1.0


def test_people_live_on_the_island_and_cannot_leave(
    sample: SampleDistrict, lines: Objects, part: Int32s, homes: Floats
) -> None:
    nearest = shapely.STRtree(lines).nearest(shapely.points(homes))
    cut_off = part[nearest] != np.argmax(np.bincount(part))
    assert 20 < cut_off.sum() < 400
    assert all("李咀村" in address for address in sample.households.address[cut_off])


def test_nearly_all_homes_are_near_a_path(lines: Objects, homes: Floats) -> None:
    away = shapely.STRtree(lines).query_nearest(
        shapely.points(homes), return_distance=True, all_matches=False
    )[1]
    assert np.median(away) < 25
    assert 50 <= (away > 200).sum() <= 200


def test_sections_meet_only_at_junctions(lines: Objects) -> None:
    sample_of = lines[::7]
    section, other = shapely.STRtree(lines).query(sample_of, predicate="crosses")
    meeting = shapely.intersection(sample_of[section], lines[other])
    ends = shapely.multipoints(shapely.get_point(lines[other], [[0], [-1]]).T)
    apart = shapely.distance(shapely.centroid(meeting), ends)
    # Bending moves lines drawn across each other's ends by decimetres; a true crossing without a
    # junction would be farther from both ends.
    assert (apart > 3.0).sum() == 0


def test_every_section_says_what_it_is(sample: SampleDistrict) -> None:
    network = sample.network
    assert set(network.highway) == {
        "primary", "secondary", "tertiary", "unclassified", "residential", "living_street",
        "service", "track", "footway", "path", "steps",
    }  # fmt: skip
    assert set(network.step_free) == {"yes", "no", ""}
    assert (network.step_free[network.highway == "steps"] == "no").all()
    assert (network.step_free == "").mean() > 0.5, "unknown is what most extracts are"
    assert (network.width > 0).all()
    assert (network.surface != "").all()


def test_the_railway_is_crossed_in_few_places(sample: SampleDistrict, lines: Objects) -> None:
    tracks = sample.backdrop.geometry[sample.backdrop.kind == "railway"]
    tracks = crs.project_geometries(tracks, crs.STORED, facts.METRIC_EPSG)
    crossing = shapely.STRtree(lines).query(tracks, predicate="intersects")[1]
    assert 3 <= len(np.unique(crossing)) <= 16


def test_the_river_has_one_bridge(sample: SampleDistrict, lines: Objects) -> None:
    water = sample.backdrop.geometry[sample.backdrop.kind == "water"]
    water = crs.project_geometries(water, crs.STORED, facts.METRIC_EPSG)
    water = shapely.buffer(water, -8.0)
    wet = shapely.length(shapely.intersection(lines[:, None], water[None])).sum(axis=1)
    assert set(sample.network.name[wet > 100]) == {"淮河大桥路"}


def test_nobody_lives_in_the_water_or_on_the_hills(sample: SampleDistrict) -> None:
    backdrop = sample.backdrop
    closed = backdrop.geometry[(backdrop.kind == "water") | (backdrop.kind == "green")]
    homes = shapely.points(sample.households.lonlat)
    assert len(shapely.STRtree(closed).query(homes, predicate="within")[0]) == 0
