"""Units: boundaries of all levels, in one file or several, with their history."""

from datetime import date

import numpy as np
import shapely

from gis import codes, crs
from gis.moved_borders import MovedBorders
from services import assignment
from services.imports import headings, points, rejects, source, tables, unit_plan, unit_store
from services.imports import unit_topology as topology
from services.imports.findings import Finding
from services.imports.job import Job, Outcome
from services.imports.report import FileFaultError
from services.imports.sieve import Sieve, drop_blank
from services.imports.unit_rows import FIELDS, UnitRow, read


def load(job: Job) -> Outcome:
    """Import a boundary file."""
    stored = unit_store.load(job.tx)
    with source.opened(job.path, job.options.layer) as opened:
        if not opened.has_geometry:
            raise FileFaultError("error.import.units.no_geometry")
        columns = headings.match(opened.headings, FIELDS, job.options.mapping)
        headings.demand(columns, FIELDS, opened.headings)
        frame = points.Frame(tables.source_crs(job, opened), _box(stored))
        rows: list[UnitRow] = []
        for batch in opened.batches(columns.used):
            held = Sieve(drop_blank(batch), columns)
            rows += read(held, frame, job)
            job.log.add(*held.findings)
            job.progress("import.step.read", len(rows), opened.total)
        if not rows and not job.log.total:
            raise FileFaultError("error.import.file.no_rows")
        checking = _Checking(job, columns, stored)
        plan = checking.plan(rows)
        refused = job.log.refused_rows()
        if job.options.rejects is not None and len(refused):
            rejects.write(opened, job, refused)
    if job.is_refused:
        return Outcome(rejected=len(refused))
    return _apply(job, stored, plan, len(refused))


def _box(stored: unit_store.StoredUnits) -> tuple[float, float, float, float] | None:
    roots = [
        version.geometry
        for code, versions in stored.versions.items()
        if codes.level_of(code) is codes.Level.DISTRICT
        for version in versions
    ]
    if not roots:
        return None
    west, south, east, north = shapely.total_bounds(roots)
    return points.widened((float(west), float(south), float(east), float(north)))


class _Checking:
    """Rows of a file against each other and against what is stored."""

    def __init__(self, job: Job, columns: headings.Columns, stored: unit_store.StoredUnits) -> None:
        self._job = job
        self._code_heading = columns.of_field["code"]
        self._parent_heading = columns.of_field.get("parent_code", self._code_heading)
        self._stored = stored

    def plan(self, rows: list[UnitRow]) -> unit_plan.Plan:
        """Check everything, leave out the faulty rows, and plan the others."""
        rows = self._without(rows, self._duplicates(rows))
        rows = self._without(rows, self._other_districts(rows))
        plan = self._make(rows)
        self._orphans(plan, {row.code for row in rows})
        faulty = self._topology(plan)
        if faulty and self._job.rejects:
            plan = self._make(self._without(rows, faulty))
            self._orphans(plan, {row.code for row in rows})
        return plan

    def _make(self, rows: list[UnitRow]) -> unit_plan.Plan:
        return unit_plan.make(rows, self._stored, self._job.effective, self._job.run_id)

    @staticmethod
    def _without(rows: list[UnitRow], faulty: set[int]) -> list[UnitRow]:
        return [row for row in rows if row.row not in faulty]

    def _refuse(self, row: UnitRow, heading: str | None, key: str, **params: object) -> None:
        self._job.log.add(Finding(np.array([row.row]), heading, key, {"code": row.code, **params}))

    def _duplicates(self, rows: list[UnitRow]) -> set[int]:
        found: set[int] = set()
        seen: dict[str, list[UnitRow]] = {}
        for row in sorted(rows, key=lambda row: row.row):
            for earlier in seen.get(row.code, []):
                if _overlap(earlier, row):
                    self._refuse(
                        row, self._code_heading, "error.import.code.twice", first=earlier.row
                    )
                    found.add(row.row)
                    break
            seen.setdefault(row.code, []).append(row)
        return found

    def _other_districts(self, rows: list[UnitRow]) -> set[int]:
        """One database is one district: it is measured in one projection."""
        known = sorted(self._stored.metric_epsg)
        districts = sorted({r.code for r in rows if r.level is codes.Level.DISTRICT})
        here = known[0] if known else (districts[0] if districts else None)
        found: set[int] = set()
        for row in rows:
            if here is not None and not row.code.startswith(here):
                self._refuse(
                    row, self._code_heading, "error.import.units.other_district", district=here
                )
                found.add(row.row)
        return found

    def _orphans(self, plan: unit_plan.Plan, in_file: set[str]) -> None:
        for row in plan.orphans:
            known = row.parent_code in self._stored.ids or row.parent_code in in_file
            key = "error.import.units.parent_not_then" if known else "error.import.units.no_parent"
            self._refuse(row, self._parent_heading, key, parent=row.parent_code)

    def _topology(self, plan: unit_plan.Plan) -> set[int]:
        """Name faults of every day on which something changes, each once."""
        found: set[int] = set()
        told: set[object] = set()
        epsg = metric_epsg(self._stored, plan)
        if epsg is None:
            return found
        days = plan.days(self._job.effective)
        for number, day in enumerate(days):
            self._job.progress("import.step.topology", number, len(days))
            concerned = {
                p.row.code: p.row
                for p in plan.rows
                if not p.is_known and p.version.period.contains(day)
            }
            situation = topology.Situation.of(_boundaries_on(plan, day), epsg)
            names = frozenset(concerned)
            for overlap in topology.overlaps(situation, names):
                culprit = overlap.second if overlap.second in concerned else overlap.first
                other = overlap.first if culprit == overlap.second else overlap.second
                if (culprit, other) not in told:
                    told.add((culprit, other))
                    self._refuse(
                        concerned[culprit],
                        None,
                        "error.import.units.overlap",
                        other=other,
                        area=round(overlap.area_m2, 1),
                    )
                    found.add(concerned[culprit].row)
            found |= self._excesses(situation, concerned, told)
            self._gaps(situation, names, told)
        return found

    def _excesses(
        self, situation: topology.Situation, concerned: dict[str, UnitRow], told: set[object]
    ) -> set[int]:
        found: set[int] = set()
        for excess in topology.excesses(situation, frozenset(concerned)):
            pair = ("outside", excess.code, excess.parent)
            if pair in told:
                continue
            told.add(pair)
            row = concerned.get(excess.code) or concerned[excess.parent]
            self._refuse(
                row,
                None,
                "error.import.units.outside_parent",
                child=excess.code,
                parent=excess.parent,
                area=round(excess.area_m2, 1),
            )
            found.add(row.row)
        return found

    def _gaps(
        self, situation: topology.Situation, names: frozenset[str], told: set[object]
    ) -> None:
        for gap in topology.gaps(situation, names):
            if ("gap", gap.parent) not in told:
                told.add(("gap", gap.parent))
                self._job.log.warning(
                    "warning.import.units.gap",
                    code=gap.parent,
                    pieces=gap.pieces,
                    area=round(gap.area_m2, 1),
                )


