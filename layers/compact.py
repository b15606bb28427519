"""Geometry in few bytes, for pages that carry their data: integer differences, within a budget.

A line becomes ``[x, y, dx, dy, ...]`` in units of 1 / `SCALE` degrees (0.1 m), as in delta
encodings of vector tiles and TopoJSON; `source.js` reads it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import orjson
import shapely

from gis import crs
from gis.arrays import Floats, Int64s, Objects

SCALE: Final = 1_000_000
TOLERANCES_M: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)

_LINE: Final = 4
_RING: Final = 8

Line = list[int]
Polygon = list[Line]
Encoded = TypeVar("Encoded")


def lines(geometries: Objects) -> list[Line]:
    """Encode lines, multilines and collections, degrees; every part becomes a line of its own."""
    parts = shapely.get_parts(shapely.get_parts(geometries))
    return [run for run in _differences(parts) if len(run) >= _LINE]


def each_line(lines: Objects) -> list[Line]:
    """Encode lines, degrees, one for one: what has shrunk to a point is told by it twice."""
    found = _differences(lines)
    return [run if len(run) >= _LINE else [*run, 0, 0] for run in found]


def polygons(geometry: shapely.Geometry) -> list[Polygon]:
    """Encode a polygon, multipolygon or collection, degrees: rings by polygon, the outer first."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    rings, owner = shapely.get_rings(parts, return_index=True)
    found: list[Polygon] = [[] for _ in parts]
    for ring, at in zip(_differences(rings), owner, strict=True):
        found[at].append(ring)
    # What has shrunk to a line is gone: a hole alone, or its polygon with all holes.
    return [
        [outer, *(hole for hole in holes if len(hole) >= _RING)]
        for outer, *holes in found
        if len(outer) >= _RING
    ]


def points(lonlat: Floats) -> Line:
    """Encode points ``(n, 2)``, degrees, as one line from each to the next."""
    return _flat(np.rint(lonlat * SCALE).astype(np.int64))


@dataclass(frozen=True)
class Budget:
    """How many bytes of JSON geometry may take, and the CRS in which it is simplified."""

    metric_epsg: int
    size: int


def within_budget(
    geometries: Objects,
    budget: Budget,
    simplify: Callable[[Objects, float], Objects],
    encode: Callable[[Objects], list[Encoded]],
) -> list[Encoded]:
    """Simplify just as far as a budget asks for; the coarsest is taken if none meets it.

    Parameters
    ----------
    geometries
        Degrees, EPSG:4490.
    simplify
        Takes metric geometries and a tolerance in metres, see `TOLERANCES_M`.
    encode
        Makes JSON values of geometries in degrees.
    """
    if not len(geometries):
        return []
    metric = crs.project_geometries(geometries, crs.STORED, budget.metric_epsg)
    encoded: list[Encoded] = []
    for tolerance in TOLERANCES_M:
        simple = crs.project_geometries(simplify(metric, tolerance), budget.metric_epsg, crs.STORED)
        encoded = encode(simple)
        if len(orjson.dumps(encoded)) <= budget.size:
            break
    return encoded


def _differences(parts: Objects) -> list[Line]:
    if not len(parts):
        return []
    xy, owner = shapely.get_coordinates(parts, return_index=True)
    whole = np.rint(xy * SCALE).astype(np.int64)
    repeated = np.zeros(len(whole), dtype=np.bool_)
    repeated[1:] = (owner[1:] == owner[:-1]) & (whole[1:] == whole[:-1]).all(axis=1)
    whole, owner = whole[~repeated], owner[~repeated]
    ends = np.searchsorted(owner, np.arange(1, len(parts)))
    return [_flat(run) for run in np.split(whole, ends)]


def _flat(whole: Int64s) -> Line:
    found: Line = np.diff(whole, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel().tolist()
    return found
