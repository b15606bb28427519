"""``wangge coverage day-care``: who has day care in reach, on the terminal or into files."""

import csv
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from layers.themes import day_care as map_theme
from layers.themes import day_care_data
from services import exports, formula_cells
from services.database import Transaction
from services.exports import Format
from services.themes.day_care import Coverage, DayCareQuery
from services.themes.held import Themes
from web.cli import context, tables, verbs
from web.cli.console import Console
from web.figures import Figures
from web.themes import verb
from web.themes.day_care import api

COLLECTION = "coverage-day-care"


@dataclass(frozen=True)
class _Asked(verb.WalkOptions):
    min_age: Annotated[
        int, typer.Option("--min-age", help="cli.option.min_age", metavar="YEARS", min=0, max=130)
    ] = 60
    demand: Annotated[
        Path | None, typer.Option("--demand", help="cli.coverage.demand", metavar="FILE")
    ] = None

    @property
    def query(self) -> DayCareQuery:
        """The question asked."""
        return DayCareQuery(
            as_of=self.day,
            max_walk_m=self.max_walk,
            unit=self.unit,
            min_age=self.min_age,
            rules=self.rules,
        )


def register() -> None:
    """Add the verb to the group."""
    verbs.add(verb.group, "day-care", "cli.coverage.day_care", _Asked)(_run)


def _run(console: Console, options: _Asked) -> None:
    themes = Themes()
    with context.transaction(console.settings) as tx:
        answer = themes.day_care.coverage(tx, options.query)
        verb.write(console, tx, themes, _files(console, options))
    if options.json:
        console.json(api.document(answer))
    else:
        _show(console, answer)


def _files(console: Console, options: _Asked) -> list[verb.File]:
    """Return the files that can be written."""
    drawn = functools.partial(_write_map, console, options.query)
    homes = functools.partial(_write_demand, options.query)
    return [
        options.own(options.html, COLLECTION, verb.MAP, drawn),
        *options.tables(COLLECTION, _exported(options.query)),
        options.own(options.demand, "demand-day-care", Format.CSV.value, homes),
    ]


def _exported(query: DayCareQuery) -> exports.ExportOptions:
    return exports.ExportOptions(
        as_of=query.as_of,
        unit=query.unit,
        max_walk_m=query.max_walk_m,
        min_age=query.min_age,
        rules=query.rules,
    )


def _write_map(
    console: Console, query: DayCareQuery, tx: Transaction, themes: Themes, path: Path
) -> None:
    material = day_care_data.gather(tx, themes.day_care, query)
    path.write_text(map_theme.standalone(material, console.t), encoding="utf-8")


def _write_demand(query: DayCareQuery, tx: Transaction, themes: Themes, path: Path) -> None:
    """Write a row for each household: not an aggregate, so readable by its owner only."""
    table = themes.day_care.demand_table(tx, query)
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "demand", "nearest_code", "walk_m", "straight_m", "band"])
        columns = (
            table.code.tolist(),
            table.demand.tolist(),
            [code or "" for code in table.nearest_code.tolist()],
            _metres(table.walk_m),
            _metres(table.straight_m),
            table.band.tolist(),
        )
        writer.writerows(map(formula_cells.guarded_row, zip(*columns, strict=True)))


def _metres(values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> list[str]:
    return [f"{value:.1f}" if np.isfinite(value) else "" for value in values.tolist()]


def _show(console: Console, answer: Coverage) -> None:
    t, figures = console.t, Figures(console.t)
    columns = (
        "cli.column.code", "cli.column.name", "column.covered", "column.share",
        "column.straight", "column.median", "column.places",
    )  # fmt: skip
    rows = [
        (
            row.code,
            row.name,
            figures.of(row.covered, row.demand),
            figures.share(row),
            figures.straight(row),
            t.distance(row.median_walk_m),
            t.number(row.places),
        )
        for row in verb.listed(answer.rows, answer.scope.code)
    ]
    console.data(tables.text([t(key) for key in columns], rows))
    console.say(
        "cli.coverage.basis",
        rules=answer.rules.title[t.language],
        limit=t.distance(answer.max_walk_m),
        day=answer.query.as_of,
    )
    if answer.outside:
        console.say("overview.outside", n=answer.outside)
