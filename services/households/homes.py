"""A household and its residents, as far as they exist for whoever asks.

Row-level security leaves out what is not in the caller's units: a household of somebody else's
and one that never was give the same answer.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from services import errors
from services.database import Transaction

_NUL = "\x00"  # what no text of the database can hold
_FIND = sa.text("""
    SELECT h.id, h.code, h.version, u.code AS unit_code
    FROM households h
    JOIN household_assignments a ON a.household_id = h.id
        AND a.valid_from <= wangge_today() AND a.valid_to > wangge_today()
    JOIN units u ON u.id = a.unit_id
    WHERE h.code = :code
""")
_MEMBER = sa.text("""
    SELECT r.id, r.code, r.version, h.code AS household, u.code AS unit_code
    FROM residents r
    JOIN households h ON h.id = r.household_id
    JOIN household_assignments a ON a.household_id = h.id
        AND a.valid_from <= wangge_today() AND a.valid_to > wangge_today()
    JOIN units u ON u.id = a.unit_id
    WHERE r.code = :code
""")


@dataclass(frozen=True)
class Home:
    """A household.

    Attributes
    ----------
    unit_code
        The lowest unit it lies in today.
    """

    id: int
    code: str
    version: int
    unit_code: str


@dataclass(frozen=True)
class Member:
    """A resident, and the household and unit they are registered in."""

    id: int
    code: str
    version: int
    household: str
    unit_code: str


def find(tx: Transaction, code: str) -> Home:
    """Return a household of the caller's own units.

    Raises
    ------
    errors.NotFoundError
        There is none, or it is not theirs; which one is not told.
    """
    row = None if _NUL in code else tx.sql.execute(_FIND, {"code": code}).one_or_none()
    if row is None:
        raise errors.NotFoundError("error.households.unknown", code=code)
    return Home(*row)


def resident(tx: Transaction, code: str) -> Member:
    """Return a resident of the caller's own units, gone ones included.

    Raises
    ------
    errors.NotFoundError
        There is none, or they are not theirs; which one is not told.
    """
    row = None if _NUL in code else tx.sql.execute(_MEMBER, {"code": code}).one_or_none()
    if row is None:
        raise errors.NotFoundError("error.residents.unknown", code=code)
    return Member(*row)


def member(tx: Transaction, home: Home, code: str) -> Member:
    """Return a resident of a household.

    Raises
    ------
    errors.NotFoundError
        Nobody of that code is registered there.
    """
    found = resident(tx, code)
    if found.household != home.code:
        raise errors.NotFoundError("error.residents.unknown", code=code)
    return found
