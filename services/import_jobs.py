"""Imports as jobs: an upload is kept, worked off in the background, its report left behind."""

from collections.abc import Mapping
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
from services.sealing import Sealer
from services.spool import Spool

TASK = "import"


@dataclass(frozen=True)
class ImportRequest:
    """What is to be imported, as it can be written down and found again.

    Attributes
    ----------
    path
        The upload.
    crs, mapping, on_error, effective
        As in `services.imports.ImportOptions`.
    """

    kind: ImportKind
    path: Path
    crs: str | None = None
    dry_run: bool = False
    on_error: OnError = OnError.ABORT
    effective: date | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            "kind": self.kind.value,
            "path": str(self.path),
            "crs": self.crs,
            "dry_run": self.dry_run,
            "on_error": self.on_error.value,
            "effective": self.effective.isoformat() if self.effective else None,
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
        )


def submit(tx: Transaction, request: ImportRequest) -> int:
    """Ask for an import; return the number of its job."""
    verb = "check" if request.dry_run else "import"
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
    progress: Progress,
    arguments: Mapping[str, Any],
) -> dict[str, Any]:
    """Work one import off and return its outcome, as JSON can hold it.

    The upload is deleted, except after a check that its owner may follow by the import itself.

    Raises
    ------
    errors.CancelledError
        It was cancelled; nothing was changed.
    """
    request = ImportRequest.from_json(arguments["request"])
    caller = Caller(arguments["caller"], callers.Role.OPERATOR)
    options = ImportOptions(
        crs=request.crs,
        dry_run=request.dry_run,
        on_error=request.on_error,
        effective=request.effective,
        sealer=sealer,
    )
    try:
        report = runner.run(database, caller, request.kind, request.path, options, progress)
    except ImportRefusedError as error:
        return {**_told(error), "report": _outcome(error.report), "request": request.to_json()}
    except (errors.RefusedError, errors.ConflictError, errors.NotFoundError) as error:
        return {**_told(error), "request": request.to_json()}
    if not request.dry_run:
        spool.discard(request.path)
    return {"report": _outcome(report), "request": request.to_json()}


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
