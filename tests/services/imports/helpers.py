"""Files to import, and short ways to import them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely

from services import caller as callers
from services.database import Database
from services.imports import runner
from services.imports.options import ImportKind, ImportOptions, OnError
from services.imports.report import ImportRefusedError, ImportReport
from services.sealing import Sealer
from tests.services import builders

DISTRICT, WEST, EAST = "340405", "340405001", "340405002"
LON, LAT, SIDE = 116.80, 32.60, 0.01
SEALER = Sealer(b"k" * 32, b"h" * 32)
OPTIONS = ImportOptions(sealer=SEALER)
REJECT = replace(OPTIONS, on_error=OnError.REJECT)


def run(
    database: Database, kind: ImportKind, path: Path, options: ImportOptions = OPTIONS
) -> ImportReport:
    return runner.run(database, callers.operator(), kind, path, options)


def refused(
    database: Database, kind: ImportKind, path: Path, options: ImportOptions = OPTIONS
) -> ImportReport:
    """Import a file that must be refused; its report."""
    with pytest.raises(ImportRefusedError) as caught:
        run(database, kind, path, options)
    assert not caught.value.report.applied
    return caught.value.report


def told(report: ImportReport) -> list[tuple[int | None, str | None, str]]:
    """Where and what the problems are."""
    return [(problem.row, problem.field, problem.key) for problem in report.problems]


def fetch(database: Database, query: str) -> list[Any]:
    with database.transaction(callers.operator()) as tx:
        return [tuple(row) for row in tx.driver.execute(query.encode()).fetchall()]


def one(database: Database, query: str) -> Any:
    return fetch(database, query)[0][0]


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def square(first: int = 0, count: int = 1, up: int = 0) -> shapely.Polygon:
    """Squares side by side."""
    west, south = LON + SIDE * first, LAT + SIDE * up
    return shapely.box(west, south, west + SIDE * count, south + SIDE)


def feature(geometry: object, **properties: object) -> dict[str, Any]:
    if isinstance(geometry, shapely.Geometry):
        geometry = shapely.geometry.mapping(geometry)
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def geojson(path: Path, features: Sequence[Mapping[str, Any]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def unit(geometry: object, code: str, name: str | None = None, **more: object) -> dict[str, Any]:
    return feature(geometry, code=code, name=name or f"单元{code}", **more)


def units(path: Path) -> Path:
    """A district of two squares and its two townships, as a file."""
    return geojson(
        path,
        [unit(square(0, 2), DISTRICT), unit(square(0), WEST), unit(square(1), EAST)],
    )


def make_district(database: Database) -> None:
    """A district of two squares and its two townships, in the database."""
    with database.transaction(callers.operator()) as tx:
        builders.unit(tx, DISTRICT, square(0, 2))
        builders.unit(tx, WEST, square(0))
        builders.unit(tx, EAST, square(1))
        tx.commit()


def versions(database: Database, code: str) -> list[tuple[date | None, date | None]]:
    return [
        (lower, upper)
        for lower, upper in fetch(
            database,
            "SELECT lower(valid), upper(valid) FROM unit_versions v JOIN units u ON u.id = unit_id"
            f" WHERE code = '{code}' ORDER BY lower(valid) NULLS FIRST",
        )
    ]
