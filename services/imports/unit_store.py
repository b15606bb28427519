"""Units and their versions in the database: read for comparison, written as planned."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely

from gis import codes
from services.database import Transaction
from services.imports.unit_history import Period, Version

_UNITS = "SELECT code, id FROM units"
_VERSIONS = """
    SELECT u.code, v.id, v.name, v.kind, lower(v.valid), upper(v.valid), v.import_run_id,
           ST_AsBinary(v.geom)
    FROM units u JOIN unit_versions v ON v.unit_id = u.id
"""
_METRIC = "SELECT code, metric_epsg FROM units WHERE level = 'district'"
_NEW_UNIT = """
    INSERT INTO units (code, level, parent_code, metric_epsg) VALUES (%s, %s, %s, %s) RETURNING id
"""
_DELETE = "DELETE FROM unit_versions WHERE id = ANY(%s)"
_SHRINK = "UPDATE unit_versions SET valid = daterange(%s::date, %s::date) WHERE id = %s"
_INSERT = """
    INSERT INTO unit_versions (unit_id, name, kind, valid, geom, import_run_id)
    VALUES (%s, %s, %s, daterange(%s::date, %s::date), ST_GeomFromWKB(%s, 4490), %s)
"""


@dataclass(frozen=True)
class StoredUnits:
    """Everything stored of units.

    Attributes
    ----------
    ids
        By code.
    versions
        By code, each unit's by period.
    metric_epsg
        Where the district's metres are measured, by its code.
    """

    ids: Mapping[str, int]
    versions: Mapping[str, list[Version]]
    metric_epsg: Mapping[str, int]


def load(tx: Transaction) -> StoredUnits:
    """Read all units with all versions."""
    rows: list[Any] = tx.driver.execute(_VERSIONS).fetchall()
    shapes = shapely.from_wkb(np.array([bytes(row[7]) for row in rows], dtype=object))
    versions: dict[str, list[Version]] = {}
    for (code, number, name, kind, lower, upper, run_id, _), shape in zip(
        rows, shapes, strict=True
    ):
        version = Version(Period(lower, upper), name, kind, shape, number, run_id)
        versions.setdefault(code, []).append(version)
    for known in versions.values():
        known.sort(key=lambda version: version.period.lower or date.min)
    units: list[Any] = tx.driver.execute(_UNITS).fetchall()
    metric: list[Any] = tx.driver.execute(_METRIC).fetchall()
    return StoredUnits(dict(units), versions, dict(metric))


def save(
    tx: Transaction,
    stored: StoredUnits,
    planned: Mapping[str, list[Version]],
    metric_epsg: int,
) -> None:
    """Write units and versions so that those planned are what is stored.

    Parameters
    ----------
    planned
        All versions of every unit that changes, by code.
    metric_epsg
        For a district that is new.
    """
    ids = dict(stored.ids)
    with tx.driver.cursor() as cursor:
        for code in sorted(planned.keys() - ids.keys()):
            is_root = codes.level_of(code) is codes.Level.DISTRICT
            row = cursor.execute(
                _NEW_UNIT,
                (
                    code,
                    codes.level_of(code).value,
                    codes.parent_of(code),
                    metric_epsg if is_root else None,
                ),
            ).fetchone()
            ids[code] = int(str(row[0])) if row else 0
        # First what ends, then what shrinks, then what begins: periods never overlap on the way.
        before = [(code, version) for code in planned for version in stored.versions.get(code, [])]
        kept = {version.id: version for known in planned.values() for version in known}
        cursor.execute(_DELETE, ([v.id for _, v in before if v.id not in kept],))
        cursor.executemany(_SHRINK, _shrunk([v for _, v in before], kept))
        cursor.executemany(
            _INSERT,
            [
                (
                    ids[code],
                    version.name,
                    version.kind,
                    version.period.lower,
                    version.period.upper,
                    shapely.to_wkb(version.geometry),
                    version.run_id,
                )
                for code, known in planned.items()
                for version in known
                if version.id is None
            ],
        )


def _shrunk(
    before: Iterable[Version], kept: Mapping[int | None, Version]
) -> list[tuple[date | None, date | None, int]]:
    return [
        (kept[version.id].period.lower, kept[version.id].period.upper, version.id)
        for version in before
        if version.id is not None
        and version.id in kept
        and kept[version.id].period != version.period
    ]
