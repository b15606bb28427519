"""``wangge import``: files into the database."""

import functools
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
from web import databases, import_words
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
            run_and_show(
                console,
                options.file,
                functools.partial(
                    runner.run, database, caller, kind, options.file, asked, progress
                ),
                as_json=options.json,
            )

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
        render=lambda problem: import_words.sentence(console.t, problem),
    )


def _mapping(pairs: Sequence[str]) -> Mapping[str, str]:
    mapping = {}
    for pair in pairs:
        name, separator, column = pair.partition("=")
        if not (name and separator and column):
            raise errors.RefusedError("error.cli.map", pair=pair)
        mapping[name] = column
    return mapping


def run_and_show(
    console: Console, file: Path, run: Callable[[], ImportReport], *, as_json: bool
) -> None:
    """Import a file and tell what was done, or why it was refused.

    Raises
    ------
    services.errors.RefusedError
        It was refused; names the file.
    """
    try:
        report = run()
    except ImportRefusedError as error:
        whole = [problem for problem in error.report.problems if problem.key == error.key]
        words = import_words.sentence(console.t, whole[0]) if whole else console.t.error(error)
        if as_json:
            console.json(document(console.t, error.report))
        else:
            _list(console, error.report, leave_out=error.key)
        raise errors.RefusedError("error.cli.import", file=file.name, words=words) from error
    if as_json:
        console.json(document(console.t, report))
        return
    _list(console, report)
    console.say("import.outcome.applied" if report.applied else "import.outcome.dry_run")


def _list(console: Console, report: ImportReport, leave_out: str = "") -> None:
    t = console.t
    for key, problems in (
        ("cli.import.problems", report.problems),
        ("cli.import.warnings", report.warnings),
        ("cli.import.notes", report.notes),
    ):
        told = import_words.told(t, (one for one in problems if one.key != leave_out))
        if told:
            console.say(key, file=report.file_name)
        for one in told[:_LISTED]:
            console.write_line("  " + one.sentence(t))
        unlisted = sum(max(1, len(one.rows)) for one in told[_LISTED:])
        if problems is report.problems:
            unlisted += sum(report.problem_counts.values()) - len(problems)
        if unlisted:
            console.say("import.more", n=unlisted)
    console.data(
        t(
            "import.counts",
            inserted=report.inserted,
            updated=report.updated,
            unchanged=report.unchanged,
            rejected=report.rejected,
        )
    )


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
