"""Who is due for a visit, nearest day first, as far as the caller's own units reach."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

import sqlalchemy as sa

from services.database import Transaction
from services.visits.rules import Purpose

LONGEST_PAGE = 200

_COLUMNS = """
    SELECT d.household_id, h.code AS household, r.code AS resident, r.name, r.birth_date,
           r.lives_alone, h.address, h.building, h.entrance, h.floor, h.room,
           ST_X(h.geom) AS lon, ST_Y(h.geom) AS lat,
           d.purpose, d.rule, d.interval_days, d.last_on, d.due_on
    FROM {due} d
    JOIN residents r ON r.id = d.resident_id
    JOIN households h ON h.id = d.household_id
"""
# Which homes are one's own is told first: the policy alone would read every resident of the
# district and ask of each, with it those who live there are found by the index.
_OWN = """
    SELECT * FROM visits_due(:day) WHERE due_on <= :last AND household_id = ANY (
        ARRAY(SELECT household_id FROM household_assignments WHERE valid_to > wangge_today()))
"""
_IN_UNIT = """
    JOIN household_assignments a ON a.household_id = h.id
        AND a.valid_from <= :day AND a.valid_to > :day
    JOIN units u ON u.id = a.unit_id AND u.code ~>=~ :unit AND u.code ~<~ (:unit || ':')
"""
_PAGE = """
    WHERE d.due_on <= :until
      AND (CAST(:after_on AS date) IS NULL
           OR (d.due_on, r.code, d.purpose)
              > (CAST(:after_on AS date), CAST(:after_code AS text), CAST(:after_purpose AS text)))
    ORDER BY d.due_on, r.code, d.purpose LIMIT :limit
"""
# Who is due is worked out once for both.
_PAGE_AND_COUNTS = """
    WITH own AS MATERIALIZED ({own}), page AS ({page}), counted AS (
        SELECT count(*) FILTER (WHERE due_on < :day) AS overdue,
               count(*) FILTER (WHERE due_on = :day) AS today,
               count(*) FILTER (WHERE due_on > :day) AS soon
        FROM own)
    SELECT counted.overdue, counted.today, counted.soon, page.*
    FROM counted LEFT JOIN page ON true ORDER BY page.due_on, page.resident, page.purpose
"""
_CHOSEN = """
    WHERE d.due_on <= :until
      AND d.household_id = ANY (ARRAY(SELECT id FROM households WHERE code = ANY (:homes)))
    ORDER BY d.due_on, r.code, d.purpose
"""
_AT_HOMES = sa.text(_COLUMNS.format(due="visits_due(:day)") + _CHOSEN)
_SOON = timedelta(days=7)


@dataclass(frozen=True)
class Due:
    """Someone who is to be visited.

    Attributes
    ----------
    household, resident
        Codes.
    lon, lat
        EPSG:4490, degrees.
    last_on
        Day of the last visit that counts; None: none yet.
    due_on
        Day on which the next one falls due.
    """

    household_id: int
    household: str
    resident: str
    name: str
    birth_date: date
    lives_alone: bool
    address: str | None
    building: str | None
    entrance: str | None
    floor: str | None
    room: str | None
    lon: float
    lat: float
    purpose: Purpose
    rule: str
    interval_days: int
    last_on: date | None
    due_on: date

    def overdue_days(self, day: date) -> int:
        """Days since it was due; negative: days still to come."""
        return (day - self.due_on).days


@dataclass(frozen=True)
class Key:
    """Where a page ends: what the next one comes after."""

    due_on: date
    resident: str
    purpose: str

    @classmethod
    def of(cls, line: Due) -> "Key":
        """Return the key of a line."""
        return cls(line.due_on, line.resident, line.purpose.value)


@dataclass(frozen=True)
class Counts:
    """How many visits are overdue, due on the day itself, due after it."""

    overdue: int
    today: int
    soon: int


@dataclass(frozen=True)
class Look:
    """A page of visits due, and how many there are in all own units, a week ahead at least."""

    lines: tuple[Due, ...]
    counts: Counts


def listing(
    tx: Transaction,
    day: date,
    until: date,
    unit: str | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> tuple[Due, ...]:
    """Return visits due, the longest overdue first.

    Parameters
    ----------
    tx
        Through the door of people: whoever asks gets the people of own units.
    day
        The day asked for.
    until
        Last day on which they fall due.
    unit
        Only in this unit and those below it.
    after, limit
        Page by page: those after the last of the page before, at most 200.
    """
    return look(tx, day, until, unit, after, limit).lines


def look(
    tx: Transaction,
    day: date,
    until: date,
    unit: str | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> Look:
    """Return what `listing` returns, and counts."""
    page = _COLUMNS.format(due="own") + ("" if unit is None else _IN_UNIT) + _PAGE
    values: dict[str, object] = {
        "day": day,
        "until": until,
        "last": max(until, day + _SOON),
        "limit": min(limit, LONGEST_PAGE),
        "after_on": after.due_on if after else None,
        "after_code": after.resident if after else None,
        "after_purpose": after.purpose if after else None,
    }
    if unit is not None:
        values["unit"] = unit
    statement = sa.text(_PAGE_AND_COUNTS.format(own=_OWN, page=page))
    rows = tx.sql.execute(statement, values).mappings().all()
    counts = Counts(*(rows[0][name] for name in ("overdue", "today", "soon")))
    return Look(tuple(_due(row) for row in rows if row["household_id"] is not None), counts)


def at_homes(tx: Transaction, day: date, until: date, homes: Sequence[str]) -> tuple[Due, ...]:
    """Return visits due until a day in some households, by their codes; order as `listing`."""
    values = {"day": day, "until": until, "homes": list(homes)}
    rows = tx.sql.execute(_AT_HOMES, values).mappings()
    return tuple(_due(row) for row in rows)


def _due(row: sa.RowMapping) -> Due:
    told = {field.name: row[field.name] for field in fields(Due)}
    return Due(**{**told, "purpose": Purpose(row["purpose"])})
