"""Coordinate reference systems: what comes in, what is stored, what is measured.

Stored is EPSG:4490 (CGCS2000, longitude/latitude in degrees, longitude first). CGCS2000 and
WGS 84 are realisations of the same frame and agree within centimetres to decimetres, so the two
are treated as one here; no length or area is ever computed in degrees.

GCJ-02 and BD-09 are no CRS but displacements of one: see `gis.chinese_offsets`, whose functions
are offered here too.
"""

import dataclasses
import enum
import functools
import re
from collections.abc import Callable
from typing import Final

import numpy as np
import pyproj
import shapely

from gis import chinese_offsets
from gis.arrays import Floats, Objects

STORED: Final = 4490
WGS84: Final = 4326
STRAIGHT_DEGREES: Final = 0.002
"""About 200 m: an edge of that length bows by less than a millimetre when it is projected."""

in_china = chinese_offsets.in_china
wgs84_to_gcj02 = chinese_offsets.wgs84_to_gcj02
gcj02_to_wgs84 = chinese_offsets.gcj02_to_wgs84
gcj02_to_bd09 = chinese_offsets.gcj02_to_bd09
bd09_to_gcj02 = chinese_offsets.bd09_to_gcj02
wgs84_to_bd09 = chinese_offsets.wgs84_to_bd09
bd09_to_wgs84 = chinese_offsets.bd09_to_wgs84

_SAME_FRAME: Final = frozenset({STORED, WGS84})
_ALIASES: Final = {
    "CRS84": WGS84,
    "OGC:CRS84": WGS84,
    "OGC:1.3:CRS84": WGS84,
    "WGS84": WGS84,
    "WGS-84": WGS84,
    "CGCS2000": STORED,
}
_OGC_PREFIX: Final = re.compile(r"^(URN:OGC:DEF:CRS:|HTTPS?://WWW\.OPENGIS\.NET/DEF/CRS/)")
_EPSG: Final = re.compile(r"^(?:EPSG:+(?:[0-9.]+:)?)?([0-9]{4,6})$")


class CrsKind(enum.StrEnum):
    """How coordinates of a source relate to the ground."""

    EPSG = "EPSG"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


@dataclasses.dataclass(frozen=True)
class SourceCrs:
    """What the coordinates of a file or a reader are in.

    Attributes
    ----------
    kind
        A CRS of the EPSG registry, or one of the two displaced ones.
    epsg
        The EPSG code; for GCJ-02 and BD-09 the geographic CRS they displace (4326).

    Raises
    ------
    ValueError
        If the code is unknown or names no horizontal CRS with two axes.
    """

    kind: CrsKind
    epsg: int

    def __post_init__(self) -> None:
        """Refuse what cannot be transformed to the stored CRS."""
        if self.kind is not CrsKind.EPSG and self.epsg != WGS84:
            raise ValueError(f"{self.kind.value} displaces EPSG:{WGS84}, not EPSG:{self.epsg}")
        _is_geographic(self.epsg)

    @property
    def name(self) -> str:
        """The name people know it by: ``EPSG:4548``, ``GCJ-02`` or ``BD-09``."""
        return f"EPSG:{self.epsg}" if self.kind is CrsKind.EPSG else self.kind.value

    @property
    def is_geographic(self) -> bool:
        """Whether coordinates are angles (degrees in all but a few historic CRSs)."""
        return _is_geographic(self.epsg)


def parse_crs(text: str) -> SourceCrs:
    """Read the name of a CRS as people and OGC requests write it.

    Parameters
    ----------
    text
        ``EPSG:4548``, ``4548``, ``GCJ-02``, ``BD09``, ``CRS84``, ``OGC:CRS84``, ``CGCS2000`` or an
        OGC URN or address such as ``http://www.opengis.net/def/crs/EPSG/0/4490``. Coordinates are
        read longitude (easting) first for every one of them.

    Raises
    ------
    ValueError
        If the text is none of these, or the EPSG code is not a horizontal CRS.
    """
    plain = text.strip().upper()
    shorter = _OGC_PREFIX.sub("", plain)
    if shorter != plain:
        plain = shorter.replace("/", ":")
    match plain.replace("-", "").replace("_", ""):
        case "GCJ02":
            return SourceCrs(CrsKind.GCJ02, WGS84)
        case "BD09" | "BD09LL":
            return SourceCrs(CrsKind.BD09, WGS84)
    if plain in _ALIASES:
        return SourceCrs(CrsKind.EPSG, _ALIASES[plain])
    found = _EPSG.match(plain)
    if found is None:
        raise ValueError(f"not the name of a coordinate reference system: {text!r}")
    return SourceCrs(CrsKind.EPSG, int(found.group(1)))


