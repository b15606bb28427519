"""Boundaries: each defect by an example, overlaps and gaps against brute force."""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import boundaries
from gis.arrays import Objects
from gis.boundaries import Defect, PointDefect

BOX = (116.6, 32.5, 117.0, 32.8)


def _geoms(*texts: str | None) -> Objects:
    with np.errstate(invalid="ignore"):
        return np.array([None if t is None else shapely.from_wkt(t) for t in texts], dtype=object)


BAD = [
    ("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))", Defect.SELF_INTERSECTING, (0.5, 0.5)),
    ("POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (5 5, 6 5, 6 6, 5 5))", Defect.INVALID, (5, 5)),
    ("POLYGON ((0 0, 4 0, 4 4, 2 0, 0 0))", Defect.SELF_INTERSECTING, (2, 0)),
    (
        "MULTIPOLYGON (((0 0, 2 0, 2 2, 0 0)), ((0 0, 2 0, 2 2, 0 0)))",
        Defect.SELF_INTERSECTING,
        (2, 0),
    ),
    ("POLYGON ((0 0, nan 1, 1 0, 0 0))", Defect.NOT_FINITE, None),
    ("POLYGON EMPTY", Defect.EMPTY, None),
    ("LINESTRING (0 0, 1 1)", Defect.NOT_POLYGON, None),
    ("GEOMETRYCOLLECTION (POLYGON ((0 0, 1 0, 1 1, 0 0)))", Defect.NOT_POLYGON, None),
    ("POLYGON Z ((0 0 1, 4 0 1, 4 4 1, 0 0 1))", Defect.HAS_Z, None),
    ("POLYGON Z ((0 0 1, 1 1 1, 1 0 1, 0 1 1, 0 0 1))", Defect.SELF_INTERSECTING, (0.5, 0.5)),
    (None, Defect.MISSING, None),
]


@pytest.mark.parametrize(("text", "defect", "place"), BAD)
def test_defects_are_named_and_located(
    text: str | None, defect: Defect, place: tuple[float, float] | None
):
    geoms = _geoms(text)
    assert boundaries.defects(geoms).tolist() == [defect]
    where = boundaries.explain_validity(geoms)[0]
    if place is not None:
        assert tuple(where) == place
    elif defect is not Defect.NOT_FINITE:
        assert np.isnan(where).all()


def test_sound_areas_have_no_defect_in_company():
    sound = _geoms("POLYGON ((0 0, 1 0, 1 1, 0 0))", "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))")
    mixed = np.concatenate([sound[:1], _geoms(*(bad[0] for bad in BAD)), sound[1:]])
    expected = [None, *(bad[1] for bad in BAD), None]
    assert boundaries.defects(mixed).tolist() == expected
    assert boundaries.defects(mixed[:0]).tolist() == []
    assert boundaries.explain_validity(mixed[:0]).shape == (0, 2)


def test_areas_are_brought_into_stored_form():
    geoms = _geoms(
        "POLYGON Z ((0 0 1, 0 4 1, 4 4 1, 4 0 1, 0 0 1), (1 1 1, 2 1 1, 2 2 1, 1 1 1))",
        None,
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))",
    )
    stored = boundaries.orient(boundaries.as_multipolygons(boundaries.force_2d(geoms)))
    assert [g and g.geom_type for g in stored] == ["MultiPolygon", None, "MultiPolygon"]
    assert not shapely.has_z(stored).any()
    polygon = stored[0].geoms[0]
    assert polygon.exterior.is_ccw
    assert not polygon.interiors[0].is_ccw
    assert polygon.equals(shapely.force_2d(geoms[0]))
    with pytest.raises(ValueError, match="areas"):
        boundaries.as_multipolygons(_geoms("POINT (0 0)"))


boxes = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 6), st.integers(1, 6)),
    max_size=8,
).map(
    lambda sizes: np.array(
        [*(shapely.box(x, y, x + w, y + h) for x, y, w, h in sizes), None], dtype=object
    )
)


@given(boxes)
def test_overlaps_are_all_pairs_beyond_the_tolerance(areas: Objects):
    found = boundaries.overlaps(areas)
    expected = [
        (i, j, one.intersection(other).area)
        for (i, one), (j, other) in itertools.combinations(enumerate(areas[:-1]), 2)
        if one.intersection(other).area > 1.0
    ]
    assert list(zip(found.first, found.second, found.area_m2, strict=True)) == expected


