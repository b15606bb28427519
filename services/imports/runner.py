"""The one way in for every import: lock, read, check, store, report, all in one transaction."""

import functools
import hashlib
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from services import audit, errors, sealing
from services.caller import Caller
from services.database import Database, Transaction
from services.imports import locks, runs, source
from services.imports.findings import ProblemLog
from services.imports.job import Importer, Job, Outcome
from services.imports.options import ImportKind, ImportOptions, Progress, no_progress
from services.imports.report import FileFaultError, ImportRefusedError, ImportReport, Problem

_TODAY = sa.text("SELECT current_date")


def _importer(kind: ImportKind) -> Importer:
    """Return what imports a kind of file, read in only now.

    Roads and tracks bring half of SciPy along: whoever imports a table of people does not wait
    for it. A module either loads (``load``) or says what its table is like (``KIND``).
    """
    module = importlib.import_module(f"{__package__}.{kind}")
    if hasattr(module, "KIND"):
        tables = importlib.import_module(f"{__package__}.tables")
        return functools.partial(tables.load, module.KIND)
    load: Importer = module.load
    return load


def run(
    database: Database,
    caller: Caller,
    kind: ImportKind,
    path: Path,
    options: ImportOptions,
    progress: Progress = no_progress,
) -> ImportReport:
    """Import a file: all of it or, with faults, nothing (or the good rows, if so asked).

    Parameters
    ----------
    progress
        Told each step; raises `errors.CancelledError` to stop, and then nothing is changed.

    Returns
    -------
    ImportReport
        What was done, or in a dry run would have been.

    Raises
    ------
    ImportRefusedError
        The file has faults; nothing was changed. Carries the report.
    errors.ConflictError
        Another import is under way.
    errors.CancelledError
        It was cancelled; nothing was changed.
    """
    log = ProblemLog()
    with database.transaction(caller) as tx:
        locks.hold(tx, kind)
        sha256 = _digest(path)
        record = runs.begin(database, caller, kind, options, kind.file_name(path.name), sha256)
        today = tx.sql.execute(_TODAY).scalar_one()
        if options.sealer is not None:
            options = replace(options, sealer=sealing.held(tx, options.sealer))
        job = Job(tx, path, options, log, progress, today, record.id, sha256 or "")
        with _recorded(record, kind, job):
            source.check(path)
            outcome = _importer(kind)(job)
            if job.is_refused:
                raise _refusal(kind, job, outcome)
            if options.dry_run:
                tx.sql.rollback()
                record.end_apart("checked", outcome, log.first())
            else:
                record.end(tx, "done", outcome, log.first())
                _tell(tx, kind, record, outcome)
                tx.commit()
    return _report(kind, job, outcome, applied=not options.dry_run)


def _tell(tx: Transaction, kind: ImportKind, record: runs.Run, outcome: Outcome) -> None:
    """Let the audit log tell what the history of imports tells: who brought in how much."""
    inserted, updated = outcome.inserted, outcome.updated
    audit.append(
        tx, "import_done", kind=kind.value, run=record.id, inserted=inserted, updated=updated
    )


@contextmanager
def _recorded(record: runs.Run, kind: ImportKind, job: Job) -> Iterator[None]:
    """Let the history tell of an import that failed; turn a faulty file into a refusal."""
    finished = False
    status, outcome = "failed", Outcome()
    try:
        yield
        finished = True
    except FileFaultError as error:
        status = "refused"
        raise _refused_as_a_whole(kind, job, error) from error
    except ImportRefusedError as error:
        status, outcome = "refused", Outcome(rejected=error.report.rejected)
        raise
    except (errors.WanggeError, KeyboardInterrupt) as error:
        status = runs.status_of(error)
        raise
    finally:
        if not finished:
            job.tx.sql.rollback()  # its locks must not stand in the way of what is told of it
            record.end_apart(status, outcome, job.log.first())


def _refusal(kind: ImportKind, job: Job, outcome: Outcome) -> ImportRefusedError:
    report = _report(kind, job, outcome, applied=False)
    return ImportRefusedError(
        report, "error.import.refused", problems=job.log.total, rows=outcome.rejected
    )


def _refused_as_a_whole(kind: ImportKind, job: Job, error: FileFaultError) -> ImportRefusedError:
    problem = error.problem
    report = _report(kind, job, Outcome(), applied=False, whole=problem)
    return ImportRefusedError(report, error.key, **error.params)


def _report(
    kind: ImportKind, job: Job, outcome: Outcome, *, applied: bool, whole: Problem | None = None
) -> ImportReport:
    first = job.log.first() if whole is None else (whole, *job.log.first())
    counts = dict(job.log.counts)
    if whole is not None:
        counts[whole.key] = counts.get(whole.key, 0) + 1
    return ImportReport(
        kind=kind,
        file_name=job.path.name,
        inserted=outcome.inserted,
        updated=outcome.updated,
        unchanged=outcome.unchanged,
        rejected=outcome.rejected,
        problems=first,
        problem_counts=counts,
        warnings=tuple(job.log.warnings),
        notes=tuple(job.log.notes),
        dry_run=job.options.dry_run,
        run_id=job.run_id,
        applied=applied,
    )


def _digest(path: Path) -> str | None:
    """SHA-256 of a file, or of a folder's files by name; None if it cannot be read."""
    try:
        files = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
        if len(files) == 1:
            with files[0].open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        whole = hashlib.sha256()
        for file in files:
            with file.open("rb") as stream:
                whole.update(hashlib.file_digest(stream, "sha256").digest())
        return whole.hexdigest()
    except OSError:
        return None
