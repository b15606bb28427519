"""Where the files of a private cluster lie: data directory, socket, log.

They lie in the folder ``cluster`` of the home. When we are root and PostgreSQL's account
may not enter the home (a checkout below ``/root``), ``cluster`` is a link to a folder of
its own below ``/var/lib``. The link is the record: a home that was moved finds its data.
"""

import hashlib
import os
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from services import _cluster_account, _cluster_settings, errors

_ENTRY = "cluster"
_ELSEWHERE = Path("/var/lib/wangge")
_LONGEST_SOCKET_PATH = 107  # bytes, sun_path of unix(7) without its closing zero
# What neither the server's list of folders nor a connection URL gives a meaning of its own.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")


@dataclass(frozen=True)
class Place:
    """Folder of one cluster; all paths are absolute and free of links."""

    folder: Path

    def __post_init__(self) -> None:
        """Refuse a path that depends on the working directory."""
        if not self.folder.is_absolute():
            raise ValueError(f"not absolute: {self.folder}")

    @property
    def data(self) -> Path:
        """Data directory of the server."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Log of the server."""
        return self.folder / "server.log"

    @property
    def home_note(self) -> Path:
        """File naming the home that a folder below ``/var/lib`` belongs to; root's own."""
        return self.folder.parent / "home"

    @property
    def sockets(self) -> Path:
        """Folder of the socket: in this folder, or a short one where that is too long."""
        inside = self.folder / "run"
        socket = os.fsencode(inside / _socket_name())
        if len(socket) <= _LONGEST_SOCKET_PATH and _PLAIN_PATH.fullmatch(str(inside)):
            return inside
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        # Not tempfile.gettempdir(): every process must find the same folder.
        return Path("/") / "tmp" / f"wangge-{name}"

    @property
    def socket(self) -> Path:
        """The socket itself."""
        return self.sockets / _socket_name()

    @property
    def socket_lock(self) -> Path:
        """Lock file that the server keeps beside its socket."""
        return self.sockets / f"{_socket_name()}.lock"


def find(home: Path) -> Place | None:
    """Return the place of a home's cluster, or None where none was made.

    Parameters
    ----------
    home
        Absolute path, free of links.
    """
    entry = home / _ENTRY
    if not entry.is_symlink():
        return Place(entry) if entry.is_dir() else None
    place = Place(entry.resolve())
    return place if place.folder.is_dir() and _belongs(place, home) else None


def make(home: Path, account: _cluster_account.Account) -> Place:
    """Make the place of a home's cluster."""
    entry = home / _ENTRY
    if entry.is_symlink():  # of a home that this one is a copy of, or of data that is gone
        entry.unlink()
    if account.may_enter(home):
        account.make_folder(entry)
        return Place(entry)
    _ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not account.may_enter(_ELSEWHERE):
        raise errors.ClusterError(
            "error.cluster.unreachable", folder=_ELSEWHERE, account=account.name
        )
    own = Path(tempfile.mkdtemp(prefix=_prefix(home), dir=_ELSEWHERE))
    own.chmod(0o711)
    place = Place(own / _ENTRY)
    place.home_note.write_text(str(home))
    account.make_folder(place.folder)
    entry.symlink_to(place.folder)
    return place


def forsaken(home: Path) -> list[Place]:
    """Return places made for a home of this path that was deleted since."""
    current = find(home)
    places = [Place(folder) for folder in _ELSEWHERE.glob(f"{_prefix(home)}*/{_ENTRY}")]
    return [place for place in places if place != current and _noted_home(place) == home]


def make_socket_folder(place: Place, account: _cluster_account.Account) -> None:
    """Make the folder of the socket, which only the account (and root) may enter.

    Raises
    ------
    services.errors.ClusterError
        Someone else has put something in its place.
    """
    folder = place.sockets
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
        if not private or found.st_uid not in (account.uid, os.geteuid()):
            raise errors.ClusterError("error.cluster.socket_folder", folder=folder) from None
    account.own(folder)


def remove(place: Place, home: Path) -> None:
    """Delete every file of a cluster."""
    shutil.rmtree(place.sockets, ignore_errors=True)
    entry = home / _ENTRY
    if entry.is_symlink():
        entry.unlink()
        shutil.rmtree(place.folder.parent)
    else:
        shutil.rmtree(place.folder)


def _belongs(place: Place, home: Path) -> bool:
    """Tell a home that was moved (its data follow) from a copy of one (it has none yet)."""
    noted = _noted_home(place)
    if noted == home:
        return True
    if (noted / _ENTRY).is_symlink() and (noted / _ENTRY).resolve() == place.folder:
        return False
    if os.geteuid() == _cluster_account.ROOT:
        place.home_note.write_text(str(home))
    return True


def _noted_home(place: Place) -> Path:
    return Path(place.home_note.read_text())


def _prefix(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:12] + "-"


def _socket_name() -> str:
    return f".s.PGSQL.{_cluster_settings.PORT}"
