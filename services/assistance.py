"""Assistance: who gets what and since when; who should and does not, who does and no longer should.

Entitlement follows from rules kept as data (``assistance_rules``). The lists only propose: a
manager grants and ends, with a day and a reason.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa

from services import audit, errors
from services.database import Transaction

LONGEST_REASON = 500
_RULES = sa.text("""
    SELECT kind, min_age, below_age, tag, grades, source, active FROM assistance_rules ORDER BY kind
""")
# Own people are told first, as in `services.visits.due`.
_REVIEW = sa.text("""
    SELECT v.finding, v.kind, v.reason, v.since, v.assistance_id,
           r.code AS resident, r.name, r.birth_date, r.disability_grade, h.code AS household, h.address
    FROM assistance_review(:day) v
    JOIN residents r ON r.id = v.resident_id
    JOIN households h ON h.id = r.household_id
    WHERE v.finding = :finding AND v.resident_id = ANY (ARRAY(
        SELECT p.id FROM residents p WHERE p.household_id = ANY (
            ARRAY(SELECT household_id FROM household_assignments WHERE valid_to > wangge_today()))))
      AND (CAST(:kind AS text) IS NULL OR v.kind = :kind)
      AND (CAST(:after_kind AS text) IS NULL
           OR (v.kind, r.code) > (CAST(:after_kind AS text), CAST(:after AS text)))
    ORDER BY v.kind, r.code LIMIT :limit
""")
_COUNTS = sa.text("""
    SELECT kind, finding, count(*) AS n FROM assistance_review(:day)
    WHERE resident_id = ANY (ARRAY(SELECT p.id FROM residents p WHERE p.household_id = ANY (
        ARRAY(SELECT household_id FROM household_assignments WHERE valid_to > wangge_today()))))
    GROUP BY 1, 2
""")
_GRANT = sa.text("""
    INSERT INTO assistance (resident_id, kind, valid, reason, account_id)
    SELECT r.id, :kind, daterange(CAST(:begins AS date), NULL), :reason, :account
    FROM residents r WHERE r.code = :resident RETURNING id
""")
_END = sa.text("""
    UPDATE assistance g SET valid = daterange(lower(g.valid), CAST(:ends AS date)), reason = :reason
    FROM residents r WHERE g.id = :id AND r.id = g.resident_id
      AND (upper(g.valid) IS NULL OR upper(g.valid) > CAST(:ends AS date))
      AND (lower(g.valid) IS NULL OR lower(g.valid) < CAST(:ends AS date))
    RETURNING r.code
""")
_KINDS = sa.text("SELECT EXISTS (SELECT FROM assistance_rules WHERE kind = :kind AND active)")


class Finding(StrEnum):
    """What does not fit."""

    SHOULD_GET = "should_get"
    SHOULD_NOT = "should_not"


@dataclass(frozen=True)
class AssistanceRule:
    """Who is entitled: those who meet all conditions given.

    Attributes
    ----------
    below_age
        Only those who are younger.
    source
        The text it rests on.
    """

    kind: str
    min_age: int | None
    below_age: int | None
    tag: str | None
    grades: tuple[int, ...]
    source: str
    active: bool


@dataclass(frozen=True)
class ReviewLine:
    """Someone whose assistance does not fit the rules.

    Attributes
    ----------
    reason
        Why, as the end of a message key.
    since
        Since when; None: not known.
    assistance_id
        The period that should end; None: there is none.
    """

    finding: Finding
    kind: str
    reason: str
    since: date | None
    assistance_id: int | None
    resident: str
    name: str
    birth_date: date
    disability_grade: int | None
    household: str
    address: str | None


@dataclass(frozen=True)
class Key:
    """Where a page ends."""

    kind: str
    resident: str


def rules(tx: Transaction) -> tuple[AssistanceRule, ...]:
    """Return every rule."""
    return tuple(
        AssistanceRule(
            kind=row.kind,
            min_age=row.min_age,
            below_age=row.below_age,
            tag=row.tag,
            grades=tuple(row.grades or ()),
            source=row.source,
            active=row.active,
        )
        for row in tx.sql.execute(_RULES)
    )


def review(
    tx: Transaction,
    day: date,
    finding: Finding,
    kind: str | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> tuple[ReviewLine, ...]:
    """Return a page of a review list, by kind and resident code.

    Parameters
    ----------
    tx
        Through the door of people: whoever asks gets the people of own units.
    after
        Only what comes after: the key of the page before.
    """
    values = {
        "day": day,
        "finding": finding.value,
        "kind": kind,
        "after_kind": after.kind if after else None,
        "after": after.resident if after else None,
        "limit": limit,
    }
    rows = tx.sql.execute(_REVIEW, values).mappings()
    return tuple(ReviewLine(**{**row, "finding": Finding(row["finding"])}) for row in rows)


def counts(tx: Transaction, day: date) -> dict[tuple[Finding, str], int]:
    """Count the lines of both lists, by kind."""
    rows = tx.sql.execute(_COUNTS, {"day": day})
    return {(Finding(row.finding), row.kind): row.n for row in rows}


def grant(tx: Transaction, resident: str, kind: str, begins: date, reason: str) -> None:
    """Grant assistance from a day on.

    Raises
    ------
    errors.NotFoundError
        No such resident within the caller's units, or no such kind.
    errors.ForbiddenError
        The caller is no manager.
    errors.RefusedError
        It is granted already in that time, or no reason is given.
    """
    if tx.sql.execute(_KINDS, {"kind": kind}).scalar_one() is not True:
        raise errors.NotFoundError("error.assistance.kind")
    values = {
        "resident": resident,
        "kind": kind,
        "begins": begins,
        "reason": _reason(reason),
        "account": tx.caller.account_id,
    }
    with tx.attempt():
        granted = tx.sql.execute(_GRANT, values).one_or_none()
    if granted is None:
        raise errors.NotFoundError("error.residents.unknown", code=resident)
    audit.append(tx, "assistance_grant", resident, kind=kind, begins=begins)


def end(tx: Transaction, assistance_id: int, ends: date, reason: str) -> None:
    """End a period of assistance; `ends` is the first day without.

    Raises
    ------
    errors.NotFoundError
        No such period within the caller's units that lasts beyond that day and began before it.
    errors.RefusedError
        No reason is given.
    """
    values = {"id": assistance_id, "ends": ends, "reason": _reason(reason)}
    resident = tx.sql.execute(_END, values).scalar_one_or_none()
    if resident is None:
        raise errors.NotFoundError("error.assistance.period")
    audit.append(tx, "assistance_end", resident, ends=ends)


def _reason(text: str) -> str:
    words = text.strip()
    if not words:
        raise errors.RefusedError("error.assistance.reason")
    if len(words) > LONGEST_REASON:
        raise errors.RefusedError("error.assistance.reason_long", most=LONGEST_REASON)
    return words
