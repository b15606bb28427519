"""An exception as the log may have it: what failed and where, never what with.

Messages of drivers quote rows, statements carry their values, local variables hold people. Of an
exception the log gets its type, what the server calls it (SQLSTATE), the key of a message of ours,
and the places in the code: enough to find the fault, nothing of anybody.
"""

import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import psycopg
from structlog.typing import EventDict, WrappedLogger

from services import errors

_FOLDERS = tuple(sorted({*sys.path, sys.prefix, str(Path(__file__).parent.parent)}, key=len))[::-1]
_MOST_PLACES = 50
_MOST_CAUSES = 10


def without_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Put the exception of an event into words without values (a processor of structlog)."""
    told = event.pop("exc_info", None)
    error = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        event["exception"] = text(error)
    return event


def text(error: BaseException) -> str:
    """Return what is told of an exception, and of what it came from: one line a place."""
    return "\n".join(line for one in _chain(error) for line in _lines(one))


def _chain(error: BaseException) -> list[BaseException]:
    """Return an exception, then what each came from, groups taken apart."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(found) < _MOST_CAUSES:
        one = waiting.pop(0)
        if one is None or one in found:
            continue
        found.append(one)
        waiting.append(one.__cause__ or (None if one.__suppress_context__ else one.__context__))
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
    return found


def _lines(error: BaseException) -> Iterator[str]:
    kind = type(error)
    state = error.sqlstate if isinstance(error, psycopg.Error) else None
    key = error.key if isinstance(error, errors.WanggeError) else None
    yield " ".join(filter(None, (f"{kind.__module__}.{kind.__qualname__}", state, key)))
    yield from _places(error.__traceback__)


def _places(where: TracebackType | None) -> Iterator[str]:
    for frame, line in list(traceback.walk_tb(where))[-_MOST_PLACES:]:
        yield f"  {file(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"


def file(path: str) -> str:
    """Return a file as it is called below the folder that its package lies in."""
    folder = next((one for one in _FOLDERS if one and path.startswith(f"{one}/")), "")
    return path.removeprefix(folder).lstrip("/")
