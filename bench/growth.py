"""How times grow from ten thousand to a million households."""

from collections.abc import Callable
from functools import partial

import numpy as np
import psycopg

from bench import arena, coverage, data, importing, report, timing, town
from services import assignment, caller, exports
from services.database import Database
from services.themes.day_care import DayCare

_SIZES = (10_000, 100_000, 1_000_000)
_LIMIT = 1.05
_FACILITIES = """
    INSERT INTO facilities (code, kind, name, geom)
    SELECT 'X' || code, 'other', '某设施', geom FROM households
"""


def run(place: arena.Arena, size: arena.Size) -> report.Section:
    """Measure each step at each size; the exponent is that of the fitted power of the size."""
    taken: dict[str, list[float]] = {}
    for count in _SIZES:
        for name, seconds in _at(place, count, 3 if size.full else 1).items():
            taken.setdefault(name, []).append(seconds)
    exponents = {name: _exponent(seconds) for name, seconds in taken.items()}
    return report.Section(
        "growth",
        "Growth from 10,000 to 1,000,000 households",
        [
            (name, ", ".join(report.seconds(value) for value in seconds))
            for name, seconds in taken.items()
        ],
        [
            report.Claim(f"exponent of {name}", exponent, _LIMIT, "")
            for name, exponent in exponents.items()
        ],
        [
            "At 10,000, 100,000, 1,000,000; the exponent is the slope of log seconds by log size.",
            "Export: as many facilities, as GeoJSON to a file. Small sizes repeat, medians.",
        ],
    )


def _at(place: arena.Arena, count: int, repetitions: int) -> dict[str, float]:
    many = repetitions * min(5, max(_SIZES) // count)
    path = place.folder / "growth.csv"
    data.write_households(path, data.homes(count))
    with place.database() as database:
        with arena.transaction(database) as tx:
            data.store_units(tx, data.cells())
        arena.settle(database)
        imported = []
        for _ in range(many):
            importing.empty(database)
            imported.append(importing.import_file(database, path)[0])
        arena.settle(database)
        steps: dict[str, Callable[[], object]] = {
            "assign": partial(_assign, database),
            "coverage": lambda: coverage.answer(database, DayCare(), 300.0),
            "export": partial(_export, place, database),
        }
        taken = {"import": timing.median(imported)}
        taken["assign"] = _timed(steps["assign"], many, partial(_forget, database))
        with arena.transaction(database) as tx:
            town.people_and_network(tx, elderly_in_every=1)
        arena.settle(database)
        taken["coverage"] = _timed(steps["coverage"], many)
        with psycopg.connect(database.url) as connection:
            connection.execute(_FACILITIES)
        taken["export"] = _timed(steps["export"], many)
    return taken


def _timed(
    run_: Callable[[], object], repetitions: int, prepare: Callable[[], object] = lambda: None
) -> float:
    return timing.medians({"it": timing.Contestant(run_, prepare)}, repetitions)["it"]


def _assign(database: Database) -> None:
    with arena.transaction(database) as tx:
        assignment.assign_all(tx)


def _forget(database: Database) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute("TRUNCATE household_assignments")


def _export(place: arena.Arena, database: Database) -> None:
    with database.transaction(caller.operator()) as tx:
        exports.write(
            tx, "facilities", exports.ExportOptions(data.DAY), place.folder / "rows.geojson"
        )


def _exponent(seconds: list[float]) -> float:
    slope, _ = np.polyfit(np.log(_SIZES), np.log(seconds), 1)
    return float(slope)
