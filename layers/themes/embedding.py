"""What every theme's file holds: boundaries, roads and surroundings, each within a budget."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from gis import codes
from layers import compact
from services.ground import Ground

# Bytes of JSON that each part of a file may take; what is finer is simplified until it fits.
UNITS_BUDGET: Final = 700_000
ROADS_BUDGET: Final = 700_000
SURFACES_BUDGET: Final = 200_000

_ROADS: Final = ("major", "minor", "path")
_OTHER_LINES: Final = ("waterway", "railway")
_SURFACES: Final = ("green", "water")


def shapes(boundaries: Mapping[str, shapely.Geometry], metric_epsg: int) -> dict[str, object]:
    """Simplify each level as a whole, so that neighbours keep their common border.

    Parameters
    ----------
    boundaries
        Boundary by unit code, degrees, EPSG:4490.
    """
    found: dict[str, object] = {}
    for level in codes.LEVELS[1:]:
        here = [code for code in boundaries if codes.level_of(code) is level]
        drawn = np.array([boundaries[code] for code in here], dtype=object)
        encoded = compact.within_budget(
            drawn,
            compact.Budget(metric_epsg, UNITS_BUDGET),
            lambda metric, tolerance: np.asarray(shapely.coverage_simplify(metric, tolerance)),
            lambda degrees: [compact.polygons(shape) for shape in degrees],
        )
        found.update(zip(here, encoded, strict=True))
    return found


def lines(ground: Ground, metric_epsg: int) -> dict[str, object]:
    """Encode lines by kind; paths go before streets where the budget does not hold all."""
    found: dict[str, object] = {}
    left = ROADS_BUDGET
    for kind in (*_OTHER_LINES, *_ROADS):
        encoded = compact.within_budget(
            ground.of(kind), compact.Budget(metric_epsg, max(left, 0)), simplified, compact.lines
        )
        size = len(orjson.dumps(encoded))
        if size <= left:
            found[kind] = encoded
            left -= size
    return found


def surfaces(ground: Ground, metric_epsg: int) -> dict[str, object]:
    """Encode green and water."""
    budget = compact.Budget(metric_epsg, SURFACES_BUDGET // len(_SURFACES))
    return {
        kind: [
            polygon
            for polygons in compact.within_budget(
                ground.of(kind),
                budget,
                simplified,
                lambda degrees: [compact.polygons(shape) for shape in degrees],
            )
            for polygon in polygons
        ]
        for kind in _SURFACES
    }


def simplified(metric: NDArray[np.object_], tolerance: float) -> NDArray[np.object_]:
    """Simplify lines and areas one by one, metres."""
    return np.asarray(shapely.simplify(metric, tolerance), dtype=object)


def bounds_of(shapes: NDArray[np.object_]) -> tuple[float, float, float, float]:
    """Return the box of geometries: west, south, east, north."""
    west, south, east, north = (float(v) for v in shapely.total_bounds(shapes))
    return (west, south, east, north)
