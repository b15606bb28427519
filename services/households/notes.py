"""Notes on a household: what the next one who comes should know."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from services import audit, errors
from services.database import Transaction
from services.households import homes, moments, texts
from services.households.homes import Home

LONGEST = 2000


@dataclass(frozen=True)
class Note:
    """A note to be added; the id is made where it was written."""

    id: UUID
    household: str
    text: str
    written_at: datetime


@dataclass(frozen=True)
class NoteLine:
    """A note as it was added."""

    id: UUID
    household: str
    text: str
    written_at: datetime
    by: str
    received_at: datetime


@dataclass(frozen=True)
class AddedNote:
    """What adding answers; `is_new` is false for what had been added before."""

    note: NoteLine
    is_new: bool


_COLUMNS = """
    SELECT n.id, h.code AS household, n.text, n.written_at, a.display_name AS by, n.received_at
    FROM notes n
    JOIN households h ON h.id = n.household_id
    JOIN accounts a ON a.id = n.account_id
"""
_KNOWN = sa.text(_COLUMNS + " WHERE n.id = :id AND n.account_id = :account")
_OF_HOUSEHOLD = sa.text(
    _COLUMNS + " WHERE n.household_id = :household ORDER BY n.written_at DESC, n.id LIMIT :limit"
)
_INSERT = sa.text("""
    INSERT INTO notes (id, household_id, text, account_id, written_at)
    VALUES (:id, :household, :text, :account, :written_at)
    ON CONFLICT (id) DO NOTHING RETURNING id
""")


def add(tx: Transaction, note: Note) -> AddedNote:
    """Add a note to a household of the caller's own units.

    Raises
    ------
    errors.NotFoundError
        There is no such household, or it is not the caller's.
    errors.FaultsError
        There is no text or too much, or the moment cannot be.
    errors.ConflictError
        The id was used for something else.
    """
    written_at = moments.check("written_at", note.written_at)
    text = texts.required("text", note.text, LONGEST)
    told = _known(tx, note.id)
    if told is not None:
        return _again(told, note, text)
    home = homes.find(tx, note.household)
    row = {
        "id": note.id,
        "household": home.id,
        "text": text,
        "account": tx.caller.account_id,
        "written_at": written_at,
    }
    is_new = tx.sql.execute(_INSERT, row).one_or_none() is not None
    stored = _known(tx, note.id)
    if stored is None:
        raise errors.ConflictError("error.notes.id_used")
    if not is_new:
        return _again(stored, note, text)
    audit.append(tx, "note_add", home.code, home.unit_code)
    return AddedNote(stored, is_new=True)


def of_household(tx: Transaction, home: Home, limit: int) -> tuple[NoteLine, ...]:
    """Return the notes on a household, the latest first."""
    rows = tx.sql.execute(_OF_HOUSEHOLD, {"household": home.id, "limit": limit})
    return tuple(NoteLine(*row) for row in rows)


def _known(tx: Transaction, number: UUID) -> NoteLine | None:
    """Return what the caller has added under an id, whether or not the household is still theirs."""
    with tx.as_owner() as own:
        values = {"id": number, "account": tx.caller.account_id}
        row = own.sql.execute(_KNOWN, values).one_or_none()
    return None if row is None else NoteLine(*row)


def _again(stored: NoteLine, note: Note, text: str) -> AddedNote:
    said = (note.household, text, note.written_at)
    if said != (stored.household, stored.text, stored.written_at):
        raise errors.ConflictError("error.notes.id_used")
    return AddedNote(stored, is_new=False)
