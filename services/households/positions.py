"""Where a corrected position lies: how far off, in which unit, whose."""

from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from gis import crs
from services import errors
from services.database import Transaction
from services.households.persons import Values

_AT = sa.text("""
    SELECT code, name, id = ANY (scope_units()) AS is_own FROM units_at(wangge_today())
    WHERE ST_Covers(geom, ST_SetSRID(ST_MakePoint(:lon, :lat), 4490))
    ORDER BY length(code) DESC, code LIMIT 1
""")


@dataclass(frozen=True)
class Landing:
    """The lowest unit that a position lies in.

    Attributes
    ----------
    is_own
        Whether the caller answers for it.
    """

    code: str
    name: str
    is_own: bool


def landing(tx: Transaction, place: Values) -> Landing | None:
    """Return the unit a place lies in, as assignment has it; None: in none."""
    row = tx.sql.execute(_AT, {"lon": place["lon"], "lat": place["lat"]}).one_or_none()
    return None if row is None else Landing(*row)


def check(tx: Transaction, place: Values, *, leaves: bool) -> None:
    """Refuse a place where nobody could find the household any more.

    Parameters
    ----------
    leaves
        Whether it is meant to lie outside the caller's own units.

    Raises
    ------
    errors.FaultsError
        It lies in no unit, or in somebody else's and that is not meant.
    """
    found = landing(tx, place)
    if found is None:
        raise errors.FaultsError({"lon": errors.RefusedError("error.changes.nowhere")})
    if not found.is_own and not leaves:
        fault = errors.RefusedError("error.changes.leaves", unit=found.name)
        raise errors.FaultsError({"leaves": fault})


def metres_between(first: Values, second: Values) -> float:
    """Return the straight distance between two places, in the projection of their meridian."""
    lonlat = np.array([(place["lon"], place["lat"]) for place in (first, second)])
    epsg = crs.metric_epsg(float(lonlat[0, 0]), float(lonlat[0, 1]))
    (x0, y0), (x1, y1) = crs.project(lonlat, crs.STORED, epsg)
    return float(np.hypot(x1 - x0, y1 - y0))
