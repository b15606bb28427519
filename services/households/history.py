"""Changes as they stand: what each says, what it would write over, and how it was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from services import errors, sealing
from services.database import Transaction
from services.households import contents, positions, records
from services.households.contents import ChangeKind
from services.households.homes import Home
from services.households.persons import Values
from services.households.positions import Landing
from services.households.records import Record
from services.sealing import Sealer

PAGE = 50


class ChangeState(StrEnum):
    """Whether a change was decided, and how."""

    WAITING = "waiting"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Change:
    """A change that somebody made.

    Attributes
    ----------
    base_version, version
        Version of the resident or household it was made on, and the one there is now.
    values
        What it says, id and phone numbers masked.
    before
        What stands there now, or stood there when it was applied, of the same fields; None:
        nothing did, or it was not applied.
    conflicts
        Fields that somebody changed after it was written; only while it waits.
    moved_m
        Metres between the two positions.
    landing
        The unit that a position lies in, while the change waits.
    """

    id: UUID
    kind: ChangeKind
    household: str
    address: str | None
    resident: str | None
    resident_name: str | None
    base_version: int
    version: int
    values: Values
    before: Values | None
    note: str
    account_id: int
    by: str
    made_at: datetime
    received_at: datetime
    state: ChangeState
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    conflicts: tuple[str, ...]
    moved_m: float | None
    landing: Landing | None


_COLUMNS = """
    SELECT c.id, c.kind, c.household_id, h.code AS household, h.address, c.resident_id,
           r.code AS resident, r.name AS resident_name, c.base_version, c.payload, c.replaced,
           c.account_id, a.display_name AS by, c.made_at, c.received_at, c.state,
           d.display_name AS decided_by, c.decided_at, c.reason
    FROM changes c
    JOIN households h ON h.id = c.household_id
    LEFT JOIN residents r ON r.id = c.resident_id
    JOIN accounts a ON a.id = c.account_id
    LEFT JOIN accounts d ON d.id = c.decided_by
"""
_FIND = sa.text(_COLUMNS + " WHERE c.id = :id")
_OF_HOUSEHOLD = sa.text(
    _COLUMNS + " WHERE c.household_id = :household ORDER BY c.made_at DESC, c.id LIMIT :limit"
)
_AFTER = """
    AND (CAST(:after AS uuid) IS NULL OR (c.received_at, c.id) >
        (SELECT b.received_at, b.id FROM changes b WHERE b.id = CAST(:after AS uuid)))
    ORDER BY c.received_at, c.id LIMIT :limit
"""
_WAITING = sa.text(_COLUMNS + " WHERE c.state = 'waiting' AND c.account_id <> :account" + _AFTER)
_OWN = sa.text(
    _COLUMNS
    + """
    WHERE c.account_id = :account
    ORDER BY c.state <> 'waiting', c.received_at DESC, c.id LIMIT :limit
"""
)


def find(tx: Transaction, sealer: Sealer, number: UUID) -> Change:
    """Return a change to a household of the caller's own units.

    Raises
    ------
    errors.NotFoundError
        There is none, or it is not theirs; which one is not told.
    """
    found = _changes(tx, sealer, tx.sql.execute(_FIND, {"id": number}).all())
    if not found:
        raise errors.NotFoundError("error.changes.unknown")
    return found[0]


def of_household(tx: Transaction, sealer: Sealer, home: Home, limit: int) -> tuple[Change, ...]:
    """Return the changes to a household, the latest first."""
    rows = tx.sql.execute(_OF_HOUSEHOLD, {"household": home.id, "limit": limit}).all()
    return _changes(tx, sealer, rows)


def waiting(tx: Transaction, sealer: Sealer, after: UUID | None = None) -> tuple[Change, ...]:
    """Return what the caller can decide on, the longest waiting first.

    Parameters
    ----------
    after
        The last change of the page before.
    """
    sealer = sealing.held(tx, sealer)
    values = {"account": tx.caller.account_id, "after": after, "limit": PAGE}
    return _changes(tx, sealer, tx.sql.execute(_WAITING, values).all())


def own(tx: Transaction, sealer: Sealer) -> tuple[Change, ...]:
    """Return the caller's latest changes, those that wait first."""
    sealer = sealing.held(tx, sealer)
    values = {"account": tx.caller.account_id, "limit": PAGE}
    return _changes(tx, sealer, tx.sql.execute(_OWN, values).all())


def opened(sealer: Sealer, payload: bytes) -> Mapping[str, Any]:
    """Open what is sealed of a change."""
    found: Mapping[str, Any] = orjson.loads(sealer.open(payload))
    return found


def _changes(tx: Transaction, sealer: Sealer, rows: Sequence[sa.Row[Any]]) -> tuple[Change, ...]:
    people = [row.resident_id for row in rows if row.resident_id is not None]
    residents = records.residents(tx, sealer, people)
    households = records.households(tx, [row.household_id for row in rows])
    return tuple(
        _change(
            tx,
            sealer,
            row,
            households[row.household_id] if row.resident_id is None else residents[row.resident_id],
        )
        for row in rows
    )


def _change(tx: Transaction, sealer: Sealer, row: sa.Row[Any], record: Record) -> Change:
    kind, state = ChangeKind(row.kind), ChangeState(row.state)
    said = opened(sealer, row.payload)
    values: Values = said["values"]
    fields = contents.touched(kind, values)
    waits = state is ChangeState.WAITING
    before = replaced(kind, values, record) if waits else None
    if row.replaced is not None:
        before = opened(sealer, row.replaced)
    is_position = kind is ChangeKind.POSITION
    return Change(
        id=row.id,
        kind=kind,
        household=row.household,
        address=row.address,
        resident=row.resident,
        resident_name=row.resident_name,
        base_version=row.base_version,
        version=record.version,
        values=records.shown(values),
        before=None if before is None else records.shown(before),
        note=said["note"],
        account_id=row.account_id,
        by=row.by,
        made_at=row.made_at,
        received_at=row.received_at,
        state=state,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
        conflicts=record.changed_since(row.base_version, fields) if waits else (),
        moved_m=positions.metres_between(before, values) if before and is_position else None,
        landing=positions.landing(tx, values) if waits and is_position else None,
    )


def replaced(kind: ChangeKind, values: Values, record: Record) -> Values | None:
    """Return what a change would write over."""
    if kind is ChangeKind.NEW_RESIDENT:
        return None
    if kind in {ChangeKind.MOVED, ChangeKind.DIED}:
        if record.left_on is None:
            return None
        return {"on": record.left_on.isoformat(), "left_reason": record.left_reason}
    return {field: record.values[field] for field in values}
