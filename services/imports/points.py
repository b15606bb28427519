"""Places as they come in: which CRS, where on earth, and what is wrong with them."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely

from gis import boundaries, crs
from gis.arrays import Bools, Floats, Int64s, Objects, curve_order
from services.imports import checks
from services.imports.sieve import Sieve

WKT: Final = "geometry"
"""Field of a table with the place as well-known text, in the stead of two columns of numbers."""
MARGIN_DEGREES: Final = 0.2
"""A place may lie about 20 km outside the district's box: beyond, it is another district's."""

_EWKB_POINT: Final = b"\x01" + (0x20000001).to_bytes(4, "little") + crs.STORED.to_bytes(4, "little")
_WHATEVER_THE_CRS: Final = frozenset(
    {
        boundaries.PointDefect.METRES,
        boundaries.PointDefect.NULL_ISLAND,
        boundaries.PointDefect.SWAPPED,
    }
)
_HEX: Final = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_DIGITS: Final = 2 * (len(_EWKB_POINT) + 16)
_VALUE_OF_DIGIT: Final = np.zeros(256, dtype=np.uint8)
_VALUE_OF_DIGIT[_HEX] = np.arange(16)


@dataclass(frozen=True)
class Frame:
    """How coordinates are to be read.

    Attributes
    ----------
    source
        What they are in.
    box
        Where they must lie, degrees of the stored CRS; None: anywhere.
    """

    source: crs.SourceCrs
    box: boundaries.Box | None


def widened(bounds: boundaries.Box) -> boundaries.Box:
    """Add the margin to a district's box."""
    west, south, east, north = bounds
    return (
        west - MARGIN_DEGREES,
        south - MARGIN_DEGREES,
        east + MARGIN_DEGREES,
        north + MARGIN_DEGREES,
    )


def places(sieve: Sieve, frame: Frame) -> Floats:
    """Read the place of each row.

    Returns
    -------
    Floats
        Longitude and latitude in the stored CRS, shape (n, 2); NaN where the row was refused.
    """
    field, raw = _read(sieve)
    known: Bools = np.asarray(np.isfinite(raw).all(axis=1), dtype=np.bool_)
    readable: Bools = known.copy()
    expected = frame.box or boundaries.GLOBE
    if frame.source.is_geographic and not _all_inside(raw[known], expected):
        # What is no longitude and latitude at all must not reach a transformation.
        found = boundaries.point_defects(raw, frame.box)
        readable &= _named(sieve, field, known, found, raw, _WHATEVER_THE_CRS)
    stored = np.full_like(raw, np.nan)
    stored[readable] = crs.to_stored(raw[readable], frame.source)
    if _all_inside(stored[readable], expected):
        return stored
    found = boundaries.point_defects(stored, frame.box)
    if not frame.source.is_geographic:
        found = _swapped_metres(raw, found, frame)
    _named(sieve, field, readable, found, stored, frozenset(boundaries.PointDefect))
    return stored


def _named(
    sieve: Sieve,
    field: str | None,
    where: Bools,
    found: Any,
    xy: Floats,
    which: frozenset[boundaries.PointDefect],
) -> Bools:
    """Refuse the rows with some of the defects; return which rows have none of them."""
    clean = np.ones(len(sieve), dtype=np.bool_)
    for defect in sorted(which):
        faulty = where & (found == defect)
        if faulty.any():
            sieve.refuse(
                faulty,
                field,
                f"error.import.point.{defect.value}",
                {"x": [f"{x:.5f}" for x in xy[:, 0]], "y": [f"{y:.5f}" for y in xy[:, 1]]},
            )
            clean &= ~faulty
    return clean


def _read(sieve: Sieve) -> tuple[str | None, Floats]:
    """Read coordinates as they are written; the field that messages are to name."""
    if sieve.batch.geometry is not None:
        return None, _of_shapes(sieve, None, np.asarray(sieve.batch.geometry, dtype=object))
    if WKT in sieve.columns and "lon" not in sieve.columns:
        texts = np.array(sieve.text(WKT).to_pylist(), dtype=object)
        return WKT, _of_shapes(sieve, WKT, shapely.from_wkt(texts, on_invalid="ignore"))
    return "lon", _of_columns(sieve)


def _of_columns(sieve: Sieve) -> Floats:
    axes = []
    for field in ("lon", "lat"):
        texts = sieve.text(field)
        checks.require(sieve, field, texts)
        axes.append(checks.numbers(sieve, field, texts))
    return np.column_stack(axes)


def _of_shapes(sieve: Sieve, field: str | None, shapes: Objects) -> Floats:
    kind = shapely.get_type_id(shapes)
    lone = (kind == shapely.GeometryType.MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
    shapes[lone] = shapely.get_geometry(shapes[lone], 0)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    sieve.refuse(missing, field, "error.import.point.missing", {})
    other = ~missing & (kind != shapely.GeometryType.POINT) & ~lone
    sieve.refuse(other, field, "error.import.point.not_a_point", {})
    usable = ~(missing | other)
    points = shapes.copy()
    points[~usable] = None
    xy = np.column_stack((shapely.get_x(points), shapely.get_y(points)))
    endless = usable & ~np.isfinite(xy).all(axis=1)
    sieve.refuse(endless, field, "error.import.point.not_finite", {})
    return xy


def _all_inside(lonlat: Floats, box: boundaries.Box) -> bool:
    """Whether nothing needs a closer look: all in the box, none at 0/0."""
    west, south, east, north = box
    inside = (lonlat >= (west, south)) & (lonlat <= (east, north))
    return bool(inside.all()) and bool(lonlat.any(axis=1).all())


def _swapped_metres(raw: Floats, found: Any, frame: Frame) -> Any:
    """Northing before easting is the habit of surveyors: say so if the other order fits."""
    elsewhere = np.flatnonzero([defect is not None for defect in found])
    turned = crs.to_stored(raw[elsewhere][:, ::-1], frame.source)
    fits = np.array([defect is None for defect in boundaries.point_defects(turned, frame.box)])
    found[elsewhere[fits]] = boundaries.PointDefect.SWAPPED
    return found


def ewkb_hex(lonlat: Floats) -> Any:
    """Write points as PostGIS reads them from text: hexadecimal EWKB in the stored CRS."""
    n = len(lonlat)
    raw = np.empty((n, 25), dtype=np.uint8)
    raw[:, :9] = np.frombuffer(_EWKB_POINT, dtype=np.uint8)
    raw[:, 9:] = np.ascontiguousarray(lonlat, dtype="<f8").view(np.uint8).reshape(n, 16)
    digits = np.empty((n, _DIGITS), dtype=np.uint8)
    digits[:, 0::2], digits[:, 1::2] = _HEX[raw >> 4], _HEX[raw & 15]
    starts = np.arange(n + 1, dtype=np.int32) * _DIGITS
    return pa.StringArray.from_buffers(n, pa.py_buffer(starts), pa.py_buffer(digits))


def side_by_side(column: Any) -> Int64s:
    """Order points as `ewkb_hex` writes them so that neighbours are written side by side.

    What is looked up by place, or by unit, is then on few pages of the table.

    Returns
    -------
    Int64s
        A permutation, shape (n,).
    """
    begin = column.offset * _DIGITS
    digits = np.frombuffer(column.buffers()[2], np.uint8)[begin : begin + len(column) * _DIGITS]
    halves = _VALUE_OF_DIGIT[digits.reshape(-1, _DIGITS)[:, 2 * len(_EWKB_POINT) :]]
    raw = halves[:, 0::2] << 4 | halves[:, 1::2]
    return curve_order(raw.view("<f8"))
