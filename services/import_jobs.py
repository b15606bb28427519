"""Imports as jobs: an upload is kept, worked off in the background, its report left behind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from services import caller as callers
from services import errors, jobs
from services.caller import Caller
from services.database import Database, Transaction
from services.imports import runner
from services.imports.options import ImportKind, ImportOptions, OnError, Progress
from services.imports.report import ImportRefusedError, ImportReport, Problem
from services.rights import Right
from services.sealing import Sealer
from services.spool import Spool

TASK = "import"
Words = Callable[[str], Callable[[Problem], str]]
"""Returns what puts a problem into words of a language."""
_VERBS = ("check", "import")
# No upload begins with a dot (`spool.plain_name`), so these never take an upload's place.
_REJECTS = ".imported.csv"
_REJECTS_OF_CHECK = ".checked.csv"


@dataclass(frozen=True)
class ImportRequest:
    """What is to be imported, as it can be written down and found again.

    Attributes
    ----------
    path
        The upload.
    crs, mapping, on_error, effective
        As in `services.imports.ImportOptions`.
    language
        Of whoever asks, for the reasons in the file of refused rows.
    """

    kind: ImportKind
    path: Path
    crs: str | None = None
    dry_run: bool = False
    on_error: OnError = OnError.ABORT
    effective: date | None = None
    language: str = ""

    @property
    def rejects_name(self) -> str:
        """Name of the file of refused rows, beside the upload: it goes when the upload goes."""
        return _REJECTS_OF_CHECK if self.dry_run else _REJECTS

    def to_json(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            "kind": self.kind.value,
            "path": str(self.path),
            "crs": self.crs,
            "dry_run": self.dry_run,
            "on_error": self.on_error.value,
            "effective": self.effective.isoformat() if self.effective else None,
            "language": self.language,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "ImportRequest":
        """Return what `to_json` wrote down."""
        effective = values["effective"]
        return cls(
            kind=ImportKind(values["kind"]),
            path=Path(values["path"]),
            crs=values["crs"],
            dry_run=values["dry_run"],
            on_error=OnError(values["on_error"]),
            effective=date.fromisoformat(effective) if effective else None,
            language=values.get("language", ""),
        )


def right_of(kind: ImportKind) -> Right:
    """Return the right that an import takes, and whatever is left of it."""
    return Right.LOAD_PEOPLE if kind.is_of_people else Right.LOAD_PLACES


def right_about(job: jobs.Job) -> Right | None:
    """Return the right that it takes to stop a job, or read what it says of a file.

    None: the job is no import, and right of those who see jobs at all.
    """
    part, _, kind = job.title_key.removeprefix("job.").partition(".")
    return right_of(ImportKind(kind)) if part in _VERBS else None


def submit(tx: Transaction, request: ImportRequest) -> int:
    """Ask for an import; return the number of its job."""
    verb = _VERBS[not request.dry_run]
    return jobs.submit(
        tx,
        TASK,
        {"caller": tx.caller.name, "request": request.to_json()},
        f"job.{verb}.{request.kind}",
        file=request.path.name,
    )


def run(
    database: Database,
    spool: Spool,
    sealer: Sealer,
    words: Words,
    progress: Progress,
    arguments: Mapping[str, Any],
) -> dict[str, Any]:
    """Work one import off and return its outcome, as JSON can hold it.

    The upload is deleted, except after a check that its owner may follow by the import itself.
    Refused rows lie beside it (`rejects`) for a day, or until the upload is discarded.

    Parameters
    ----------
    words
        Puts the reasons in the file of refused rows into the language of whoever asked.

    Raises
    ------
    errors.CancelledError
        It was cancelled; nothing was changed.
    """
    request = ImportRequest.from_json(arguments["request"])
    target = request.path.with_name(request.rejects_name)
    target.unlink(missing_ok=True)
    caller = Caller(arguments["caller"], callers.Role.OPERATOR)
    options = ImportOptions(
        crs=request.crs,
        dry_run=request.dry_run,
        on_error=request.on_error,
        rejects=target,
        effective=request.effective,
        sealer=sealer,
        render=words(request.language),
    )
    try:
        report = runner.run(database, caller, request.kind, request.path, options, progress)
    except ImportRefusedError as error:
        return {**_told(error), "report": _outcome(error.report), "request": request.to_json()}
    except (errors.RefusedError, errors.ConflictError, errors.NotFoundError) as error:
        return {**_told(error), "request": request.to_json()}
    if not request.dry_run:
        (spool.empty if report.rejected else spool.discard)(request.path)
    return {"report": _outcome(report), "request": request.to_json()}


def rejects(spool: Spool, request: ImportRequest) -> Path | None:
    """Return the file of the rows that an import or a check refused; None: there is none now.

    It holds its owner's rows as they were, personal data included.
    """
    return spool.beside(request.path, request.rejects_name)


def _told(error: errors.WanggeError) -> dict[str, Any]:
    return {"error": {"key": error.key, "params": _plain(error.params)}}


def _outcome(report: ImportReport) -> dict[str, Any]:
    return {
        "inserted": report.inserted,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "rejected": report.rejected,
        "applied": report.applied,
        "dry_run": report.dry_run,
        "run_id": report.run_id,
        "problems": [_problem(problem) for problem in report.problems],
        "problem_counts": dict(report.problem_counts),
        "warnings": [_problem(problem) for problem in report.warnings],
        "notes": [_problem(problem) for problem in report.notes],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "field": problem.field,
        "key": problem.key,
        "params": _plain(problem.params),
    }


def _plain(params: Mapping[str, object]) -> dict[str, Any]:
    simple = (str, int, float, bool, type(None))
    return {
        name: value if isinstance(value, simple) else str(value) for name, value in params.items()
    }
