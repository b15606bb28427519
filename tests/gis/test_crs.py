"""Coordinate systems against PROJ, an independent implementation and published figures."""

import geocoordinates_ffi as peer
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import crs
from gis.arrays import Floats

# Off the edge of the box, where a displaced point may leave it.
chinese_points = st.lists(
    st.tuples(st.floats(72.1, 137.7), st.floats(0.9, 55.7)), min_size=1, max_size=20
).map(lambda pairs: np.array(pairs, dtype=np.float64))


@given(chinese_points)
def test_displacements_are_those_of_an_independent_implementation(lonlat: Floats):
    gcj = [peer.wgs84_to_gcj02(peer.Wgs84(lon=lon, lat=lat)) for lon, lat in lonlat]
    bd = [peer.wgs84_to_bd09(peer.Wgs84(lon=lon, lat=lat)) for lon, lat in lonlat]
    expected_gcj = [(p.lon, p.lat) for p in gcj]
    expected_bd = [(p.lon, p.lat) for p in bd]
    np.testing.assert_allclose(crs.wgs84_to_gcj02(lonlat), expected_gcj, rtol=0, atol=1e-11)
    np.testing.assert_allclose(crs.wgs84_to_bd09(lonlat), expected_bd, rtol=0, atol=1e-11)
    np.testing.assert_allclose(
        crs.gcj02_to_bd09(crs.wgs84_to_gcj02(lonlat)), expected_bd, rtol=0, atol=1e-11
    )


@given(chinese_points)
def test_inverses_return_to_the_origin(lonlat: Floats):
    for there, back in (
        (crs.wgs84_to_gcj02, crs.gcj02_to_wgs84),
        (crs.gcj02_to_bd09, crs.bd09_to_gcj02),
        (crs.wgs84_to_bd09, crs.bd09_to_wgs84),
    ):
        np.testing.assert_allclose(back(there(lonlat)), lonlat, rtol=0, atol=1e-9)


@given(chinese_points)
def test_inverses_give_a_point_the_same_answer_in_any_company(lonlat: Floats):
    alone = np.vstack([crs.bd09_to_wgs84(lonlat[i : i + 1]) for i in range(len(lonlat))])
    assert np.array_equal(alone, crs.bd09_to_wgs84(lonlat))


def test_gcj02_moves_a_chinese_point_by_hundreds_of_metres():
    here = np.array([[116.7833, 32.6283]])
    moved = crs.wgs84_to_gcj02(here)
    metres = np.hypot(*(crs.project(moved, 4490, 4548) - crs.project(here, 4490, 4548))[0])
    assert 100 < metres < 800


def test_outside_china_gcj02_is_the_identity():
    lonlat = np.array([[24.94, 60.17], [-74.0, 40.7], [151.2, -33.9], [0.0, 0.0]])
    assert np.array_equal(crs.wgs84_to_gcj02(lonlat), lonlat)
    assert np.array_equal(crs.gcj02_to_wgs84(lonlat), lonlat)
    assert not crs.in_china(lonlat).any()


def test_what_is_not_finite_stays_not_finite():
    lonlat = np.array([[np.nan, 30.0], [116.0, np.nan]])
    for function in (crs.gcj02_to_wgs84, crs.bd09_to_wgs84):
        assert not np.isfinite(function(lonlat)).all(axis=1).any()
    assert not np.isfinite(crs.project(lonlat, 4490, 4548)).all(axis=1).any()


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (117.0, 32.6, 4548),
        (116.78, 32.63, 4548),
        (115.49, 32.6, 4547),
        (75.2, 39.5, 4534),
        (134.7, 48.3, 4554),
        (24.94, 60.17, 32635),
        (151.2, -33.9, 32756),
        (180.0, 10.0, 32660),
        (-180.0, 10.0, 32601),
        (72.5, 40.0, 32643),
    ],
)
def test_metric_crs_is_the_zone_around_the_point(lon: float, lat: float, epsg: int):
    assert crs.metric_epsg(lon, lat) == epsg
    west, _, east, _ = pyproj.CRS.from_epsg(epsg).area_of_use.bounds
    assert west <= lon <= east or abs(lon) == 180


@given(st.floats(75.0, 135.0), st.floats(1.0, 55.0))
def test_metric_crs_in_china_has_its_meridian_within_a_degree_and_a_half(lon: float, lat: float):
    meridian = 75 + 3 * (crs.metric_epsg(lon, lat) - 4534)
    assert abs(lon - meridian) <= 1.5
    x, _ = crs.project(np.array([[float(meridian), lat]]), 4490, crs.metric_epsg(lon, lat))[0]
    assert x == pytest.approx(500_000)


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 85), (np.nan, 0), (0, np.inf)])
def test_there_is_no_metric_crs_for_no_place(lon: float, lat: float):
    with pytest.raises(ValueError, match="no metric CRS"):
        crs.metric_epsg(lon, lat)


