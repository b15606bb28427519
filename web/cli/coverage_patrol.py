"""``wangge coverage patrol``: what was patrolled, on the terminal or into files."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gis import codes
from layers.themes import patrol as map_theme
from layers.themes import patrol_data
from services import exports
from services.database import Transaction
from services.exports import Format
from services.patrol.figures import PatrolRow
from services.themes.held import Themes
from services.themes.patrol import DAYS, LOOK_BACK_DAYS, Coverage, PatrolQuery
from web import days
from web.api import patrol as answers
from web.cli import context, coverage_group, tables, verbs
from web.cli.console import Console

COLLECTION = "coverage-patrol"


@dataclass(frozen=True)
class Asked:
    """What is asked about patrols."""

    unit: Annotated[str | None, typer.Option("--unit", help="cli.option.unit", metavar="CODE")] = (
        None
    )
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", help="cli.option.as_of", formats=["%Y-%m-%d"], metavar="DATE"),
    ] = None
    days: Annotated[
        int, typer.Option("--days", help="cli.patrol.days", min=1, max=LOOK_BACK_DAYS)
    ] = DAYS
    passes: Annotated[int, typer.Option("--passes", help="cli.patrol.passes", min=1, max=1000)] = 1
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
    def query(self) -> PatrolQuery:
        """The question asked."""
        as_of = self.as_of.date() if self.as_of else days.today()
        return PatrolQuery(as_of, self.days, self.passes, self.unit)


def run(console: Console, options: Asked) -> None:
    """Answer, and write the files asked for."""
    themes = Themes()
    with context.transaction(console.settings) as tx:
        answer = themes.patrol.coverage(tx, options.query)
        if options.html is not None:
            path = options.html
            coverage_group.into(path, lambda: _write_map(console, tx, themes, options.query, path))
            console.say("cli.coverage.written", file=path)
        for path, file_format in _files(options):
            exports.write(tx, COLLECTION, _asked(options, file_format), path, themes)
            console.say("cli.coverage.written", file=path)
    if options.json:
        console.json(answers.document(answer))
    else:
        _show(console, answer)


def register() -> None:
    """Add the verb to the group."""
    verbs.add(coverage_group.group, "patrol", "cli.coverage.patrol", Asked)(run)


def _files(options: Asked) -> list[tuple[Path, Format]]:
    wanted = (
        (options.geojson, Format.GEOJSON),
        (options.csv, Format.CSV),
        (options.xlsx, Format.XLSX),
    )
    return [(path, file_format) for path, file_format in wanted if path is not None]


def _asked(options: Asked, file_format: Format) -> exports.ExportOptions:
    query = options.query
    return exports.ExportOptions(
        as_of=query.as_of,
        format=file_format,
        unit=query.unit,
        days=query.days,
        passes=query.passes,
    )


def _write_map(
    console: Console, tx: Transaction, themes: Themes, query: PatrolQuery, path: Path
) -> None:
    material = patrol_data.gather(tx, themes.patrol, query)
    path.write_text(map_theme.standalone(material, console.t), encoding="utf-8")


def _show(console: Console, answer: Coverage) -> None:
    t = console.t
    depth = codes.LEVELS.index(codes.Level.COMMUNITY)
    listed = [
        row
        for row in answer.rows
        if codes.LEVELS.index(row.level) <= depth or row.parent_code == answer.scope.code
    ]
    keys = (
        "cli.column.code", "cli.column.name", "column.patrol.passed", "column.patrol.share",
        "column.patrol.homes", "column.patrol.late", "column.patrol.kept",
    )  # fmt: skip
    console.data(tables.text([t(key) for key in keys], [_line(console, row) for row in listed]))
    query = answer.query
    console.say(
        "cli.coverage.patrol.basis",
        first=query.first,
        last=query.as_of,
        passes=query.passes,
        tracks=answer.tracks,
    )


def _line(console: Console, row: PatrolRow) -> tuple[str, ...]:
    t = console.t
    kept = row.kept_m / row.planned_m if row.planned_m else None
    return (
        row.code,
        row.name,
        t("value.of", part=t.distance(row.passed_m), whole=t.distance(row.length_m)),
        t.percent(row.metres_share),
        t.percent(row.share),
        t.distance(row.late_m),
        t.percent(kept),
    )
