"""Backup of a database into one file, and back."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from services import _cluster_servers, errors, rights

_SWAP_TRIES = 5
_PROOF_OF_ORIGIN = "SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'alembic_version')"


def backup(server: _cluster_servers.Server, url: str, file: Path) -> None:
    """Write a database into a file, which appears only when it is complete.

    Raises
    ------
    services.errors.ClusterError
        The file cannot be written, or the database not be read.
    """
    partial = file.with_name(f"{file.name}.partial")
    try:
        _do(
            [server.program("pg_dump"), "--format=custom", f"--file={partial}", f"--dbname={url}"],
            "error.cluster.backup_failed",
            file,
        )
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def restore(server: _cluster_servers.Server, url: str, file: Path) -> None:
    """Fill a fresh, empty database from a file.

    Raises
    ------
    services.errors.ClusterError
        The file is missing, broken, or the backup of something else.
    """
    options = ["--single-transaction", "--exit-on-error", "--no-owner"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(rights.ROLES.read_bytes())
    _do(
        [server.program("pg_restore"), *options, f"--dbname={url}", file],
        "error.cluster.restore_failed",
        file,
    )
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(_PROOF_OF_ORIGIN).fetchone()
        if row != (True,):
            raise errors.ClusterError("error.cluster.restore_foreign", file=file)
        connection.execute(rights.LEAKPROOF.read_bytes())
        connection.execute("ANALYZE")


def swap(connection: psycopg.Connection, old: str, new: str, former: str) -> None:
    """Give a database another's name in one transaction, ending the sessions of both.

    Parameters
    ----------
    connection
        To a third database, in autocommit mode.
    old
        Name to take over.
    new
        The database that takes it over.
    former
        What the database of that name is called from then on.

    Raises
    ------
    services.errors.ClusterError
        Others keep connecting.
    """
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    for _ in range(_SWAP_TRIES):
        try:
            with connection.transaction():
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = ANY(%s)",
                    [[old, new]],
                )
                connection.execute(rename.format(sql.Identifier(old), sql.Identifier(former)))
                connection.execute(rename.format(sql.Identifier(new), sql.Identifier(old)))
        except psycopg.errors.ObjectInUse:
            continue
        return
    raise errors.ClusterError("error.cluster.database_in_use", database=old)


def _do(command: Sequence[str | Path], failure: str, file: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [""])[0]
        raise errors.ClusterError(failure, file=file, reason=reason)
