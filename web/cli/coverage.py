"""``wangge coverage``: figures of a theme, on the terminal or into files."""

import csv
import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from gis import codes
from layers.themes import day_care as map_theme
from layers.themes import day_care_data
from services import exports, rules
from services.coverage import CoverageRow
from services.database import Transaction
from services.exports import Format
from services.themes.day_care import Coverage, DayCare, DayCareQuery
from services.themes.held import Themes
from web import days
from web.api import coverage as answers
from web.cli import context, coverage_group, coverage_patrol, coverage_ramps, tables, verbs
from web.cli.console import Console
from web.figures import Figures

COLLECTION = "coverage-day-care"


def register(application: typer.Typer) -> None:
    """Add the verbs."""
    coverage_ramps.register()
    coverage_patrol.register()
    application.add_typer(coverage_group.group)


@dataclass(frozen=True)
class _DayCare:
    unit: Annotated[str | None, typer.Option("--unit", help="cli.option.unit", metavar="CODE")] = (
        None
    )
    max_walk: Annotated[
        float | None,
        typer.Option("--max-walk", help="cli.option.max_walk", metavar="METRES", min=1, max=20000),
    ] = None
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", help="cli.option.as_of", formats=["%Y-%m-%d"], metavar="DATE"),
    ] = None
    min_age: Annotated[
        int, typer.Option("--min-age", help="cli.option.min_age", metavar="YEARS", min=0, max=130)
    ] = 60
    rules: Annotated[str, typer.Option("--rules", help="cli.option.rules", metavar="NAME")] = (
        rules.DEFAULT
    )
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
    demand: Annotated[
        Path | None, typer.Option("--demand", help="cli.coverage.demand", metavar="FILE")
    ] = None
    json: Annotated[bool, typer.Option("--json", help="cli.option.json")] = False

    @property
    def query(self) -> DayCareQuery:
        """The question asked."""
        return DayCareQuery(
            as_of=self.as_of.date() if self.as_of else days.today(),
            max_walk_m=self.max_walk,
            unit=self.unit,
            min_age=self.min_age,
            rules=self.rules,
        )


@verbs.add(coverage_group.group, "day-care", "cli.coverage.day_care", _DayCare)
def _day_care(console: Console, options: _DayCare) -> None:
    theme = DayCare()
    with context.transaction(console.settings) as tx:
        answer = theme.coverage(tx, options.query)
        for path, write in _files(console, options).items():
            coverage_group.into(path, functools.partial(write, tx, theme, path))
            console.say("cli.coverage.written", file=path)
    if options.json:
        console.json(answers.document(answer))
    else:
        _show(console, answer)


_Write = Callable[[Transaction, DayCare, Path], None]


def _files(console: Console, options: _DayCare) -> dict[Path, _Write]:
    """Return what is to be written, by path."""
    wanted: list[tuple[Path | None, _Write]] = [
        (options.html, lambda tx, theme, path: _write_map(console, tx, theme, options.query, path)),
        (options.geojson, _exporter(options, Format.GEOJSON)),
        (options.csv, _exporter(options, Format.CSV)),
        (options.xlsx, _exporter(options, Format.XLSX)),
        (options.demand, lambda tx, theme, path: _write_demand(tx, theme, options.query, path)),
    ]
    return {path: write for path, write in wanted if path is not None}


def _exporter(options: _DayCare, file_format: Format) -> _Write:
    query = options.query
    asked = exports.ExportOptions(
        as_of=query.as_of,
        format=file_format,
        unit=query.unit,
        max_walk_m=query.max_walk_m,
        min_age=query.min_age,
        rules=query.rules,
    )

    def write(tx: Transaction, theme: DayCare, path: Path) -> None:
        exports.write(tx, COLLECTION, asked, path, Themes(day_care=theme))

    return write


def _write_map(
    console: Console, tx: Transaction, theme: DayCare, query: DayCareQuery, path: Path
) -> None:
    material = day_care_data.gather(tx, theme, query)
    path.write_text(map_theme.standalone(material, console.t), encoding="utf-8")


def _write_demand(tx: Transaction, theme: DayCare, query: DayCareQuery, path: Path) -> None:
    """Write a row for each household: not an aggregate, so readable by its owner only."""
    table = theme.demand_table(tx, query)
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
        writer.writerows(zip(*columns, strict=True))


def _metres(values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> list[str]:
    return [f"{value:.1f}" if np.isfinite(value) else "" for value in values.tolist()]


def _show(console: Console, answer: Coverage) -> None:
    t, figures = console.t, Figures(console.t)
    deepest = max(_depth(answer.rows[0]), codes.LEVELS.index(codes.Level.COMMUNITY))
    listed = [
        row for row in answer.rows if _depth(row) <= deepest or row.parent_code == answer.scope.code
    ]
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
        for row in listed
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


def _depth(row: CoverageRow) -> int:
    return codes.LEVELS.index(row.level)
