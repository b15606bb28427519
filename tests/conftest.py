"""A private cluster per test session; each test gets a clone of a template database.

The cluster is a real PostGIS. Cloning a template takes tens of milliseconds, migrating from
zero about a second: hence one template per session and worker.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from services import caller as callers
from services import migrations
from services.cluster import PrivateCluster
from services.database import Database
from tests import guard

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Server:
    """A running server on which databases can be made."""

    cluster: PrivateCluster
    home: Path

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.cluster.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def clone(self, template: str) -> str:
        name = f"test_{next(_numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return name

    def drop(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The session's cluster, stopped and removed at the end."""
    with guard.guarded_home() as home:
        cluster = PrivateCluster.for_tests(home)
        cluster.ensure_running()
        yield Server(cluster, home)


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """Name of a database with every migration applied and no rows."""
    server.execute('CREATE DATABASE "template_empty"')
    database = Database(server.cluster.url("template_empty"))
    migrations.upgrade(database.engine)
    database.close()
    return "template_empty"


def _opened(server: Server, template: str) -> Iterator[Database]:
    name = server.clone(template)
    database = Database(server.cluster.url(name), pool_size=3)
    try:
        yield database
    finally:
        database.close()
        server.drop(name)


@pytest.fixture
def database(server: Server, template: str) -> Iterator[Database]:
    """A fresh, migrated, empty database."""
    yield from _opened(server, template)


@pytest.fixture
def caller() -> callers.Caller:
    """Whoever sits at the server's command line."""
    return callers.operator()
