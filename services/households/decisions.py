"""Managers decide on changes: approved they are applied at once, returned they are told why.

Four eyes: nobody decides on a change of their own, whatever their role; the database holds to it.
Who decides says which version they saw: what was changed after that is looked at again first.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import orjson
import sqlalchemy as sa

from services import audit, errors, rights, sealing
from services.database import Transaction
from services.households import applying, contents, history, identities, positions, records, texts
from services.households.applying import Approved
from services.households.contents import ChangeKind
from services.households.history import ChangeState
from services.households.records import Record
from services.rights import Right
from services.sealing import Sealer

LONGEST_REASON = 500

_ROW = sa.text("""
    SELECT c.id, c.kind, c.household_id, c.resident_id, c.base_version, c.payload, c.account_id,
           c.state, h.code AS household, r.code AS resident, u.code AS unit_code
    FROM changes c
    JOIN households h ON h.id = c.household_id
    LEFT JOIN residents r ON r.id = c.resident_id
    LEFT JOIN household_assignments a ON a.household_id = h.id
        AND a.valid_from <= wangge_today() AND a.valid_to > wangge_today()
    LEFT JOIN units u ON u.id = a.unit_id
    WHERE c.id = :id
""")
# Whoever decides on the same household or person waits here.
_LOCK_HOUSEHOLD = sa.text("SELECT FROM households WHERE id = :id FOR UPDATE")
_LOCK_RESIDENT = sa.text("SELECT FROM residents WHERE id = :id FOR UPDATE")
_DECIDE = sa.text("""
    UPDATE changes SET state = :state, decided_by = :account, decided_at = now(), reason = :reason
    WHERE id = :id AND state = 'waiting' RETURNING id
""")
_REPLACED = sa.text("UPDATE changes SET replaced = :replaced WHERE id = :id")


@dataclass(frozen=True)
class Decision:
    """A change that was decided.

    Attributes
    ----------
    overruled
        Fields that had been changed after it was written, which whoever approved had seen.
    """

    id: UUID
    household: str
    state: ChangeState
    overruled: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Waiting:
    """A change that the caller may decide on."""

    change: Approved
    base_version: int
    household: str
    subject: str
    unit_code: str | None


def approve(
    tx: Transaction, sealer: Sealer, number: UUID, seen_version: int, today: date
) -> Decision:
    """Apply a change, in this transaction.

    Parameters
    ----------
    seen_version
        Version of the resident or household that the caller was shown.

    Raises
    ------
    errors.ForbiddenError
        The caller is no manager.
    errors.NotFoundError
        There is no such change, or it is not the caller's to see (any more).
    errors.RefusedError
        It is their own, or cannot be applied as things are now.
    errors.ConflictError
        Somebody decided already, or changed what they saw.
    """
    sealer = sealing.held(tx, sealer)
    found = _decidable(tx, sealer, number)
    change = found.change
    with tx.as_owner() as own:
        own.sql.execute(_LOCK_HOUSEHOLD, {"id": change.household_id})
        own.sql.execute(_LOCK_RESIDENT, {"id": change.resident_id})
        record = _record(own, sealer, change)
    fields = contents.touched(change.kind, change.values)
    if record.changed_since(seen_version, fields):
        raise errors.ConflictError("error.changes.seen")
    _check(tx, sealer, change, record, today)
    _decide(tx, found, ChangeState.APPROVED, None)
    with tx.as_owner() as own:
        _keep_replaced(own, sealer, change, record)
        applying.apply(own, sealer, change)
    overruled = record.changed_since(found.base_version, fields)
    details = {"kind": change.kind.value, "change": number, "overruled": overruled}
    audit.append(tx, "change_approve", found.subject, found.unit_code, **details)
    return Decision(number, found.household, ChangeState.APPROVED, overruled)


def give_back(tx: Transaction, sealer: Sealer, number: UUID, reason: str) -> Decision:
    """Return a change to whoever made it, with the reason.

    Raises
    ------
    errors.ForbiddenError, errors.NotFoundError, errors.ConflictError
        As `approve`.
    errors.RefusedError
        It is their own, or there is no reason.
    """
    sealer = sealing.held(tx, sealer)
    found = _decidable(tx, sealer, number)
    _decide(tx, found, ChangeState.RETURNED, texts.required("reason", reason, LONGEST_REASON))
    details = {"kind": found.change.kind.value, "change": number}
    audit.append(tx, "change_return", found.subject, found.unit_code, **details)
    return Decision(number, found.household, ChangeState.RETURNED)


def _decidable(tx: Transaction, sealer: Sealer, number: UUID) -> _Waiting:
    rights.demand(tx.caller, Right.DECIDE)
    row = tx.sql.execute(_ROW, {"id": number}).one_or_none()
    if row is None:
        raise errors.NotFoundError("error.changes.unknown")
    if row.account_id == tx.caller.account_id:
        raise errors.RefusedError("error.changes.own")
    if row.state != ChangeState.WAITING.value:
        raise errors.ConflictError("error.changes.decided")
    values = history.opened(sealer, row.payload)["values"]
    kind = ChangeKind(row.kind)
    change = Approved(row.id, kind, row.household_id, row.resident_id, values)
    subject = row.resident or row.household
    return _Waiting(change, row.base_version, row.household, subject, row.unit_code)


def _record(tx: Transaction, sealer: Sealer, change: Approved) -> Record:
    if change.resident_id is None:
        return records.households(tx, [change.household_id])[change.household_id]
    return records.residents(tx, sealer, [change.resident_id])[change.resident_id]


def _check(tx: Transaction, sealer: Sealer, change: Approved, record: Record, today: date) -> None:
    """Refuse what has become impossible since it was written."""
    if record.is_anonymous:
        raise errors.RefusedError("error.changes.anonymous")
    if change.kind is ChangeKind.POSITION:
        positions.check(tx, change.values, leaves=True)
    if change.kind is ChangeKind.CORRECTION:
        contents.read(tx, change.kind, change.values, today, record.values)
    identities.check_new(tx, sealer, change.resident_id, change.values)


def _decide(tx: Transaction, found: _Waiting, state: ChangeState, reason: str | None) -> None:
    values = {
        "id": found.change.id,
        "state": state.value,
        "account": tx.caller.account_id,
        "reason": reason,
    }
    if tx.sql.execute(_DECIDE, values).one_or_none() is None:
        raise errors.ConflictError("error.changes.decided")


def _keep_replaced(tx: Transaction, sealer: Sealer, change: Approved, record: Record) -> None:
    before = history.replaced(change.kind, change.values, record)
    if before is not None:
        sealed = sealer.seal(orjson.dumps(before).decode())
        tx.sql.execute(_REPLACED, {"id": change.id, "replaced": sealed})
