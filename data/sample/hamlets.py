"""Hamlets in the middle of wide fields, to which the network knows no path: data has such gaps."""

from typing import Final

import numpy as np
import shapely

from data.sample.blocks import Blocks
from data.sample.zones import Zone
from gis.arrays import Floats, Int64s

_COUNT: Final = 2
_HOUSES: Final = 56
_LONELY_M: Final = 240.0
"""From every path: more than the 200 m up to which a home is attached to the network, and what
bending the plan takes away."""
_RADIUS_M: Final = 100.0
_APART_M: Final = 1500.0
_GOLDEN_ANGLE: Final = np.pi * (3.0 - np.sqrt(5.0))


def build(blocks: Blocks) -> tuple[Floats, Int64s]:
    """Put hamlets into the widest fields.

    Returns
    -------
    tuple[Floats, Int64s]
        Plan metres of each house, shape (n, 2), and its block, shape (n,).
    """
    field = np.flatnonzero(blocks.zone == Zone.FIELD)
    circle = shapely.maximum_inscribed_circle(blocks.polygons[field], tolerance=10.0)
    centre = shapely.get_coordinates(circle)[::2]
    room = shapely.length(circle) - _LONELY_M
    nth = np.arange(_HOUSES)
    # A sunflower's seeds: evenly spread over a disc (Vogel, Mathematical Biosciences 44, 1979).
    radius, angle = np.sqrt((nth + 0.5) / _HOUSES), nth * _GOLDEN_ANGLE
    disc = np.column_stack((np.cos(angle), np.sin(angle))) * radius[:, None]
    chosen = _widest(centre, room)
    xy = centre[chosen][:, None] + disc * np.minimum(room[chosen], _RADIUS_M)[:, None, None]
    return xy.reshape(-1, 2), np.repeat(field[chosen], _HOUSES)


def _widest(centre: Floats, room: Floats) -> Int64s:
    """Choose the fields with most room, each far from the ones before."""
    left = room.copy()
    chosen = np.empty(_COUNT, dtype=np.int64)
    for nth in range(_COUNT):
        chosen[nth] = np.argmax(left)
        left[np.linalg.norm(centre - centre[chosen[nth]], axis=1) < _APART_M] = -np.inf
    return chosen
