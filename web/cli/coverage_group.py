"""The group ``wangge coverage``, to which every theme adds its verb."""

from collections.abc import Callable
from pathlib import Path

from services import errors
from web.cli import help_text

group = help_text.group("coverage", "cli.coverage")


def into(path: Path, write: Callable[[], None]) -> None:
    """Write a file.

    Raises
    ------
    services.errors.RefusedError
        There can be no such file.
    """
    try:
        write()
    except OSError as error:
        raise errors.RefusedError(
            "error.export.unwritable", path=path, reason=error.strerror
        ) from error
