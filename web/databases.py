"""The database in use: on a server of one's own, or on the private cluster."""

from collections.abc import Iterator
from contextlib import contextmanager

from services import caller as callers
from services import errors, migrations
from services.cluster import PrivateCluster
from services.database import Database
from services.settings import Settings


def cluster(settings: Settings) -> PrivateCluster:
    """Return the private cluster.

    Raises
    ------
    services.errors.RefusedError
        The settings name a server of one's own.
    """
    if settings.database_url:
        raise errors.RefusedError("error.cli.foreign_server")
    return PrivateCluster(settings.home)


def url(settings: Settings) -> str:
    """Return the address of the database; the private cluster is started when it is stopped."""
    if settings.database_url:
        return settings.database_url
    private = cluster(settings)
    private.ensure_running()
    return private.url()


def opened(settings: Settings) -> Database:
    """Open the database.

    The private cluster is brought to the newest schema; on a server of one's own that is a
    decision of its owner (``wangge db upgrade``).

    Raises
    ------
    services.errors.DatabaseError
        It cannot be reached, or its schema is not the one of this version.
    """
    database = Database(url(settings))
    try:
        _bring_up_to_date(settings, database)
    except errors.WanggeError:
        database.close()
        raise
    return database


@contextmanager
def database(settings: Settings) -> Iterator[Database]:
    """Open the database for a while; see `opened`."""
    held = opened(settings)
    try:
        yield held
    finally:
        held.close()


def _bring_up_to_date(settings: Settings, database: Database) -> None:
    with database.transaction(callers.operator()) as tx:
        if migrations.is_current(tx.sql):
            return
    if settings.database_url:
        raise errors.DatabaseError("error.database.not_upgraded")
    migrations.upgrade(database.engine)
