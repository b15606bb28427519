"""Tries to prove who one is, counted before they are made; beyond a limit they wait.

Each is counted under whom it is for before the password is looked at, so that tries made at one
moment are counted too. What failed counts for the address as well: not before, since a whole
office may begin its day behind one address.
"""

import hashlib
from datetime import timedelta

import sqlalchemy as sa

from services import caller, errors
from services.database import Database, Transaction
from services.rights import Door

_WINDOW = timedelta(minutes=15)
_MOST_FOR_ONE = 6
_MOST_FROM_AN_ADDRESS = 60
_UNDER_WAY = ""  # instead of the address

_ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(CAST(:key AS bigint))")
_COUNTED = sa.text("""
    SELECT count(*) FILTER (WHERE name_hash = :whose) AS for_one,
           count(*) FILTER (WHERE address = :address) AS from_address
    FROM login_attempts WHERE at > now() - CAST(:span AS interval)
      AND (name_hash = :whose OR address = :address)
""")
_BEGIN = sa.text("""
    INSERT INTO login_attempts (name_hash, address) VALUES (:whose, :address) RETURNING id
""")
_FAILED = sa.text("UPDATE login_attempts SET address = :address WHERE id = :number")
_FORGIVE = sa.text("""
    DELETE FROM login_attempts WHERE name_hash = :whose OR at < now() - CAST(:span AS interval)
""")


def begin(database: Database, whose: str, address: str) -> int:
    """Count a try that is to be made; return its number.

    Parameters
    ----------
    whose
        What is tried, and whose: a name, of which only a digest is kept.
    address
        Where the request comes from.

    Raises
    ------
    errors.ThrottledError
        Too many were made for this one, or failed from this address.
    """
    digest = _digest(whose)
    values = {"whose": digest, "address": address, "span": _WINDOW}
    with database.transaction(caller.gatekeeper(), Door.GATE) as tx:
        key = int.from_bytes(digest[:8], "big", signed=True)
        tx.sql.execute(_ONE_AT_A_TIME, {"key": key})
        counted = tx.sql.execute(_COUNTED, values).one()
        if counted.for_one >= _MOST_FOR_ONE or counted.from_address >= _MOST_FROM_AN_ADDRESS:
            minutes = int(_WINDOW.total_seconds() // 60)
            raise errors.ThrottledError("error.login.throttled", minutes=minutes)
        number: int = tx.sql.execute(_BEGIN, {**values, "address": _UNDER_WAY}).scalar_one()
        tx.commit()
    return number


def failed(tx: Transaction, number: int, address: str) -> None:
    """Note that a try failed: it counts for the address, too."""
    tx.sql.execute(_FAILED, {"number": number, "address": address})


def forgive(tx: Transaction, whose: str) -> None:
    """Forget the tries for somebody who has proved it."""
    tx.sql.execute(_FORGIVE, {"whose": _digest(whose), "span": _WINDOW})


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
