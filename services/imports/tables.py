"""Imports of tables: every row checked in batches, copied to the server, merged by code."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from gis import crs
from gis.arrays import Int32s, Int64s
from services import errors, units
from services.imports import (
    batches,
    bulk,
    copying,
    headings,
    points,
    rejects,
    sieve,
    source,
    staging,
)
from services.imports.findings import Finding
from services.imports.job import Job, Outcome
from services.imports.report import FileFaultError
from services.imports.target import RUN, Closed, Target


@dataclass(frozen=True)
class Context:
    """What a table's checks need to know beside the rows.

    Attributes
    ----------
    frame
        How coordinates are to be read; None for tables without a place.
    """

    job: Job
    columns: headings.Columns
    frame: points.Frame | None


@dataclass(frozen=True)
class TableKind:
    """A table that can be imported.

    Attributes
    ----------
    clean
        Checks a batch; returns Arrow arrays by column of the target, ``code`` among them.
    placed
        Told the ids of rows that are new or lie elsewhere than before.
    personal
        Fields whose values must not be quoted.
    """

    target: Target
    fields: tuple[headings.Field, ...]
    clean: Callable[[sieve.Sieve, Context], dict[str, Any]]
    placed: Callable[[Job, Int32s], None]
    has_place: bool = True
    personal: frozenset[str] = field(default_factory=frozenset)


_LON_LAT = headings.fields("""
    lon! 经度 东经 x lng longitude 经度坐标 x坐标
    lat! 纬度 北纬 y latitude 纬度坐标 y坐标
