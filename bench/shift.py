"""A hundred grid workers at once: reads and visits through the whole service."""

import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import numpy as np
import sqlalchemy as sa

from bench import arena, report, serving
from services import accounts, audit, sessions
from services.accounts import NewAccount, Scope
from services.caller import Role
from services.database import Database
from web import access

WORKERS: Final = 100
_PROCESSES: Final = 2
_WARM_S: Final = 5.0
_SECONDS: Final = 20.0
_PAUSE_S: Final = (0.5, 1.5)
_P95_MS: Final = 200.0
_PASSWORD: Final = "correct horse battery"
_STORED: Final = 201
_WORDS: Final = ("花园", "yongning", "新村12栋", "xq")


@dataclass
class _Worker:
    """Somebody on the way, with what the phone knows."""

    token: str
    csrf: str
    homes: list[dict[str, Any]] = field(default_factory=list)
    taken: list[tuple[str, float]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    stored: int = 0


def measure(
    place: arena.Arena, database: Database
) -> tuple[list[tuple[str, str]], list[report.Claim]]:
    """Let the workers go about their shift; every visit that was acknowledged must be there."""
    crew = _hire(database)
    arena.settle(database)
    before = _visits(database)
    with serving.served(place, database, crew[0].token, _PROCESSES) as site:
        for worker in crew:
            _prepare(site, worker)
        counted = time.perf_counter() + _WARM_S
        shifts = [
            threading.Thread(target=_shift, args=(site, worker, counted, number))
            for number, worker in enumerate(crew)
        ]
        for shift in shifts:
            shift.start()
        for shift in shifts:
            shift.join()
    return _figures(database, crew, before)


def _figures(
    database: Database, crew: list[_Worker], before: int
) -> tuple[list[tuple[str, str]], list[report.Claim]]:
    stored = sum(worker.stored for worker in crew)
    failed = [line for worker in crew for line in worker.failed]
    lost = abs(_visits(database) - before - stored)
    with arena.transaction(database) as tx:
        broken = 0 if audit.verify(tx).holds else 1
    rows, everything = [], []
    for kind in _ASKED:
        taken = [seconds for worker in crew for name, seconds in worker.taken if name == kind]
        everything += taken
        rows.append((f"{WORKERS} at once, {kind}: {len(taken)} times", _spread(taken)))
    rate = f"{len(everything) / _SECONDS:.0f} a second; {stored} visits kept"
    rows.append((f"{WORKERS} at once, together: {rate}", _spread(everything)))
    if failed:
        rows.append((f"{WORKERS} at once: first of what failed", failed[0]))
    late = float(np.percentile(everything, 95)) * 1000
    return rows, [
        report.Claim(f"p95 of {WORKERS} workers at once", late, _P95_MS, "ms"),
        report.Claim(f"errors of {WORKERS} workers at once", len(failed), 0, ""),
        report.Claim("visits acknowledged and not there, or there twice", lost, 0, ""),
        report.Claim("audit chain broken by writing at once", broken, 0, ""),
    ]


def _spread(taken: list[float]) -> str:
    median, late = np.percentile(taken, (50, 95))
    return f"{report.seconds(median)}, p95 {report.seconds(late)}"


def _visits(database: Database) -> int:
    with arena.transaction(database) as tx:
        return int(tx.sql.execute(sa.text("SELECT count(*) FROM visits")).scalar_one())


def _hire(database: Database) -> list[_Worker]:
    """Give each worker two grids that nobody else of them has, and a session."""
    crew = []
    with arena.transaction(database) as tx:
        grids = sa.text("SELECT code FROM units WHERE level = 'grid' ORDER BY code")
        codes = list(tx.sql.execute(grids).scalars())
        apart = len(codes) // WORKERS
        for number in range(WORKERS):
            name = f"shift-{number}"
            scopes = tuple(Scope(code) for code in codes[number * apart :][:2])
            account = accounts.add(tx, NewAccount(name, name, Role.GRID_WORKER, scopes), _PASSWORD)
            token = sessions.opened(tx, account, name)
            crew.append(_Worker(token, sessions.find(tx, token).csrf))
    return crew


def _prepare(site: serving.Site, worker: _Worker) -> None:
    """Learn some homes of one's own, as a phone does in the morning."""
    connection = _connection(site)
    status, body = _send(connection, worker, "GET", "/api/households?limit=50", None)
    connection.close()
    if status != http.client.OK:
        raise RuntimeError(f"a worker finds nothing: {status}: {body[:300]!r}")
    worker.homes = json.loads(body)["households"]


def _shift(site: serving.Site, worker: _Worker, counted: float, number: int) -> None:
    """Ask and walk until the end; times count from `counted` on, what fails counts always."""
    dice = random.Random(number)
    connection = _connection(site)
    time.sleep(dice.uniform(0, _PAUSE_S[1]))
    while time.perf_counter() < counted + _SECONDS:
        kind = dice.choices(list(_ASKED), [share for share, _ in _ASKED.values()])[0]
        method, path, body = _ASKED[kind][1](dice, worker)
        begun = time.perf_counter()
        try:
            status, told = _send(connection, worker, method, path, body)
        except (OSError, http.client.HTTPException) as error:
            worker.failed.append(f"{kind}: {error!r}")
            connection.close()
            connection = _connection(site)
            continue
        if begun >= counted:
            worker.taken.append((kind, time.perf_counter() - begun))
        worker.stored += status == _STORED
        if status not in {http.client.OK, _STORED}:
            worker.failed.append(f"{kind}: {status} {told[:200].decode(errors='replace')}")
        time.sleep(dice.uniform(*_PAUSE_S))
    connection.close()


def _connection(site: serving.Site) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(site.address).netloc, timeout=serving.WAIT_S)


