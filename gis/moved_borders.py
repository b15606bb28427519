"""Where units may differ between two states of their borders: boxes around all that moved.

No overlay of polygons is worked out. Pieces of border that a unit has in both states cancel out;
those left over bound what it lost and gained, by the even-odd rule, and are swept in bands. In
each band the boxes hold the pieces themselves and, half-way up, every stretch between the first
and second, third and fourth, ... piece of a unit's. Nothing is left out: on a line across the
band that meets no piece, the rule gives one answer from end to end, the one found half-way.
"""

from typing import Final

import numpy as np
import shapely

from gis import arrays
from gis.arrays import Floats, Int64s, Objects

_BANDS: Final = 400
"""Enough for few places beside the point, few enough that looking boxes up costs no more."""

_WIDENING: Final = 1e-11
_EAST_NORTH_SWAPPED: Final = [1, 0, 3, 2]


def boxes(before: Objects, after: Objects) -> Floats:
    """Give boxes that hold every place whose unit may differ between two states.

    Parameters
    ----------
    before, after
        The area of each unit in either state, shape (n,), paired: valid polygons and
        multipolygons, None where the unit did not exist.

    Returns
    -------
    Floats
        West, south, east and north, shape (k, 4), widened by 1e-11 of the largest coordinate
        (0.1 mm on the ground) so that rounding leaves nothing out. Those that follow each other
        along a border touch. None if nothing moved.
    """
    differ = ~shapely.equals_identical(before, after)
    unit, piece = _left_over(before[differ], after[differ])
    if not len(piece):
        return np.zeros((0, 4))
    if np.ptp(piece[:, ::2]) <= np.ptp(piece[:, 1::2]):
        return _swept(unit, piece)
    return _swept(unit, _upward(piece[:, _EAST_NORTH_SWAPPED]))[:, _EAST_NORTH_SWAPPED]


def _left_over(before: Objects, after: Objects) -> tuple[Int64s, Floats]:
    """Take borders apart; give the unit and the ends ``(p, 4)`` of pieces in one state only."""
    sides = [_pieces(before), _pieces(after)]
    unit = np.concatenate([unit for unit, _ in sides])
    piece = _upward(np.concatenate([piece for _, piece in sides]))
    # Equal pieces have equal keys; unequal ones that share a key merely may not cancel out.
    key = piece @ np.array([0.7548776662, 0.5698402910, 0.3819660113, 0.2360679775])
    order = np.lexsort((key, unit))
    unit, piece = unit[order], piece[order]
    is_first = np.ones(len(unit), dtype=np.bool_)
    is_first[1:] = (unit[1:] != unit[:-1]) | (piece[1:] != piece[:-1]).any(axis=1)
    first = np.flatnonzero(is_first)
    odd = first[np.diff(first, append=len(unit)) % 2 == 1]
    return unit[odd], piece[odd]


def _pieces(polygons: Objects) -> tuple[Int64s, Floats]:
    parts, polygon = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = (ring[1:] == ring[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
    return polygon[part][ring[1:][joined]], np.hstack([xy[:-1][joined], xy[1:][joined]])


def _upward(piece: Floats) -> Floats:
    """Point pieces north, those along a parallel east."""
    (from_x, from_y), (to_x, to_y) = piece[:, :2].T, piece[:, 2:].T
    downward = (from_y > to_y) | ((from_y == to_y) & (from_x > to_x))
    return np.where(downward[:, np.newaxis], piece[:, [2, 3, 0, 1]], piece)


def _swept(unit: Int64s, piece: Floats) -> Floats:
    """Sweep pieces from south to north."""
    slack = _WIDENING * float(np.abs(piece).max())
    south = float(piece[:, 1].min()) - 2 * slack
    height = (float(piece[:, 3].max()) + 2 * slack - south) / _BANDS
    lowest = ((piece[:, 1] - slack - south) // height).astype(np.int64)
    highest = ((piece[:, 3] + slack - south) // height).astype(np.int64)
    counts = highest - lowest + 1
    band = arrays.ranges(lowest, counts)
    unit, piece = np.repeat(unit, counts), np.repeat(piece, counts, axis=0)
    bottom = south + band.astype(np.float64) * height
    held = _held(piece, bottom - slack, bottom + height + slack)
    inner_band, inner = _between(unit, band, piece, bottom + height / 2)
    widening = np.array([-slack, slack])
    band, stretch = _merged(
        np.concatenate([band, inner_band]), np.concatenate([held, inner]) + widening, height
    )
    rows = south + (band[:, np.newaxis] + np.array([0.0, 1.0])) * height + widening
    return np.column_stack([stretch[:, 0], rows[:, 0], stretch[:, 1], rows[:, 1]])


def _held(piece: Floats, bottom: Floats, top: Floats) -> Floats:
    """From where to where, west to east ``(p, 2)``, a piece runs between two parallels."""
    from_x, from_y, to_x, to_y = piece.T
    rise = np.where(to_y > from_y, to_y - from_y, 1.0)
    enters = np.clip((bottom - from_y) / rise, 0.0, 1.0)
    leaves = np.where(to_y > from_y, np.clip((top - from_y) / rise, 0.0, 1.0), 1.0)
    ends = from_x + np.stack([enters, leaves]) * (to_x - from_x)
    return np.sort(ends, axis=0).T


def _between(unit: Int64s, band: Int64s, piece: Floats, middle: Floats) -> tuple[Int64s, Floats]:
    """Band and stretch ``(s, 2)`` of what a unit lost or gained, half-way up each band."""
    from_x, from_y, to_x, to_y = piece.T
    # Borders are closed, so that each unit's cross a parallel an even number of times.
    met = np.flatnonzero((from_y <= middle) & (middle < to_y))
    share = (middle[met] - from_y[met]) / (to_y[met] - from_y[met])
    x = from_x[met] + share * (to_x[met] - from_x[met])
    order = np.lexsort((x, band[met], unit[met]))
    return band[met][order][::2], x[order].reshape(-1, 2)


def _merged(band: Int64s, stretch: Floats, gap: float) -> tuple[Int64s, Floats]:
    """Make one of the stretches in a band that overlap or leave but a gap."""
    order = np.lexsort((stretch[:, 0], band))
    band, (west, east) = band[order], stretch[order].T
    # Bands are laid end to end, so that one running maximum serves all of them.
    shift = band * (2.0 * (float(east.max()) - float(west.min())) + gap)
    is_first = np.ones(len(band), dtype=np.bool_)
    is_first[1:] = (west + shift)[1:] > np.maximum.accumulate(east + shift)[:-1] + gap
    is_first[1:] |= band[1:] != band[:-1]
    first = np.flatnonzero(is_first)
    return band[first], np.column_stack([west[first], np.maximum.reduceat(east, first)])
