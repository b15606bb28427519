"""Where units may differ between two states of their borders.

No overlay of polygons is worked out. Pieces of border that a unit has in both states cancel out;
those left over bound what it lost and gained, by the even-odd rule, and are swept in bands. In
each band the boxes hold the pieces themselves and, half-way up, every stretch between the first
and second, third and fourth, ... piece of a unit's. Nothing is left out: on a line across the
band that meets no piece, the rule gives one answer from end to end, the one found half-way.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import shapely

from gis import arrays
from gis.arrays import Bools, Floats, Int64s, Objects

_BANDS: Final = 160
"""Enough for few places beside the point, few enough that looking boxes up costs no more."""

_MANY_BANDS: Final = 2_500

_WIDENING: Final = 1e-11
_EAST_NORTH_SWAPPED: Final = [1, 0, 3, 2]


@dataclass(frozen=True)
class MovedBorders:
    """Borders that are there in one of two states only, and what lies between them.

    Attributes
    ----------
    unit
        Whose each piece of border is, shape (p,): its place among the areas compared.
    piece
        Its ends, shape (p, 4): x and y of the one, x and y of the other.
    """

    unit: Int64s
    piece: Floats

    @classmethod
    def between(cls, before: Objects, after: Objects) -> Self:
        """Compare two states.

        Parameters
        ----------
        before, after
            The area of each unit in either state, shape (n,), paired: valid polygons and
            multipolygons, None where the unit did not exist.
        """
        differ = ~shapely.equals_identical(before, after)
        return cls(*_left_over(before[differ], after[differ]))

    @property
    def bounds(self) -> Floats:
        """West, south, east and north of all that moved, shape (4,); not for none."""
        return np.concatenate(
            [
                self.piece.reshape(-1, 2).min(axis=0, initial=np.inf),
                self.piece.reshape(-1, 2).max(axis=0, initial=-np.inf),
            ]
        )

    @property
    def is_nothing(self) -> bool:
        """Whether all borders are the same in both states."""
        return not len(self.piece)

    def areas(self) -> "Areas":
        """Give areas that hold every place whose unit may differ, in few boxes."""
        return self._swept(_BANDS)

    def narrow_areas(self) -> "Areas":
        """Give areas that hold less beside such places, in more boxes than are looked up well."""
        return self._swept(_MANY_BANDS)

    def _swept(self, bands: int) -> "Areas":
        if self.is_nothing:
            return Areas(True, 0.0, 1.0, 0.0, np.zeros(0, dtype=np.int64), np.zeros((0, 2)))
        is_upright = bool(np.ptp(self.piece[:, ::2]) <= np.ptp(self.piece[:, 1::2]))
        piece = self.piece if is_upright else _upward(self.piece[:, _EAST_NORTH_SWAPPED])
        return _swept(self.unit, piece, bands, is_upright=is_upright)


@dataclass(frozen=True)
class Areas:
    """Stretches of bands, apart from each other; widened by 1e-11 of the largest coordinate.

    These 0.1 mm on the ground see to it that rounding leaves nothing out.

    Attributes
    ----------
    is_upright
        Bands run from west to east, and lie from south to north; else the other way about.
    begin, height, slack
        Where the first band begins, how high each is, and by how much it is widened.
    band, stretch
        Number of the band, shape (s,), ascending, and from where to where, shape (s, 2).
    """

    is_upright: bool
    begin: float
    height: float
    slack: float
    band: Int64s
    stretch: Floats

    def boxes(self) -> Floats:
        """West, south, east and north of each, shape (s, 4); those of one border touch."""
        edges = np.array([0.0, 1.0]) * self.height + np.array([-self.slack, self.slack])
        rows = self.begin + self.band[:, np.newaxis] * self.height + edges
        boxes = np.column_stack([self.stretch[:, 0], rows[:, 0], self.stretch[:, 1], rows[:, 1]])
        return boxes if self.is_upright else boxes[:, _EAST_NORTH_SWAPPED]

    def hold(self, points: Floats) -> Bools:
        """Tell which points ``(n, 2)`` they hold."""
        if not len(self.band):
            return np.zeros(len(points), dtype=np.bool_)
        along, across = points.T if self.is_upright else points.T[::-1]
        first, last = float(self.stretch[:, 0].min()), float(self.stretch[:, 1].max())
        # Bands are laid end to end, so that one search serves all of them.
        length = 2.0 * (last - first + self.height)
        band = np.floor((across - self.begin) / self.height)
        place = band * length + np.clip(along, first - self.height, last + self.height)
        nearest = np.searchsorted(self.band * length + self.stretch[:, 0], place, "right") - 1
        nearest = np.maximum(nearest, 0)
        begin, end = self.stretch[nearest].T
        held: Bools = (self.band[nearest] == band) & (begin <= along) & (along <= end)
        return held


def _left_over(before: Objects, after: Objects) -> tuple[Int64s, Floats]:
    """Take borders apart; give the unit and the ends ``(p, 4)`` of pieces in one state only."""
    sides = [_pieces(before), _pieces(after)]
    unit = np.concatenate([unit for unit, _ in sides])
    piece = _upward(np.concatenate([piece for _, piece in sides]))
    # Equal pieces have equal keys; unequal ones that share a key merely may not cancel out.
    along = piece @ np.array([0.7548776662, 0.5698402910, 0.3819660113, 0.2360679775])
    order = np.argsort(along + unit * (1.0 + 2.0 * float(np.abs(along).max(initial=0.0))))
    unit, piece = unit[order], piece[order]
    is_first = np.ones(len(unit), dtype=np.bool_)
    is_first[1:] = unit[1:] != unit[:-1]
    for column in piece.T:
        is_first[1:] |= column[1:] != column[:-1]
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


def _swept(unit: Int64s, piece: Floats, bands: int, *, is_upright: bool) -> Areas:
    """Sweep pieces from south to north."""
    slack = _WIDENING * float(np.abs(piece).max())
    south = float(piece[:, 1].min()) - 2 * slack
    height = (float(piece[:, 3].max()) + 2 * slack - south) / bands
    lowest = ((piece[:, 1] - slack - south) // height).astype(np.int64)
    highest = ((piece[:, 3] + slack - south) // height).astype(np.int64)
    counts = highest - lowest + 1
    band = arrays.ranges(lowest, counts)
    unit, piece = np.repeat(unit, counts), np.repeat(piece, counts, axis=0)
    bottom = south + band.astype(np.float64) * height
    held = _held(piece, bottom - slack, bottom + height + slack)
    inner_band, inner = _between(unit, band, piece, bottom + height / 2)
    band, stretch = _merged(
        np.concatenate([band, inner_band]),
        np.concatenate([held, inner]) + np.array([-slack, slack]),
        height,
    )
    return Areas(is_upright, south, height, slack, band, stretch)


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
    # Bands are laid end to end, so that one order and one running maximum serve all of them.
    length = 2.0 * (float(stretch[:, 1].max()) - float(stretch[:, 0].min())) + gap
    order = np.argsort(band * length + (stretch[:, 0] - stretch[0, 0]))
    band, (west, east) = band[order], stretch[order].T
    shift = band * length
    is_first = np.ones(len(band), dtype=np.bool_)
    is_first[1:] = (west + shift)[1:] > np.maximum.accumulate(east + shift)[:-1] + gap
    is_first[1:] |= band[1:] != band[:-1]
    first = np.flatnonzero(is_first)
    return band[first], np.column_stack([west[first], np.maximum.reduceat(east, first)])
