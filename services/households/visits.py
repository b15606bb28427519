"""Visits as they are logged: who was visited, when, and what came of it.

The id is made where the visit was written down, perhaps without network: sent twice, it counts
once.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa

from services import audit, errors
from services.database import Transaction
from services.households import homes, moments, texts
from services.households.homes import Home

LONGEST_NOTE = 2000
_RULE = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Outcome(StrEnum):
    """What came of a visit."""

    MET = "met"
    NEEDS_HELP = "needs_help"
    CHECK_UP = "check_up"
    NOBODY_HOME = "nobody_home"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True)
class Visit:
    """A visit to be logged.

    Attributes
    ----------
    household, resident
        Codes; no resident: the visit was to all of the household.
    rule
        The visit rule it was made for; None: nobody asked for it.
    """

    id: UUID
    household: str
    visited_at: datetime
    outcome: Outcome
    resident: str | None = None
    rule: str | None = None
    note: str = ""


@dataclass(frozen=True)
class VisitLine:
    """A visit as it was logged; codes and names as today."""

    id: UUID
    household: str
    resident: str | None
    resident_name: str | None
    rule: str | None
    visited_at: datetime
    outcome: Outcome
    note: str
    by: str
    received_at: datetime


@dataclass(frozen=True)
class LoggedVisit:
    """What the log answers; `is_new` is false for what it had been told before."""

    visit: VisitLine
    is_new: bool


_COLUMNS = """
    SELECT v.id, h.code AS household, r.code AS resident, r.name AS resident_name, v.rule,
           v.visited_at, v.outcome, coalesce(v.note, '') AS note, a.display_name AS by,
           v.received_at
    FROM visits v
    JOIN households h ON h.id = v.household_id
    LEFT JOIN residents r ON r.id = v.resident_id
    JOIN accounts a ON a.id = v.account_id
"""
_KNOWN = sa.text(_COLUMNS + " WHERE v.id = :id AND v.account_id = :account")
_OF_HOUSEHOLD = sa.text(
    _COLUMNS + " WHERE v.household_id = :household ORDER BY v.visited_at DESC, v.id LIMIT :limit"
)
_INSERT = sa.text("""
    INSERT INTO visits (id, household_id, resident_id, rule, visited_at, outcome, note, account_id)
    VALUES (:id, :household, :resident, :rule, :visited_at, :outcome, :note, :account)
    ON CONFLICT (id) DO NOTHING RETURNING id
""")


def log(tx: Transaction, visit: Visit) -> LoggedVisit:
    """Log a visit to a household of the caller's own units.

    Raises
    ------
    errors.NotFoundError
        There is no such household or resident, or they are not the caller's.
    errors.FaultsError
        The moment, the rule or the note cannot be.
    errors.ConflictError
        The id was used for something else.
    """
    visited_at = moments.check("visited_at", visit.visited_at)
    note = texts.clean("note", visit.note, LONGEST_NOTE)
    told = _known(tx, visit.id)
    if told is not None:
        return _again(told, visit, note)
    home = homes.find(tx, visit.household)
    if visit.rule is not None and not _RULE.fullmatch(visit.rule):
        raise errors.FaultsError(
            {"rule": errors.RefusedError("error.visits.rule", name=visit.rule[:40])}
        )
    someone = homes.member(tx, home, visit.resident) if visit.resident else None
    row = {
        "id": visit.id,
        "household": home.id,
        "resident": someone.id if someone else None,
        "rule": visit.rule,
        "visited_at": visited_at,
        "outcome": visit.outcome.value,
        "note": note or None,
        "account": tx.caller.account_id,
    }
    is_new = tx.sql.execute(_INSERT, row).one_or_none() is not None
    stored = _known(tx, visit.id)
    if stored is None:
        raise errors.ConflictError("error.visits.id_used")
    if not is_new:
        return _again(stored, visit, note)
    audit.append(tx, "visit_log", home.code, home.unit_code, outcome=visit.outcome.value)
    return LoggedVisit(stored, is_new=True)


def of_household(tx: Transaction, home: Home, limit: int) -> tuple[VisitLine, ...]:
    """Return the visits to a household, the latest first."""
    rows = tx.sql.execute(_OF_HOUSEHOLD, {"household": home.id, "limit": limit})
    return tuple(_line(row) for row in rows.mappings())


def _known(tx: Transaction, number: UUID) -> VisitLine | None:
    """Return what the caller has logged under an id, whether or not the household is still theirs."""
    with tx.as_owner() as own:
        values = {"id": number, "account": tx.caller.account_id}
        row = own.sql.execute(_KNOWN, values).mappings().one_or_none()
    return None if row is None else _line(row)


def _again(stored: VisitLine, visit: Visit, note: str) -> LoggedVisit:
    said = (visit.household, visit.resident, visit.rule, visit.outcome, note)
    had = (stored.household, stored.resident, stored.rule, stored.outcome, stored.note)
    if said != had or stored.visited_at != visit.visited_at:
        raise errors.ConflictError("error.visits.id_used")
    return LoggedVisit(stored, is_new=False)


def _line(row: sa.RowMapping) -> VisitLine:
    return VisitLine(**{**row, "outcome": Outcome(row["outcome"])})
