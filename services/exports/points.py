"""Points between their binary form and arrays of coordinates: no object is made for a point.

Well-known binary is that of OGC Simple Features (06-103r4, 8.2): byte order, type, x, y.
"""

import numpy as np
import pyarrow as pa

from gis.arrays import Floats

_LITTLE_ENDIAN = 1
_POINT = 1
_RECORD = np.dtype([("order", "u1"), ("type", "<u4"), ("xy", "<f8", 2)])


def read(wkb: pa.Array) -> Floats | None:
    """Return the coordinates of points.

    Parameters
    ----------
    wkb
        Binary array, WKB.

    Returns
    -------
    Floats
        Shape (n, 2); None unless all are two-dimensional points with coordinates, and in the byte
        order that PostGIS writes.
    """
    if wkb.null_count or not len(wkb):
        return None
    _, ends, data = wkb.buffers()
    offsets = np.frombuffer(ends, np.int32)[wkb.offset : wkb.offset + len(wkb) + 1]
    if (np.diff(offsets) != _RECORD.itemsize).any():
        return None
    records = np.frombuffer(data, _RECORD, len(wkb), int(offsets[0]))
    plain = (records["order"] == _LITTLE_ENDIAN) & (records["type"] == _POINT)
    xy = records["xy"]
    return xy.astype(np.float64) if plain.all() and np.isfinite(xy).all() else None


def write(xy: Floats) -> pa.Array:
    """Return points ``(n, 2)`` as an array of WKB."""
    records = np.empty(len(xy), _RECORD)
    records["order"], records["type"], records["xy"] = _LITTLE_ENDIAN, _POINT, xy
    offsets = np.arange(len(xy) + 1, dtype=np.int32) * np.int32(_RECORD.itemsize)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(records.tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(xy), buffers)
