"""Visits of the sample district, generated: so that some people are due, some overdue, some not.

Deterministic: which visits there are follows from the codes of the residents.
"""

from datetime import date, timedelta

import sqlalchemy as sa

from services.database import Transaction

_BEGUN_DAYS_AGO = 6
_SINCE = sa.text("UPDATE visit_rules SET since = :since")
# The first eight digits of a resident's MD5 decide: nine in ten were visited, on a day of the
# last intervals, most of them met.
_VISITS = sa.text("""
    INSERT INTO visits (id, household_id, resident_id, rule, visited_at, outcome, account_id)
    SELECT md5(r.code || d.purpose)::uuid, d.household_id, d.resident_id, d.rule,
           (CAST(:day AS date) - 1 - n.n % least(d.interval_days * 5 / 4, 300)) + time '09:30'
               + make_interval(mins => n.n % 420),
           CASE WHEN d.purpose = 'check_up' THEN 'check_up'
                WHEN n.n % 13 = 0 THEN 'nobody_home' WHEN n.n % 29 = 0 THEN 'needs_help'
                ELSE 'met' END,
           s.account_id
    FROM visits_due(:day) d
    JOIN residents r ON r.id = d.resident_id
    CROSS JOIN LATERAL (
        SELECT ('x' || left(md5(d.purpose || r.code), 7))::bit(28)::integer AS n) n
    JOIN household_assignments a ON a.household_id = d.household_id
        AND a.valid_from <= :day AND a.valid_to > :day
    JOIN units u ON u.id = a.unit_id
    JOIN account_scopes s ON s.unit_code = u.code
    WHERE n.n % 10 > 0 OR d.purpose = 'visit'
""")


def generate(tx: Transaction, day: date) -> None:
    """Make visits by those who answer for a grid, in the weeks before a day."""
    tx.sql.execute(_SINCE, {"since": day - timedelta(days=_BEGUN_DAYS_AGO)})
    tx.sql.execute(_VISITS, {"day": day})
