"""The lie of the land, drawn by hand: outline, river, railway, hills and main roads.

Everything is laid out in *plan* coordinates, metres along the valley (towards north-east) and
across it (towards north-west, where the river is), and bent and turned into the ground's metric
CRS only at the very end (`to_ground`), so that no two roads come out straight or parallel.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from scipy import interpolate

from gis.arrays import Floats, Objects

ORIGIN: Final = (484_050.0, 3_611_500.0)
"""Easting and northing (EPSG:4548) of the plan's origin, about 116.83° E, 32.63° N."""
_TURN: Final = np.deg2rad(35.0)
_BENDS: Final = (
    # amplitude in m, wave vector in radians per metre (along, across), phase
    (150.0, 2.0e-4, 10.0e-4, 0.4),
    (110.0, 9.0e-4, -3.0e-4, 2.1),
    (70.0, 16.0e-4, 11.0e-4, 4.0),
    (14.0, 70.0e-4, 52.0e-4, 1.0),
    (9.0, -95.0e-4, 120.0e-4, 5.2),
)
_STEP_M: Final = 60.0

_RIVER: Final = (
    (-6.2, 1.9), (-4.9, 2.25), (-3.7, 2.75), (-2.6, 2.85), (-1.6, 2.55), (-0.6, 2.3),
    (0.6, 2.45), (1.8, 3.05), (2.9, 3.2), (3.9, 2.85), (4.8, 2.5), (6.2, 2.6),
)  # fmt: skip
_RIVER_HALF_WIDTH_M: Final = 130.0
_ISLAND: Final = (-3.62, 2.77)
_ISLAND_SIZE_M: Final = (360.0, 120.0)
_SOUTH_SIDE: Final = (
    (-5.15, 2.18), (-5.08, 1.7), (-4.85, 1.0), (-5.15, -0.2), (-4.65, -1.3), (-4.9, -2.5), (-4.2, -3.35),
    (-3.1, -3.55), (-1.9, -4.2), (-0.5, -4.05), (0.9, -4.5), (2.2, -4.0), (3.5, -3.85),
    (4.2, -3.0), (5.0, -2.3), (4.75, -1.2), (5.15, -0.1), (4.7, 0.9), (4.8, 1.8), (4.85, 2.5),
)  # fmt: skip
_NORTH_BANK: Final = (
    (-2.7, 2.8), (-2.55, 3.3), (-2.1, 3.75), (-1.2, 4.0), (-0.2, 3.75), (0.7, 4.0), (1.35, 3.7),
    (1.75, 3.05), (0.6, 2.4), (-0.6, 2.25), (-1.6, 2.5),
)  # fmt: skip
_RAILWAY: Final = ((-6.2, -0.3), (-3.2, -0.12), (-1.2, 0.06), (0.9, -0.12), (3.0, 0.14), (6.2, 0.0))
_BRANCH: Final = ((1.5, -0.08), (1.9, -0.3), (2.1, -0.75), (2.15, -1.35))
_RAIL_HALF_WIDTH_M: Final = 16.0
FOOTBRIDGE: Final = "铁路天桥"
_HILLS: Final = (
    ((0.7, -2.7), (1.6, -2.25), (2.6, -2.15), (3.4, -2.5), (4.3, -2.2), (5.4, -2.5), (5.3, -4.2),
     (3.0, -4.8), (1.4, -4.2), (0.8, -3.5)),
    ((-3.6, -3.0), (-2.9, -2.72), (-1.9, -2.6), (-1.3, -3.1), (-1.5, -3.8), (-2.6, -4.6),
     (-3.4, -3.7)),
    ((2.6, 1.75), (3.1, 1.9), (3.45, 2.1), (3.3, 2.5), (2.75, 2.45), (2.45, 2.1)),
)  # fmt: skip


@dataclass(frozen=True)
class Road:
    """A road drawn by hand."""

    name: str
    highway: str
    line: shapely.LineString


