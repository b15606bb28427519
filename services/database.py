"""Engine and transactions. A transaction rolls back unless told to commit.

Each takes on the database role of a door (`services.rights.Door`) for its length: what it may
see is decided there, by row-level security, not by the statements it happens to make.

Driver errors are translated here and nowhere else: the name of the violated constraint, read
from the server's diagnostics, is the message key.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import psycopg
import sqlalchemy as sa
from psycopg import sql as text
from psycopg.pq import TransactionStatus

from services import _arrays, errors, rights
from services.caller import Caller
from services.rights import Door

# A commit waits for the disk before it lets go of its locks, and whoever wants them waits as well:
# for each in turn. This one lets go first. What waits for the disk then is a transaction that locks
# nothing: the log is written in order, so that one is on disk after the other, and many at once.
_NO_WAITING: Final = text.SQL("SET LOCAL synchronous_commit = off")
_COMMIT: Final = text.SQL("COMMIT")
_ON_DISK: Final = text.SQL("SELECT pg_logical_emit_message(true, 'wangge', '')")


@dataclass(frozen=True)
class Transaction:
    """One transaction of one caller.

    Attributes
    ----------
    sql
        SQLAlchemy connection, for statements.
    caller
        Who asks.
    door
        The database role it has taken on.
    last_words
        Statements that wait for the commit, with their values, see `at_last`.
    """

    sql: sa.Connection
    caller: Caller
    door: Door
    last_words: list[tuple[text.SQL, tuple[Any, ...]]] = field(default_factory=list)

    @property
    def driver(self) -> "psycopg.Connection[tuple[object, ...]]":
        """The psycopg connection of the same transaction, for COPY and server-side cursors."""
        connection = self.sql.connection.driver_connection
        if not isinstance(connection, psycopg.Connection):
            message = "the engine was not made by services.database"
            raise TypeError(message)
        return connection

    def commit(self) -> None:
        """Keep what was done; without this word nothing is kept.

        The statements of `at_last` and the commit go to the server as one: what they lock is free
        again before this process has its turn, and before the disk has taken it. All of it is on
        disk when this returns.
        """
        if self.last_words:
            statements = [statement for statement, _ in self.last_words]
            values = [value for _, given in self.last_words for value in given]
            whole = text.SQL("; ").join([_NO_WAITING, *statements, _COMMIT, _ON_DISK])
            self.last_words.clear()
            psycopg.ClientCursor(self.driver).execute(whole, values)
        self.sql.commit()

    def at_last(self, statement: text.SQL, *values: object) -> None:
        """Let a statement wait for the commit, since others wait for what it locks."""
        self.last_words.append((statement, values))

    def say_last_words(self) -> None:
        """Run what waits now, for whoever reads what it writes."""
        for statement, values in self.last_words:
            self.driver.execute(statement, values)
        self.last_words.clear()

    @contextmanager
    def attempt(self) -> "Iterator[None]":
        """Do what a constraint may refuse: refused, only this is undone, and the rest goes on.

        Raises
        ------
        errors.RefusedError
            A constraint was violated; the key names it.
        """
        try:
            with self.sql.begin_nested():
                yield
        except (sa.exc.DBAPIError, psycopg.Error) as error:
            _raise_ours(error)

    @contextmanager
    def as_owner(self) -> "Iterator[Transaction]":
        """Do the service's own work in the same transaction: what no door grants by itself.

        Whoever opens this has checked, in the caller's own role, that the caller may ask for it.
        It ends with an error, too: whoever catches that goes on in the caller's role. Where a
        statement failed, the server takes no other until the transaction is rolled back.
        """
        self.sql.execute(_TAKE_ON, {"role": Door.OWNER.value})
        try:
            yield Transaction(self.sql, self.caller, Door.OWNER, self.last_words)
        finally:
            if self.driver.info.transaction_status is not TransactionStatus.INERROR:
                self.sql.execute(_TAKE_ON, {"role": self.door.value})


class Database:
    """A PostGIS database and its pool of connections.

    Parameters
    ----------
    url
        libpq URL (``postgresql://...``).
    pool_size
        Connections kept open.
    """

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.url = url
        self.engine = sa.create_engine(
            "postgresql+psycopg://",
            creator=lambda: _connected(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            hide_parameters=True,  # an error is printed somewhere; what it was asked with is people
        )

    @contextmanager
    def transaction(self, caller: Caller, door: Door | None = None) -> Iterator[Transaction]:
        """Open a transaction that is rolled back unless `Transaction.commit` is called.

        Parameters
        ----------
        caller
            Who asks.
        door
            Which database role it takes on; None: the usual one of the caller's role.

        Raises
        ------
        errors.DatabaseError
            The server cannot be reached.
        errors.RefusedError
            A constraint of the database was violated; the key names it. Or a text has a NUL in it.
        """
        with self._begun(lambda connection: _introduced(connection, caller, door)) as tx:
            yield tx

    @contextmanager
    def snapshot(self, caller: Caller, door: Door | None = None) -> Iterator[Transaction]:
        """Open a read-only transaction in which every statement sees the data of one moment.

        Parameters
        ----------
        caller, door
            As in `transaction`.

        Raises
        ------
        errors.DatabaseError
            The server cannot be reached.
        """

        def begin(connection: sa.Connection) -> Transaction:
            # Before any query: the snapshot is taken by the first one.
            connection.execute(_ONE_MOMENT)
            return _introduced(connection, caller, door)

        with self._begun(begin) as tx:
            yield tx

    @contextmanager
    def _begun(self, begin: Callable[[sa.Connection], Transaction]) -> Iterator[Transaction]:
        try:
            tx = self._met(begin)
            with tx.sql:
                yield tx
        except (sa.exc.DBAPIError, psycopg.Error) as error:
            _raise_ours(error)

    def _met(self, begin: Callable[[sa.Connection], Transaction]) -> Transaction:
        """Begin on a connection that was kept, or on a new one if the server has left that one."""
        try:
            return self._first(begin)
        except sa.exc.DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self._first(begin)

    def _first(self, begin: Callable[[sa.Connection], Transaction]) -> Transaction:
        connection = self.engine.connect()
        try:
            return begin(connection)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Close every connection of the pool."""
        self.engine.dispose()


def _connected(url: str) -> "psycopg.Connection[Any]":
    connection = psycopg.connect(url, connect_timeout=10, application_name="wangge")
    _arrays.take(connection)
    return connection


_INTRODUCE = sa.text("""
    SELECT set_config('wangge.caller', :name, true), set_config('wangge.account', :account, true),
           set_config('role', :role, true)
""")
# Whose units those are is found out at once: found out by the first row that is looked at, a
# stranger's row would take longer than none.
_INTRODUCE_TO_PEOPLE = sa.text(_INTRODUCE.text.rstrip() + ", cardinality(scope_units())")
_ONE_MOMENT = sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
_TAKE_ON = sa.text("SELECT set_config('role', :role, true)")


def _introduced(connection: sa.Connection, caller: Caller, door: Door | None) -> Transaction:
    """Tell the database who asks and take on the role, for the length of the transaction."""
    taken = door or rights.usual_door(caller.role)
    account = "" if caller.account_id is None else str(caller.account_id)
    statement = _INTRODUCE_TO_PEOPLE if taken is Door.PEOPLE else _INTRODUCE
    connection.execute(statement, {"name": caller.name, "account": account, "role": taken.value})
    return Transaction(connection, caller, taken)


def translate(error: sa.exc.DBAPIError | psycopg.Error) -> Exception:
    """Turn a driver error into one of ours; what we have no words for is returned as it is."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(cause, psycopg.errors.InsufficientPrivilege):
        return errors.ForbiddenError("error.forbidden")
    if isinstance(cause, psycopg.errors.IntegrityError | psycopg.DataError):
        return _refused(cause) or error
    if isinstance(cause, psycopg.errors.SerializationFailure | psycopg.errors.DeadlockDetected):
        return errors.ConflictError("error.database.conflict")
    if isinstance(cause, psycopg.errors.QueryCanceled):
        return errors.CancelledError("error.cancelled")
    if isinstance(cause, psycopg.OperationalError):
        return errors.DatabaseError("error.database.unreachable", reason=str(cause).splitlines()[0])
    return error


def _raise_ours(error: sa.exc.DBAPIError | psycopg.Error) -> NoReturn:
    ours = translate(error)
    if ours is error:
        raise error  # not from itself: that would hide what it came from
    raise ours from error


def _refused(cause: psycopg.errors.IntegrityError | psycopg.DataError) -> Exception | None:
    if isinstance(cause, psycopg.errors.IntegrityError):
        name = cause.diag.constraint_name or "unknown"
        return errors.RefusedError(f"error.constraint.{name}")
    # No text of PostgreSQL holds a NUL.
    return errors.RefusedError("error.request.nul") if "NUL" in str(cause) else None
