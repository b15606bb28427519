"""Running what yields while it works."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator

Result = TypeVar("Result")


def result(work: Generator[None, None, Result]) -> Result:
    """Let it work to the end; return what it found."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            found: Result = done.value
            return found