@dataclass(frozen=True)
class Terrain:
    """What the district is laid into, in plan metres.

    Attributes
    ----------
    outline
        The district.
    water, islands
        The river without its islands, and these.
    rail
        The railway's fenced land; `tracks` are its centre lines.
    hills
        Wooded slopes where nobody builds.
    roads
        Main roads; where they cross water or rail there is a bridge or a crossing, elsewhere
        there is none.
    paths
        Footpaths and steps, on the hills and over the railway.
    """

    outline: shapely.Geometry
    water: shapely.Geometry
    islands: shapely.Geometry
    rail: shapely.Geometry
    tracks: Objects
    hills: shapely.Geometry
    roads: tuple[Road, ...]
    paths: tuple[Road, ...]


def lay_out() -> Terrain:
    """Draw the district's terrain; the same every time."""
    river = curve(_RIVER)
    islands = _island()
    wet = shapely.union(shapely.buffer(river, _RIVER_HALF_WIDTH_M), shapely.buffer(islands, 95.0))
    body = shapely.Polygon(np.vstack((curve(_SOUTH_SIDE).coords, _river_back(river))))
    outline = shapely.union_all((shapely.buffer(body, 0), _ring(_NORTH_BANK), wet))
    frame = shapely.box(-5300, -5000, 5300, 5000)
    outline = _largest(shapely.intersection(outline, _cut_at_ends(frame)))
    tracks = np.array([curve(_RAILWAY), curve(_BRANCH)], dtype=np.object_)
    rail = shapely.union_all(shapely.buffer(tracks, _RAIL_HALF_WIDTH_M, cap_style="flat"))
    return Terrain(
        outline=outline,
        water=shapely.difference(wet, islands),
        islands=islands,
        rail=rail,
        tracks=tracks,
        hills=shapely.union_all([_ring(points) for points in _HILLS]),
        roads=_roads(),
        paths=_paths(),
    )


def to_ground(plan: Floats) -> Floats:
    """Bend and turn plan coordinates (n, 2) into EPSG:4548, metres.

    The bending is a sum of plane waves, each shifting along its own wave vector's normal, too
    gentle to fold: the sum of amplitude times wave number stays below one.
    """
    bent = np.array(plan, dtype=np.float64)
    for amplitude, k_along, k_across, phase in _BENDS:
        normal = np.array([-k_across, k_along]) / np.hypot(k_along, k_across)
        shift = amplitude * np.sin(plan[:, 0] * k_along + plan[:, 1] * k_across + phase)
        bent += shift[:, None] * normal
    cos, sin = np.cos(_TURN), np.sin(_TURN)
    turned = bent @ np.array([[cos, sin], [-sin, cos]])
    ground: Floats = np.round(turned + np.array(ORIGIN), 3)
    return ground


def curve(points_km: tuple[tuple[float, float], ...]) -> shapely.LineString:
    """Draw a smooth line through points given in kilometres; they are among its vertices."""
    points = np.array(points_km) * 1000.0
    chord = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))))
    if len(points) == 2:
        return shapely.LineString(points)
    spline = interpolate.PchipInterpolator(chord, points)
    at = np.union1d(np.arange(0.0, chord[-1], _STEP_M), chord)
    return shapely.LineString(spline(at))


def _ring(points_km: tuple[tuple[float, float], ...]) -> shapely.Geometry:
    return shapely.buffer(shapely.Polygon(curve((*points_km, points_km[0])).coords), 0)


def _river_back(river: shapely.LineString) -> Floats:
    """Give the river's course from the eastern end of the outline back to the western one."""
    course = shapely.get_coordinates(river)
    back: Floats = course[(course[:, 0] > -5150) & (course[:, 0] < 4850)][::-1]
    return back


def _cut_at_ends(frame: shapely.Geometry) -> shapely.Geometry:
    """Cut the river off where the district ends up- and downstream."""
    return shapely.intersection(
        frame,
        shapely.union(shapely.box(-5300, -5000, 5300, 2200), shapely.box(-5150, 2000, 4850, 5000)),
    )