def _send(
    connection: http.client.HTTPConnection,
    worker: _Worker,
    method: str,
    path: str,
    body: dict[str, Any] | None,
) -> tuple[int, bytes]:
    headers = {
        "Cookie": f"{access.COOKIE}={worker.token}",
        "X-CSRF-Token": worker.csrf,
        "Content-Type": "application/json",
    }
    content = None if body is None else json.dumps(body)
    connection.request(method, path, content, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


_Request = tuple[str, str, dict[str, Any] | None]


def _near(dice: random.Random, worker: _Worker) -> _Request:
    home = dice.choice(worker.homes)
    return "GET", f"/api/households?lon={home['lon']}&lat={home['lat']}", None


def _find(dice: random.Random, worker: _Worker) -> _Request:
    del worker
    return "POST", "/api/households/search", {"q": dice.choice(_WORDS)}


def _card(dice: random.Random, worker: _Worker) -> _Request:
    return "GET", f"/households/{dice.choice(worker.homes)['code']}", None


def _due(dice: random.Random, worker: _Worker) -> _Request:
    del dice, worker
    return "GET", "/due", None


def _visit(dice: random.Random, worker: _Worker) -> _Request:
    at = datetime.now(UTC) - timedelta(minutes=1)
    body = {"id": str(uuid4()), "visited_at": at.isoformat(), "outcome": "met", "note": ""}
    return "POST", f"/api/households/{dice.choice(worker.homes)['code']}/visits", body


_ASKED: Final[dict[str, tuple[int, Callable[[random.Random, _Worker], _Request]]]] = {
    "near me": (30, _near),
    "words": (10, _find),
    "card": (25, _card),
    "due list": (10, _due),
    "visit": (25, _visit),
}
"""What is asked, in shares of a hundred."""

_AT_ONCE: Final = (
    f"{WORKERS} at once: each a session and two grids of its own; a request, then"
    f" {_PAUSE_S[0]}-{_PAUSE_S[1]} s to read and walk, for {_SECONDS:.0f} s after {_WARM_S:.0f} s to get warm; {_PROCESSES} processes"
    " of the service; PostgreSQL and those who ask are on the same cores."
)
NOTES: Final = [
    _AT_ONCE,
    "Of a hundred: " + ", ".join(f"{share} {kind}" for kind, (share, _) in _ASKED.items()) + ".",
]
