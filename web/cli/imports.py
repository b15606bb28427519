"""``wangge import``: files into the database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services import caller as callers
from services import errors, sealing
from services.imports import runner
from services.imports.options import ImportKind, ImportOptions, OnError
from services.imports.report import ImportRefusedError, ImportReport, Problem
from web import databases
from web.cli import help_text, verbs
from web.cli.console import Console
from web.i18n import Translator

group = help_text.group("import", "cli.import")
_LISTED = 20


def register(application: typer.Typer) -> None:
    """Add the verbs."""
    application.add_typer(group)


@dataclass(frozen=True)
class _Import:
    file: Annotated[Path, typer.Argument(help="cli.import.file", metavar="FILE")]
    crs: Annotated[str | None, typer.Option("--crs", help="cli.import.crs", metavar="CRS")] = None
    map: Annotated[
        list[str] | None, typer.Option("--map", help="cli.import.map", metavar="FIELD=COLUMN")
    ] = None
    layer: Annotated[
        str | None, typer.Option("--layer", help="cli.import.layer", metavar="NAME")
    ] = None
    dry_run: Annotated[bool, typer.Option("--dry-run", help="cli.import.dry_run")] = False
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="cli.import.rejects", metavar="FILE")
    ] = None
    on_error: Annotated[OnError, typer.Option("--on-error", help="cli.import.on_error")] = (
        OnError.ABORT
    )
    effective: Annotated[
        datetime | None,
        typer.Option(
            "--effective", help="cli.import.effective", formats=["%Y-%m-%d"], metavar="DATE"
        ),
    ] = None
    json: Annotated[bool, typer.Option("--json", help="cli.option.json")] = False


def _verb(kind: ImportKind) -> Callable[[Console, _Import], None]:
    def run(console: Console, options: _Import) -> None:
        if not options.file.exists():
            raise errors.RefusedError("error.cli.no_file", file=options.file)
        with databases.database(console.settings) as database, console.progress() as progress:
            asked = _asked(console, options)
            caller = callers.operator()
            try:
                report = runner.run(database, caller, kind, options.file, asked, progress)
            except ImportRefusedError as error:
                show(console, error.report, as_json=options.json)
                raise
        show(console, report, as_json=options.json)

    return run


for _kind in ImportKind:
    verbs.add(group, _kind.value, f"cli.import.{_kind}", _Import)(_verb(_kind))


def _asked(console: Console, options: _Import) -> ImportOptions:
    return ImportOptions(
        crs=options.crs,
        mapping=_mapping(options.map or ()),
        dry_run=options.dry_run,
        on_error=options.on_error,
        rejects=options.rejects,
        effective=options.effective.date() if options.effective else None,
        layer=options.layer,
        sealer=sealing.Sealer.from_home(console.settings.home),
        render=lambda problem: sentence(console.t, problem),
    )


def _mapping(pairs: Sequence[str]) -> Mapping[str, str]:
    mapping = {}
    for pair in pairs:
        name, separator, column = pair.partition("=")
        if not (name and separator and column):
            raise errors.RefusedError("error.cli.map", pair=pair)
        mapping[name] = column
    return mapping


def sentence(t: Translator, problem: Problem) -> str:
    """Return a problem in words, with its place in the file."""
    words = t(problem.key, **problem.params)
    if problem.row is None:
        return words
    is_track = problem.key.partition(".import.")[2].startswith("track.")
    place = t("import.place.track" if is_track else "import.place.row", row=problem.row)
    if problem.field:
        place = t("import.place.field", row=problem.row, field=problem.field)
    return t("import.place.words", place=place, words=words)


def show(console: Console, report: ImportReport, *, as_json: bool) -> None:
    """Tell what an import did, or why it was refused."""
    if as_json:
        console.json(document(console.t, report))
        return
    for key, problems in (
        ("import.problems", report.problems),
        ("import.warnings", report.warnings),
        ("import.notes", report.notes),
    ):
        if problems:
            console.say(key)
        for problem in problems[:_LISTED]:
            console.write_line("  " + sentence(console.t, problem))
    total = sum(report.problem_counts.values())
    if total > _LISTED:
        console.say("import.more", n=total - _LISTED)
    outcome = "applied" if report.applied else ("dry_run" if report.dry_run else "refused")
    console.data(
        console.t(
            "import.counts",
            inserted=report.inserted,
            updated=report.updated,
            unchanged=report.unchanged,
            rejected=report.rejected,
        )
    )
    console.say(f"import.outcome.{outcome}")


def document(t: Translator, report: ImportReport) -> dict[str, object]:
    """Return a report for programs; problems come with their words."""

    def listed(problems: Sequence[Problem]) -> list[dict[str, object]]:
        return [
            {
                "row": problem.row,
                "field": problem.field,
                "key": problem.key,
                "message": t(problem.key, **problem.params),
            }
            for problem in problems
        ]

    return {
        "kind": report.kind,
        "file": report.file_name,
        "inserted": report.inserted,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "rejected": report.rejected,
        "applied": report.applied,
        "dry_run": report.dry_run,
        "problem_counts": dict(report.problem_counts),
        "problems": listed(report.problems),
        "warnings": listed(report.warnings),
        "notes": listed(report.notes),
    }
