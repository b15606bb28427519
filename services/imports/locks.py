"""One import of a kind at a time, and none of places while boundaries change.

The locks belong to the transaction: a killed process leaves none behind.
"""

from services import errors
from services.database import Transaction
from services.imports.options import ImportKind

_SPACE = 0x57494D50
_ORDER = tuple(ImportKind)
_AREAS = len(_ORDER)
_CHANGES_AREAS = frozenset({ImportKind.UNITS, ImportKind.NETWORK})

_ALONE = "SELECT pg_try_advisory_xact_lock(%s, %s)"
_SHARED = "SELECT pg_try_advisory_xact_lock_shared(%s, %s)"


def hold(tx: Transaction, kind: ImportKind) -> None:
    """Take the locks of an import until the transaction ends.

    Raises
    ------
    errors.ConflictError
        Another import is under way that this one would get in the way of.
    """
    areas = _ALONE if kind in _CHANGES_AREAS else _SHARED
    for query, number in ((_ALONE, _ORDER.index(kind)), (areas, _AREAS)):
        row = tx.driver.execute(query.encode(), (_SPACE, number)).fetchone()
        if row is None or not row[0]:
            raise errors.ConflictError("error.import.busy", kind=kind.value)
