"""What a phone takes along: the households of one's own units, and who is due.

No id number and no phone number goes along: they are opened one by one, by a deliberate look
that is written down, and that needs the network.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from services import audit, errors, units
from services.database import Transaction
from services.units import Unit
from services.visits import due
from services.visits.due import Due, Key

MOST_HOUSEHOLDS = 5000
_AHEAD = timedelta(days=30)

_HOUSEHOLDS = sa.text("""
    SELECT h.id, h.code, h.version, h.address, h.building, h.entrance, h.floor, h.room,
           ST_X(h.geom) AS lon, ST_Y(h.geom) AS lat
    FROM households h
    WHERE CAST(:unit AS text) IS NULL OR h.id IN (
        SELECT a.household_id FROM household_assignments a
        JOIN units u ON u.id = a.unit_id AND u.code ~>=~ :unit AND u.code ~<~ (:unit || ':')
        WHERE a.valid_from <= :day AND a.valid_to > :day)
    ORDER BY h.code LIMIT :limit
""")
_RESIDENTS = sa.text("""
    SELECT r.household_id, r.code, r.version, r.name, r.sex, r.birth_date, r.lives_alone,
           r.disability_type, r.disability_grade, r.tags
    FROM residents r
    WHERE r.household_id = ANY (:homes) AND (r.left_on IS NULL OR r.left_on > :day)
    ORDER BY r.birth_date, r.code
""")
_VISITS = sa.text("""
    SELECT DISTINCT ON (v.household_id) v.household_id, v.visited_at, v.outcome
    FROM visits v WHERE v.household_id = ANY (:homes) ORDER BY v.household_id, v.visited_at DESC
""")
_COUNTS = sa.text("""
    SELECT u.code, count(*) AS homes FROM households h
    JOIN household_assignments a ON a.household_id = h.id
        AND a.valid_from <= :day AND a.valid_to > :day
    JOIN units u ON u.id = a.unit_id GROUP BY u.code
""")
_TOTAL = sa.text("SELECT count(*) FROM households")


@dataclass(frozen=True)
class Package:
    """What a phone takes along.

    Attributes
    ----------
    households
        With ``residents`` and ``last_visit``, by code.
    due
        Visits due within thirty days, the longest overdue first.
    unit
        The unit that was chosen; None: all that the caller answers for.
    """

    day: date
    unit: Unit | None
    households: tuple[dict[str, Any], ...]
    due: tuple[Due, ...]


@dataclass(frozen=True)
class Choice:
    """What may be taken along: a unit of the caller's own, and how many households it has."""

    unit: Unit | None
    households: int

    @property
    def fits(self) -> bool:
        """Whether a phone carries that many."""
        return self.households <= MOST_HOUSEHOLDS


def choices(tx: Transaction, day: date) -> tuple[Choice, ...]:
    """Return what the caller may choose from: everything first, then units, the larger ones first.

    Parameters
    ----------
    tx
        Through the door of people.
    """
    counts = {row.code: row.homes for row in tx.sql.execute(_COUNTS, {"day": day})}
    everything = Choice(None, tx.sql.execute(_TOTAL).scalar_one())
    parts = (
        Choice(unit, sum(n for code, n in counts.items() if code.startswith(unit.code)))
        for unit in units.entrusted(tx)
    )
    return (everything, *parts)


def take(tx: Transaction, day: date, unit_code: str | None = None) -> Package:
    """Put together what the caller may take along.

    Parameters
    ----------
    tx
        Through the door of people: row-level security decides what is in it.
    unit_code
        Only the households of this unit of the caller's own; None: of all of them.

    Raises
    ------
    errors.RefusedError
        There are more households than a phone should carry, or the unit is not the caller's.
    """
    unit = _chosen(tx, unit_code)
    asked = {"limit": MOST_HOUSEHOLDS + 1, "unit": unit_code, "day": day}
    rows = tx.sql.execute(_HOUSEHOLDS, asked).mappings().all()
    if len(rows) > MOST_HOUSEHOLDS:
        raise errors.RefusedError("error.offline.too_many", most=MOST_HOUSEHOLDS)
    homes: dict[int, dict[str, Any]] = {
        row["id"]: {**row, "residents": [], "last_visit": None} for row in rows
    }
    within = {"homes": list(homes), "day": day}
    for person in tx.sql.execute(_RESIDENTS, within).mappings():
        homes[person["household_id"]]["residents"].append(_without(person, "household_id"))
    for visit in tx.sql.execute(_VISITS, within).mappings():
        homes[visit["household_id"]]["last_visit"] = _without(visit, "household_id")
    audit.append(tx, "offline_take", unit_code=unit_code, households=len(homes))
    households = tuple(_without(home, "id") for home in homes.values())
    return Package(day, unit, households, tuple(_due(tx, day, unit_code)))


def _chosen(tx: Transaction, code: str | None) -> Unit | None:
    if code is None:
        return None
    for unit in units.entrusted(tx):
        if unit.code == code:
            return unit
    raise errors.RefusedError("error.offline.unit", unit=code)


def _due(tx: Transaction, day: date, unit: str | None) -> list[Due]:
    lines: list[Due] = []
    after: Key | None = None
    while page := due.listing(tx, day, day + _AHEAD, unit, after, due.LONGEST_PAGE):
        lines += page
        after = Key.of(page[-1])
    return lines


def _without(row: Any, name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}
