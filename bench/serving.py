"""The service on a benchmark's database, with somebody logged in."""

import gzip
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import arena
from services.database import Database
from web import access

WAIT_S = 120
CHROMIUM = "/usr/bin/chromium"
_SERVE = "from web.cli import main; main()"


@dataclass(frozen=True)
class Site:
    """A running service, and what proves that somebody has logged in."""

    address: str
    token: str


@contextmanager
def served(
    place: arena.Arena, database: Database, token: str, processes: int = 1
) -> Iterator[Site]:
    """Run the service on a database, in so many processes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": database.url,
        "WANGGE_HOME": str(place.folder / "service"),
        "WANGGE_WORKERS": str(processes),
    }
    with (place.folder / "service.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, "serve", "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        site = Site(f"http://127.0.0.1:{port}", token)
        _wait(process, site, Path(log.name))
        yield site
    finally:
        process.terminate()
        process.wait(30)


def get(site: Site, path: str) -> tuple[bytes, int]:
    """Return the body of an answer, and its bytes on the wire."""
    headers = {"Accept-Encoding": "gzip", "Cookie": f"{access.COOKIE}={site.token}"}
    request = urllib.request.Request(site.address + path, headers=headers)
    with urllib.request.urlopen(request, timeout=WAIT_S) as answer:
        body = answer.read()
        packed = answer.headers.get("Content-Encoding") == "gzip"
    return (gzip.decompress(body) if packed else body), len(body)


def _wait(process: subprocess.Popen[bytes], site: Site, log: Path) -> None:
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the service ended:\n{log.read_text()[-2000:]}")
        try:
            get(site, "/readyz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the service does not start")
