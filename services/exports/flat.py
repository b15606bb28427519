"""Where a feature is, for tables without geometry: two columns of coordinates."""

import numpy as np
import pyarrow as pa
import shapely

from gis import crs as crs_module
from gis.arrays import Objects
from services.exports import coordinates, points


def axes(crs: crs_module.SourceCrs) -> tuple[str, str]:
    """Return the names of the columns of coordinates."""
    return ("lon", "lat") if crs.is_geographic else ("x", "y")


def places(wkb: pa.Array, crs: crs_module.SourceCrs) -> tuple[pa.Array, pa.Array]:
    """Return the coordinates of a point of each geometry.

    A point's own; of a line its middle; of an area a point inside it.

    Parameters
    ----------
    wkb
        Geometries of one type, in `crs`.
    """
    xy = points.read(wkb)
    if xy is None:
        shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
        xy = shapely.get_coordinates(_representative(shapes))
    where = np.round(xy, coordinates.digits(crs))
    return pa.array(where[:, 0]), pa.array(where[:, 1])


def _representative(shapes: Objects) -> Objects:
    match shapely.get_dimensions(shapes).max(initial=0):
        case 0:
            return shapes
        case 1:
            middle: Objects = shapely.line_interpolate_point(shapes, 0.5, normalized=True)
            return middle
    inside: Objects = shapely.point_on_surface(shapes)
    return inside