@settings(deadline=None)
@given(boxes)
def test_gaps_and_children_make_up_the_parent(children: Objects):
    parent = shapely.box(0, 0, 16, 16)
    found = boundaries.gaps(parent, children, tolerance_m2=0.0)
    assert shapely.area(found).sum() + shapely.union_all(children).area == pytest.approx(256)
    assert (np.diff(shapely.area(found)) <= 0).all()
    for gap in found:
        assert shapely.area(shapely.intersection(gap, children[:-1])).sum() == 0


def test_slivers_within_the_tolerance_are_drawing():
    left, right = shapely.box(0, 0, 100, 90), shapely.box(99.99, 0, 200, 100)
    assert len(boundaries.overlaps(np.array([left, right], dtype=object)).first) == 0
    assert len(boundaries.overlaps(np.array([left, right], dtype=object), 0.5).first) == 1
    # 10 m x 90 m of the left one is outside, and one square metre of the right one.
    parent = shapely.box(10, 0, 200, 99.99)
    children = np.array([left, right, None], dtype=object)
    excess = boundaries.outside_parent(children, parent, tolerance_m2=1.1)
    np.testing.assert_allclose(excess, [900, 0, np.nan])
    paired = boundaries.outside_parent(children[:2], np.array([left, parent], dtype=object), 0)
    np.testing.assert_allclose(paired, [0, 100.01 * 0.01], rtol=1e-6)


def test_gaps_are_listed_largest_first():
    children = np.array([shapely.box(2, 0, 8, 10), shapely.box(8, 0, 10, 4), None], dtype=object)
    found = boundaries.gaps(shapely.box(0, 0, 10, 10), children)
    assert shapely.area(found).tolist() == [20, 12]
    assert len(boundaries.gaps(shapely.box(0, 0, 10, 10), children, 15)) == 1
    assert len(boundaries.gaps(shapely.box(0, 0, 10, 10), children[:0])) == 1


def test_children_fill_a_parent_exactly():
    parent = shapely.box(0, 0, 10, 10)
    left, right = shapely.box(0, 0, 5, 10), shapely.box(5, 0, 10, 10)
    assert boundaries.fill_exactly(parent, np.array([left, right], dtype=object))
    assert not boundaries.fill_exactly(parent, np.array([left], dtype=object))
    wide = shapely.box(4.999, 0, 10, 10)
    assert not boundaries.fill_exactly(parent, np.array([left, wide], dtype=object))


@pytest.mark.parametrize(
    ("lonlat", "defect"),
    [
        ((116.8, 32.6), None),
        ((116.6, 32.5), None),
        ((32.6, 116.8), PointDefect.SWAPPED),
        ((31.2, 121.5), PointDefect.SWAPPED),
        ((121.5, 31.2), PointDefect.ELSEWHERE),
        ((0.0, 0.0), PointDefect.NULL_ISLAND),
        ((np.nan, 32.6), PointDefect.NOT_FINITE),
        ((116.8, np.inf), PointDefect.NOT_FINITE),
        ((39_500_000.0, 3_610_000.0), PointDefect.METRES),
        ((12_998_000.0, 32.6), PointDefect.METRES),
        ((-200.0, 32.6), PointDefect.METRES),
    ],
)
def test_places_are_doubted_for_a_reason(lonlat: tuple[float, float], defect: PointDefect | None):
    found = boundaries.point_defects(np.array([lonlat, (116.8, 32.6)]), BOX)
    assert found.tolist() == [defect, None]
    without_box = boundaries.point_defects(np.array([lonlat]), None)[0]
    assert without_box is (None if defect is PointDefect.ELSEWHERE else defect)


@given(st.floats(*BOX[::2]), st.floats(*BOX[1::2]))
def test_a_place_of_the_district_is_only_doubted_when_swapped(lon: float, lat: float):
    both = np.array([[lon, lat], [lat, lon]])
    assert boundaries.point_defects(both, BOX).tolist() == [None, PointDefect.SWAPPED]


def test_overlaps_belong_together():
    with pytest.raises(ValueError, match="equally long"):
        boundaries.Overlaps(np.zeros(1, np.int32), np.zeros(1, np.int32), np.zeros(2))
