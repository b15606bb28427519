"""The group ``wangge coverage``, to which every theme adds its verb, and what the verbs share."""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Protocol, TypeVar

import typer

from gis import codes
from services import errors, exports, rules
from services.database import Transaction
from services.exports import ExportOptions, Format, Taken
from services.themes.held import Themes
from web import days, themes
from web.cli import context, help_text
from web.cli.console import Console

group = help_text.group("coverage", "cli.coverage")


def register(application: typer.Typer) -> None:
    """Add the verbs of all themes."""
    for theme in themes.ALL:
        themes.cli(theme).register()
    application.add_typer(group)


Write = Callable[[Transaction, Themes, Path], None]
"""Writes a file of a theme."""


@dataclass(frozen=True)
class File:
    """A file that a verb can write.

    Attributes
    ----------
    path
        Where it is wanted; None: it is not.
    taken
        What the audit log tells of it.
    """

    path: Path | None
    taken: Taken
    make: Write


MAP = "html"
"""Format of a map that stands alone."""


@dataclass(frozen=True)
class Options:
    """What every verb of the group takes."""

    unit: Annotated[str | None, typer.Option("--unit", help="cli.option.unit", metavar="CODE")] = (
        None
    )
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", help="cli.option.as_of", formats=["%Y-%m-%d"], metavar="DATE"),
    ] = None
    html: Annotated[
        Path | None, typer.Option("--html", help="cli.coverage.html", metavar="FILE")
    ] = None
    geojson: Annotated[
        Path | None, typer.Option("--geojson", help="cli.coverage.geojson", metavar="FILE")
    ] = None
    csv: Annotated[Path | None, typer.Option("--csv", help="cli.coverage.csv", metavar="FILE")] = (
        None
    )
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", help="cli.coverage.xlsx", metavar="FILE")
    ] = None
    json: Annotated[bool, typer.Option("--json", help="cli.option.json")] = False

    @property
    def day(self) -> date:
        """The day asked for; today unless one is."""
        return self.as_of.date() if self.as_of else days.today()

    def tables(self, collection: str, asked: ExportOptions) -> list[File]:
        """Return the files of rows."""
        return [
            exported(self.geojson, collection, replace(asked, format=Format.GEOJSON)),
            exported(self.csv, collection, replace(asked, format=Format.CSV)),
            exported(self.xlsx, collection, replace(asked, format=Format.XLSX)),
        ]

    def own(self, path: Path | None, what: str, form: str, make: Write) -> File:
        """Return a file that is no export of a collection."""
        return File(path, Taken(what, form, self.unit, self.day), make)


@dataclass(frozen=True)
class WalkOptions(Options):
    """What verbs of themes take that ask how far people walk."""

    max_walk: Annotated[
        float | None,
        typer.Option("--max-walk", help="cli.option.max_walk", metavar="METRES", min=1, max=20000),
    ] = None
    rules: Annotated[str, typer.Option("--rules", help="cli.option.rules", metavar="NAME")] = (
        rules.DEFAULT
    )


def exported(path: Path | None, collection: str, asked: ExportOptions) -> File:
    """Return the file of a collection as it is asked for."""

    def make(tx: Transaction, themes: Themes, path: Path) -> None:
        exports.write(tx, collection, asked, path, themes)

    return File(path, Taken.of(collection, asked), make)


class _Row(Protocol):
    @property
    def code(self) -> str: ...

    @property
    def level(self) -> codes.Level: ...

    @property
    def parent_code(self) -> str | None: ...


Row = TypeVar("Row", bound=_Row)


def listed(rows: Sequence[Row], scope: str) -> list[Row]:
    """Return the rows for a terminal: communities and larger, `scope`, and the units just below it."""
    deepest = codes.LEVELS.index(codes.Level.COMMUNITY)
    return [
        row
        for row in rows
        if codes.LEVELS.index(row.level) <= deepest or scope in (row.code, row.parent_code)
    ]


def write(console: Console, tx: Transaction, answers: Themes, files: Iterable[File]) -> None:
    """Write the files that are wanted, each after the audit log knows of it, and say so.

    Raises
    ------
    services.errors.RefusedError
        There can be no such file.
    """
    for file in files:
        if file.path is not None:
            context.keep_taken(console.settings, file.taken)
            into(file.path, functools.partial(file.make, tx, answers, file.path))
            console.say("cli.coverage.written", file=file.path)


def into(path: Path, make: Callable[[], None]) -> None:
    """Write a file.

    Raises
    ------
    services.errors.RefusedError
        There can be no such file.
    """
    try:
        make()
    except OSError as error:
        raise errors.RefusedError(
            "error.export.unwritable", path=path, reason=error.strerror
        ) from error
