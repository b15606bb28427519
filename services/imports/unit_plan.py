"""What becomes of the stored units when a boundary file is applied."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gis import codes
from services.imports.unit_history import (
    Period,
    Version,
    cover,
    default_period,
    is_known,
    put,
)
from services.imports.unit_rows import UnitRow
from services.imports.unit_store import StoredUnits


@dataclass(frozen=True)
class PlannedRow:
    """A row and the version it stands for.

    Attributes
    ----------
    is_known
        Whether it says what is stored already.
    is_new
        Whether the unit was not there before.
    """

    row: UnitRow
    version: Version
    is_known: bool
    is_new: bool


@dataclass(frozen=True)
class Plan:
    """Planned rows, and all versions by code as they will be: of every unit, changed or not."""

    rows: tuple[PlannedRow, ...]
    versions: Mapping[str, list[Version]]
    orphans: tuple[UnitRow, ...]

    @property
    def changed(self) -> dict[str, list[Version]]:
        """Versions of the units that change, by code."""
        codes_changed = {planned.row.code for planned in self.rows if not planned.is_known}
        return {code: self.versions[code] for code in codes_changed}

    def days(self, effective: date) -> list[date]:
        """Days on which the boundaries of the file become valid, the effective day among them."""
        begins = {p.version.period.lower for p in self.rows if not p.is_known}
        ends = {p.version.period.upper for p in self.rows if not p.is_known}
        return sorted({effective, *(day for day in begins | ends if day is not None)})


def make(rows: list[UnitRow], stored: StoredUnits, effective: date, run_id: int) -> Plan:
    """Plan which version each row becomes, parents before children.

    Rows whose parent is in neither the file nor the database, or does not exist at the time, are
    the plan's orphans and change nothing.
    """
    versions = {code: list(known) for code, known in stored.versions.items()}
    had_children = {codes.parent_of(code) for code in stored.ids}
    planned, orphans = [], []
    for row in sorted(rows, key=lambda row: (len(row.code), row.code, row.valid_from or date.min)):
        above = [] if row.parent_code is None else versions.get(row.parent_code, [])
        period = _period(row, versions.get(row.code, []), above, effective, had_children)
        if row.parent_code is not None and not cover((v.period for v in above), period):
            orphans.append(row)
            continue
        version = Version(period, row.name, row.kind.value, row.geometry, run_id=run_id)
        known = is_known(versions.get(row.code, []), version)
        planned.append(PlannedRow(row, version, known, row.code not in stored.ids))
        if not known:
            versions[row.code] = put(versions.get(row.code, []), version)
    return Plan(tuple(planned), versions, tuple(orphans))


def _period(
    row: UnitRow,
    own: list[Version],
    above: list[Version],
    effective: date,
    had_children: set[str | None],
) -> Period:
    """Return the days a row is about.

    A unit that is new in an area divided before begins on the effective day; the first division
    of an area is as old as the area: no day is left without it.
    """
    if row.has_period:
        return Period(row.valid_from, row.valid_to)
    taken_over = default_period(own, effective)
    if taken_over is not None:
        return taken_over
    parent_then = next((v.period for v in above if v.period.contains(effective)), None)
    if row.parent_code in had_children and row.parent_code is not None:
        return Period(effective, parent_then.upper if parent_then else None)
    whole = _contiguous([version.period for version in above], effective)
    return whole or Period()


def _contiguous(periods: list[Period], day: date) -> Period | None:
    """Join the periods around a day that follow each other without a gap."""
    around = next((period for period in periods if period.contains(day)), None)
    if around is None:
        return None
    grown = True
    while grown:
        grown = False
        for period in periods:
            if period.upper is not None and period.upper == around.lower:
                around, grown = Period(period.lower, around.upper), True
            if period.lower is not None and period.lower == around.upper:
                around, grown = Period(around.lower, period.upper), True
    return around
