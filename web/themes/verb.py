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
from services.exports import ExportOptions, Format
from services.themes.held import Themes
from web import days, themes
from web.cli import help_text
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

    def tables(self, collection: str, asked: ExportOptions) -> list[tuple[Path | None, Write]]:
        """Return the files of rows: where each is wanted, and what writes it."""
        return [
            (self.geojson, exporter(collection, replace(asked, format=Format.GEOJSON))),
            (self.csv, exporter(collection, replace(asked, format=Format.CSV))),
            (self.xlsx, exporter(collection, replace(asked, format=Format.XLSX))),
        ]


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


def exporter(collection: str, asked: ExportOptions) -> Write:
    """Return what writes a collection as it is asked for."""

    def write(tx: Transaction, themes: Themes, path: Path) -> None:
        exports.write(tx, collection, asked, path, themes)

    return write


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


def write(
    console: Console,
    tx: Transaction,
    answers: Themes,
    files: Iterable[tuple[Path | None, Write]],
) -> None:
    """Write the files that are wanted, and say so.

    Raises
    ------
    services.errors.RefusedError
        There can be no such file.
    """
    for path, written in files:
        if path is not None:
            into(path, functools.partial(written, tx, answers, path))
            console.say("cli.coverage.written", file=path)


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
