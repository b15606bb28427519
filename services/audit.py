"""The audit log: who looked at whom, who changed what; append-only, each line sealed to the last.

Lines are written in the transaction of what they tell of, so neither is there without the other.
They hold codes and kinds, never a name, number or note: what a person is called is not needed
to know who was looked at.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from psycopg import sql

from services import errors
from services.database import Transaction

_WRITTEN = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")
_APPEND = sql.SQL("SELECT audit_append(%s, %s, %s, %s::jsonb)")
_LIST = r"""
    SELECT id, at, caller, action, subject, unit_code, details FROM audit_log
    WHERE (CAST(:caller AS text) IS NULL OR caller = :caller
           OR (subject = :caller AND action IN ('login', 'login_failed', 'logout')))
      AND (CAST(:action AS text) IS NULL OR action = :action OR action LIKE :action || '\_%')
      AND (CAST(:subject AS text) IS NULL OR subject = :subject)
      AND (CAST(:unit AS text) IS NULL OR starts_with(unit_code, :unit))
      AND (CAST(:since AS date) IS NULL OR at >= CAST(:since AS date) AT TIME ZONE 'Asia/Shanghai')
      AND (CAST(:until AS date) IS NULL
           OR at < (CAST(:until AS date) + 1) AT TIME ZONE 'Asia/Shanghai')
      AND (CAST(:before AS bigint) IS NULL OR id < :before)
    ORDER BY id DESC LIMIT :limit
"""
_BROKEN = sa.text("""
    SELECT id FROM (
        SELECT id, id <> coalesce(lag(id) OVER w, 0) + 1 AS gap,
               hash <> audit_hash(coalesce(lag(hash) OVER w, ''::bytea), l) AS changed
        FROM audit_log l WINDOW w AS (ORDER BY id)) checked
    WHERE gap OR changed ORDER BY id LIMIT 1
""")
_HEAD = sa.text("SELECT id, encode(hash, 'hex') AS hash FROM audit_log ORDER BY id DESC LIMIT 1")
_AT = sa.text("SELECT encode(hash, 'hex') FROM audit_log WHERE id = :id")


@dataclass(frozen=True)
class Line:
    """One line of the log."""

    id: int
    at: datetime
    caller: str
    action: str
    subject: str | None
    unit_code: str | None
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Filter:
    """Which lines are asked for; None: any.

    Attributes
    ----------
    caller
        Whose lines; log-ins and log-outs are found by the account, which is their subject.
    action
        An action, or a family of them (``household`` for ``household_look``).
    unit
        A unit, those below it included.
    since, until
        First and last day, China Standard Time.
    before
        Only lines older than this one: the key of the next page.
    """

    caller: str | None = None
    action: str | None = None
    subject: str | None = None
    unit: str | None = None
    since: date | None = None
    until: date | None = None
    before: int | None = None


@dataclass(frozen=True)
class Head:
    """The newest line: kept elsewhere, it proves later that nothing was cut off."""

    id: int
    hash: str

    @classmethod
    def read(cls, text: str) -> "Head":
        """Read a head as it was written down, ``ID:HASH``.

        Raises
        ------
        errors.RefusedError
            It is none.
        """
        matched = _WRITTEN.fullmatch(text.strip().lower())
        if matched is None:
            raise errors.RefusedError("error.audit.head")
        return cls(int(matched[1]), matched[2])

    def __str__(self) -> str:
        """Return the head as it is written down."""
        return f"{self.id}:{self.hash}"


@dataclass(frozen=True)
class Verdict:
    """Whether the chain holds.

    Attributes
    ----------
    head
        The newest line; None: the log is empty.
    broken_at
        The first line that was changed, or follows one that is gone; None: none.
    """

    head: Head | None
    broken_at: int | None

    @property
    def holds(self) -> bool:
        """Whether nothing was changed, taken out or cut off."""
        return self.broken_at is None


def append(
    tx: Transaction,
    action: str,
    subject: str | None = None,
    unit_code: str | None = None,
    **details: object,
) -> None:
    """Write a line about what the caller does in this transaction, when it is committed.

    Writers wait for one another until their transactions end: a line is written at the very end.

    Parameters
    ----------
    action
        Lower-case words, the kind of subject first, e.g. ``household_look``.
    subject
        Code of whom or what it is about.
    unit_code
        The unit that it happened in.
    details
        What else is to be known. Never a name, a number, a note, a search text.
    """
    told = orjson.dumps(details, default=str).decode()
    tx.at_last(_APPEND, action, subject, unit_code, told)


def lines(tx: Transaction, asked: Filter, limit: int = 100) -> tuple[Line, ...]:
    """Return lines, the newest first."""
    tx.say_last_words()
    rows = tx.sql.execute(sa.text(_LIST), {**vars(asked), "limit": limit})
    return tuple(Line(*row) for row in rows)


def verify(tx: Transaction, known: Head | None = None) -> Verdict:
    """Check every line against the one before it.

    Parameters
    ----------
    known
        A head that was written down earlier: it must still stand in the log.
    """
    tx.say_last_words()
    found = tx.sql.execute(_HEAD).one_or_none()
    broken: int | None = tx.sql.execute(_BROKEN).scalar_one_or_none()
    if broken is None and known is not None:
        stands = tx.sql.execute(_AT, {"id": known.id}).scalar_one_or_none() == known.hash
        broken = None if stands else known.id
    return Verdict(Head(found.id, found.hash) if found else None, broken)
