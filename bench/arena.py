"""A PostgreSQL cluster of its own for the time of a benchmark, with the service's settings."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from services import caller, migrations
from services.cluster import PrivateCluster
from services.database import Database, Transaction

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Attributes
    ----------
    full
        Also the sizes that take long.
    """

    full: bool


@dataclass(frozen=True)
class Arena:
    """Where benchmarks run: a server, and a folder for files."""

    cluster: PrivateCluster
    folder: Path

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Make a migrated, empty database, and drop it afterwards."""
        name = f"bench_{next(_numbers)}"
        self.cluster.create_database(name)
        database = Database(self.cluster.url(name), pool_size=2)
        try:
            migrations.upgrade(database.engine)
            yield database
        finally:
            database.close()
            with psycopg.connect(self.cluster.url("postgres"), autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def opened() -> Iterator[Arena]:
    """Start a cluster in a temporary folder; leave nothing behind."""
    home = Path(tempfile.mkdtemp(prefix="wangge-bench-"))
    cluster = PrivateCluster(home / "home")
    try:
        cluster.ensure_running()
        files = home / "files"
        files.mkdir()
        yield Arena(cluster, files)
    finally:
        cluster.destroy()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def transaction(database: Database) -> Iterator[Transaction]:
    """Open a transaction of the operator, which is kept when it ends well."""
    with database.transaction(caller.operator()) as tx:
        yield tx
        tx.commit()


def settle(database: Database) -> None:
    """Let the server write out and count what was set up, before anything is timed."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
