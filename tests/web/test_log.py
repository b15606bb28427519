"""What goes wrong is logged with its place, and nothing of anybody it went wrong with."""

import io
import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator

import psycopg
import pytest
import sqlalchemy as sa
import structlog

from services import caller, errors
from web import faults, log

NAME, NUMBER = "欧阳春雨", "34040519400101002X"


class Terminal(io.StringIO):
    """A stream that a person watches."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(params=[io.StringIO, Terminal])
def stream(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Log into memory, as JSON and as a terminal has it; the suite's own log comes back after."""
    root = logging.getLogger()
    kept, level, before = root.handlers[:], root.level, structlog.get_config()
    made = request.param()
    log.set_up(made)
    yield made
    structlog.configure(**before)
    root.handlers[:] = kept
    root.setLevel(level)


def _refused_by_the_server(database) -> None:
    """Ask for what the server refuses with a message that quotes the value."""
    with database.transaction(caller.operator()) as tx:
        person = f"{NAME} {NUMBER}"
        tx.sql.execute(sa.text("SELECT CAST(:person AS date)"), {"person": person})


def _in_a_group(database) -> None:
    person = NUMBER
    try:
        _refused_by_the_server(database)
    except sa.exc.DBAPIError as error:
        raise ExceptionGroup(person, [ValueError(NAME), error]) from KeyError(NAME)


def _of_ours(database) -> None:
    raise errors.RefusedError("error.people.odd", name=NAME)


@pytest.mark.parametrize("fail", [_refused_by_the_server, _in_a_group, _of_ours])
@pytest.mark.parametrize("logger", [structlog.get_logger, logging.getLogger])
def test_an_exception_is_told_by_its_place_alone(
    database,
    stream: io.StringIO,
    fail: Callable[..., None],
    logger: Callable[[str], logging.Logger],
) -> None:
    person = NAME
    try:
        fail(database)
    except (sa.exc.DBAPIError, ExceptionGroup, errors.WanggeError):
        logger("test").exception("job failed")
    assert person
    told = stream.getvalue()
    assert "job failed" in told
    assert f" {fail.__name__}" in told
    assert "tests/web/test_log.py:" in told
    if fail is not _of_ours:
        assert "psycopg.errors.InvalidDatetimeFormat 22007" in told
    else:
        assert "services.errors.RefusedError error.people.odd" in told
    assert NAME not in told
    assert NUMBER not in told


def test_what_libraries_append_to_a_message_is_left_out(stream: io.StringIO) -> None:
    logging.getLogger("asyncio").error(
        "Task exception was never retrieved\nfuture: <Task exception=ValueError('%s')>", NAME
    )
    assert "never retrieved" in stream.getvalue()
    assert NAME not in stream.getvalue()


def test_a_job_that_failed_is_told_by_its_number(stream: io.StringIO) -> None:
    logging.getLogger("procrastinate.worker").error(
        "Job import[7](path='/spool/%s.csv') ended with status: Error",
        NAME,
        extra={"action": "job_error", "worker": {"job_id": 7}, "job": {"call_string": NAME}},
    )
    assert "job_error" in stream.getvalue()
    assert "7" in stream.getvalue()
    assert NAME not in stream.getvalue()


def test_what_nobody_caught_and_warnings_are_told_so_too(
    database, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    for where, name in (
        (sys, "excepthook"),
        (log.threading, "excepthook"),
        (warnings, "showwarning"),
    ):
        monkeypatch.setattr(where, name, getattr(where, name))
    log.watch_over()
    try:
        _refused_by_the_server(database)
    except sa.exc.DBAPIError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    warnings.showwarning(f"cell {NAME}", RuntimeWarning, __file__, 7)
    told = stream.getvalue()
    assert "InvalidDatetimeFormat" in told
    assert "RuntimeWarning" in told
    assert "tests/web/test_log.py:7" in told
    assert NAME not in told


def test_json_stays_one_event_a_line(database) -> None:
    made = io.StringIO()
    renderer = structlog.processors.JSONRenderer()
    try:
        _refused_by_the_server(database)
    except sa.exc.DBAPIError as error:
        event = faults.without_values(None, "error", {"event": "failed", "exc_info": error})
        made.write(renderer(None, "error", event))
    assert len(made.getvalue().splitlines()) == 1
    assert json.loads(made.getvalue())["exception"].startswith("sqlalchemy.exc.DataError")


def test_a_statement_that_fails_does_not_tell_its_values(database) -> None:
    person = {"zero": 0, "name": NAME}
    with (
        pytest.raises(sa.exc.DBAPIError) as failed,
        database.transaction(caller.operator()) as tx,
    ):
        tx.sql.execute(sa.text("SELECT 1 / CAST(:zero AS integer), :name"), person)
    assert isinstance(failed.value.orig, psycopg.errors.DivisionByZero)
    assert NAME not in str(failed.value)
