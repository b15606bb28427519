"""Visits due and overdue per unit: where people wait, and who answers for them."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from services.database import Transaction

# Own homes are told first, as in `services.visits.due`. Each resident is counted in the unit the household is assigned to and in every unit above it:
# codes begin with their parent's, so the lengths of codes are the levels.
_ROWS = sa.text("""
    WITH due AS (
        SELECT u.code, d.due_on, d.last_on, d.interval_days
        FROM visits_due(:day) d
        JOIN household_assignments a ON a.household_id = d.household_id
            AND a.valid_from <= :day AND a.valid_to > :day
        JOIN units u ON u.id = a.unit_id
        WHERE d.household_id = ANY (
            ARRAY(SELECT household_id FROM household_assignments WHERE valid_to > wangge_today()))
    ), counted AS (
        SELECT left(due.code, length) AS code, count(*) AS asked,
               count(*) FILTER (WHERE due.due_on < :day) AS overdue,
               count(*) FILTER (WHERE due.last_on IS NULL) AS never,
               max(:day - due.due_on) AS longest
        FROM due CROSS JOIN unnest(ARRAY[9, 12, 15]) AS length
        WHERE length(due.code) >= length GROUP BY 1
    )
    SELECT c.code, u.name, u.level, c.asked, c.overdue, c.never, greatest(c.longest, 0) AS longest
    FROM counted c JOIN units_at(:day) u ON u.code = c.code
    WHERE u.id = ANY ((SELECT scope_units())::integer[]) ORDER BY c.code
""")
_WORKERS = sa.text("""
    SELECT s.unit_code, string_agg(a.display_name, '、' ORDER BY a.display_name) AS names
    FROM account_scopes s JOIN accounts a ON a.id = s.account_id AND a.role = 'grid_worker'
    WHERE s.valid @> CAST(:day AS date) GROUP BY s.unit_code
""")


@dataclass(frozen=True)
class ReportRow:
    """Visits of one unit.

    Attributes
    ----------
    asked
        How many the rules ask for: residents by purposes.
    overdue
        Those whose day is past.
    never
        Those who had no visit yet.
    longest_days
        The longest that someone has been overdue.
    workers
        Who answers for the grid; empty: nobody, or no grid.
    """

    code: str
    name: str
    level: str
    asked: int
    overdue: int
    never: int
    longest_days: int
    workers: str


def rows(tx: Transaction, day: date) -> tuple[ReportRow, ...]:
    """Return a row for each unit within the caller's scope in which visits are asked for."""
    names = {row.unit_code: row.names for row in tx.sql.execute(_WORKERS, {"day": day})}
    return tuple(
        ReportRow(
            code=row.code,
            name=row.name,
            level=row.level,
            asked=row.asked,
            overdue=row.overdue,
            never=row.never,
            longest_days=row.longest,
            workers=names.get(row.code, ""),
        )
        for row in tx.sql.execute(_ROWS, {"day": day})
    )
