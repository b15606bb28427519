"""The private PostgreSQL cluster: one server of our own, in the home folder.

It needs no administrator, no password and no port. It runs on when the process that
started it ends, and is found again by the next one.
"""

import fcntl
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from services import (
    _cluster_account,
    _cluster_birth,
    _cluster_copies,
    _cluster_place,
    _cluster_postmaster,
    _cluster_servers,
    _cluster_settings,
    errors,
)

_MAINTENANCE = "postgres"
_LOCK_SECONDS = 120.0
_LOCK_PAUSE_SECONDS = 0.05


class State(StrEnum):
    """State of a private cluster."""

    ABSENT = "absent"
    STOPPED = "stopped"
    RUNNING = "running"


@dataclass(frozen=True)
class ClusterStatus:
    """What is known of a private cluster.

    Attributes
    ----------
    data_directory, socket_directory
        Folders; None while the cluster was never made.
    version
        Major version of PostgreSQL that made the data.
    pid
        Number of the server's process while it runs.
    """

    state: State
    data_directory: Path | None = None
    socket_directory: Path | None = None
    version: int | None = None
    pid: int | None = None


class PrivateCluster:
    """The private cluster of one home.

    Parameters
    ----------
    home
        Folder of the cluster; made when needed.
    """

    def __init__(self, home: Path) -> None:
        self._home = home.resolve()
        self._profile = _cluster_settings.Profile.SERVICE

    @classmethod
    def for_tests(cls, home: Path) -> Self:
        """Return a cluster whose data need not survive a power failure; much quicker."""
        cluster = cls(home)
        cluster._profile = _cluster_settings.Profile.TESTS
        return cluster

    def ensure_running(self) -> None:
        """Make the cluster unless it is there, and start it unless it runs.

        Any number of processes may do so at the same time. What a crash left over is
        cleared away first; PostgreSQL then recovers every committed transaction.

        Raises
        ------
        services.errors.ClusterError
            There is no usable PostgreSQL, or it cannot run here.
        """
        place = self._find()
        if place is not None and _is_ready(place):
            return
        self._make_home()
        with self._locked():
            place = self._made()
            while not _is_ready(place):
                self._advance(place)

    def stop(self) -> None:
        """Stop the server, unless it does not run: sessions are ended, data is written."""
        place = self._find()
        if place is None:
            return
        with self._locked():
            _cluster_postmaster.settle(place)
            _cluster_postmaster.stop(place)

    def destroy(self) -> None:
        """Stop the server and delete every file of the cluster."""
        place = _cluster_place.find(self._home)
        if place is None:
            return
        with self._locked():
            _cluster_postmaster.stop(place)
            _cluster_place.remove(place, self._home)

    def status(self) -> ClusterStatus:
        """Return what is known of the cluster, changing nothing."""
        place = self._find()
        if place is None:
            return ClusterStatus(State.ABSENT)
        pid = _cluster_postmaster.look(place).pid
        return ClusterStatus(
            State.STOPPED if pid is None else State.RUNNING,
            place.data,
            place.sockets,
            _cluster_servers.major_of(place.data),
            pid,
        )

    def url(self, database: str = _cluster_birth.DATABASE) -> str:
        """Return the address of a database, as libpq reads it.

        Raises
        ------
        services.errors.ClusterError
            The cluster was never made.
        """
        place = self._existing()
        host = quote(str(place.sockets), safe="/")
        role = _cluster_birth.SUPERUSER
        return (
            f"postgresql://{role}@/{quote(database, safe='')}"
            f"?host={host}&port={_cluster_settings.PORT}"
        )

    def create_database(self, name: str, template: str = "template0") -> None:
        """Make a database, empty or the copy of another that nobody is connected to.

        Raises
        ------
        services.errors.ClusterError
            There is one of this name.
        """
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
        with self._maintenance() as connection:
            try:
                connection.execute(statement)
            except psycopg.errors.DuplicateDatabase:
                raise errors.ClusterError("error.cluster.database_exists", database=name) from None

    def drop_database(self, name: str) -> None:
        """Delete a database, unless there is none, ending the sessions in it."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        with self._maintenance() as connection:
            connection.execute(statement.format(sql.Identifier(name)))

    def backup(self, file: Path) -> None:
        """Write the database into a file; it appears only when it is complete.

        Raises
        ------
        services.errors.ClusterError
            The file cannot be written.
        """
        self.ensure_running()
        _cluster_copies.backup(self._server(), self.url(), file)

    def restore(self, file: Path) -> None:
        """Replace the database by what a backup holds.

        The backup is first restored beside the database, which is replaced in one
        transaction when that was a success. Its sessions are ended.

        Raises
        ------
        services.errors.ClusterError
            The file is no whole backup of ours; the database is as it was.
        """
        self.ensure_running()
        current = _cluster_birth.DATABASE
        fresh, former = f"{current}_restored", f"{current}_former"
        with self._locked():
            self.drop_database(fresh)
            try:
                self.create_database(fresh)
                _cluster_copies.restore(self._server(), self.url(fresh), file)
                self.drop_database(former)
                with self._maintenance() as connection:
                    _cluster_copies.swap(connection, old=current, new=fresh, former=former)
            finally:
                self.drop_database(fresh)
            self.drop_database(former)

    def psql(self, args: Sequence[str] = ()) -> int:
        """Run psql on the database at our terminal; return its exit code."""
        self.ensure_running()
        psql = self._server().program("psql")
        command: list[str | Path] = [psql, f"--dbname={self.url()}", *args]
        return subprocess.run(command, check=False).returncode

    def _find(self) -> _cluster_place.Place | None:
        """Return the place of the cluster, or None where it was never made."""
        try:
            place = _cluster_place.find(self._home)
        except PermissionError as error:
            raise self._unusable(error) from error
        if place is None:
            return None
        _cluster_account.owner(place.folder)  # "not yours" is another answer than "none"
        return place if place.data.is_dir() else None

    def _existing(self) -> _cluster_place.Place:
        place = self._find()
        if place is None:
            raise errors.ClusterError("error.cluster.absent", home=self._home)
        return place

    def _server(self) -> _cluster_servers.Server:
        return _cluster_servers.of_data(self._existing().data)

    def _made(self) -> _cluster_place.Place:
        """Return the place of the cluster, which is made when it is not there."""
        place = _cluster_place.find(self._home)
        if place is None:
            account = _cluster_account.current()
            for forsaken in _cluster_place.forsaken(self._home):
                _cluster_postmaster.stop(forsaken)
            place = _cluster_place.make(self._home, account)
        if not place.data.exists():
            _cluster_birth.make(place, _cluster_account.owner(place.folder), self._profile)
        return place

    def _advance(self, place: _cluster_place.Place) -> None:
        """Bring the server one step closer to being ready."""
        match _cluster_postmaster.settle(place):
            case _cluster_postmaster.Condition.GONE:
                self._start(place)
            case _cluster_postmaster.Condition.READY:
                return
            case _:
                _cluster_postmaster.stop(place)

    def _start(self, place: _cluster_place.Place) -> None:
        account = _cluster_account.owner(place.folder)
        if place.folder.stat().st_uid != account.uid:  # root made a copy of another home
            account.own_tree(place.folder)
        if not account.may_enter(place.folder):
            raise errors.ClusterError(
                "error.cluster.unreachable", folder=place.folder, account=account.name
            )
        _cluster_place.make_socket_folder(place, account)
        settings = _cluster_settings.text(self._profile, place.sockets, account)
        _cluster_birth.write(account, place.data / "postgresql.conf", settings)
        _cluster_postmaster.start(place, account, _cluster_servers.of_data(place.data))

    @contextmanager
    def _maintenance(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.url(_MAINTENANCE), autocommit=True) as connection:
            yield connection

    def _make_home(self) -> None:
        # Below the home of root are keys, each readable by root only, and the cluster, whose
        # account must get through.
        mode = 0o711 if os.geteuid() == _cluster_account.ROOT else 0o700
        try:
            self._home.mkdir(mode=mode, parents=True, exist_ok=True)
        except OSError as error:
            raise self._unusable(error) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other processes from making, starting or stopping the cluster meanwhile."""
        try:
            lock = os.open(self._home / "cluster.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            self._take(lock)
            yield
        finally:
            os.close(lock)

    def _take(self, lock: int) -> None:
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise errors.ClusterError("error.cluster.busy", home=self._home) from None
                time.sleep(_LOCK_PAUSE_SECONDS)
            else:
                return

    def _unusable(self, error: OSError) -> errors.ClusterError:
        return errors.ClusterError(
            "error.cluster.home_unusable", home=self._home, reason=error.strerror
        )


def _is_ready(place: _cluster_place.Place) -> bool:
    ready = _cluster_postmaster.Condition.READY
    return _cluster_postmaster.look(place).condition is ready
