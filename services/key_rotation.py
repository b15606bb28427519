"""Another key for what is sealed: brought in, everything sealed anew, the former one deleted.

It works beside the service, batch by batch, each a transaction of its own. Interrupted at any
point nothing is lost: both keys are there, every value opens, and the next call goes on where the
last one ended. A key file is deleted only when it opens no value in the database any more.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, LiteralString

import sqlalchemy as sa
from psycopg import sql

from services import audit, errors, key_files, sealing
from services.caller import Caller
from services.database import Database, Transaction
from services.sealing import Sealer

Progress = Callable[[str, int, int | None], None]

_BATCH = 2000
_ONE_AT_A_TIME = sa.text("SELECT pg_try_advisory_xact_lock(:space, 2)")
_ALONE = sa.text("SELECT pg_try_advisory_xact_lock(:space, :number)")
_TRIES = 100
_PAUSE_SECONDS = 0.1
_RESEALING = sa.text("SELECT set_config('wangge.resealing', 'on', true)")


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed values, and the one with their keyed hash if there is one."""

    name: LiteralString
    hash: LiteralString | None = None


@dataclass(frozen=True)
class SealedTable:
    """A table with sealed values.

    Attributes
    ----------
    key
        Its whole-numbered primary key.
    batch
        Rows that are sealed anew at a time.
    """

    name: LiteralString
    columns: tuple[SealedColumn, ...]
    key: LiteralString = "id"
    batch: int = _BATCH

    @property
    def stored(self) -> tuple[str, ...]:
        """Names of all its columns that a key makes, hashes included."""
        named = ((column.name, column.hash) for column in self.columns)
        return tuple(name for pair in named for name in pair if name is not None)


SEALED: Final = (
    SealedTable(
        "residents",
        (SealedColumn("id_number", "id_number_hash"), SealedColumn("phone", "phone_hash")),
    ),
    SealedTable("changes", (SealedColumn("payload"), SealedColumn("replaced"))),
    SealedTable("patrol_positions", (SealedColumn("sealed"),), "track_id", 100),
)
"""Everything that is sealed; a test holds it against the schema."""


@dataclass(frozen=True)
class Rotation:
    """What was done.

    Attributes
    ----------
    number
        The key that everything is sealed with now.
    resealed
        Rows that were sealed anew.
    unreadable
        Rows with a value that no key here opens; they were left as they are.
    deleted
        Numbers of the keys that were deleted.
    """

    number: int
    resealed: int
    unreadable: int
    deleted: tuple[int, ...]


@dataclass(frozen=True)
class _Pass:
    """What came of going through everything once, in rows."""

    resealed: int
    unreadable: int


def rotate(database: Database, caller: Caller, home: Path, progress: Progress) -> Rotation:
    """Bring in another key, or go on with a rotation that was interrupted.

    Parameters
    ----------
    home
        Where the key files are.
    progress
        Told how many rows are done.

    Raises
    ------
    errors.ConflictError
        A rotation or an import of residents is under way.
    """
    with _only_one(database, caller):
        sealer = Sealer.from_home(home)
        if not sealer.former:
            with _nobody_at_it(database, caller):
                key_files.make(home, sealer.number + 1)
            sealer = Sealer.from_home(home)
        resealed = 0
        while True:
            done = _go_through(database, caller, sealer, progress)
            resealed += done.resealed
            with _nobody_at_it(database, caller) as tx:
                if not done.resealed or _outdated_rows(tx, sealer) == done.unreadable:
                    return _ended(tx, sealer, home, _Pass(resealed, done.unreadable))


def _ended(tx: Transaction, sealer: Sealer, home: Path, done: _Pass) -> Rotation:
    """Write down that nothing needs the former keys, and then delete them."""
    deleted = tuple(former.number for former in sealer.former)
    details = {"key": sealer.number, "deleted": deleted, **vars(done)}
    audit.append(tx, "secrets_rotate", **details)
    tx.commit()
    for number in deleted:
        key_files.delete(home, number)
    return Rotation(sealer.number, done.resealed, done.unreadable, deleted)


@contextmanager
def _only_one(database: Database, caller: Caller) -> Iterator[None]:
    with database.transaction(caller) as tx:
        if not tx.sql.execute(_ONE_AT_A_TIME, {"space": sealing.LOCK[0]}).scalar_one():
            raise errors.ConflictError("error.secrets.busy")
        yield


