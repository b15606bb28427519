"""``wangge coverage patrol``: what was patrolled, on the terminal or into files."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from layers.themes import patrol as map_theme
from layers.themes import patrol_data
from services import exports
from services.database import Transaction
from services.patrol.figures import PatrolRow
from services.themes.held import Themes
from services.themes.patrol import DAYS, LOOK_BACK_DAYS, Coverage, PatrolQuery
from web.cli import context, tables, verbs
from web.cli.console import Console
from web.themes import verb
from web.themes.patrol import api

COLLECTION = "coverage-patrol"


@dataclass(frozen=True)
class Asked(verb.Options):
    """What is asked about patrols."""

    days: Annotated[
        int, typer.Option("--days", help="cli.patrol.days", min=1, max=LOOK_BACK_DAYS)
    ] = DAYS
    passes: Annotated[int, typer.Option("--passes", help="cli.patrol.passes", min=1, max=1000)] = 1

    @property
    def query(self) -> PatrolQuery:
        """The question asked."""
        return PatrolQuery(self.day, self.days, self.passes, self.unit)


def run(console: Console, options: Asked) -> None:
    """Answer, and write the files asked for."""
    themes = Themes()
    with context.transaction(console.settings) as tx:
        answer = themes.patrol.coverage(tx, options.query)
        verb.write(console, tx, themes, _files(console, options))
    if options.json:
        console.json(api.document(answer))
    else:
        _show(console, answer)


def register() -> None:
    """Add the verb to the group."""
    verbs.add(verb.group, "patrol", "cli.coverage.patrol", Asked)(run)


def _files(console: Console, options: Asked) -> list[verb.File]:
    """Return the files that can be written."""
    drawn = functools.partial(_write_map, console, options.query)
    return [
        options.own(options.html, COLLECTION, verb.MAP, drawn),
        *options.tables(COLLECTION, _exported(options.query)),
    ]


def _exported(query: PatrolQuery) -> exports.ExportOptions:
    return exports.ExportOptions(
        as_of=query.as_of, unit=query.unit, days=query.days, passes=query.passes
    )


def _write_map(
    console: Console, query: PatrolQuery, tx: Transaction, themes: Themes, path: Path
) -> None:
    material = patrol_data.gather(tx, themes.patrol, query)
    path.write_text(map_theme.standalone(material, console.t), encoding="utf-8")


def _show(console: Console, answer: Coverage) -> None:
    t = console.t
    listed = verb.listed(answer.rows, answer.scope.code)
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
