"""The running server of a private cluster: seen, started, stopped.

What runs is told by the kernel, not by ``postmaster.pid`` alone: PostgreSQL's processes are
those named ``postgres`` whose working directory is the data directory. A file left by a
crash can name a number that another program has by now.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from services import _cluster_account, _cluster_place, _cluster_servers, errors

_DATA_LINE, _STATUS_LINE = 1, 7  # of postmaster.pid, from 0; see PostgreSQL's miscadmin.h
_PID_FILE = "postmaster.pid"
_START_SECONDS = 600.0  # recovery after a crash in the middle of a large import
_FAST_SECONDS = 60.0
_IMMEDIATE_SECONDS = 10.0
_PAUSE_SECONDS = 0.02
_LOG_BYTES = 10_000_000
_LAUNCH = '"$0" -D "$1" </dev/null >>"$2" 2>&1 & echo $!'


class Condition(Enum):
    """What the server of a cluster is doing."""

    GONE = auto()
    STARTING = auto()
    READY = auto()
    STOPPING = auto()
    ASTRAY = auto()
    """It runs, but its socket was deleted, or its folder moved: it cannot end cleanly then."""


@dataclass(frozen=True)
class Sight:
    """What was seen of a server at one moment."""

    condition: Condition
    pid: int | None


def look(place: _cluster_place.Place) -> Sight:
    """Return what the server is doing."""
    lines = _pid_lines(place)
    pid = int(lines[0]) if lines and lines[0].strip().isdigit() else None
    if pid is None or not _works_in(pid, place.data):
        return Sight(Condition.GONE, None)
    status = lines[_STATUS_LINE].strip() if len(lines) > _STATUS_LINE else "starting"
    match status:
        case "ready":
            reachable = lines[_DATA_LINE] == str(place.data) and place.socket.is_socket()
            return Sight(Condition.READY if reachable else Condition.ASTRAY, pid)
        case "stopping":
            return Sight(Condition.STOPPING, pid)
        case _:
            return Sight(Condition.STARTING, pid)


def start(
    place: _cluster_place.Place,
    account: _cluster_account.Account,
    server: _cluster_servers.Server,
) -> None:
    """Start the server and wait until it answers; nobody else may do so meanwhile.

    Raises
    ------
    services.errors.ClusterError
        It does not start.
    """
    _clear(place)
    _keep_log_small(place)
    said_before = place.log.stat().st_size if place.log.exists() else 0
    launched = account.run(
        ["/bin/sh", "-c", _LAUNCH, server.program("postgres"), place.data, place.log]
    )
    pid = int(launched.stdout)
    if not _wait(lambda: look(place).condition is Condition.READY or _is_over(pid), _START_SECONDS):
        raise errors.ClusterError("error.cluster.slow_start", log=place.log)
    if look(place).condition is not Condition.READY:
        raise errors.ClusterError(
            "error.cluster.start_failed", reason=_last_words(place.log, said_before), log=place.log
        )


def stop(place: _cluster_place.Place) -> None:
    """Stop the server: sessions are ended, data is written; harder when that takes too long."""
    pid = look(place).pid
    if pid is not None:
        _signal([pid], signal.SIGINT)  # "fast shutdown"
        _wait(lambda: not _members(place), _FAST_SECONDS)
    _clear(place)


def settle(place: _cluster_place.Place) -> Condition:
    """Wait while the server is starting or stopping; return what it does then."""
    passing = (Condition.STARTING, Condition.STOPPING)
    _wait(lambda: look(place).condition not in passing, _START_SECONDS)
    return look(place).condition


def _clear(place: _cluster_place.Place) -> None:
    """End what a dead server left running, and delete what it left lying.

    Children of a killed server may work on for a while and hold its shared memory; a new
    server refuses to start beside them. Ending them at once is as safe as a crash.
    """
    for how in (signal.SIGQUIT, signal.SIGKILL):
        _signal(_members(place), how)
        if _wait(lambda: not _members(place), _IMMEDIATE_SECONDS):
            break
    for leftover in (place.data / _PID_FILE, place.socket, place.socket_lock):
        leftover.unlink(missing_ok=True)


def _members(place: _cluster_place.Place) -> list[int]:
    """Return the numbers of all processes of this cluster's servers."""
    return [pid for pid in _processes() if _works_in(pid, place.data)]


def _processes() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _works_in(pid: int, data: Path) -> bool:
    """Tell whether a process is PostgreSQL's, at work in a data directory.

    The directory may have been deleted under it, and another made in its place.
    """
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
        if name != "postgres":
            return False
        folder = str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:  # it ended, or it is someone else's
        return False
    return folder in (str(data), f"{data} (deleted)")


def _is_over(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def _pid_lines(place: _cluster_place.Place) -> list[str]:
    try:
        return (place.data / _PID_FILE).read_text(errors="replace").splitlines()
    except OSError:
        return []


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _wait(reached: Callable[[], bool], seconds: float) -> bool:
    """Wait until something is so; return whether it came to be."""
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True


def _keep_log_small(place: _cluster_place.Place) -> None:
    if place.log.exists() and place.log.stat().st_size > _LOG_BYTES:
        place.log.replace(place.log.with_suffix(".log.1"))


def _last_words(log: Path, offset: int) -> str:
    """Return the last fatal message of a log from an offset on, or else its last line."""
    try:
        lines = log.read_bytes()[offset:].decode(errors="replace").splitlines()
    except OSError:
        return ""
    fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
    return (fatal or lines or [""])[-1].rpartition(":  ")[2].strip()
