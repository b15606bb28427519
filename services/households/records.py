"""What the register says now of residents and households, as changes compare and replace it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from services import errors
from services.database import Transaction
from services.households import persons
from services.households.masking import SealedField, masked
from services.households.persons import Values
from services.sealing import Sealer

_RESIDENTS = sa.text("""
    SELECT id, version, field_versions, name, sex, birth_date, id_number, phone, lives_alone,
           disability_type, disability_grade, tags, left_on, left_reason,
           anonymised_at IS NOT NULL AS is_anonymous
    FROM residents WHERE id = ANY(:ids)
""")
_HOUSEHOLDS = sa.text("""
    SELECT id, version, field_versions, ST_X(geom) AS lon, ST_Y(geom) AS lat
    FROM households WHERE id = ANY(:ids)
""")


@dataclass(frozen=True)
class Record:
    """What is known of somebody, or of a household.

    Attributes
    ----------
    field_versions
        The version that last changed each field; a field never changed is not in it.
    values
        By `persons.FIELDS`, or ``lon`` and ``lat``; sealed values opened, empty where they cannot be.
    left_on
        Day on which a resident left.
    is_anonymous
        Whether nothing personal is kept any more.
    """

    version: int
    field_versions: Mapping[str, int]
    values: Values
    left_on: date | None = None
    left_reason: str | None = None
    is_anonymous: bool = False

    def changed_since(self, version: int, fields: Sequence[str]) -> tuple[str, ...]:
        """Return which of some fields were changed after a version."""
        return tuple(field for field in fields if self.field_versions.get(field, 0) > version)


def residents(tx: Transaction, sealer: Sealer, ids: Sequence[int]) -> dict[int, Record]:
    """Read residents by id."""
    if not ids:
        return {}
    rows = tx.sql.execute(_RESIDENTS, {"ids": list(ids)}).mappings()
    return {row["id"]: _resident(row, sealer) for row in rows}


def households(tx: Transaction, ids: Sequence[int]) -> dict[int, Record]:
    """Read households by id."""
    if not ids:
        return {}
    rows = tx.sql.execute(_HOUSEHOLDS, {"ids": list(ids)})
    return {
        row.id: Record(row.version, row.field_versions, {"lon": row.lon, "lat": row.lat})
        for row in rows
    }


def shown(values: Values) -> Values:
    """Return values as people may see them: id and phone numbers masked."""
    hidden = {
        field.value: masked(field, values[field.value])
        for field in SealedField
        if values.get(field.value)
    }
    return {**values, **hidden}


def _resident(row: sa.RowMapping, sealer: Sealer) -> Record:
    values = {field: row[field] for field in persons.FIELDS}
    values["birth_date"] = row["birth_date"].isoformat()
    for field in SealedField:
        values[field.value] = _opened(sealer, row[field.value])
    return Record(
        row["version"],
        row["field_versions"],
        values,
        row["left_on"],
        row["left_reason"],
        row["is_anonymous"],
    )


def _opened(sealer: Sealer, sealed: bytes | None) -> str | None:
    if sealed is None:
        return None
    try:
        return sealer.open(sealed)
    except errors.RefusedError:
        return None