@contextmanager
def _nobody_at_it(database: Database, caller: Caller) -> Iterator[Transaction]:
    """Wait until nobody holds the keys, and let nobody take them meanwhile.

    It never queues for the lock: whoever came after would wait as long.
    """
    space, number = sealing.LOCK
    with database.transaction(caller) as tx:
        for _ in range(_TRIES):
            if tx.sql.execute(_ALONE, {"space": space, "number": number}).scalar_one():
                yield tx
                return
            time.sleep(_PAUSE_SECONDS)
        raise errors.ConflictError("error.secrets.busy")


def _go_through(database: Database, caller: Caller, sealer: Sealer, progress: Progress) -> _Pass:
    """Seal anew whatever is not under the newest key."""
    with database.transaction(caller) as tx:
        total = _outdated_rows(tx, sealer)
    seen = unreadable = 0
    for table in SEALED:
        after: Any = None
        while True:
            with database.transaction(caller) as tx:
                tx.sql.execute(_RESEALING)
                rows = _batch(tx, table, sealer, after)
                if not rows:
                    break
                unreadable += _seal_anew(tx, table, sealer, rows)
                tx.commit()
            after = rows[-1][0]
            seen += len(rows)
            progress("secrets.step", seen, total)
    return _Pass(seen - unreadable, unreadable)


def _outdated_rows(tx: Transaction, sealer: Sealer) -> int:
    found = 0
    for table in SEALED:
        query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(
            sql.Identifier(table.name), _outdated(table)
        )
        row = tx.driver.execute(query, {"prefix": bytes([sealer.number])}).fetchone()
        found += int(str(row[0])) if row else 0
    return found


def _batch(
    tx: Transaction, table: SealedTable, sealer: Sealer, after: Any
) -> Sequence[tuple[Any, ...]]:
    """Read and lock the next rows: id, then each column and its hash."""
    key = sql.Identifier(table.key)
    query = sql.SQL(
        "SELECT {key}, {columns} FROM {table} WHERE {outdated} {after}"
        " ORDER BY {key} LIMIT {limit} FOR UPDATE"
    ).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, table.stored)),
        table=sql.Identifier(table.name),
        outdated=_outdated(table),
        key=key,
        after=sql.SQL("" if after is None else "AND {} > %(after)s").format(key),
        limit=min(table.batch, _BATCH),
    )
    return tx.driver.execute(query, {"prefix": bytes([sealer.number]), "after": after}).fetchall()


def _outdated(table: SealedTable) -> sql.Composable:
    each = (
        sql.SQL("substring({} FROM 1 FOR 1) <> %(prefix)s").format(sql.Identifier(column.name))
        for column in table.columns
    )
    return sql.SQL("({})").format(sql.SQL(" OR ").join(each))


def _seal_anew(
    tx: Transaction, table: SealedTable, sealer: Sealer, rows: Sequence[tuple[Any, ...]]
) -> int:
    """Store rows under the newest key; return how many have a value that cannot be opened."""
    values = {name: [row[at] for row in rows] for at, name in enumerate(table.stored, start=1)}
    unreadable: set[int] = set()
    for column in table.columns:
        for at, sealed in enumerate(values[column.name]):
            opened = None if sealed is None else _opened(sealer, sealed)
            if opened is None:
                unreadable |= set() if sealed is None else {at}
                continue
            values[column.name][at] = sealer.seal_bytes(opened)
            if column.hash is not None:
                values[column.hash][at] = sealer.hash_many([opened.decode()])[0]
    _store(tx, table, [row[0] for row in rows], values)
    return len(unreadable)


def _opened(sealer: Sealer, sealed: bytes) -> bytes | None:
    try:
        return sealer.open_bytes(sealed)
    except errors.RefusedError:
        return None


def _store(
    tx: Transaction, table: SealedTable, ids: list[Any], values: Mapping[str, list[Any]]
) -> None:
    names = table.stored
    query = sql.SQL(
        "UPDATE {table} t SET {settings} FROM unnest({ids}, {arrays}) AS v (id, {names})"
        " WHERE t.{key} = v.id"
    ).format(
        table=sql.Identifier(table.name),
        key=sql.Identifier(table.key),
        settings=sql.SQL(", ").join(
            sql.SQL("{0} = v.{0}").format(sql.Identifier(name)) for name in names
        ),
        ids=sql.Placeholder("id"),
        arrays=sql.SQL(", ").join(
            sql.SQL("{}::bytea[]").format(sql.Placeholder(name)) for name in names
        ),
        names=sql.SQL(", ").join(map(sql.Identifier, names)),
    )
    tx.driver.execute(query, {"id": ids, **values})
