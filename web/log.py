"""The log: one event a line, JSON unless a person watches; no personal data, no query strings."""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import Processor

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
    ]
    last = _renderer(stream)
    structlog.configure(
        processors=[*shared, structlog.processors.dict_tracebacks, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderer(stream: TextIO) -> Processor:
    if stream.isatty():
        return structlog.dev.ConsoleRenderer(colors=True)
    return structlog.processors.JSONRenderer(ensure_ascii=False)
