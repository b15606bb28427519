"""Making a private cluster: complete or not at all."""

import shutil
from pathlib import Path

from services import (
    _cluster_account,
    _cluster_place,
    _cluster_servers,
    _cluster_settings,
    errors,
)

SUPERUSER = "wangge"
DATABASE = "wangge"

# Only the account and root can enter the folder of the socket (mode 0700, the socket too),
# and nothing listens on the network: whoever reaches the server may be trusted, and there is
# no password to keep. Peer authentication would shut out root, whose name is not the role's.
_ACCESS = "local all all trust\n"


def make(
    place: _cluster_place.Place,
    account: _cluster_account.Account,
    profile: _cluster_settings.Profile,
) -> None:
    """Make the data directory with its superuser and its database.

    It is made under another name and renamed when it is complete, so that a birth that was
    cut short leaves nothing that looks like a cluster.

    Raises
    ------
    services.errors.ClusterError
        No server is installed, or it cannot make a cluster here.
    """
    server = _cluster_servers.newest()
    unfinished = place.folder / "data.unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    options = [
        f"--username={SUPERUSER}",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--lc-messages=C",
        "--auth=trust",
        "--data-checksums" if profile is _cluster_settings.Profile.SERVICE else "--no-sync",
    ]
    _do(account, [server.program("initdb"), f"--pgdata={unfinished}", *options])
    write(account, unfinished / "pg_hba.conf", _ACCESS)
    settings = _cluster_settings.text(profile, place.sockets, account)
    write(account, unfinished / "postgresql.conf", settings)
    # The single-user mode makes the database before anyone can see a server without it.
    _do(
        account,
        [server.program("postgres"), "--single", "-D", unfinished, "postgres"],
        f"CREATE DATABASE {DATABASE};\n",
    )
    unfinished.rename(place.data)


def write(account: _cluster_account.Account, file: Path, text: str) -> None:
    """Write a file as the account, so that no link placed there leads root astray."""
    _do(account, ["/usr/bin/tee", file], text)


def _do(account: _cluster_account.Account, command: list[str | Path], text: str = "") -> None:
    done = account.run(command, text)
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise errors.ClusterError(
            "error.cluster.init_failed",
            program=Path(command[0]).name,
            reason=" ".join(line.strip() for line in lines[-3:]),
        )