def metric_epsg(lon: float, lat: float) -> int:
    """Choose the projected CRS in which a district around a point is measured.

    Parameters
    ----------
    lon, lat
        Degrees in the stored CRS.

    Returns
    -------
    int
        In China the CGCS2000 3-degree Gauss-Krüger CRS of the nearest central meridian, without
        zone prefix (EPSG:4534 for 75°E to EPSG:4554 for 135°E), elsewhere the WGS 84 UTM zone
        (without the exceptions around Norway and Svalbard, which keep distances just as well).

    Raises
    ------
    ValueError
        If the point is not finite or lies outside the latitudes of UTM (80°S to 84°N).
    """
    if not (-180 <= lon <= 180 and -80 <= lat <= 84):
        raise ValueError(f"no metric CRS for longitude {lon}, latitude {lat}")
    zone_of_three = int((lon + 1.5) // 3)
    if 25 <= zone_of_three <= 45 and bool(in_china(np.array([[lon, lat]]))[0]):
        return 4534 + zone_of_three - 25
    zone_of_six = min(int((lon + 180) // 6) + 1, 60)
    return (32600 if lat >= 0 else 32700) + zone_of_six


def project(xy: Floats, source_epsg: int, target_epsg: int) -> Floats:
    """Transform points between two CRSs of the EPSG registry.

    Parameters
    ----------
    xy
        Shape (n, 2), longitude or easting first whatever the registry's axis order.
    source_epsg, target_epsg
        EPSG codes.

    Returns
    -------
    Floats
        Shape (n, 2); not finite where the input is not finite or the projection is not defined.
    """
    if source_epsg == target_epsg or {source_epsg, target_epsg} <= _SAME_FRAME:
        return np.array(xy, dtype=np.float64)
    x, y = _transformer(source_epsg, target_epsg).transform(xy[:, 0], xy[:, 1])
    return np.column_stack((x, y))


def project_geometries(geoms: Objects, source_epsg: int, target_epsg: int) -> Objects:
    """Transform geometries vertex by vertex; missing ones stay None, heights stay as they are.

    Equal vertices stay equal, so borders shared before are shared afterwards.
    """
    return _transform(geoms, lambda xy: project(xy, source_epsg, target_epsg))


def project_areas(geoms: Objects, metric_epsg: int) -> Objects:
    """Transform areas from `STORED` to metres so that their edges stay where they are.

    An edge is straight in degrees, and bows in metres by as much as its length squared. Where a
    long edge of one area runs along several short ones of others, they would come apart: so
    every edge is cut into pieces of at most `STRAIGHT_DEGREES` first.

    Parameters
    ----------
    geoms
        Areas in longitude and latitude, shape (n,).
    metric_epsg
        CRS to measure in.
    """
    return project_geometries(shapely.segmentize(geoms, STRAIGHT_DEGREES), STORED, metric_epsg)


def to_stored(xy: Floats, source: SourceCrs) -> Floats:
    """Transform points (n, 2) of a source, longitude or easting first, to the stored CRS."""
    match source.kind:
        case CrsKind.GCJ02:
            return gcj02_to_wgs84(xy)
        case CrsKind.BD09:
            return bd09_to_wgs84(xy)
        case CrsKind.EPSG:
            return project(xy, source.epsg, STORED)


def from_stored(lonlat: Floats, target: SourceCrs) -> Floats:
    """Transform points (n, 2) of the stored CRS to what a reader asked for."""
    match target.kind:
        case CrsKind.GCJ02:
            return wgs84_to_gcj02(lonlat)
        case CrsKind.BD09:
            return wgs84_to_bd09(lonlat)
        case CrsKind.EPSG:
            return project(lonlat, STORED, target.epsg)


def geometries_to_stored(geoms: Objects, source: SourceCrs) -> Objects:
    """Transform geometries of a source to the stored CRS; missing ones stay None."""
    return _transform(geoms, lambda xy: to_stored(xy, source))


def geometries_from_stored(geoms: Objects, target: SourceCrs) -> Objects:
    """Transform geometries of the stored CRS to what a reader asked for; None stays None."""
    return _transform(geoms, lambda xy: from_stored(xy, target))


def _transform(geoms: Objects, function: Callable[[Floats], Floats]) -> Objects:
    def horizontally(xyz: Floats) -> Floats:
        return np.column_stack((function(xyz[:, :2]), xyz[:, 2]))

    moved: Objects = shapely.transform(geoms, horizontally, include_z=True)
    return moved


@functools.lru_cache(maxsize=64)
def _transformer(source_epsg: int, target_epsg: int) -> pyproj.Transformer:
    """Build a transformer once: PROJ takes milliseconds for it, and it is safe in threads."""
    _is_geographic(source_epsg)
    _is_geographic(target_epsg)
    return pyproj.Transformer.from_crs(source_epsg, target_epsg, always_xy=True)


@functools.lru_cache(maxsize=256)
def _is_geographic(epsg: int) -> bool:
    try:
        crs = pyproj.CRS.from_epsg(epsg)
    except pyproj.exceptions.CRSError as error:
        raise ValueError(f"EPSG:{epsg} is unknown") from error
    if not (crs.is_geographic or crs.is_projected) or len(crs.axis_info) != 2:
        raise ValueError(f"EPSG:{epsg} ({crs.name}) is not a horizontal CRS with two axes")
    return bool(crs.is_geographic)
