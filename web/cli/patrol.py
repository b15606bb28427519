"""``wangge patrol``: recorded tracks and planned routes in, plans, what was patrolled out."""

import functools
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services import caller as callers
from services import errors, sealing
from services.imports import runner
from services.imports.options import ImportKind, ImportOptions, OnError
from web import databases, import_words
from web.cli import help_text, imports, patrol_plan, verbs
from web.cli.console import Console
from web.themes.patrol import cli as coverage

group = help_text.group("patrol", "cli.patrol")


def register(application: typer.Typer) -> None:
    """Add the verbs."""
    application.add_typer(group)


class _What(StrEnum):
    TRACKS = "tracks"
    ROUTES = "routes"


@dataclass(frozen=True)
class _Import:
    files: Annotated[list[Path], typer.Argument(help="cli.patrol.files", metavar="FILE...")]
    what: Annotated[_What, typer.Option("--as", help="cli.patrol.as")] = _What.TRACKS
    team: Annotated[str | None, typer.Option("--team", help="cli.patrol.team", metavar="NAME")] = (
        None
    )
    crs: Annotated[str | None, typer.Option("--crs", help="cli.import.crs", metavar="CRS")] = None
    effective: Annotated[
        datetime | None,
        typer.Option(
            "--effective", help="cli.patrol.effective", formats=["%Y-%m-%d"], metavar="DATE"
        ),
    ] = None
    dry_run: Annotated[bool, typer.Option("--dry-run", help="cli.import.dry_run")] = False
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="cli.import.rejects", metavar="FILE")
    ] = None
    on_error: Annotated[OnError, typer.Option("--on-error", help="cli.import.on_error")] = (
        OnError.ABORT
    )
    json: Annotated[bool, typer.Option("--json", help="cli.option.json")] = False


@verbs.add(group, "import", "cli.patrol.import", _Import)
def _import(console: Console, options: _Import) -> None:
    for file in options.files:
        if not file.exists():
            raise errors.RefusedError("error.cli.no_file", file=file)
    asked = ImportOptions(
        crs=options.crs,
        dry_run=options.dry_run,
        on_error=options.on_error,
        rejects=options.rejects,
        effective=options.effective.date() if options.effective else None,
        team=options.team,
        sealer=sealing.Sealer.from_home(console.settings.home),
        render=lambda problem: import_words.sentence(console.t, problem),
    )
    kind = ImportKind(options.what.value)
    with databases.database(console.settings) as database:
        for file in options.files:
            with console.progress() as progress:
                imports.run_and_show(
                    console,
                    file,
                    functools.partial(
                        runner.run, database, callers.operator(), kind, file, asked, progress
                    ),
                    as_json=options.json,
                )


verbs.add(group, "report", "cli.coverage.patrol", coverage.Asked)(coverage.run)
verbs.add(group, "plan", "cli.plan", patrol_plan.Asked)(patrol_plan.run)
