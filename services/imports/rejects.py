"""The file of refused rows: the user's own columns, and a reason for each row.

It holds the rows as they were, personal data included: only its owner may read it. What a
spreadsheet would run as a formula is marked, and read as it was when the file comes back.
"""

import csv
import os
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

import numpy as np
import shapely

from gis.arrays import Int64s
from services import formula_cells
from services.imports.batches import Batch, Source
from services.imports.job import Job
from services.imports.report import Problem

REASON = "reason"
_GEOMETRY = "geometry"


def write(opened: Source, job: Job, refused: Int64s) -> None:
    """Read the file once more and write the refused rows as CSV.

    UTF-8 with a byte order mark, so that spreadsheets read the Chinese right.
    """
    target = job.options.rejects
    if target is None:
        return
    job.progress("import.step.rejects", 0, len(refused))
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(descriptor, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as stream:
        _write(stream, opened, job, refused)


def _write(stream: TextIO, opened: Source, job: Job, refused: Int64s) -> None:
    columns = tuple(dict.fromkeys(opened.headings))
    extra = [_GEOMETRY] if opened.has_geometry else []
    writer = csv.writer(stream)
    writer.writerow(formula_cells.guarded_row([*columns, *extra, REASON]))
    for batch in opened.batches(columns):
        rows = sorted(_refused_of(batch, columns, refused), key=lambda row: row[0])
        problems = job.log.of_rows(np.array([number for number, _ in rows], dtype=np.int64))
        for number, values in rows:
            reason = "; ".join(_words(job, problem) for problem in problems[number])
            writer.writerow(formula_cells.guarded_row([*values, reason]))


def _refused_of(
    batch: Batch, columns: Sequence[str], refused: Int64s
) -> Iterator[tuple[int, list[Any]]]:
    index = np.flatnonzero(np.isin(batch.rows, refused))
    values = [batch.columns[name].take(index).to_pylist() for name in columns]
    if batch.geometry is not None:
        values.append(shapely.to_wkt(batch.geometry[index], rounding_precision=-1).tolist())
    for position, number in enumerate(batch.rows[index]):
        yield int(number), [column[position] for column in values]
    for ragged in batch.ragged:
        padded = [*ragged.values, *[None] * len(columns)]
        yield ragged.row, padded[: len(columns)]


def _words(job: Job, problem: Problem) -> str:
    if job.options.render is not None:
        return job.options.render(problem)
    return f"{problem.field}: {problem.key}" if problem.field else problem.key
