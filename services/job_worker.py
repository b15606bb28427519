"""Works jobs off, beside the service, in a thread of its own with its own event loop.

A job whose process died is noticed by its missing heartbeat and tried once more; whatever it had
begun was one transaction, and is gone.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import procrastinate
import psycopg
import structlog
from procrastinate import exceptions, retry
from procrastinate import jobs as procrastinate_jobs

from services import caller as callers
from services import errors, jobs
from services.database import Database

_HEARTBEAT_SECONDS = 5.0
_DEAD_AFTER_SECONDS = 20.0
_POLL_SECONDS = 2.0
_RESTART_SECONDS = 3.0
_TELL_SECONDS = 0.4
_MOST_ATTEMPTS = 2
_GRACE_SECONDS = 1.0

Progress = Callable[[str, int, int | None], None]
Task = Callable[[Progress, Mapping[str, Any]], Mapping[str, Any]]
"""Does the work, telling how far it is, and returns its outcome."""


class _AgainAfterShutdown(retry.BaseRetryStrategy):
    """What a shutdown interrupted is taken up again at the next start."""

    def get_retry_decision(
        self, *, exception: BaseException, job: procrastinate_jobs.Job
    ) -> retry.RetryDecision | None:
        """Return when to try again; a job that a user cancelled is not asked about."""
        del job
        if isinstance(exception, exceptions.JobAborted):
            return retry.RetryDecision(retry_in={"seconds": 0})
        return None


class JobWorker:
    """Works off the jobs of one database.

    Parameters
    ----------
    database
        Where jobs are, and where they work.
    tasks
        What can be asked for, by name.
    """

    def __init__(self, database: Database, tasks: Mapping[str, Task]) -> None:
        self._database = database
        self._tasks = tasks
        self._thread = threading.Thread(target=self._main, name="jobs", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: asyncio.Task[None] | None = None
        self._ready = threading.Event()
        self._log = structlog.get_logger("wangge.jobs")

    def start(self) -> None:
        """Start working, and return at once."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Stop working: a job under way is undone, and taken up again at the next start."""
        if self._loop is not None and self._running is not None:
            self._loop.call_soon_threadsafe(self._running.cancel)
        self._thread.join()

    def _main(self) -> None:
        try:
            asyncio.run(self._live())
        except asyncio.CancelledError:
            self._log.info("jobs stopped")

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._running = asyncio.create_task(self._work_forever())
        self._ready.set()
        await self._running

    async def _work_forever(self) -> None:
        """Work, and begin anew when the database was away for a while."""
        while True:
            try:
                await self._work()
            except (exceptions.ConnectorException, psycopg.Error) as error:
                self._log.warning("jobs interrupted", reason=type(error).__name__)
            await asyncio.sleep(_RESTART_SECONDS)

    async def _work(self) -> None:
        connector = procrastinate.PsycopgConnector(
            conninfo=self._database.url, min_size=1, max_size=4, timeout=10.0
        )
        app = procrastinate.App(connector=connector)
        for name, task in self._tasks.items():
            app.task(name=name, pass_context=True, retry=_AgainAfterShutdown())(self._job(task))
        async with app.open_async():
            watch = asyncio.create_task(_revive(app))
            try:
                await app.run_worker_async(
                    queues=[jobs.QUEUE],
                    install_signal_handlers=False,
                    fetch_job_polling_interval=_POLL_SECONDS,
                    abort_job_polling_interval=_POLL_SECONDS,
                    update_heartbeat_interval=_HEARTBEAT_SECONDS,
                    stalled_worker_timeout=_DEAD_AFTER_SECONDS,
                    shutdown_graceful_timeout=_GRACE_SECONDS,
                )
            finally:
                watch.cancel()

    def _job(self, task: Task) -> Callable[..., None]:
        def work(context: procrastinate.JobContext, **arguments: Any) -> None:
            number = context.job.id
            if number is None:
                raise ValueError("a job under way has a number")
            teller = _Teller(self._database, number, context.should_abort)
            try:
                outcome = task(teller.tell, arguments)
            except errors.CancelledError as error:
                raise exceptions.JobAborted from error
            with self._database.transaction(callers.operator()) as tx:
                jobs.conclude(tx, number, outcome)
                tx.commit()

        return work


class _Teller:
    """Writes down how far a job is, not more often than anyone would look."""

    def __init__(self, database: Database, number: int, aborted: Callable[[], bool]) -> None:
        self._database = database
        self._number = number
        self._aborted = aborted
        self._step = ""
        self._told = 0.0

    def tell(self, step_key: str, done: int, total: int | None) -> None:
        """Note how far the job is.

        Raises
        ------
        errors.CancelledError
            It is to stop.
        """
        if self._aborted():
            raise errors.CancelledError("error.cancelled")
        now = time.monotonic()
        if step_key == self._step and now - self._told < _TELL_SECONDS:
            return
        self._step, self._told = step_key, now
        with self._database.transaction(callers.operator()) as tx:
            jobs.report(tx, self._number, step_key, done, total)
            tx.commit()


async def _revive(app: procrastinate.App) -> None:
    """Take up again what dead processes left; what killed two of them is given up."""
    while True:
        stalled = await app.job_manager.get_stalled_jobs(
            queue=jobs.QUEUE, seconds_since_heartbeat=_DEAD_AFTER_SECONDS
        )
        for job in stalled:
            if job.attempts < _MOST_ATTEMPTS:
                await app.job_manager.retry_job(job)
            else:
                await app.job_manager.finish_job(
                    job, procrastinate_jobs.Status.FAILED, delete_job=False
                )
        await asyncio.sleep(_HEARTBEAT_SECONDS)
