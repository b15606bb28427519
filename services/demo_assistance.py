"""Assistance of the sample district, generated: so that both review lists have something to show.

Deterministic: who gets what follows from the codes of the residents.
"""

from datetime import date

import sqlalchemy as sa

from services.database import Transaction

# The first digits of a resident's MD5 decide: eleven in twelve of those entitled get it.
_GRANTED = sa.text("""
    INSERT INTO assistance (resident_id, kind, valid, account_id)
    SELECT v.resident_id, v.kind,
           daterange(greatest(v.since, CAST(:day AS date) - 30 - n.n % 700), NULL), m.id
    FROM assistance_review(:day) v
    JOIN residents r ON r.id = v.resident_id
    CROSS JOIN LATERAL (
        SELECT ('x' || left(md5(v.kind || r.code), 7))::bit(28)::integer AS n) n
    CROSS JOIN (SELECT id FROM accounts WHERE role = 'township_manager' ORDER BY id LIMIT 1) m
    WHERE v.finding = 'should_get' AND n.n % 12 > 0
""")
# Some more get it of those who nearly fit: too young by a year, a grade too light, grown up.
_NOT_ENTITLED = sa.text("""
    INSERT INTO assistance (resident_id, kind, valid, account_id)
    SELECT r.id, a.kind, daterange(CAST(:day AS date) - 30 - n.n % 300, NULL), m.id
    FROM assistance_rules a
    JOIN residents r ON CASE
        WHEN a.min_age IS NOT NULL
            THEN r.birth_date > CAST(:day AS date) - make_interval(years => a.min_age)
             AND r.birth_date <= CAST(:day AS date) - make_interval(years => a.min_age - 1)
        WHEN a.below_age IS NOT NULL
            THEN a.tag = ANY (r.tags)
             AND r.birth_date <= CAST(:day AS date) - make_interval(years => a.below_age)
        ELSE a.tag IS NULL AND r.disability_grade <> ALL (a.grades) END
    CROSS JOIN LATERAL (
        SELECT ('x' || left(md5(a.kind || r.code), 7))::bit(28)::integer AS n) n
    CROSS JOIN (SELECT id FROM accounts WHERE role = 'township_manager' ORDER BY id LIMIT 1) m
    WHERE a.active AND r.left_on IS NULL AND n.n % 12 = 0
""")


def generate(tx: Transaction, day: date) -> None:
    """Grant assistance, as a manager of a township would have, in the years before a day."""
    tx.sql.execute(_GRANTED, {"day": day})
    tx.sql.execute(_NOT_ENTITLED, {"day": day})
