"""Facilities as they were on a day, with the unit each lies in."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from services.database import Transaction


@dataclass(frozen=True)
class Facility:
    """A facility that is open on the as-of day.

    Attributes
    ----------
    lon, lat
        Degrees, EPSG:4490.
    floor_area
        Square metres.
    capacity
        People at once.
    unit_code
        The lowest unit it lies in; None: in no unit.
    """

    code: str
    kind: str
    name: str
    lon: float
    lat: float
    floor_area: float | None
    capacity: int | None
    opened_on: date | None
    closed_on: date | None
    address: str | None
    unit_code: str | None


_OPEN = sa.text("""
    SELECT f.code, f.kind, f.name, ST_X(f.geom) AS lon, ST_Y(f.geom) AS lat, f.floor_area,
           f.capacity, f.opened_on, f.closed_on, f.address, u.code AS unit_code
    FROM facilities f
    LEFT JOIN facility_assignments a
        ON a.facility_id = f.id AND a.valid_from <= :as_of AND a.valid_to > :as_of
    LEFT JOIN units u ON u.id = a.unit_id
    WHERE (f.opened_on IS NULL OR f.opened_on <= :as_of)
      AND (f.closed_on IS NULL OR f.closed_on > :as_of)
      AND (CAST(:kind AS text) IS NULL OR f.kind = :kind)
      AND starts_with(coalesce(u.code, ''), :within)
    ORDER BY f.code
""")


def open_on(
    tx: Transaction, as_of: date, kind: str | None = None, within: str | None = None
) -> list[Facility]:
    """Return the facilities open on a day by code: all, of a kind, or those in a unit."""
    rows = tx.sql.execute(_OPEN, {"as_of": as_of, "kind": kind, "within": within or ""})
    return [
        Facility(
            row.code,
            row.kind,
            row.name,
            row.lon,
            row.lat,
            row.floor_area,
            row.capacity,
            row.opened_on,
            row.closed_on,
            row.address,
            row.unit_code,
        )
        for row in rows
    ]
