"""Geometry in few bytes comes back as it was, to a tenth of a metre."""

import numpy as np
import orjson
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import crs
from layers import compact

_DEGREES = st.tuples(st.floats(116, 117), st.floats(32, 33))


def _decoded(line: compact.Line) -> np.ndarray:
    """Read a line as `source.js` does: running sums of pairs."""
    return np.cumsum(np.array(line, dtype=np.int64).reshape(-1, 2), axis=0) / compact.SCALE


@settings(max_examples=60, deadline=None)
@given(st.lists(_DEGREES, min_size=1, max_size=30))
def test_points_come_back(places):
    given_places = np.array(places)

    assert np.abs(_decoded(compact.points(given_places)) - given_places).max() <= 0.5e-6 + 1e-12


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(_DEGREES, min_size=2, max_size=8, unique=True), min_size=1, max_size=5))
def test_lines_come_back_each_for_itself(lines):
    shapes = np.array([shapely.LineString(line) for line in lines], dtype=object)

    encoded = compact.lines(shapes)

    expected = [np.rint(np.array(line) * compact.SCALE) for line in lines]
    expected = [
        line[np.append(True, (np.diff(line, axis=0) != 0).any(axis=1))] for line in expected
    ]
    expected = [line for line in expected if len(line) > 1]
    assert len(encoded) == len(expected)
    for found, line in zip(encoded, expected, strict=True):
        assert np.allclose(_decoded(found) * compact.SCALE, line, atol=1e-3)


def test_polygons_keep_parts_and_holes():
    hole = shapely.box(116.4, 32.4, 116.6, 32.6)
    first = shapely.box(116, 32, 117, 33).difference(hole)
    second = shapely.box(117.5, 32, 118, 32.5)

    encoded = compact.polygons(shapely.MultiPolygon([first, second]))

    assert [len(rings) for rings in encoded] == [2, 1]
    again = [shapely.Polygon(_decoded(r[0]), [_decoded(h) for h in r[1:]]) for r in encoded]
    assert again[0].equals(first)
    assert again[1].equals(second)


def test_nothing_is_encoded_as_nothing():
    assert compact.lines(np.array([], dtype=object)) == []
    assert compact.polygons(shapely.MultiPolygon()) == []


def test_a_budget_is_met_by_simplifying_no_further_than_needed():
    angle = np.linspace(0, 2 * np.pi, 4001)[:-1]
    circle = shapely.Polygon(np.column_stack([np.cos(angle), np.sin(angle)]) * 3000 + 500_000)
    degrees = crs.project_geometries(np.array([circle], dtype=object), 4548, crs.STORED)

    def encoded(size: int) -> list[list[compact.Polygon]]:
        return compact.within_budget(
            degrees,
            compact.Budget(4548, size),
            lambda metric, tolerance: np.asarray(shapely.simplify(metric, tolerance)),
            lambda found: [compact.polygons(shape) for shape in found],
        )

    fine, coarse = encoded(10_000_000), encoded(600)

    assert len(orjson.dumps(coarse)) <= 600 < len(orjson.dumps(fine))
    assert len(coarse[0][0][0]) > 6
