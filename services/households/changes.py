"""Changes that staff propose: a position corrected, somebody moved, died, came, or is told wrong.

A change is kept whatever happened meanwhile. Made on an older version and touching what somebody
else has changed since, it is a conflict: shown as one until a person decides.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from services import audit, errors, sealing
from services.database import Transaction
from services.households import (
    contents,
    history,
    homes,
    identities,
    moments,
    positions,
    records,
    texts,
)
from services.households.contents import ChangeKind
from services.households.history import Change
from services.households.homes import Home, Member
from services.households.persons import Values
from services.households.records import Record
from services.sealing import Sealer

LONGEST_NOTE = 500


@dataclass(frozen=True)
class Proposal:
    """A change as it was written down.

    Attributes
    ----------
    id
        Made where it was written: sent twice, it is there once.
    base_version
        Version that was looked at: of the resident, or for `ChangeKind.POSITION` and
        `ChangeKind.NEW_RESIDENT` of the household.
    values
        As typed, by field.
    resident
        Code of whom it is about, for the kinds that are about somebody.
    note
        Why, for whoever decides.
    leaves
        The author knows that the position lies outside the units they answer for.
    """

    id: UUID
    household: str
    kind: ChangeKind
    base_version: int
    made_at: datetime
    values: Mapping[str, object]
    resident: str | None = None
    note: str = ""
    leaves: bool = False


@dataclass(frozen=True)
class ProposedChange:
    """What proposing answers; `is_new` is false for what had been proposed before."""

    change: Change
    is_new: bool


@dataclass(frozen=True)
class _Subject:
    """What a proposal is about: a household, and perhaps somebody in it."""

    home: Home
    member: Member | None
    record: Record


_MINE = sa.text("SELECT payload, account_id FROM changes WHERE id = :id")
_INSERT = sa.text("""
    INSERT INTO changes (id, household_id, resident_id, kind, base_version, payload, account_id,
                         made_at)
    VALUES (:id, :household, :resident, :kind, :base, :payload, :account, :made_at)
    ON CONFLICT (id) DO NOTHING RETURNING id
""")
_WITHDRAW = sa.text("""
    UPDATE changes SET state = 'withdrawn', decided_at = now()
    WHERE id = :id AND state = 'waiting' AND account_id = :account RETURNING id
""")


def propose(tx: Transaction, sealer: Sealer, proposal: Proposal, today: date) -> ProposedChange:
    """Keep a change until somebody decides on it.

    Raises
    ------
    errors.NotFoundError
        There is no such household or resident, or they are not the caller's.
    errors.FaultsError
        Something that was typed cannot be, told by field.
    errors.ConflictError
        The id was used for something else.
    """
    sealer = sealing.held(tx, sealer)
    made_at = moments.check("made_at", proposal.made_at)
    note = texts.clean("note", proposal.note, LONGEST_NOTE)
    told = _known(tx, sealer, proposal)
    if told is not None:
        return ProposedChange(told, is_new=False)
    about = _subject(tx, sealer, proposal)
    values = contents.read(
        tx, proposal.kind, proposal.values, today, about.record.values if about.member else None
    )
    _check(tx, sealer, proposal, about, values)
    said = {"values": values, "note": note, "sent": _digest(proposal)}
    row = {
        "id": proposal.id,
        "household": about.home.id,
        "resident": about.member.id if about.member else None,
        "kind": proposal.kind.value,
        "base": proposal.base_version,
        "payload": sealer.seal(orjson.dumps(said).decode()),
        "account": tx.caller.account_id,
        "made_at": made_at,
    }
    if tx.sql.execute(_INSERT, row).one_or_none() is None:
        known = _known(tx, sealer, proposal)
        if known is None:
            raise errors.ConflictError("error.changes.id_used")
        return ProposedChange(known, is_new=False)
    stored = history.find(tx, sealer, proposal.id)
    details = {"kind": proposal.kind.value, "change": proposal.id, "conflicts": stored.conflicts}
    audit.append(tx, "change_propose", _code(about), about.home.unit_code, **details)
    return ProposedChange(stored, is_new=True)


def withdraw(tx: Transaction, sealer: Sealer, number: UUID) -> Change:
    """Take back a change of one's own that waits.

    Raises
    ------
    errors.NotFoundError
        There is no such change, or it is not the caller's to see.
    errors.RefusedError
        Somebody else made it.
    errors.ConflictError
        It was decided already.
    """
    sealer = sealing.held(tx, sealer)
    change = history.find(tx, sealer, number)
    if change.account_id != tx.caller.account_id:
        raise errors.RefusedError("error.changes.not_own")
    values = {"id": number, "account": tx.caller.account_id}
    if tx.sql.execute(_WITHDRAW, values).one_or_none() is None:
        raise errors.ConflictError("error.changes.decided")
    home = homes.find(tx, change.household)
    audit.append(tx, "change_withdraw", home.code, home.unit_code, change=number)
    return history.find(tx, sealer, number)


def _known(tx: Transaction, sealer: Sealer, proposal: Proposal) -> Change | None:
    """Return the change of that id, if the caller sent the very same before."""
    with tx.as_owner() as own:
        row = own.sql.execute(_MINE, {"id": proposal.id}).one_or_none()
        if row is None:
            return None
        is_same = row.account_id == tx.caller.account_id and (
            history.opened(sealer, row.payload)["sent"] == _digest(proposal)
        )
        if not is_same:
            raise errors.ConflictError("error.changes.id_used")
        return history.find(own, sealer, proposal.id)


def _digest(proposal: Proposal) -> str:
    """Return a fingerprint of what was sent; it is kept inside the seal."""
    sent: dict[str, Any] = {
        **vars(proposal),
        "values": dict(proposal.values),
        "made_at": proposal.made_at.timestamp(),
    }
    return hashlib.sha256(orjson.dumps(sent, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _subject(tx: Transaction, sealer: Sealer, proposal: Proposal) -> _Subject:
    home = homes.find(tx, proposal.household)
    if proposal.kind.is_of_resident != bool(proposal.resident):
        missing = proposal.kind.is_of_resident
        key = "error.import.value.missing" if missing else "error.form.unknown"
        raise errors.FaultsError({"resident": errors.RefusedError(key)})
    if not proposal.resident:
        return _Subject(home, None, records.households(tx, [home.id])[home.id])
    member = homes.member(tx, home, proposal.resident)
    return _Subject(home, member, records.residents(tx, sealer, [member.id])[member.id])


def _check(
    tx: Transaction, sealer: Sealer, proposal: Proposal, about: _Subject, values: Values
) -> None:
    record = about.record
    if not 1 <= proposal.base_version <= record.version:
        raise errors.FaultsError({"base_version": errors.RefusedError("error.changes.base")})
    if record.is_anonymous:
        raise errors.RefusedError("error.changes.anonymous")
    is_leaving = proposal.kind in {ChangeKind.MOVED, ChangeKind.DIED}
    has_left = record.left_on is not None
    if is_leaving and has_left and not record.changed_since(proposal.base_version, ("left",)):
        raise errors.RefusedError("error.changes.already_left")
    if proposal.kind is ChangeKind.POSITION:
        positions.check(tx, values, leaves=proposal.leaves)
    identities.check_new(tx, sealer, about.member.id if about.member else None, values)


def _code(about: _Subject) -> str:
    return about.member.code if about.member else about.home.code
