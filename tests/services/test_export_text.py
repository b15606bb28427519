"""Points and JSON by the array: what comes out is what one value at a time would give."""

import datetime as dt
import json

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from services.exports import json_text, points

_DEGREES = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
_COLUMNS = {
    "text": (pa.string(), st.text(max_size=6)),
    "integer": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "number": (pa.float64(), st.floats()),
    "boolean": (pa.bool_(), st.booleans()),
    "date": (pa.date32(), st.dates()),
}


def _wkb(shapes: list[shapely.Geometry | None], **options: object) -> pa.Array:
    return pa.array([None if s is None else shapely.to_wkb(s, **options) for s in shapes])


@given(st.lists(_DEGREES, min_size=1, max_size=9), st.integers(0, 3))
def test_points_are_read_and_written_as_they_are(xy, cut):
    wkb = _wkb([shapely.Point(*one) for one in xy])
    found = points.read(wkb)
    assert np.array_equal(found, np.array(xy))
    assert points.write(found).equals(wkb)
    part = wkb.slice(min(cut, len(xy) - 1))
    assert np.array_equal(points.read(part), np.array(xy)[len(xy) - len(part) :])


@pytest.mark.parametrize(
    "wkb",
    [
        _wkb([shapely.Point(1, 2), shapely.LineString([(0, 0), (1, 1)])]),
        _wkb([shapely.Point(1, 2), None]),
        _wkb([shapely.Point(1, 2, 3)]),
        _wkb([shapely.Point()]),
        _wkb([shapely.Point(1, 2)], byte_order=0),
        _wkb([shapely.Point(1, 2)], include_srid=True).cast(pa.binary()).slice(1),
        _wkb([shapely.set_srid(shapely.Point(1, 2), 4490)], include_srid=True),
        pa.array([], pa.binary()),
    ],
    ids=["a line", "missing", "height", "empty", "big-endian", "none left", "EWKB", "none"],
)
def test_what_is_not_a_plain_point_is_left_to_others(wkb):
    assert points.read(wkb) is None


@given(st.data(), st.integers(1, 5))
def test_a_row_is_the_json_of_its_values(data, rows):
    drawn = {
        name: data.draw(st.lists(st.none() | values, min_size=rows, max_size=rows))
        for name, (_, values) in _COLUMNS.items()
    }
    columns = [pa.array(drawn[name], type_) for name, (type_, _) in _COLUMNS.items()]
    batch = pa.record_batch([*columns, pa.array(range(rows))], names=[*_COLUMNS, "key"])

    key = json_text.value(batch.column("key"))
    members = json_text.members(batch, len(_COLUMNS))
    text = json_text.lines(["[", *key, ",", *members, "]\n"]).decode()

    for row, line in enumerate(text.removesuffix("\n").split("\n")):
        expected = {name: _plain(drawn[name][row]) for name in _COLUMNS}
        assert json.loads(line, parse_constant=pytest.fail) == [row, expected]


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if isinstance(value, float) and not np.isfinite(value) else value


@given(st.floats(-180, 180))
def test_seven_digits_are_seven_digits(degrees):
    rounded = np.round(np.array([degrees]), 7)
    text = json_text.lines(json_text.value(pa.array(rounded))).decode()
    assert float(text) == rounded[0]
    assert "e" in text or len(text.partition(".")[2]) <= 7
