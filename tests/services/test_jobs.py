"""Jobs are asked for in a transaction, worked off beside the service, cancelled, taken up again."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from services import errors, jobs
from services.caller import Caller
from services.database import Database
from services.job_worker import JobWorker, Progress
from services.jobs import Job, JobState

_PATIENCE = 30.0


def _ask(database: Database, caller: Caller, **arguments: Any) -> int:
    with database.transaction(caller) as tx:
        number = jobs.submit(tx, "work", arguments, "job.import.units", file="a.csv")
        tx.commit()
    return number


def _look(database: Database, caller: Caller, number: int) -> Job:
    with database.transaction(caller) as tx:
        return jobs.find(tx, number)


def _wait(database: Database, caller: Caller, number: int, wanted: Callable[[Job], bool]) -> Job:
    deadline = time.monotonic() + _PATIENCE
    while True:
        job = _look(database, caller, number)
        if wanted(job):
            return job
        assert time.monotonic() < deadline, job
        time.sleep(0.05)


@contextmanager
def _working(
    database: Database, task: Callable[[Progress, Mapping[str, Any]], Mapping[str, Any]]
) -> Iterator[JobWorker]:
    worker = JobWorker(database, {"work": task})
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def test_a_job_runs_and_leaves_its_outcome(database: Database, caller: Caller) -> None:
    def work(progress: Progress, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        progress("job.step.waiting", 3, 4)
        return {"sum": arguments["a"] + arguments["b"]}

    number = _ask(database, caller, a=1, b=2)
    assert _look(database, caller, number).state is JobState.WAITING
    with _working(database, work):
        job = _wait(database, caller, number, lambda job: job.state.is_over)
    assert job.state is JobState.DONE
    assert job.outcome == {"sum": 3}
    assert (job.done, job.total, job.share) == (3, 4, 0.75)
    assert (job.caller, job.title_key, job.params) == (
        caller.name,
        "job.import.units",
        {"file": "a.csv"},
    )


def test_a_job_that_was_rolled_back_was_never_asked_for(database: Database, caller: Caller) -> None:
    with database.transaction(caller) as tx:
        jobs.submit(tx, "work", {}, "job.import.units", file="a.csv")
    with database.transaction(caller) as tx:
        assert jobs.latest(tx) == ()
        assert tx.driver.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)


def test_a_refusal_is_an_outcome(database: Database, caller: Caller) -> None:
    def work(_: Progress, __: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"error": {"key": "error.upload.empty", "params": {}}}

    number = _ask(database, caller)
    with _working(database, work):
        job = _wait(database, caller, number, lambda job: job.state.is_over)
    assert job.state is JobState.REFUSED


def test_what_is_unforeseen_fails_the_job_not_the_worker(
    database: Database, caller: Caller
) -> None:
    def work(_: Progress, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        if arguments["bad"]:
            message = "broken"
            raise ZeroDivisionError(message)
        return {}

    first, second = _ask(database, caller, bad=True), _ask(database, caller, bad=False)
    with _working(database, work):
        assert _wait(database, caller, second, lambda job: job.state.is_over).state is JobState.DONE
    assert _look(database, caller, first).state is JobState.FAILED


def test_a_running_job_is_cancelled(database: Database, caller: Caller) -> None:
    def work(progress: Progress, _: Mapping[str, Any]) -> Mapping[str, Any]:
        while True:
            progress("job.step.waiting", 0, None)
            time.sleep(0.02)

    number = _ask(database, caller)
    with _working(database, work):
        _wait(database, caller, number, lambda job: job.state is JobState.RUNNING)
        with database.transaction(caller) as tx:
            jobs.cancel(tx, number)
            tx.commit()
        job = _wait(database, caller, number, lambda job: job.state.is_over)
    assert job.state is JobState.CANCELLED


def test_a_waiting_job_is_cancelled_at_once(database: Database, caller: Caller) -> None:
    number = _ask(database, caller)
    with database.transaction(caller) as tx:
        jobs.cancel(tx, number)
        jobs.cancel(tx, number)
        tx.commit()
    assert _look(database, caller, number).state is JobState.CANCELLED


def test_what_a_shutdown_interrupts_is_taken_up_again(database: Database, caller: Caller) -> None:
    begun = threading.Event()
    attempts: list[int] = []

    def work(progress: Progress, _: Mapping[str, Any]) -> Mapping[str, Any]:
        attempts.append(1)
        begun.set()
        while len(attempts) == 1:
            progress("job.step.waiting", 0, None)
            time.sleep(0.02)
        return {"attempts": len(attempts)}

    number = _ask(database, caller)
    with _working(database, work):
        assert begun.wait(_PATIENCE)
    assert _look(database, caller, number).state is JobState.WAITING
    with _working(database, work):
        job = _wait(database, caller, number, lambda job: job.state.is_over)
    assert (job.state, job.outcome) == (JobState.DONE, {"attempts": 2})


@pytest.mark.parametrize(("attempts", "state"), [(0, JobState.DONE), (2, JobState.FAILED)])
def test_what_a_dead_process_left_is_tried_again_but_not_for_ever(
    database: Database, caller: Caller, attempts: int, state: JobState
) -> None:
    number = _ask(database, caller)
    with database.transaction(caller) as tx:
        tx.driver.execute(
            "WITH w AS (INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - interval '1 minute') RETURNING id)"
            " UPDATE procrastinate_jobs SET status = 'doing', attempts = %s,"
            " worker_id = (SELECT id FROM w) WHERE id = %s",
            (attempts, number),
        )
        tx.commit()
    with _working(database, lambda _, __: {}):
        job = _wait(database, caller, number, lambda job: job.state.is_over)
    assert job.state is state


def test_a_job_that_is_not_there(database: Database, caller: Caller) -> None:
    with database.transaction(caller) as tx:
        with pytest.raises(errors.NotFoundError):
            jobs.find(tx, 1)
        with pytest.raises(errors.NotFoundError):
            jobs.cancel(tx, 1)


def test_jobs_that_ended_long_ago_are_forgotten(database: Database, caller: Caller) -> None:
    number, waiting, recent = (_ask(database, caller) for _ in range(3))
    with database.transaction(caller) as tx, tx.as_owner() as own:
        own.driver.execute(
            "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = ANY(%s)",
            ([number, recent],),
        )
        own.driver.execute(
            "UPDATE job_progress SET updated_at = now() - interval '367 days'"
            " WHERE job_id = ANY(%s)",
            ([number, waiting],),
        )
        assert jobs.forget_old(own, datetime.now(UTC).date()) == 1
        assert {job.id for job in jobs.latest(own)} == {waiting, recent}
        left = own.driver.execute("SELECT id FROM procrastinate_jobs").fetchall()
    assert {found for (found,) in left} == {waiting, recent}
