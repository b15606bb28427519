"""The history of imports: every run leaves a line, whatever becomes of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from services import errors
from services.caller import Caller
from services.database import Database, Transaction
from services.imports.job import Outcome
from services.imports.options import ImportKind, ImportOptions
from services.imports.report import Problem

_KEPT_PROBLEMS = 100

# Whoever holds the lock of a kind knows that no other run of it is alive.
_BURY = sa.text("""
    UPDATE import_runs SET status = 'failed', finished_at = now()
    WHERE status = 'running' AND kind = :kind
""")
_BEGIN = sa.text("""
    INSERT INTO import_runs (kind, file_name, sha256, caller, status, generated)
    VALUES (:kind, :file_name, :sha256, :caller, 'running', :generated) RETURNING id
""")
_END = sa.text("""
    UPDATE import_runs SET status = :status, finished_at = clock_timestamp(), inserted = :inserted,
        updated = :updated, unchanged = :unchanged, rejected = :rejected,
        problems = CAST(:problems AS jsonb)
    WHERE id = :id
""")


@dataclass(frozen=True)
class Run:
    """A line of the history."""

    id: int
    database: Database
    caller: Caller

    def end(
        self, tx: Transaction, status: str, outcome: Outcome, problems: Sequence[Problem] = ()
    ) -> None:
        """Write how it ended, as part of a transaction."""
        listed = [
            {"row": p.row, "field": p.field, "key": p.key, "params": dict(p.params)}
            for p in problems[:_KEPT_PROBLEMS]
        ]
        tx.sql.execute(
            _END,
            {
                "id": self.id,
                "status": status,
                "inserted": outcome.inserted,
                "updated": outcome.updated,
                "unchanged": outcome.unchanged,
                "rejected": outcome.rejected,
                "problems": json.dumps(listed, ensure_ascii=False, default=str),
            },
        )

    def end_apart(self, status: str, outcome: Outcome, problems: Sequence[Problem] = ()) -> None:
        """Write how it ended, though the import itself is rolled back."""
        with self.database.transaction(self.caller) as tx:
            self.end(tx, status, outcome, problems)
            tx.commit()


def begin(
    database: Database,
    caller: Caller,
    kind: ImportKind,
    options: ImportOptions,
    file_name: str,
    sha256: str | None,
) -> Run:
    """Begin a line of the history, in a transaction of its own.

    The locks of `locks.hold` must be held.
    """
    with database.transaction(caller) as tx:
        tx.sql.execute(_BURY, {"kind": kind.value})
        run_id: int = tx.sql.execute(
            _BEGIN,
            {
                "kind": kind.value,
                "file_name": file_name,
                "sha256": sha256,
                "caller": caller.name,
                "generated": options.generated,
            },
        ).scalar_one()
        tx.commit()
    return Run(run_id, database, caller)


def status_of(error: BaseException) -> str:
    """Return the status that an import ends with by an error."""
    if isinstance(error, errors.CancelledError | KeyboardInterrupt):
        return "cancelled"
    return "refused" if isinstance(error, errors.RefusedError) else "failed"
