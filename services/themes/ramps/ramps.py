"""Ramps of a day, as they were measured, with the unit each lies in."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from gis.stepfree.compliance import Measures
from services.barriers import metres_of
from services.database import Transaction

_OPEN = sa.text("""
    SELECT f.code, f.name, f.rise_m, f.run_m, f.width_m, f.handrail, f.landing, f.serves_code,
           ST_X(f.geom) AS lon, ST_Y(f.geom) AS lat, u.code AS unit_code
    FROM facilities f
    LEFT JOIN facility_assignments a
        ON a.facility_id = f.id AND a.valid_from <= :as_of AND a.valid_to > :as_of
    LEFT JOIN units u ON u.id = a.unit_id
    WHERE f.kind = 'ramp' AND (f.opened_on IS NULL OR f.opened_on <= :as_of)
      AND (f.closed_on IS NULL OR f.closed_on > :as_of)
    ORDER BY f.code
""")


@dataclass(frozen=True, eq=False)
class Ramps:
    """Ramps, by code; arrays ``(n,)``.

    Attributes
    ----------
    serves, unit
        Code of what a ramp leads to and of its unit; None: not said, in none.
    lonlat
        Degrees, EPSG:4490, ``(n, 2)``.
    """

    code: NDArray[np.object_]
    name: NDArray[np.object_]
    serves: NDArray[np.object_]
    unit: NDArray[np.object_]
    lonlat: NDArray[np.float64]
    measures: Measures


def load(tx: Transaction, as_of: date) -> Ramps:
    """Read the ramps that are open on a day."""
    rows = tx.sql.execute(_OPEN, {"as_of": as_of}).all()
    measures = Measures(
        metres_of([row.rise_m for row in rows]),
        metres_of([row.run_m for row in rows]),
        metres_of([row.width_m for row in rows]),
        _there([row.handrail for row in rows]),
        _there([row.landing for row in rows]),
    )
    return Ramps(
        np.array([row.code for row in rows], dtype=object),
        np.array([row.name for row in rows], dtype=object),
        np.array([row.serves_code for row in rows], dtype=object),
        np.array([row.unit_code for row in rows], dtype=object),
        np.array([(row.lon, row.lat) for row in rows], dtype=np.float64).reshape(-1, 2),
        measures,
    )


def _there(values: list[bool | None]) -> NDArray[np.int8]:
    return np.array([-1 if value is None else int(value) for value in values], dtype=np.int8)
