"""Approved changes become part of the register, with all that follows from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import numpy as np
import sqlalchemy as sa

from services import assignment, network, pinyin
from services.database import Transaction
from services.households import persons
from services.households.contents import ChangeKind
from services.households.masking import SealedField
from services.households.persons import Values
from services.sealing import Sealer

_POSITION = sa.text("""
    UPDATE households SET geom = ST_SetSRID(ST_MakePoint(:lon, :lat), 4490) WHERE id = :household
""")
_LEFT = sa.text("UPDATE residents SET left_on = :on, left_reason = :reason WHERE id = :resident")
_ADD = sa.text("""
    INSERT INTO residents (code, household_id, name, name_search, sex, birth_date,
        id_number, id_number_hash, phone, phone_hash, lives_alone, disability_type,
        disability_grade, tags)
    VALUES (:code, :household, :name, :name_search, :sex, :birth_date,
        :id_number, :id_number_hash, :phone, :phone_hash, :lives_alone, :disability_type,
        :disability_grade, :tags)
""")
_CORRECT = sa.text("""
    UPDATE residents SET
        name = CASE WHEN 'name' = ANY(:given) THEN :name ELSE name END,
        name_search = CASE WHEN 'name' = ANY(:given) THEN :name_search ELSE name_search END,
        sex = CASE WHEN 'sex' = ANY(:given) THEN :sex ELSE sex END,
        birth_date = CASE WHEN 'birth_date' = ANY(:given)
            THEN CAST(:birth_date AS date) ELSE birth_date END,
        id_number = CASE WHEN 'id_number' = ANY(:given)
            THEN CAST(:id_number AS bytea) ELSE id_number END,
        id_number_hash = CASE WHEN 'id_number' = ANY(:given)
            THEN CAST(:id_number_hash AS bytea) ELSE id_number_hash END,
        phone = CASE WHEN 'phone' = ANY(:given) THEN CAST(:phone AS bytea) ELSE phone END,
        phone_hash = CASE WHEN 'phone' = ANY(:given)
            THEN CAST(:phone_hash AS bytea) ELSE phone_hash END,
        lives_alone = CASE WHEN 'lives_alone' = ANY(:given)
            THEN CAST(:lives_alone AS boolean) ELSE lives_alone END,
        disability_type = CASE WHEN 'disability_type' = ANY(:given)
            THEN :disability_type ELSE disability_type END,
        disability_grade = CASE WHEN 'disability_grade' = ANY(:given)
            THEN CAST(:disability_grade AS smallint) ELSE disability_grade END,
        tags = CASE WHEN 'tags' = ANY(:given) THEN CAST(:tags AS text[]) ELSE tags END
    WHERE id = :resident
""")


@dataclass(frozen=True)
class Approved:
    """A change to be applied.

    Attributes
    ----------
    household_id, resident_id
        Whom it is about; no resident: the household.
    """

    id: UUID
    kind: ChangeKind
    household_id: int
    resident_id: int | None
    values: Values


def apply(tx: Transaction, sealer: Sealer, change: Approved) -> None:
    """Write a change into the register; `tx` is the owner's."""
    _APPLY[change.kind](tx, sealer, change)


def resident_code(number: UUID) -> str:
    """Return the code of somebody who came by a change."""
    return f"N{number.hex[:16].upper()}"


def _position(tx: Transaction, sealer: Sealer, change: Approved) -> None:
    """Move the household; its unit and its way to the network follow."""
    del sealer
    tx.sql.execute(_POSITION, {**change.values, "household": change.household_id})
    ids = np.array([change.household_id], dtype=np.int64)
    assignment.assign_households(tx, ids)
    network.attach_households(tx, ids)


def _left(tx: Transaction, sealer: Sealer, change: Approved) -> None:
    del sealer
    day = date.fromisoformat(change.values["on"])
    row = {"on": day, "reason": change.kind.value, "resident": change.resident_id}
    tx.sql.execute(_LEFT, row)


def _added(tx: Transaction, sealer: Sealer, change: Approved) -> None:
    code = {"code": resident_code(change.id), "household": change.household_id}
    tx.sql.execute(_ADD, {**code, **_columns(sealer, change.values)})


def _corrected(tx: Transaction, sealer: Sealer, change: Approved) -> None:
    given = {"given": list(change.values), "resident": change.resident_id}
    everything = {**dict.fromkeys(persons.FIELDS), **change.values}
    tx.sql.execute(_CORRECT, {**given, **_columns(sealer, everything)})


def _columns(sealer: Sealer, values: Values) -> dict[str, Any]:
    """Return the columns of a resident, sealed where they must be, and what they are found by."""
    columns = {**values, "name_search": pinyin.of_name(values["name"] or "") or None}
    for field in SealedField:
        value = [values[field.value]]
        columns[field.value] = sealer.seal_many(value)[0]
        columns[f"{field.value}_hash"] = sealer.hash_many(value)[0]
    return columns


_APPLY: Final[Mapping[ChangeKind, Callable[[Transaction, Sealer, Approved], None]]] = (
    MappingProxyType(
        {
            ChangeKind.POSITION: _position,
            ChangeKind.MOVED: _left,
            ChangeKind.DIED: _left,
            ChangeKind.NEW_RESIDENT: _added,
            ChangeKind.CORRECTION: _corrected,
        }
    )
)