def _overlap(one: UnitRow, other: UnitRow) -> bool:
    """Whether two rows of one unit are about the same days; without a period they are."""
    begins = max(one.valid_from or date.min, other.valid_from or date.min)
    ends = min(one.valid_to or date.max, other.valid_to or date.max)
    return begins < ends


def _boundaries_on(plan: unit_plan.Plan, day: date) -> dict[str, shapely.MultiPolygon]:
    return {
        code: version.geometry
        for code, versions in plan.versions.items()
        for version in versions
        if version.period.contains(day)
    }


def metric_epsg(stored: unit_store.StoredUnits, plan: unit_plan.Plan) -> int | None:
    """Return where metres are measured: the district's, or from the middle of a new one."""
    for epsg in stored.metric_epsg.values():
        return epsg
    for planned in plan.rows:
        if planned.row.level is codes.Level.DISTRICT:
            west, south, east, north = planned.row.geometry.bounds
            return crs.metric_epsg((west + east) / 2, (south + north) / 2)
    return None


def _apply(job: Job, stored: unit_store.StoredUnits, plan: unit_plan.Plan, refused: int) -> Outcome:
    changed = plan.changed
    epsg = metric_epsg(stored, plan)
    job.progress("import.step.merge", 0, len(changed))
    if changed and epsg is not None:
        unit_store.save(job.tx, stored, changed, epsg)
        job.progress("import.step.assign", 0, None)
        _assign(job, stored, plan)
    absent = stored.ids.keys() - {planned.row.code for planned in plan.rows}
    if absent:
        job.log.note("note.import.units.absent", count=len(absent))
    new = {p.row.row for p in plan.rows if p.is_new and not p.is_known}
    same = {p.row.row for p in plan.rows if p.is_known}
    return Outcome(
        inserted=len(new),
        updated=len(plan.rows) - len(new) - len(same),
        unchanged=len(same),
        rejected=refused,
    )


def _assign(job: Job, stored: unit_store.StoredUnits, plan: unit_plan.Plan) -> None:
    """Bring assignments up to date: everywhere at first, else where a border moved."""
    if not stored.ids:
        assignment.assign_all(job.tx)
        return
    before: list[shapely.MultiPolygon | None] = []
    after: list[shapely.MultiPolygon | None] = []
    unit_ids: list[int] = []
    for planned in plan.rows:
        if planned.is_known:
            continue
        if planned.row.code in stored.ids:
            unit_ids.append(stored.ids[planned.row.code])
        replaced = [
            version.geometry
            for version in stored.versions.get(planned.row.code, [])
            if version.period.overlaps(planned.version.period)
        ]
        before.extend(replaced or [None])
        after.extend([planned.row.geometry] * max(len(replaced), 1))
    moved = MovedBorders.between(np.array(before, dtype=object), np.array(after, dtype=object))
    assignment.assign_where_borders_moved(job.tx, moved, np.array(unit_ids, dtype=np.int64))