""")
_WKT = headings.fields("geometry wkt geom 几何 图形 位置")


def load(kind: TableKind, job: Job) -> Outcome:
    """Import a table."""
    with source.opened(job.path, job.options.layer) as opened:
        context = _context(kind, job, opened)
        direct = kind.target.reference is None and bulk.is_empty(job.tx, kind.target)
        fill = _fill_empty if direct else _fill_by_merge
        merged = fill(kind, context, opened)
        refused = job.log.refused_rows()
        if job.options.rejects is not None and len(refused):
            rejects.write(opened, job, refused)
    if job.is_refused:
        return Outcome(rejected=len(refused))
    if not (merged.inserted + merged.updated + merged.unchanged + len(refused)):
        raise FileFaultError("error.import.file.no_rows")
    kind.placed(job, merged.placed)
    return Outcome(merged.inserted, merged.updated, merged.unchanged, len(refused))


def _context(kind: TableKind, job: Job, opened: batches.Source) -> Context:
    known = (*kind.fields, *_LON_LAT, *_WKT) if kind.has_place else kind.fields
    columns = headings.match(opened.headings, known, job.options.mapping)
    if not opened.has_geometry:
        headings.demand_any(columns, kind.fields)
    by_numbers = kind.has_place and not opened.has_geometry and points.WKT not in columns
    headings.demand(columns, known if by_numbers else kind.fields, opened.headings)
    if columns.unused:
        job.log.note("note.import.unused_columns", columns=", ".join(columns.unused))
    if opened.unfinished:
        job.log.warning("warning.import.unfinished")
    return Context(job, columns, _frame(job, opened) if kind.has_place else None)


def _frame(job: Job, opened: batches.Source) -> points.Frame:
    return points.Frame(source_crs(job, opened), _box(job))


def source_crs(job: Job, opened: batches.Source) -> crs.SourceCrs:
    """Decide what the coordinates of a file are in: the option, the file, else degrees.

    Raises
    ------
    FileFaultError
        The option names no CRS; a layer does not say what it is in.
    """
    if job.options.crs is not None:
        try:
            return crs.parse_crs(job.options.crs)
        except ValueError as error:
            raise FileFaultError("error.import.crs.unknown", crs=job.options.crs) from error
    if opened.crs is None and opened.has_geometry:
        raise FileFaultError("error.import.crs.not_said")
    return opened.crs or crs.SourceCrs(crs.CrsKind.EPSG, crs.STORED)


def _box(job: Job) -> tuple[float, float, float, float] | None:
    try:
        return points.widened(units.root(job.tx, job.today).bounds)
    except errors.NotFoundError:
        job.log.warning("warning.import.no_units")
        return None


def _checked(
    kind: TableKind, context: Context, opened: batches.Source
) -> Iterator[tuple[Int64s, dict[str, Any]]]:
    """Check batch by batch; yields the numbers of good rows and their columns."""
    job, done = context.job, 0
    for batch in opened.batches(context.columns.used):
        held = sieve.Sieve(sieve.drop_blank(batch), context.columns, kind.personal)
        cleaned = kind.clean(held, context)
        if RUN in kind.target.columns:
            cleaned[RUN.name] = pa.array(np.full(len(held), job.run_id))
        job.log.add(*held.findings)
        done += len(batch.rows)
        job.progress("import.step.read", done, opened.total)
        if held.refused.any():
            good = pa.array(~held.refused)
            yield (
                held.batch.rows[~held.refused],
                {name: column.filter(good) for name, column in cleaned.items()},
            )
        else:
            yield held.batch.rows, cleaned


def _fill_empty(kind: TableKind, context: Context, opened: batches.Source) -> staging.Merged:
    job, target = context.job, kind.target
    columns = ["code", *(column.name for column in target.present(context.columns.of_field))]
    base = bulk.first_free_id(job.tx, target) - 1
    definitions = bulk.take_off(job.tx, target)
    copied: list[Int32s] = []
    with copying.into(job.tx, target.table, ["id", *columns]) as copy:
        for rows, cleaned in _checked(kind, context, opened):
            if len(rows):
                copied.append((base + rows).astype(np.int32))
                arrays = [pa.array(copied[-1]), *(cleaned[name] for name in columns)]
                record = pa.record_batch(arrays, names=["id", *columns])
                copy.write(_side_by_side(record) if staging.PLACE in columns else record)
    ids = np.concatenate([*copied, np.zeros(0, dtype=np.int32)])
    if len(ids):
        bulk.use_up(job.tx, target, int(ids[-1]))
    job.progress("import.step.index", 0, None)
    if job.is_refused or not bulk.put_back(job.tx, definitions):
        found = bulk.duplicates(job.tx, target, base)
        twice = _note_duplicates(context, found)
        ids = np.setdiff1d(ids, (base + twice).astype(np.int32))
        if job.rejects:
            bulk.delete(job.tx, target, base + twice)
            bulk.put_back(job.tx, definitions)
    return staging.Merged(len(ids), 0, 0, ids)


def _side_by_side(record: Any) -> Any:
    """Lay the rows of neighbours side by side; each keeps its id."""
    return record.take(pa.array(points.side_by_side(record.column(staging.PLACE))))


def _fill_by_merge(kind: TableKind, context: Context, opened: batches.Source) -> staging.Merged:
    job, target = context.job, kind.target
    columns = target.present(context.columns.of_field)
    order = staging.create(job.tx, columns, target.reference)
    with copying.into(job.tx, staging.TABLE, order) as copy:
        for rows, cleaned in _checked(kind, context, opened):
            arrays = [pa.array(rows), *(cleaned[name] for name in order[1:])]
            copy.write(pa.record_batch(arrays, names=order))
    job.progress("import.step.compare", 0, None)
    staging.forget(job.tx, _note_duplicates(context, staging.duplicates(job.tx)))
    if target.reference is not None:
        staging.forget(job.tx, _note_unknown(kind, context))
    if target.closed is not None:
        staging.forget(job.tx, _note_closed(context, target, target.closed))
    if job.is_refused:
        return staging.Merged(0, 0, 0, np.zeros(0, dtype=np.int32))
    job.progress("import.step.merge", 0, None)
    if not bulk.is_empty(job.tx, target):
        return staging.merge(job.tx, target, columns)
    definitions = bulk.take_off(job.tx, target)
    merged = staging.merge(job.tx, target, columns)
    bulk.put_back(job.tx, definitions)
    return merged


def _note_duplicates(context: Context, found: list[tuple[Any, ...]]) -> Int64s:
    rows = np.array([row for row, _, _ in found], dtype=np.int64)
    each = {"first": [first for _, first, _ in found], "code": [code for _, _, code in found]}
    column = context.columns.of_field["code"]
    context.job.log.add(Finding(rows, column, "error.import.code.twice", each=each))
    return rows


def _note_closed(context: Context, target: Target, rule: Closed) -> Int64s:
    found = staging.closed(context.job.tx, target, rule)
    rows = np.array([row for row, _ in found], dtype=np.int64)
    each = {"code": [code for _, code in found]}
    context.job.log.add(Finding(rows, context.columns.of_field["code"], rule.key, each=each))
    return rows


def _note_unknown(kind: TableKind, context: Context) -> Int64s:
    reference = kind.target.reference
    if reference is None:
        return np.zeros(0, dtype=np.int64)
    found = staging.unknown(context.job.tx, reference)
    rows = np.array([row for row, _ in found], dtype=np.int64)
    column = context.columns.of_field.get(reference.field, reference.field)
    each = {"code": [code for _, code in found]}
    context.job.log.add(Finding(rows, column, reference.unknown_key, each=each))
    return rows
