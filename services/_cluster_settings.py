"""Server settings of the private cluster, written anew at every start.

Whoever wants others uses ``ALTER SYSTEM``, which is read after this file.
"""

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from services import _cluster_account

PORT = 5432  # of the socket's name only: nothing listens on the network
_MB = 1 << 20
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
_SHARED_MEMORY = Path("/dev") / "shm"
_SMALL_SHARED_MEMORY = 1024 * _MB


class Profile(StrEnum):
    """What a cluster is for."""

    SERVICE = "service"
    """Data is kept: nothing committed is lost when the power fails."""
    TESTS = "tests"
    """Data is thrown away: as quick as it gets, nothing survives a power failure."""


_COMMON = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "jit": "off",  # compiling costs more than it saves on queries of milliseconds
    "random_page_cost": "1.1",
    "wal_level": "minimal",  # one server, backups by pg_dump: no copy of the log is ever shipped
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "timezone": "Asia/Shanghai",  # "today" of a district is China Standard Time, wherever we run
    "log_timezone": "Asia/Shanghai",
    "datestyle": "iso, ymd",
    "lc_messages": "C",
    "default_text_search_config": "pg_catalog.simple",
    # Messages, details and statements of errors quote rows. They go to the client; a log that
    # outlives the data must not hold a person's name.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}

_BY_PROFILE: Mapping[Profile, Mapping[str, str]] = {
    Profile.SERVICE: {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"},
    Profile.TESTS: {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_wal_size": "512MB",  # the folder may be one in memory
    },
}


def text(profile: Profile, sockets: Path, account: _cluster_account.Account) -> str:
    """Return the contents of ``postgresql.conf``.

    Parameters
    ----------
    profile
        What the cluster is for.
    sockets
        Folder of the socket; its path needs no quoting, see `services._cluster_place`.
    account
        The account that the server runs under.
    """
    memory = _memory()
    values = {
        **_COMMON,
        **_BY_PROFILE[profile],
        "unix_socket_directories": str(sockets),
        "shared_buffers": f"{min(max(memory // 8 // _MB, 64), 512)}MB",
        "effective_cache_size": f"{max(memory // 2 // _MB, 128)}MB",
        "dynamic_shared_memory_type": _dynamic_shared_memory(account),
    }
    return "".join(f"{name} = '{value}'\n" for name, value in values.items())


def _memory() -> int:
    """Return the bytes of memory that this machine or container has."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = _CGROUP_LIMIT.read_text().strip()
    except OSError:
        return physical
    return min(physical, int(limit)) if limit.isdigit() else physical


def _dynamic_shared_memory(account: _cluster_account.Account) -> str:
    """Avoid ``/dev/shm`` where it is a container's 64 MB, too small for parallel queries."""
    if not account.may_write(_SHARED_MEMORY):
        return "mmap"
    space = os.statvfs(_SHARED_MEMORY)
    return "posix" if space.f_frsize * space.f_blocks >= _SMALL_SHARED_MEMORY else "mmap"
