"""Areas and points in awkward places, and what assignment is by definition."""

import numpy as np
import shapely
from hypothesis import strategies as st

from gis import location
from gis.arrays import Floats, Objects

corner = st.tuples(st.integers(0, 8), st.integers(0, 8))


def lonlat(geometry: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(geometry, lambda xy: xy * [0.003, 0.001] + [116.7, 32.6])


@st.composite
def areas(draw: st.DrawFn) -> shapely.Geometry:
    """Valid areas on a small lattice, so that borders and corners meet often."""
    hull = shapely.MultiPoint(draw(st.lists(corner, min_size=3, max_size=6))).convex_hull
    (x, y), width, height = draw(corner), draw(st.integers(1, 6)), draw(st.integers(1, 6))
    box = shapely.box(x, y, x + width, y + height)
    area = draw(st.sampled_from([hull, box, hull | box, hull - box, box - hull, hull ^ box]))
    if area.geom_type not in ("Polygon", "MultiPolygon"):
        return None
    return area if draw(st.booleans()) else shapely.reverse(area)


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Objects, Floats]:
    polygons = np.array([*draw(st.lists(areas(), max_size=6)), None], dtype=object)
    lattice = np.array(draw(st.lists(corner, max_size=15)), dtype=np.float64).reshape(-1, 2)
    between = st.tuples(st.floats(-1, 9), st.floats(-1, 9))
    anywhere = np.array(draw(st.lists(between, max_size=15)), dtype=np.float64).reshape(-1, 2)
    ends = shapely.get_coordinates(polygons)
    middles = (ends[1:] + ends[:-1]) / 2
    points = np.vstack((lattice, lattice + 0.5, anywhere, ends, middles, [[1e9, np.nan]]))
    if draw(st.booleans()):
        known = ~shapely.is_missing(polygons)
        polygons[known] = lonlat(polygons[known])
        points = points * [0.003, 0.001] + [116.7, 32.6]
    return polygons, points


def by_definition(polygons: Objects, points: Floats) -> location.Location:
    at = shapely.points(points)
    shapely.prepare(polygons)
    covers = np.array([shapely.covers(p, at) for p in polygons]).reshape(len(polygons), len(at))
    index = np.where(covers.any(axis=0), covers.argmax(axis=0), -1)
    return location.Location(index.astype(np.int32), covers.sum(axis=0) > 1)
