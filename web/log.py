"""The log: one event a line, JSON unless a person watches; no personal data, no query strings."""

import logging
import sys
import threading
import warnings
from types import TracebackType
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from web import faults

_QUIET = ("uvicorn", "procrastinate", "alembic", "pyogrio")


def set_up(stream: TextIO = sys.stderr, level: int = logging.WARNING) -> None:
    """Send the log of this process to a stream.

    Parameters
    ----------
    stream
        A terminal gets lines for reading, anything else JSON.
    level
        What is less grave is left out.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        faults.without_values,
    ]
    last = _renderer(stream)
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
            foreign_pre_chain=[structlog.stdlib.add_logger_name, _without_values, *shared],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderer(stream: TextIO) -> Processor:
    if stream.isatty():
        return structlog.dev.ConsoleRenderer(colors=True)
    return structlog.processors.JSONRenderer(ensure_ascii=False)


def _without_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Leave out what libraries put into their messages: what a job was given, whole exceptions."""
    record: logging.LogRecord = event["_record"]
    if record.name.startswith("procrastinate"):
        event["event"] = getattr(record, "action", record.levelname.lower())
        event["job"] = getattr(record, "worker", {}).get("job_id")
    else:
        event["event"] = str(event["event"]).partition("\n")[0]
    return event


def watch_over() -> None:
    """Log what nobody caught, and warnings, instead of printing them: once, for a whole process."""
    sys.excepthook = _ended
    threading.excepthook = lambda thread: _ended(
        thread.exc_type, thread.exc_value, thread.exc_traceback
    )
    warnings.showwarning = _warned


def _ended(
    kind: type[BaseException], error: BaseException | None, where: TracebackType | None
) -> None:
    log = structlog.get_logger("wangge")
    if isinstance(error, Exception):
        log.critical("ended", exc_info=error.with_traceback(where))
    else:  # stopped by a person
        log.warning("stopped", reason=kind.__name__)


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Say which warning and where; its text may quote what a file holds."""
    del message, file, line
    structlog.get_logger("wangge").warning(
        "warned", category=category.__name__, at=f"{faults.file(filename)}:{lineno}"
    )
