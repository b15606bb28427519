"""Households from CSV, validated and assigned, beside the bare COPY of the finished rows."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import psycopg

from bench import arena, data, report, timing
from services.database import Database

_CHUNK = 1 << 20
_MEMORY_LIMIT_MB = 1000
_GROWTH_LIMIT = 1.1
# In a process of its own, whose memory the kernel measures; it says itself how long it took.
_SCRIPT = """
import json, re, sys, time
from pathlib import Path
from services import caller
from services.database import Database
from services.imports import runner
from services.imports.options import ImportKind, ImportOptions
database = Database(sys.argv[1])
begun = time.perf_counter()
report = runner.run(
    database, caller.operator(), ImportKind.HOUSEHOLDS, Path(sys.argv[2]), ImportOptions()
)
seconds = time.perf_counter() - begun
# The kernel's figure for this very program; what wait4 tells includes the program that forked it.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text()).group(1)
print(json.dumps({"seconds": seconds, "rows": report.inserted, "peak_kb": int(peak)}))
"""
_FORMATS = ("csv", "binary")


def run(place: arena.Arena, size: arena.Size) -> report.Section:
    """Measure the import of a million households, and of five million if there is time."""
    count = 1_000_000
    with place.database() as database:
        _draw_units(database)
        ours, peers, peak = _against_copy(place, database, count, 3 if size.full else 2)
    rows = [
        (f"Wangge, {count:,} households", report.seconds(ours)),
        *((f"bare COPY, {name}", report.seconds(taken)) for name, taken in peers.items()),
        (f"Wangge's memory at its peak, {count:,}", f"{peak:.0f} MB"),
    ]
    claims = [
        report.Claim("at most twice the bare COPY", ours / min(peers.values()), 2.0),
        report.Claim("memory at its peak", peak, _MEMORY_LIMIT_MB, "MB"),
    ]
    if size.full:
        taken, larger = _alone(place, 5_000_000)
        rows += [
            ("Wangge, 5,000,000 households", report.seconds(taken)),
            ("Wangge's memory at its peak, 5,000,000", f"{larger:.0f} MB"),
        ]
        claims.append(
            report.Claim("memory at 5,000,000 to 1,000,000", larger / peak, _GROWTH_LIMIT)
        )
    return report.Section(
        "import",
        f"Import {count:,} households from CSV, validated and assigned",
        rows,
        claims,
        [
            (
                "COPY reads the finished rows from a file into an identical empty table: same columns,"
                " constraints and indexes (LIKE ... INCLUDING ALL); the fastest of its formats counts."
            ),
            "The assignments that Wangge writes beside the households are not in the peer's rows.",
        ],
    )


def import_file(database: Database, path: Path) -> tuple[float, float, int]:
    """Import a CSV in a process of its own; return seconds, megabytes at the peak, rows."""
    with subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, database.url, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as process:
        assert process.stdout is not None
        told = process.stdout.read()
    if process.returncode:
        raise RuntimeError("the import failed")
    answer = json.loads(told)
    return answer["seconds"], answer["peak_kb"] / 1024, answer["rows"]


def empty(database: Database) -> None:
    """Take all households out again."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("TRUNCATE households, address_forms RESTART IDENTITY CASCADE")
        connection.execute("TRUNCATE household_assignments, household_attachments")
        connection.execute("CHECKPOINT")


def _draw_units(database: Database) -> None:
    with arena.transaction(database) as tx:
        data.store_units(tx, data.cells())
    arena.settle(database)


def _against_copy(
    place: arena.Arena, database: Database, count: int, repetitions: int
) -> tuple[float, dict[str, float], float]:
    path = place.folder / "households.csv"
    data.write_households(path, data.homes(count))
    import_file(database, path)
    files = {name: _finished_rows(database, place.folder, name) for name in _FORMATS}
    taken: dict[str, list[float]] = {name: [] for name in ("Wangge", *_FORMATS)}
    peak = 0.0
    for _ in range(repetitions):
        empty(database)
        seconds, memory, rows = import_file(database, path)
        assert rows == count
        peak = max(peak, memory)
        taken["Wangge"].append(seconds)
        for name, file in files.items():
            _make_peer(database)
            taken[name].append(timing.once(partial(_copy, database, name, file)))
    middle = {name: timing.median(seconds) for name, seconds in taken.items()}
    return middle.pop("Wangge"), middle, peak


def _alone(place: arena.Arena, count: int) -> tuple[float, float]:
    with place.database() as database:
        _draw_units(database)
        path = place.folder / "households.csv"
        data.write_households(path, data.homes(count))
        seconds, memory, rows = import_file(database, path)
    path.unlink()
    assert rows == count
    return seconds, memory


def _finished_rows(database: Database, folder: Path, format_: str) -> Path:
    path = folder / f"finished.{format_}"
    with psycopg.connect(database.url) as connection, path.open("wb") as file:
        query = f"COPY (SELECT * FROM households ORDER BY id) TO STDOUT (FORMAT {format_})"
        with connection.cursor() as cursor, cursor.copy(query.encode()) as copy:
            file.writelines(copy)
    return path


def _make_peer(database: Database) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS peer")
        connection.execute("CREATE TABLE peer (LIKE households INCLUDING ALL)")
        connection.execute("CHECKPOINT")


def _copy(database: Database, format_: str, path: Path) -> None:
    with psycopg.connect(database.url) as connection, path.open("rb") as file:
        statement = f"COPY peer FROM STDIN (FORMAT {format_})".encode()
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            while chunk := file.read(_CHUNK):
                copy.write(chunk)
