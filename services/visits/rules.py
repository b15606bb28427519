"""Visit rules: who is to be visited, how often. Rows, so that a district can change them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa

from services import audit, errors, rights
from services.database import Transaction
from services.rights import Right

LONGEST_DAYS = 1000

_LIST = sa.text("""
    SELECT name, purpose, interval_days, min_age, tag, grades, since, active
    FROM visit_rules ORDER BY purpose DESC, interval_days, name
""")
_CHANGE = sa.text("""
    UPDATE visit_rules SET interval_days = :days, active = :active WHERE name = :name
""")


class Purpose(StrEnum):
    """What a visit is for."""

    VISIT = "visit"
    CHECK_UP = "check_up"


@dataclass(frozen=True)
class VisitRule:
    """Who is to be visited, how often.

    Attributes
    ----------
    interval_days
        Days from one visit to the next.
    min_age, tag, grades
        Conditions; all that are given must hold. Grades are those of a disability.
    since
        Who was never visited is due from this day on.
    """

    name: str
    purpose: Purpose
    interval_days: int
    min_age: int | None
    tag: str | None
    grades: tuple[int, ...]
    since: date
    active: bool


def listing(tx: Transaction) -> tuple[VisitRule, ...]:
    """Return every rule, visits first, the strictest first."""
    return tuple(
        VisitRule(
            name=row.name,
            purpose=Purpose(row.purpose),
            interval_days=row.interval_days,
            min_age=row.min_age,
            tag=row.tag,
            grades=tuple(row.grades or ()),
            since=row.since,
            active=row.active,
        )
        for row in tx.sql.execute(_LIST)
    )


def change(tx: Transaction, name: str, interval_days: int, *, active: bool) -> None:
    """Change how often a rule asks for a visit, or switch it off.

    Raises
    ------
    errors.ForbiddenError
        The caller is no administrator.
    errors.NotFoundError
        There is no such rule.
    errors.RefusedError
        The interval is not between 1 and 1000 days.
    """
    rights.demand(tx.caller, Right.ACCOUNTS)
    if not 1 <= interval_days <= LONGEST_DAYS:
        raise errors.RefusedError("error.visits.interval", most=LONGEST_DAYS)
    with tx.as_owner() as own:
        row = {"name": name, "days": interval_days, "active": active}
        found = own.sql.execute(_CHANGE, row).rowcount
    if not found:
        raise errors.NotFoundError("error.visits.rule", name=name)
    audit.append(tx, "visit_rule_change", name, days=interval_days, active=active)
