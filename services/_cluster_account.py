"""The operating system account that PostgreSQL runs under.

PostgreSQL refuses to run as root. When we are root, its programs run as an unprivileged
account; otherwise as whoever we are.
"""

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from services import errors

ROOT = 0
_CANDIDATES = ("postgres", "nobody")
_PRIVATE_UMASK = 0o077
# None of the caller's PG* variables may bend where a program connects or what it starts.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True)
class Account:
    """An account by name and numbers."""

    name: str
    uid: int
    gid: int

    def __post_init__(self) -> None:
        """Refuse root, under which PostgreSQL cannot run."""
        if self.uid == ROOT:
            raise ValueError("PostgreSQL does not run as root")

    @property
    def _other(self) -> bool:
        return self.uid != os.geteuid()

    def run(
        self,
        command: Sequence[str | Path],
        text: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end under this account, in a session of its own.

        Parameters
        ----------
        command
            Absolute path of the program and its arguments; no shell reads them.
        text
            What the program reads on standard input.
        environment
            Variables beyond the few that every program gets.
        """
        return subprocess.run(
            [str(word) for word in command],
            input=text,
            env={**_ENVIRONMENT, **(environment or {})},
            cwd="/",
            user=self.uid if self._other else None,
            group=self.gid if self._other else None,
            extra_groups=[] if self._other else None,
            umask=_PRIVATE_UMASK,
            start_new_session=True,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )

    def may_enter(self, folder: Path) -> bool:
        """Tell whether this account can reach what lies inside a folder."""
        return self.run(["/usr/bin/test", "-x", folder]).returncode == 0

    def may_write(self, folder: Path) -> bool:
        """Tell whether this account can make files in a folder."""
        return self.run(["/usr/bin/test", "-w", folder]).returncode == 0

    def own(self, path: Path) -> None:
        """Hand a file or folder (not what is inside) to this account."""
        if path.lstat().st_uid != self.uid:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def own_tree(self, folder: Path) -> None:
        """Hand a folder and all that is inside to this account, following no link."""
        self.own(folder)
        for parent, folders, files in os.walk(folder):
            for name in (*folders, *files):
                self.own(Path(parent) / name)

    def make_folder(self, folder: Path) -> None:
        """Make a folder, unless it is there, that only this account (and root) can read."""
        folder.mkdir(mode=0o700, exist_ok=True)
        self.own(folder)


def current() -> Account:
    """Return the account that new clusters belong to.

    Raises
    ------
    services.errors.ClusterError
        We are root and the system has no unprivileged account to run PostgreSQL.
    """
    if os.geteuid() != ROOT:
        return of(os.geteuid())
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise errors.ClusterError("error.cluster.no_account", accounts=", ".join(_CANDIDATES))


def of(uid: int) -> Account:
    """Return the account with this number, which need not have a name."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(str(uid), uid, os.getegid())
    return Account(entry.pw_name, uid, entry.pw_gid)


def owner(folder: Path) -> Account:
    """Return the account that an existing cluster runs under: the owner of its folder.

    Raises
    ------
    services.errors.ClusterError
        The folder is another account's and we are not root.
    """
    uid = folder.stat().st_uid
    if os.geteuid() not in (ROOT, uid):
        raise errors.ClusterError("error.cluster.owner", folder=folder, owner=_name(uid))
    return current() if uid == ROOT else of(uid)


def _name(uid: int) -> str:
    return "root" if uid == ROOT else of(uid).name
