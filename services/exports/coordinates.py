"""Geometry on its way out: CRS, digits, direction of rings."""

import functools

import numpy as np
import pyarrow as pa
import shapely

from gis import crs as crs_module
from gis.arrays import Floats
from services.exports import points

_DEGREE_DIGITS = 7  # RFC 7946, section 11.2: about a centimetre
_METRE_DIGITS = 3


def digits(crs: crs_module.SourceCrs) -> int:
    """Return the decimals that coordinates of a CRS are given out with."""
    return _DEGREE_DIGITS if crs.is_geographic else _METRE_DIGITS


def given_out(wkb: pa.Array, crs: crs_module.SourceCrs) -> pa.Array:
    """Transform geometries of the stored CRS to what is given out.

    Equal vertices stay equal, so borders shared before are shared afterwards.

    Parameters
    ----------
    wkb
        Binary array, EPSG:4490.
    crs
        CRS asked for.

    Returns
    -------
    pa.Array
        ISO WKB, two-dimensional, rounded, exterior rings counter-clockwise (RFC 7946, 3.1.6).
    """
    xy = points.read(wkb)
    if xy is not None:
        return points.write(_rounded(xy, crs))
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
    moved = shapely.transform(shapes, functools.partial(_rounded, crs=crs))
    directed = shapely.orient_polygons(moved)
    return pa.array(shapely.to_wkb(directed, flavor="iso", output_dimension=2), pa.binary())


def _rounded(lonlat: Floats, crs: crs_module.SourceCrs) -> Floats:
    return np.round(crs_module.from_stored(lonlat, crs), digits(crs))
