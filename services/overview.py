"""What is in the system: counts, past imports, and what is still missing for a first answer."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from gis import codes
from services import network
from services.database import Transaction
from services.imports import locks
from services.imports.options import ImportKind


class RunStatus(StrEnum):
    """How an import ended."""

    RUNNING = "running"
    CHECKED = "checked"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What has to be imported, in this order."""

    UNITS = "units"
    NETWORK = "network"
    HOUSEHOLDS = "households"
    RESIDENTS = "residents"
    FACILITIES = "facilities"


@dataclass(frozen=True)
class Counts:
    """How much of each there is.

    Attributes
    ----------
    units
        Units of the as-of day, by level, the highest first.
    network
        The walking network; None: none was imported.
    """

    units: dict[codes.Level, int]
    households: int
    residents: int
    facilities: int
    network: network.NetworkInfo | None

    @property
    def missing(self) -> tuple[Step, ...]:
        """What is still to be imported, in order."""
        present = {
            Step.UNITS: bool(self.units),
            Step.NETWORK: self.network is not None,
            Step.HOUSEHOLDS: bool(self.households),
            Step.RESIDENTS: bool(self.residents),
            Step.FACILITIES: bool(self.facilities),
        }
        return tuple(step for step in Step if not present[step])


@dataclass(frozen=True)
class ImportRun:
    """One import as the history keeps it; counts are None while it runs."""

    id: int
    kind: str
    file_name: str
    caller: str
    status: RunStatus
    generated: bool
    started_at: datetime
    finished_at: datetime | None
    inserted: int | None
    updated: int | None
    unchanged: int | None
    rejected: int | None


_UNITS = sa.text("""
    SELECT u.level, count(*) AS n
    FROM units u JOIN unit_versions v ON v.unit_id = u.id AND v.valid @> CAST(:as_of AS date)
    GROUP BY u.level
""")
_OTHERS = sa.text("""
    SELECT (SELECT count(*) FROM households) AS households,
           (SELECT count(*) FROM residents WHERE left_on IS NULL OR left_on > :as_of) AS residents,
           (SELECT count(*) FROM facilities
            WHERE (opened_on IS NULL OR opened_on <= :as_of)
              AND (closed_on IS NULL OR closed_on > :as_of)) AS facilities
""")
_RUNS = sa.text("""
    SELECT id, kind, file_name, caller, status, generated, started_at, finished_at,
           inserted, updated, unchanged, rejected
    FROM import_runs ORDER BY id DESC LIMIT :limit
""")


def counts(tx: Transaction, as_of: date) -> Counts:
    """Count what is there on a day."""
    found = {codes.Level(row.level): row.n for row in tx.sql.execute(_UNITS, {"as_of": as_of})}
    levels = {level: found[level] for level in codes.Level if level in found}
    others = tx.sql.execute(_OTHERS, {"as_of": as_of}).one()
    return Counts(levels, others.households, others.residents, others.facilities, network.info(tx))


def import_runs(tx: Transaction, limit: int = 20) -> tuple[ImportRun, ...]:
    """Return the latest imports, the newest first; one whose process was killed has failed."""
    rows = tx.sql.execute(_RUNS, {"limit": limit}).all()
    if not any(row.status == RunStatus.RUNNING for row in rows):
        return tuple(_run(row, RunStatus(row.status)) for row in rows)
    alive = locks.held(tx)
    return tuple(_run(row, _status(row, alive)) for row in rows)


def _status(row: sa.Row[Any], alive: frozenset[ImportKind]) -> RunStatus:
    if row.status == RunStatus.RUNNING and row.kind not in alive:
        return RunStatus.FAILED
    return RunStatus(row.status)


def _run(row: sa.Row[Any], status: RunStatus) -> ImportRun:
    return ImportRun(
        id=row.id,
        kind=row.kind,
        file_name=row.file_name,
        caller=row.caller,
        status=status,
        generated=row.generated,
        started_at=row.started_at,
        finished_at=row.finished_at,
        inserted=row.inserted,
        updated=row.updated,
        unchanged=row.unchanged,
        rejected=row.rejected,
    )
