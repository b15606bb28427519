"""Rows put straight into tables, for tests of what reads them."""

from collections.abc import Sequence
from datetime import date

import shapely
import sqlalchemy as sa

from services.database import Transaction

METRIC = 4548

_UNIT = sa.text("""
    INSERT INTO units (code, level, parent_code, metric_epsg)
    VALUES (:code, :level, :parent, :epsg) ON CONFLICT (code) DO UPDATE SET code = excluded.code
    RETURNING id
""")
_VERSION = sa.text("""
    INSERT INTO unit_versions (unit_id, name, kind, valid, geom) VALUES (
        :id, :name, :kind, daterange(CAST(:begins AS date), CAST(:ends AS date)),
        ST_Multi(ST_GeomFromWKB(:wkb, 4490)))
""")
_LEVELS = {
    6: ("district", "district"),
    9: ("township", "subdistrict"),
    12: ("community", "community"),
    15: ("grid", "residential"),
}


def unit(
    tx: Transaction,
    code: str,
    shape: shapely.Geometry,
    begins: date | None = None,
    ends: date | None = None,
) -> int:
    """Insert one version of a unit; its name is its code."""
    level, kind = _LEVELS[len(code)]
    row = {
        "code": code,
        "level": level,
        "parent": None if len(code) == 6 else code[:-3],
        "epsg": METRIC if len(code) == 6 else None,
    }
    unit_id: int = tx.sql.execute(_UNIT, row).scalar_one()
    version = {
        "id": unit_id,
        "name": code,
        "kind": kind,
        "begins": begins,
        "ends": ends,
        "wkb": shapely.to_wkb(shape),
    }
    tx.sql.execute(_VERSION, version)
    return unit_id


def household(tx: Transaction, code: str, lon: float, lat: float) -> int:
    """Insert a household."""
    statement = sa.text(
        "INSERT INTO households (code, geom)"
        " VALUES (:code, ST_SetSRID(ST_MakePoint(:lon, :lat), 4490)) RETURNING id"
    )
    household_id: int = tx.sql.execute(
        statement, {"code": code, "lon": lon, "lat": lat}
    ).scalar_one()
    return household_id


def residents(tx: Transaction, household_id: int, births: Sequence[date]) -> None:
    """Insert residents of a household by their birth dates."""
    statement = sa.text(
        "INSERT INTO residents (code, household_id, name, birth_date)"
        " VALUES (:code, :household, 'x', :birth)"
    )
    for number, birth in enumerate(births):
        code = f"R{household_id}-{number}"
        tx.sql.execute(statement, {"code": code, "household": household_id, "birth": birth})


def facility(
    tx: Transaction,
    code: str,
    lon: float,
    lat: float,
    capacity: int | None = None,
    opened_on: date | None = None,
) -> int:
    """Insert a day-care centre."""
    statement = sa.text(
        "INSERT INTO facilities (code, kind, name, capacity, opened_on, geom) VALUES"
        " (:code, 'day_care', :code, :capacity, :opened,"
        " ST_SetSRID(ST_MakePoint(:lon, :lat), 4490)) RETURNING id"
    )
    row = {"code": code, "lon": lon, "lat": lat, "capacity": capacity, "opened": opened_on}
    facility_id: int = tx.sql.execute(statement, row).scalar_one()
    return facility_id


def square(west: float, south: float, size: float = 0.01) -> shapely.Polygon:
    """Make a square of degrees."""
    return shapely.box(west, south, west + size, south + size)
