"""Transactions: on connections that are alive, and on disk when they say so."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from services import audit
from services import caller as callers
from services.database import Database, Transaction

_OTHERS = sa.text("""
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'
      AND pid <> pg_backend_pid()
""")
_WRITE = sa.text("SELECT pg_logical_emit_message(true, 'test', 'x')")
_WRITTEN = sa.text("SELECT pg_current_wal_insert_lsn()::text")
_KEPT = sa.text("SELECT pg_current_wal_flush_lsn() >= CAST(:until AS pg_lsn)")
_OPENERS = {"transaction": Database.transaction, "snapshot": Database.snapshot}


def _one(tx: Transaction) -> object:
    return tx.sql.execute(sa.text("SELECT 1")).scalar_one()


@pytest.mark.parametrize("opener", _OPENERS.values(), ids=_OPENERS.keys())
def test_server_that_went_away_meanwhile_is_asked_again(
    database: Database,
    opener: Callable[[Database, callers.Caller], AbstractContextManager[Transaction]],
) -> None:
    other = Database(database.url)
    with opener(database, callers.operator()) as first, opener(database, callers.operator()) as tx:
        assert _one(first) == _one(tx) == 1
    with other.transaction(callers.operator()) as tx:
        assert tx.sql.execute(_OTHERS).scalar_one() == 2
    other.close()
    for _ in range(3):
        with opener(database, callers.operator()) as tx:
            assert _one(tx) == 1


@pytest.fixture
def waiting(database: Database) -> Iterator[Database]:
    """The database as a service has it: commits wait for the disk."""
    mark = "&" if "?" in database.url else "?"
    opened = Database(f"{database.url}{mark}options=-csynchronous_commit%3Don")
    yield opened
    opened.close()


def test_what_is_committed_is_on_disk(waiting: Database) -> None:
    for number in range(20):
        with waiting.transaction(callers.operator()) as tx:
            tx.sql.execute(_WRITE)
            until = tx.sql.execute(_WRITTEN).scalar_one()
            audit.append(tx, "test_look", f"H{number}")
            tx.commit()
            assert tx.sql.execute(_KEPT, {"until": until}).scalar_one()
