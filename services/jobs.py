"""Background jobs: what is asked for, how far it is, how it ended.

The queue is procrastinate's and lies in the same database, so a job is asked for in the same
transaction as whatever belongs to it, and survives a restart. Who works it off is
`services.job_worker`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import procrastinate
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services import errors, models
from services.database import Transaction

QUEUE = "work"
KEPT_DAYS = 365


class JobState(StrEnum):
    """Where a job is on its way."""

    WAITING = "waiting"
    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing will happen any more."""
        return self not in _OPEN


_OPEN = frozenset({JobState.WAITING, JobState.RUNNING, JobState.CANCELLING})


@dataclass(frozen=True)
class Job:
    """One job.

    Attributes
    ----------
    title_key, params
        What it does, in words.
    step_key
        What it is doing now.
    done, total
        How far; total None: not known.
    outcome
        What the job left behind: for an import its report.
    """

    id: int
    caller: str
    title_key: str
    params: Mapping[str, Any]
    state: JobState
    step_key: str | None
    done: int
    total: int | None
    outcome: Mapping[str, Any] | None
    created_at: datetime
    updated_at: datetime

    @property
    def share(self) -> float | None:
        """How much is done, 0 to 1; None: not known."""
        return min(self.done / self.total, 1.0) if self.total else None


_QUERY = """
    SELECT p.job_id, p.caller, p.title_key, p.params, p.step_key, p.done, p.total, p.outcome,
           p.created_at, p.updated_at,
           CASE
               WHEN j.status = 'todo' THEN 'waiting'
               WHEN j.status = 'doing' AND j.abort_requested THEN 'cancelling'
               WHEN j.status = 'doing' THEN 'running'
               WHEN j.status = 'succeeded' AND p.outcome ? 'error' THEN 'refused'
               WHEN j.status = 'succeeded' THEN 'done'
               WHEN j.status IN ('cancelled', 'aborted') THEN 'cancelled'
               ELSE 'failed'
           END AS state
    FROM job_progress p LEFT JOIN procrastinate_jobs j ON j.id = p.job_id
"""
_LATEST = sa.text(_QUERY + " ORDER BY p.job_id DESC LIMIT :limit")
_ONE = sa.text(_QUERY + " WHERE p.job_id = :id")
_FORGET = sa.text("""
    WITH old AS (
        SELECT p.job_id FROM job_progress p LEFT JOIN procrastinate_jobs j ON j.id = p.job_id
        WHERE p.updated_at < CAST(:day AS date) - CAST(:days AS integer)
            AND coalesce(j.status NOT IN ('todo', 'doing'), TRUE)),
    queued AS (DELETE FROM procrastinate_jobs WHERE id IN (SELECT job_id FROM old))
    DELETE FROM job_progress WHERE job_id IN (SELECT job_id FROM old)
""")
_REPORT = sa.text("""
    UPDATE job_progress SET step_key = :step_key, done = :done, total = :total, updated_at = now()
    WHERE job_id = :id
""")


def submit(
    tx: Transaction, task: str, arguments: Mapping[str, Any], title_key: str, **params: object
) -> int:
    """Ask for a job; it starts when the transaction is committed. Return its number.

    Parameters
    ----------
    task
        Name of what is to be run, registered in `services.job_worker`.
    arguments
        What it is given, as JSON can hold it.
    title_key, params
        What it does, in words.
    """
    connector = procrastinate.SyncPsycopgConnector()
    queue = procrastinate.App(connector=connector)
    with tx.as_owner() as own:
        number = queue.configure_task(task, queue=QUEUE, lock=QUEUE, connection=own.driver).defer(
            **arguments
        )
        own.sql.execute(
            pg.insert(models.job_progress).values(
                job_id=number, caller=tx.caller.name, title_key=title_key, params=params
            )
        )
    return number


def latest(tx: Transaction, limit: int = 50) -> tuple[Job, ...]:
    """Return the latest jobs, the newest first."""
    return tuple(_job(row) for row in tx.sql.execute(_LATEST, {"limit": limit}))


def find(tx: Transaction, number: int) -> Job:
    """Return one job.

    Raises
    ------
    errors.NotFoundError
        There is none of that number.
    """
    row = tx.sql.execute(_ONE, {"id": number}).one_or_none()
    if row is None:
        raise errors.NotFoundError("error.jobs.unknown", number=str(number))
    return _job(row)


def cancel(tx: Transaction, number: int) -> None:
    """Ask a job to stop; what it changed so far is undone. One that is over stays as it is.

    Raises
    ------
    errors.NotFoundError
        There is none of that number.
    """
    if find(tx, number).state.is_over:
        return
    queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
    with tx.as_owner() as own:
        queue.job_manager.cancel_job_by_id(number, abort=True, connection=own.driver)


def forget_old(tx: Transaction, day: date) -> int:
    """Delete jobs that ended a year before a day or longer ago; return how many those were.

    What they changed stays, and so does the history of imports.
    """
    with tx.as_owner() as own:
        return own.sql.execute(_FORGET, {"day": day, "days": KEPT_DAYS}).rowcount


def report(tx: Transaction, number: int, step_key: str, done: int, total: int | None) -> None:
    """Write down how far a job is."""
    tx.sql.execute(_REPORT, {"id": number, "step_key": step_key, "done": done, "total": total})


def conclude(tx: Transaction, number: int, outcome: Mapping[str, Any]) -> None:
    """Write down what a job leaves behind; with an ``error`` in it, it was refused."""
    table = models.job_progress
    tx.sql.execute(
        sa.update(table)
        .where(table.c.job_id == number)
        .values(outcome=dict(outcome), updated_at=sa.func.now())
    )


def _job(row: sa.Row[Any]) -> Job:
    return Job(
        id=row.job_id,
        caller=row.caller,
        title_key=row.title_key,
        params=row.params,
        state=JobState(row.state),
        step_key=row.step_key,
        done=row.done,
        total=row.total,
        outcome=row.outcome,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