@pytest.mark.parametrize(
    ("text", "name", "epsg", "unit"),
    [
        ("GCJ-02", "GCJ-02", 4326, "degree"),
        (" gcj02 ", "GCJ-02", 4326, "degree"),
        ("BD-09", "BD-09", 4326, "degree"),
        ("BD09", "BD-09", 4326, "degree"),
        ("EPSG:4548", "EPSG:4548", 4548, "metre"),
        ("epsg:4490", "EPSG:4490", 4490, "degree"),
        ("4548", "EPSG:4548", 4548, "metre"),
        ("CRS84", "EPSG:4326", 4326, "degree"),
        ("OGC:CRS84", "EPSG:4326", 4326, "degree"),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "EPSG:4326", 4326, "degree"),
        ("http://www.opengis.net/def/crs/EPSG/0/4490", "EPSG:4490", 4490, "degree"),
        ("urn:ogc:def:crs:EPSG::32635", "EPSG:32635", 32635, "metre"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", 4326, "degree"),
        ("CGCS2000", "EPSG:4490", 4490, "degree"),
    ],
)
def test_names_of_crs_are_understood(text: str, name: str, epsg: int, unit: str):
    found = crs.parse_crs(text)
    assert (found.name, found.epsg) == (name, epsg)
    assert found.is_geographic == (unit == "degree")
    assert crs.parse_crs(found.name) == found


@pytest.mark.parametrize("text", ["", "EPSG:", "EPSG:999999", "5773", "4978", "GCJ-03", "wgs"])
def test_what_is_no_horizontal_crs_is_refused(text: str):
    with pytest.raises(ValueError, match=r"."):
        crs.parse_crs(text)


def test_displaced_crs_are_tied_to_wgs84():
    with pytest.raises(ValueError, match="displaces"):
        crs.SourceCrs(crs.CrsKind.GCJ02, 4548)


@given(chinese_points, st.sampled_from(["GCJ-02", "BD-09", "CRS84", "EPSG:4548", "EPSG:3857"]))
def test_every_crs_goes_there_and_back(lonlat: Floats, text: str):
    lonlat[:, 0] = 115.6 + (lonlat[:, 0] - 72) / 30  # where EPSG:4548 is at home
    named = crs.parse_crs(text)
    back = crs.to_stored(crs.from_stored(lonlat, named), named)
    np.testing.assert_allclose(back, lonlat, rtol=0, atol=1e-9)


def test_projection_is_proj_itself_and_takes_longitude_first():
    lonlat = np.array([[116.8, 32.6], [117.0, 32.0]])
    expected = pyproj.Transformer.from_crs(4490, 4548, always_xy=True).transform(*lonlat.T)
    np.testing.assert_array_equal(crs.project(lonlat, 4490, 4548), np.transpose(expected))
    # The stored frame is WGS 84 for every foreign CRS.
    np.testing.assert_array_equal(
        crs.project(lonlat, 4490, 32650), crs.project(lonlat, 4326, 32650)
    )


def test_gauss_krueger_arc_of_the_meridian():
    # Length of the meridian from the equator to 45°N on GRS 80 (Snyder 1987, eq. 3-21): scale is 1.
    (x, y) = crs.project(np.array([[117.0, 45.0]]), 4490, 4548)[0]
    assert x == pytest.approx(500_000, abs=1e-6)
    assert y == pytest.approx(4_984_944.378, abs=1e-3)


def test_geometries_keep_their_holes_heights_and_gaps():
    geoms = np.array(
        [
            shapely.box(116.7, 32.5, 116.8, 32.6) - shapely.box(116.72, 32.52, 116.74, 32.54),
            None,
            shapely.from_wkt("POINT Z (116.7 32.5 12)"),
            shapely.from_wkt("POLYGON EMPTY"),
        ],
        dtype=object,
    )
    moved = crs.project_geometries(geoms, 4490, 4548)
    assert moved[1] is None
    assert shapely.get_num_interior_rings(moved[0]) == 1
    assert shapely.get_z(moved[2]) == 12
    assert shapely.is_empty(moved[3])
    back = crs.project_geometries(moved, 4548, 4490)
    assert shapely.equals_exact(back[0], geoms[0], tolerance=1e-9)
    named = crs.parse_crs("GCJ-02")
    around = crs.geometries_to_stored(crs.geometries_from_stored(geoms, named), named)
    assert shapely.equals_exact(around[0], geoms[0], tolerance=1e-9)
    assert around[1] is None


def test_shared_borders_stay_shared():
    left, right = shapely.box(116.7, 32.5, 116.8, 32.6), shapely.box(116.8, 32.5, 116.9, 32.6)
    for text in ("BD-09", "EPSG:4548"):
        pair = np.array([left, right], dtype=object)
        one, two = crs.geometries_to_stored(
            crs.geometries_from_stored(pair, crs.parse_crs(text)), crs.parse_crs(text)
        )
        assert shapely.length(shapely.intersection(one, two)) > 0.09
        assert shapely.area(shapely.intersection(one, two)) == 0


def test_areas_that_share_a_long_edge_share_it_in_metres_too():
    whole = shapely.box(116.2, 39.9, 116.5, 40.0)
    parts = np.array(
        [shapely.box(116.2, 39.9, 116.31, 40.0), shapely.box(116.31, 39.9, 116.5, 40.0)]
    )
    epsg = crs.metric_epsg(116.3, 39.9)
    parent = crs.project_areas(np.array([whole]), epsg)[0]
    children = crs.project_areas(parts, epsg)
    assert shapely.symmetric_difference(parent, shapely.union_all(children)).area < 20
    plain = crs.project_geometries(parts, crs.STORED, epsg)
    bent = crs.project_geometries(np.array([whole]), crs.STORED, epsg)[0]
    assert shapely.symmetric_difference(bent, shapely.union_all(plain)).area > 10_000
