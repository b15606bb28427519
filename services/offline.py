"""What a phone takes along: the households of one's own units, and who is due.

No id number and no phone number goes along: they are opened one by one, by a deliberate look
that is written down, and that needs the network.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from services import audit, errors
from services.database import Transaction
from services.visits import due
from services.visits.due import Due, Key

MOST_HOUSEHOLDS = 5000
_AHEAD = timedelta(days=30)

_HOUSEHOLDS = sa.text("""
    SELECT h.id, h.code, h.version, h.address, h.building, h.entrance, h.floor, h.room,
           ST_X(h.geom) AS lon, ST_Y(h.geom) AS lat
    FROM households h ORDER BY h.code LIMIT :limit
""")
_RESIDENTS = sa.text("""
    SELECT r.household_id, r.code, r.version, r.name, r.sex, r.birth_date, r.lives_alone,
           r.disability_type, r.disability_grade, r.tags
    FROM residents r WHERE r.left_on IS NULL OR r.left_on > :day ORDER BY r.birth_date, r.code
""")
_VISITS = sa.text("""
    SELECT DISTINCT ON (v.household_id) v.household_id, v.visited_at, v.outcome
    FROM visits v ORDER BY v.household_id, v.visited_at DESC
""")


@dataclass(frozen=True)
class Package:
    """What a phone takes along.

    Attributes
    ----------
    households
        With ``residents`` and ``last_visit``, by code.
    due
        Visits due within thirty days, the longest overdue first.
    """

    day: date
    households: tuple[dict[str, Any], ...]
    due: tuple[Due, ...]


def take(tx: Transaction, day: date) -> Package:
    """Put together what the caller may take along.

    Parameters
    ----------
    tx
        Through the door of people: row-level security decides what is in it.

    Raises
    ------
    errors.RefusedError
        There are more households in the caller's care than a phone should carry.
    """
    rows = tx.sql.execute(_HOUSEHOLDS, {"limit": MOST_HOUSEHOLDS + 1}).mappings().all()
    if len(rows) > MOST_HOUSEHOLDS:
        raise errors.RefusedError("error.offline.too_many", most=MOST_HOUSEHOLDS)
    homes: dict[int, dict[str, Any]] = {
        row["id"]: {**row, "residents": [], "last_visit": None} for row in rows
    }
    for person in tx.sql.execute(_RESIDENTS, {"day": day}).mappings():
        homes[person["household_id"]]["residents"].append(_without(person, "household_id"))
    for visit in tx.sql.execute(_VISITS).mappings():
        homes[visit["household_id"]]["last_visit"] = _without(visit, "household_id")
    audit.append(tx, "offline_take", households=len(homes))
    households = tuple(_without(home, "id") for home in homes.values())
    return Package(day, households, tuple(_due(tx, day)))


def _due(tx: Transaction, day: date) -> list[Due]:
    lines: list[Due] = []
    after: Key | None = None
    while page := due.listing(tx, day, day + _AHEAD, after=after, limit=due.LONGEST_PAGE):
        lines += page
        after = Key.of(page[-1])
    return lines


def _without(row: Any, name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}
