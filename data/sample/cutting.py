"""Cutting land into blocks, again and again, the way a town grows its finer streets.

Each block is cut across its longer side, a little off centre and a little askew, until it is as
small as its zone wants blocks; half of the blocks get both cuts through one crossing. (The
"oriented bounding box" subdivision known from procedural town modelling, e.g. Vanegas et al.,
"Procedural Generation of Parcels in Urban Modeling", Computer Graphics Forum 31 (2012), sec. 4.)
"""

from dataclasses import dataclass

import numpy as np
import shapely

from data.sample.zones import ZoneMap
from gis.arrays import Bools, Floats, Int8s, Objects

_FAR_M = 2.0e4
_ROUNDS = 14
_SKEW_RAD = 0.10
_OFF_CENTRE = 0.11
_CROSSING_SHARE = 0.5


@dataclass(frozen=True)
class Cuts:
    """Cuts made, coarsest first.

    Attributes
    ----------
    lines
        Plan metres, shape (n,).
    parent_m2
        Area of the block that was cut, shape (n,).
    zone
        Zone the cut runs through, shape (n,); touching a town or a village counts.
    """

    lines: Objects
    parent_m2: Floats
    zone: Int8s


@dataclass(frozen=True)
class _Pieces:
    """Polygons still to be looked at; `pivot` and `axis` (n, 2) are NaN unless inherited."""

    polygons: Objects
    pivot: Floats
    axis: Floats

    def at(self, index: Bools) -> "_Pieces":
        return _Pieces(self.polygons[index], self.pivot[index], self.axis[index])


def cut(faces: Objects, zones: ZoneMap, rng: np.random.Generator) -> Cuts:
    """Cut faces down to blocks.

    Parameters
    ----------
    faces
        Polygons in plan metres, shape (n,).
    zones
        What the land is used for, hence how fine it is cut.
    rng
        Source of irregularity.
    """
    free = np.full((len(faces), 2), np.nan)
    pieces, lines, areas = _Pieces(faces, free, free), [], []
    for _ in range(_ROUNDS):
        pieces = pieces.at(_is_too_large(pieces.polygons, zones, rng))
        if not len(pieces.polygons):
            break
        areas.append(shapely.area(pieces.polygons))
        made, pieces = _halve(pieces, rng)
        lines.append(made)
    found = shapely.get_parts(np.concatenate(lines), return_index=True)
    return Cuts(found[0], np.concatenate(areas)[found[1]], zones.along(found[0]))


def _is_too_large(polygons: Objects, zones: ZoneMap, rng: np.random.Generator) -> Bools:
    wanted = zones.wanted_area(polygons, zones.at(shapely.point_on_surface(polygons)))
    patience = np.exp(rng.normal(0.0, 0.3, len(polygons)))
    large: Bools = shapely.area(polygons) > 1.5 * wanted * patience
    return large


def _halve(pieces: _Pieces, rng: np.random.Generator) -> tuple[Objects, _Pieces]:
    pivot, axis = _where(pieces, rng)
    across = np.column_stack((-axis[:, 1], axis[:, 0]))
    ends = np.stack((pivot - across * _FAR_M, pivot + across * _FAR_M), axis=1)
    lines = shapely.intersection(shapely.linestrings(ends), pieces.polygons)
    inherits = np.isnan(pieces.pivot[:, 0]) & (rng.random(len(pivot)) < _CROSSING_SHARE)
    heirs = np.where(inherits[:, None], pivot, np.nan), np.where(inherits[:, None], across, np.nan)
    halves = []
    for side in (axis, -axis):
        half_planes = shapely.polygons(
            np.concatenate((ends, ends[:, ::-1] + side[:, None] * _FAR_M), axis=1)
        )
        parts, index = shapely.get_parts(
            shapely.intersection(pieces.polygons, half_planes), return_index=True
        )
        solid = shapely.area(parts) > 1.0
        index = index[solid]
        halves.append(_Pieces(parts[solid], heirs[0][index], heirs[1][index]))
    joined = _Pieces(*(np.concatenate(pair) for pair in zip(*map(_fields, halves), strict=True)))
    return lines, joined


def _fields(pieces: _Pieces) -> tuple[Objects, Floats, Floats]:
    return pieces.polygons, pieces.pivot, pieces.axis


def _where(pieces: _Pieces, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Choose the point and the direction (unit vector across the cut) of each cut."""
    box = shapely.get_coordinates(shapely.oriented_envelope(pieces.polygons)).reshape(-1, 5, 2)
    first, second = box[:, 1] - box[:, 0], box[:, 2] - box[:, 1]
    long_first = np.hypot(*first.T) >= np.hypot(*second.T)
    side = np.where(long_first[:, None], first, second)
    length = np.hypot(*side.T)
    angle = np.arctan2(side[:, 1], side[:, 0]) + rng.normal(0.0, _SKEW_RAD, len(side))
    off = rng.uniform(-_OFF_CENTRE, _OFF_CENTRE, len(side)) * length
    axis = np.column_stack((np.cos(angle), np.sin(angle)))
    pivot = shapely.get_coordinates(shapely.centroid(pieces.polygons))
    pivot = pivot + side / length[:, None] * off[:, None]
    kept = ~np.isnan(pieces.pivot)
    return np.where(kept, pieces.pivot, pivot), np.where(kept, pieces.axis, axis)
