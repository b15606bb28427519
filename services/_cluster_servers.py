"""PostgreSQL servers installed on this machine, as Debian and its relatives lay them out."""

import re
from dataclasses import dataclass
from pathlib import Path

from services import errors

OLDEST = 15
_SYSTEM = Path("/usr")


@dataclass(frozen=True)
class Server:
    """Programs of one major version of PostgreSQL.

    Attributes
    ----------
    major
        Major version, e.g. 15.
    programs
        Folder of ``initdb``, ``postgres``, ``pg_dump`` and so on.
    has_postgis
        Whether the PostGIS extension of this version is installed too.
    """

    major: int
    programs: Path
    has_postgis: bool

    def program(self, name: str) -> Path:
        """Return the path of one program."""
        return self.programs / name


def installed(system: Path = _SYSTEM) -> list[Server]:
    """Return the servers found below ``/usr``, oldest first."""
    found = []
    for programs in system.glob("lib/postgresql/*/bin"):
        major = programs.parent.name
        if re.fullmatch(r"\d+", major) and (programs / "postgres").exists():
            control = system / "share/postgresql" / major / "extension/postgis.control"
            found.append(Server(int(major), programs, control.exists()))
    return sorted(found, key=lambda server: server.major)


def newest(system: Path = _SYSTEM) -> Server:
    """Return the newest server that has PostGIS.

    Raises
    ------
    services.errors.ClusterError
        There is no server of version 15 or later, or none with PostGIS.
    """
    servers = [server for server in installed(system) if server.major >= OLDEST]
    if not servers:
        raise errors.ClusterError(
            "error.cluster.no_server", oldest=OLDEST, looked_in=system / "lib/postgresql"
        )
    complete = [server for server in servers if server.has_postgis]
    if not complete:
        raise errors.ClusterError(
            "error.cluster.no_postgis",
            found=", ".join(str(server.major) for server in servers),
            package=f"postgresql-{servers[-1].major}-postgis-3",
        )
    return complete[-1]


def major_of(data: Path) -> int:
    """Return the major version that made a data directory."""
    return int((data / "PG_VERSION").read_text())


def of_data(data: Path, system: Path = _SYSTEM) -> Server:
    """Return the server whose version made a data directory.

    Raises
    ------
    services.errors.ClusterError
        That version is no longer installed, or no longer with PostGIS.
    """
    major = major_of(data)
    for server in installed(system):
        if server.major == major and server.has_postgis:
            return server
    raise errors.ClusterError(
        "error.cluster.version_gone", version=major, package=f"postgresql-{major}-postgis-3"
    )
