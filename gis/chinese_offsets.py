"""GCJ-02 and BD-09: the displaced coordinates of Chinese web maps.

Neither is a published standard. GCJ-02 is computed as in the formulas that have circulated since
2010 (a polynomial with sine terms in metres, turned into degrees on the Krasovsky ellipsoid) and
that every public implementation shares; BD-09 is Baidu's further polar shift of GCJ-02. Agreement
with the map makers' own services is known to be within a metre.

All functions take and give degrees, shape (n, 2), longitude first. WGS 84 stands for the stored
CRS as well. What is not finite stays so.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from gis.arrays import Bools, Floats

CHINA_BOX: Final = (72.004, 0.8293, 137.8347, 55.8271)

_SEMI_MAJOR_M: Final = 6378245.0
_ECCENTRICITY_SQUARED: Final = 0.00669342162296594323
_BD_WAVE: Final = np.pi * 3000.0 / 180.0
_BD_SHIFT: Final = np.array([0.0065, 0.006])
# The displacements change by at most 0.6 % (GCJ-02) and 2 % (BD-09) of a step, so each round gains
# that factor. Fixed numbers of rounds leave less than 1e-12 degrees and give the same answer for a
# vertex whatever else is in the array: borders shared before are shared afterwards.
_GCJ_ROUNDS: Final = 5
_BD_ROUNDS: Final = 8


def in_china(lonlat: Floats) -> Bools:
    """Tell which points (n, 2) lie in the box where GCJ-02 displaces anything.

    It is the rough box of the public algorithms, 72.004-137.8347°E and 0.8293-55.8271°N, borders
    included; it holds parts of the neighbouring countries too.
    """
    west, south, east, north = CHINA_BOX
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    inside: Bools = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside


def wgs84_to_gcj02(lonlat: Floats) -> Floats:
    """Displace points (n, 2) as Chinese web maps do; outside China they stay where they are."""
    inside = in_china(lonlat)[:, np.newaxis]
    return np.where(inside, lonlat + _gcj_offset(lonlat), lonlat)


def gcj02_to_wgs84(lonlat: Floats) -> Floats:
    """Undo `wgs84_to_gcj02` to less than 1e-9 degrees.

    Within the displacement (some 600 m) of the box's edge a point may have two origins, one inside
    and one outside; the one inside is given.
    """
    origin = _invert(lambda at: at + _gcj_offset(at), lonlat, _GCJ_ROUNDS)
    return np.where(in_china(origin)[:, np.newaxis], origin, lonlat)


def gcj02_to_bd09(lonlat: Floats) -> Floats:
    """Turn GCJ-02 into BD-09, points (n, 2), inside China and out."""
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BD_WAVE)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BD_WAVE)
    turned = np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))
    shifted: Floats = turned + _BD_SHIFT
    return shifted


def bd09_to_gcj02(lonlat: Floats) -> Floats:
    """Undo `gcj02_to_bd09`, points (n, 2), to less than 1e-9 degrees."""
    return _invert(gcj02_to_bd09, lonlat, _BD_ROUNDS)


def wgs84_to_bd09(lonlat: Floats) -> Floats:
    """Turn WGS 84 into BD-09 by way of GCJ-02, points (n, 2)."""
    return gcj02_to_bd09(wgs84_to_gcj02(lonlat))


def bd09_to_wgs84(lonlat: Floats) -> Floats:
    """Undo `wgs84_to_bd09`, points (n, 2), to less than 1e-9 degrees."""
    return gcj02_to_wgs84(bd09_to_gcj02(lonlat))


def _gcj_offset(lonlat: Floats) -> Floats:
    """Give the displacement (n, 2) in degrees, without a look at the box."""
    x, y = lonlat[:, 0] - 105.0, lonlat[:, 1] - 35.0
    root, product = np.sqrt(np.abs(x)), x * y
    ripple = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y**2 + 0.1 * product + 0.2 * root
    north += (ripple + _waves(y, 20.0, 40.0) + _long_waves(y, 160.0, 320.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x**2 + 0.1 * product + 0.1 * root
    east += (ripple + _waves(x, 20.0, 40.0) + _swells(x)) * 2.0 / 3.0
    latitude = np.radians(lonlat[:, 1])
    squeeze = 1.0 - _ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    normal_m = _SEMI_MAJOR_M / np.sqrt(squeeze)
    meridian_m = normal_m * (1.0 - _ECCENTRICITY_SQUARED) / squeeze
    return np.column_stack(
        (np.degrees(east / (normal_m * np.cos(latitude))), np.degrees(north / meridian_m))
    )


def _waves(along: Floats, short_m: float, long_m: float) -> Floats:
    return short_m * np.sin(np.pi * along) + long_m * np.sin(np.pi * along / 3.0)


def _long_waves(y: Floats, short_m: float, long_m: float) -> Floats:
    return short_m * np.sin(np.pi * y / 12.0) + long_m * np.sin(np.pi * y / 30.0)


def _swells(x: Floats) -> Floats:
    return 150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)


def _invert(forward: Callable[[Floats], Floats], image: Floats, rounds: int) -> Floats:
    """Find by fixed-point iteration what a nearly-identical map takes to an image."""
    origin = image
    for _ in range(rounds):
        origin = image - (forward(origin) - origin)
    return origin
