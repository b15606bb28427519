"""Demand as arrays: how many residents of a theme live in each household, and where that is.

Counts only: no name, no birth date leaves the database here.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from gis import attachment, crs
from services import _copy
from services.database import Transaction

_QUERY = """
    SELECT h.id, coalesce(a.unit_id, 0), coalesce(t.edge, -1), coalesce(t.offset_m, 0),
           coalesce(t.access_m, 0), ST_X(h.geom), ST_Y(h.geom), d.people
    FROM (SELECT household_id, count(*)::integer AS people FROM residents
          WHERE (birth_date <= %s::date - make_interval(years => %s)
                 OR disability_type = ANY(%s::text[]))
            AND (left_on IS NULL OR left_on > %s::date)
          GROUP BY household_id) d
    JOIN households h ON h.id = d.household_id
    LEFT JOIN household_assignments a
        ON a.household_id = h.id AND a.valid_from <= %s::date AND a.valid_to > %s::date
    LEFT JOIN household_attachments t ON t.household_id = h.id
"""
_FIELDS = (
    ("id", _copy.INT),
    ("unit_id", _copy.INT),
    ("edge", _copy.INT),
    ("offset_m", _copy.DOUBLE),
    ("access_m", _copy.DOUBLE),
    ("lon", _copy.DOUBLE),
    ("lat", _copy.DOUBLE),
    ("people", _copy.INT),
)
_CODES = sa.text("SELECT id, code FROM households WHERE id = ANY(:ids)")


@dataclass(frozen=True)
class Who:
    """Whom a theme is for: residents from an age on, and those with some disabilities.

    Attributes
    ----------
    min_age
        Years.
    disabilities
        Kinds of disability that count at any age.
    """

    min_age: int
    disabilities: tuple[str, ...] = ()


@dataclass(frozen=True)
class Demand:
    """Households with at least one person in demand; all arrays ``(n,)``.

    Attributes
    ----------
    household_id, unit_id
        Ids; unit 0: in no unit on the as-of day.
    people
        How many persons in demand live there.
    attachment
        Where the home meets the network.
    xy
        Metres in the district's CRS, ``(n, 2)``.
    """

    household_id: NDArray[np.int32]
    unit_id: NDArray[np.int32]
    people: NDArray[np.int32]
    attachment: attachment.Attachment
    xy: NDArray[np.float64]


def load(tx: Transaction, as_of: date, who: Who, metric_epsg: int) -> Demand:
    """Read the households in which residents live on a day whom a theme is for.

    Who moved away or died is counted until the day before they left.
    """
    days = (as_of, who.min_age, list(who.disabilities), as_of, as_of, as_of)
    rows: dict[str, NDArray[Any]] = _copy.read(tx, _QUERY, _FIELDS, days)
    place = attachment.Attachment(rows["edge"], rows["offset_m"], rows["access_m"])
    lonlat = np.column_stack([rows["lon"], rows["lat"]])
    xy = crs.project(lonlat, crs.STORED, metric_epsg)
    return Demand(rows["id"], rows["unit_id"], rows["people"], place, xy)


def household_codes(tx: Transaction, ids: NDArray[np.int32]) -> NDArray[np.object_]:
    """Return the code of each household id ``(n,)``."""
    found = {row.id: row.code for row in tx.sql.execute(_CODES, {"ids": ids.tolist()})}
    return np.array([found[int(i)] for i in ids], dtype=object)
