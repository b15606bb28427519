"""One person is registered once: the id number tells, as far as the caller's units reach."""

import sqlalchemy as sa

from services import errors
from services.database import Transaction
from services.households.persons import Values
from services.sealing import Sealer

_PRESENT = sa.text("""
    SELECT h.code FROM residents r JOIN households h ON h.id = r.household_id
    WHERE r.id_number_hash = ANY(:hashes) AND r.left_on IS NULL
      AND (CAST(:but AS integer) IS NULL OR r.id <> :but)
    LIMIT 1
""")


def check_new(tx: Transaction, sealer: Sealer, resident_id: int | None, values: Values) -> None:
    """Refuse an id number under which somebody else lives in the caller's own units.

    Raises
    ------
    errors.FaultsError
        Names the household; others' units are not looked into.
    """
    number = values.get("id_number")
    if not number:
        return
    found = tx.sql.execute(_PRESENT, {"hashes": sealer.hashes(number), "but": resident_id})
    code = found.scalar_one_or_none()
    if code is not None:
        fault = errors.RefusedError("error.changes.id_number_there", household=code)
        raise errors.FaultsError({"id_number": fault})
