"""Units as they were on a day: look-ups, hierarchy, boundaries."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from gis import codes
from services import errors
from services.database import Transaction

_ROOT = sa.text("""
    SELECT id, code, name, level, kind, parent_code, metric_epsg,
           ST_XMin(geom) AS west, ST_YMin(geom) AS south, ST_XMax(geom) AS east, ST_YMax(geom) AS north
    FROM units_at(:as_of) WHERE level = 'district' ORDER BY code LIMIT 1
""")
_FIND = sa.text("""
    SELECT id, code, name, level, kind, parent_code FROM units_at(:as_of) WHERE code = :code
""")
_LISTING = sa.text("""
    SELECT id, code, name, level, kind, parent_code FROM units_at(:as_of)
    WHERE starts_with(code, :within) AND (CAST(:level AS text) IS NULL OR level = :level)
    ORDER BY code
""")
_CHILDREN = sa.text("""
    SELECT id, code, name, level, kind, parent_code FROM units_at(:as_of)
    WHERE parent_code = :code ORDER BY code
""")
_ANCESTORS = sa.text("""
    SELECT id, code, name, level, kind, parent_code FROM units_at(:as_of)
    WHERE starts_with(:code, code) AND code <> :code ORDER BY code
""")
_SEARCH = sa.text("""
    SELECT id, code, name, level, kind, parent_code FROM units_at(:as_of)
    WHERE strpos(lower(name), lower(:text)) > 0 OR starts_with(code, :text)
    ORDER BY length(code), code LIMIT :limit
""")
_ENTRUSTED = sa.text("""
    SELECT id, code, name, level, kind, parent_code FROM units_at(wangge_today())
    WHERE id = ANY (scope_units()) ORDER BY length(code), code
""")
_NAMES = sa.text("SELECT code, name FROM units_at(:as_of) WHERE code = ANY (:codes)")
_GEOMETRIES = sa.text("""
    SELECT id, code, name, level, kind, parent_code, ST_AsBinary(geom) AS wkb
    FROM units_at(:as_of)
    WHERE starts_with(code, :within) AND (CAST(:level AS text) IS NULL OR level = :level)
    ORDER BY code
""")
_VERSIONS = sa.text("""
    SELECT v.name, v.kind, lower(v.valid) AS begins, upper(v.valid) AS ends,
           ST_Area(ST_Transform(v.geom, r.metric_epsg)) AS area_m2
    FROM units u
    JOIN unit_versions v ON v.unit_id = u.id
    JOIN units r ON r.code = left(u.code, 6)
    WHERE u.code = :code ORDER BY lower(v.valid) DESC NULLS LAST
""")


@dataclass(frozen=True)
class Unit:
    """A unit as it was on the as-of day."""

    id: int
    code: str
    name: str
    level: codes.Level
    kind: str
    parent_code: str | None


@dataclass(frozen=True)
class Root:
    """The district, and how it is measured.

    Attributes
    ----------
    metric_epsg
        Projected CRS in which metres of this district are measured.
    bounds
        ``(min lon, min lat, max lon, max lat)`` in degrees, EPSG:4490.
    """

    unit: Unit
    metric_epsg: int
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True)
class Version:
    """Name and boundary of a unit during a period; open ends are None."""

    name: str
    kind: str
    valid_from: date | None
    valid_to: date | None
    area_m2: float


def _unit(row: sa.Row[Any]) -> Unit:
    return Unit(row.id, row.code, row.name, codes.Level(row.level), row.kind, row.parent_code)


def root(tx: Transaction, as_of: date) -> Root:
    """Return the district.

    Raises
    ------
    errors.NotFoundError
        No district was imported that exists on that day.
    """
    row = tx.sql.execute(_ROOT, {"as_of": as_of}).one_or_none()
    if row is None:
        raise errors.NotFoundError("error.units.none", as_of=as_of)
    return Root(_unit(row), row.metric_epsg, (row.west, row.south, row.east, row.north))


def find(tx: Transaction, code: str, as_of: date) -> Unit:
    """Return one unit.

    Raises
    ------
    errors.NotFoundError
        No unit of that code existed on that day.
    """
    row = tx.sql.execute(_FIND, {"code": code, "as_of": as_of}).one_or_none()
    if row is None:
        raise errors.NotFoundError("error.units.unknown", code=code, as_of=as_of)
    return _unit(row)


def listing(
    tx: Transaction, as_of: date, within: str | None = None, level: codes.Level | None = None
) -> list[Unit]:
    """Return the units of a day by code: all, or those in a unit (itself included), or of a level."""
    rows = tx.sql.execute(
        _LISTING,
        {"as_of": as_of, "within": within or "", "level": level},
    )
    return [_unit(row) for row in rows]


def children(tx: Transaction, code: str, as_of: date) -> list[Unit]:
    """Return the units directly below one, by code."""
    rows = tx.sql.execute(
        _CHILDREN,
        {"code": code, "as_of": as_of},
    )
    return [_unit(row) for row in rows]


def ancestors(tx: Transaction, code: str, as_of: date) -> list[Unit]:
    """Return the units above one, the district first."""
    rows = tx.sql.execute(
        _ANCESTORS,
        {"code": code, "as_of": as_of},
    )
    return [_unit(row) for row in rows]


def search(tx: Transaction, text: str, as_of: date, limit: int = 10) -> list[Unit]:
    """Return units whose name contains the text or whose code starts with it, larger ones first."""
    rows = tx.sql.execute(
        _SEARCH,
        {"as_of": as_of, "text": text.strip(), "limit": limit},
    )
    return [_unit(row) for row in rows]


def entrusted(tx: Transaction) -> list[Unit]:
    """Return the units that the caller answers for today, the larger ones first, then by code."""
    return [_unit(row) for row in tx.sql.execute(_ENTRUSTED)]


def names(tx: Transaction, wanted: Collection[str], as_of: date) -> dict[str, str]:
    """Return the names of units by code; those that did not exist on that day are left out."""
    rows = tx.sql.execute(_NAMES, {"as_of": as_of, "codes": list(wanted)})
    return {row.code: row.name for row in rows}


def geometries(
    tx: Transaction, as_of: date, within: str | None = None, level: codes.Level | None = None
) -> tuple[list[Unit], NDArray[np.object_]]:
    """Return units by code and their boundaries.

    Returns
    -------
    units, boundaries
        n units and an array ``(n,)`` of multipolygons, longitude and latitude, EPSG:4490.
    """
    rows = tx.sql.execute(
        _GEOMETRIES,
        {"as_of": as_of, "within": within or "", "level": level},
    ).all()
    shapes: NDArray[np.object_] = shapely.from_wkb(
        np.array([bytes(row.wkb) for row in rows], dtype=object)
    )
    return [_unit(row) for row in rows], shapes


def versions(tx: Transaction, code: str) -> list[Version]:
    """Return every version of a unit, the newest first."""
    rows = tx.sql.execute(
        _VERSIONS,
        {"code": code},
    )
    return [Version(row.name, row.kind, row.begins, row.ends, row.area_m2) for row in rows]