def _largest(geometry: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(geometry)
    return parts[np.argmax(shapely.area(parts))]


def _island() -> shapely.Geometry:
    angle = np.linspace(0.0, 2.0 * np.pi, 40, endpoint=False)
    wobble = 1.0 + 0.12 * np.sin(3 * angle) + 0.06 * np.cos(5 * angle)
    ring = np.column_stack((np.cos(angle), np.sin(angle))) * wobble[:, None]
    return shapely.Polygon(ring * np.array(_ISLAND_SIZE_M) + np.array(_ISLAND) * 1000.0)


def _roads() -> tuple[Road, ...]:
    drawn: tuple[tuple[str, str, tuple[tuple[float, float], ...]], ...] = (
        ("滨淮路", "secondary", ((-6, 1.0), (-4.2, 1.55), (-3.0, 2.15), (-1.8, 1.85), (-0.5, 1.65),
                              (0.9, 1.8), (2.1, 2.0), (2.45, 2.6), (3.6, 2.55), (4.3, 1.9), (6, 1.8))),
        ("蔡新路", "primary", ((-6, 0.35), (-4.0, 0.62), (-2.4, 0.75), (-0.2, 0.72), (2.3, 0.95),
                            (3.7, 0.85), (6, 0.5))),
        ("矿山路", "secondary", ((-6, -1.1), (-4.3, -1.05), (-2.7, -0.85), (0.0, -1.05), (2.2, -0.75),
                              (4.0, -1.0), (6, -1.1))),
        ("八公山路", "secondary", ((-6, -2.1), (-4.2, -2.1), (-2.6, -2.15), (-0.3, -1.8), (1.2, -1.75),
                               (2.6, -1.75), (3.4, -2.0), (6, -1.7))),
        ("山王路", "secondary", ((-4.25, 1.53), (-3.8, 0.65), (-3.7, -0.15), (-3.75, -1.0), (-3.85, -2.1),
                              (-3.95, -4.5))),
        ("淮河大桥路", "primary", ((-1.35, -4.6), (-1.5, -3.0), (-1.6, -1.98), (-1.75, -0.92), (-1.78, 0.0),
                               (-1.65, 0.75), (-1.55, 1.8), (-1.2, 2.45), (-0.95, 3.2), (-0.5, 4.5))),
        ("新庄孜路", "secondary", ((0.55, 1.78), (0.62, 0.76), (0.7, -0.1), (0.75, -0.96), (0.6, -1.75),
                               (0.2, -3.0), (0.0, -4.7))),
        ("电厂路", "secondary", ((2.15, 1.99), (2.3, 0.95), (2.5, 0.08), (2.55, -0.78), (2.6, -1.75))),
        ("沈巷路", "tertiary", ((4.2, 1.95), (3.95, 0.8), (3.85, 0.1), (3.75, -0.95), (3.9, -1.9))),
    )  # fmt: skip
    return tuple(Road(name, highway, curve(points)) for name, highway, points in drawn)


def _paths() -> tuple[Road, ...]:
    drawn: tuple[tuple[str, str, tuple[tuple[float, float], ...]], ...] = (
        ("八公山登山道", "steps", ((2.6, -1.75), (2.5, -2.1), (2.75, -2.4), (2.55, -2.75), (2.8, -3.1))),
        ("八公山登山道", "path", ((2.8, -3.1), (2.3, -3.35), (1.9, -2.95), (1.5, -2.6), (1.2, -1.75))),
        ("妙山步道", "path", ((2.8, -3.1), (3.2, -3.3), (3.7, -3.0), (3.6, -2.5), (3.4, -2.0))),
        ("妙山步道", "steps", ((3.7, -3.0), (4.2, -2.8), (4.4, -2.3), (4.3, -1.86))),
        ("林场步道", "steps", ((-2.3, -2.1), (-2.45, -2.6), (-2.6, -3.1))),
        ("林场步道", "path", ((-2.6, -3.1), (-2.1, -3.3), (-1.51, -2.95))),
        (FOOTBRIDGE, "steps", ((-0.3, -0.05), (-0.3, 0.01))),
        ("四顶山步道", "steps", ((2.85, 1.55), (2.9, 1.95), (3.0, 2.2), (3.05, 2.75))),
    )  # fmt: skip
    return tuple(Road(name, highway, curve(points)) for name, highway, points in drawn)
