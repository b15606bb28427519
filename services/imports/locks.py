"""One import of a kind at a time, and none of places while boundaries change.

The locks belong to the transaction: a killed process leaves none behind.
"""

from typing import LiteralString

from psycopg import rows

from services import errors
from services.database import Transaction
from services.imports.options import ImportKind

_SPACE = 0x57494D50
_ORDER = tuple(ImportKind)
_AREAS = len(_ORDER)
_CHANGES_AREAS = frozenset({ImportKind.UNITS, ImportKind.NETWORK})

_ALONE: LiteralString = "SELECT pg_try_advisory_xact_lock(%s, %s)"
_SHARED: LiteralString = "SELECT pg_try_advisory_xact_lock_shared(%s, %s)"
_HELD = """
    SELECT objid::int FROM pg_locks
    WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def keep_roads(tx: Transaction) -> None:
    """Let no other network come in until the transaction ends: what is stored refers to its edges.

    Raises
    ------
    errors.ConflictError
        One is coming in now.
    """
    row = tx.driver.execute(_SHARED.encode(), (_SPACE, _AREAS)).fetchone()
    if row is None or not row[0]:
        raise errors.ConflictError("error.import.roads_busy")


def hold(tx: Transaction, kind: ImportKind) -> None:
    """Take the locks of an import until the transaction ends.

    Raises
    ------
    errors.ConflictError
        Another import is under way that this one would get in the way of.
    """
    areas = _ALONE if kind in _CHANGES_AREAS else _SHARED
    _take(tx, _ALONE, _ORDER.index(kind))
    _take(tx, areas, _AREAS)


def hold_areas(tx: Transaction) -> None:
    """Keep every import out that brings places or changes boundaries, until the transaction ends.

    Raises
    ------
    errors.ConflictError
        One is under way.
    """
    _take(tx, _ALONE, _AREAS)


def held(tx: Transaction) -> frozenset[ImportKind]:
    """Return the kinds of which an import is under way, in whatever process."""
    with tx.driver.cursor(row_factory=rows.scalar_row) as cursor:
        numbers = {int(number) for number in cursor.execute(_HELD, (_SPACE,))}
    return frozenset(kind for at, kind in enumerate(_ORDER) if at in numbers)


def _take(tx: Transaction, query: LiteralString, number: int) -> None:
    row = tx.driver.execute(query, (_SPACE, number)).fetchone()
    if row is None or not row[0]:
        raise errors.ConflictError("error.import.busy")
