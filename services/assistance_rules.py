"""Changing who is entitled to which assistance: allowances differ from place to place."""

from dataclasses import dataclass

import sqlalchemy as sa

from services import audit, errors, rights
from services.database import Transaction
from services.households.question import GRADES
from services.rights import Right

OLDEST = 130
LONGEST_SOURCE = 500
_CHANGE = sa.text("""
    UPDATE assistance_rules SET min_age = :min_age, below_age = :below_age,
        grades = CAST(:grades AS smallint[]), source = :source, active = :active
    WHERE kind = :kind
      AND (tag IS NOT NULL OR num_nonnulls(CAST(:min_age AS int), CAST(:below_age AS int),
           CAST(:grades AS smallint[])) > 0)
""")
_KNOWN = sa.text("SELECT EXISTS (SELECT FROM assistance_rules WHERE kind = :kind)")


@dataclass(frozen=True)
class Terms:
    """Who is entitled: those who meet all conditions given, and belong to the rule's group.

    Attributes
    ----------
    min_age, below_age
        Years completed at least; fewer than so many.
    grades
        Of a disability, 1 (gravest) to 4; empty: any, or none.
    source
        The text it rests on.
    active
        Whether anybody is entitled by it now.
    """

    min_age: int | None
    below_age: int | None
    grades: tuple[int, ...]
    source: str
    active: bool

    def __post_init__(self) -> None:
        """Refuse conditions that nobody can meet, and a rule that rests on nothing."""
        low = 0 if self.min_age is None else self.min_age
        high = OLDEST if self.below_age is None else self.below_age
        if not 0 <= low < high <= OLDEST:
            raise errors.RefusedError("error.assistance.ages", most=OLDEST)
        if not set(self.grades) <= GRADES:
            raise errors.RefusedError("error.households.grades")
        if not 0 < len(self.source.strip()) <= LONGEST_SOURCE:
            raise errors.RefusedError("error.assistance.source", most=LONGEST_SOURCE)


def change(tx: Transaction, kind: str, terms: Terms) -> None:
    """Change a rule; both review lists follow it at once, what was granted stays.

    Raises
    ------
    errors.ForbiddenError
        The caller is no administrator.
    errors.NotFoundError
        There is no such rule.
    errors.RefusedError
        It would entitle everybody.
    """
    rights.demand(tx.caller, Right.ACCOUNTS)
    row = {
        "kind": kind,
        "min_age": terms.min_age,
        "below_age": terms.below_age,
        "grades": sorted(set(terms.grades)) or None,
        "source": terms.source.strip(),
        "active": terms.active,
    }
    if tx.sql.execute(_KNOWN, {"kind": kind}).scalar_one() is not True:
        raise errors.NotFoundError("error.assistance.kind")
    with tx.as_owner() as own:
        if not own.sql.execute(_CHANGE, row).rowcount:
            raise errors.RefusedError("error.assistance.everybody")
    audit.append(tx, "assistance_rule_change", kind, active=terms.active)
