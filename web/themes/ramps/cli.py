"""``wangge coverage ramps``: ways without a step, on the terminal or into files."""

import csv
import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from gis.stepfree.search import Outcome
from gis.stepfree.traits import State
from layers.themes import ramps as map_theme
from layers.themes import ramps_data
from services import demand, exports, formula_cells, profiles, ramp_rules
from services.database import Transaction
from services.exports import Format
from services.themes.held import Themes
from services.themes.ramps import Answer, Destination, Mend, RampRow, RampsQuery
from services.themes.ramps.basis import Basis
from services.themes.ramps.query import OLD_AGE
from web.cli import context, tables, verbs
from web.cli.console import Console
from web.figures import FEWEST
from web.themes import verb
from web.themes.ramps import api

COLLECTION = "coverage-ramps"


@dataclass(frozen=True)
class _Asked(verb.WalkOptions):
    min_age: Annotated[
        int, typer.Option("--min-age", help="cli.option.min_age", metavar="YEARS", min=0, max=130)
    ] = OLD_AGE
    to: Annotated[Destination, typer.Option("--to", help="cli.ramps.to")] = Destination.DAY_CARE
    profile: Annotated[str, typer.Option("--profile", help="cli.ramps.profile", metavar="NAME")] = (
        profiles.DEFAULT
    )
    edition: Annotated[str, typer.Option("--edition", help="cli.ramps.edition", metavar="NAME")] = (
        ramp_rules.DEFAULT
    )
    mend: Annotated[Mend, typer.Option("--mend", help="cli.ramps.mend")] = Mend.RAMPS
    mendings: Annotated[
        int, typer.Option("--mendings", help="cli.ramps.mendings", metavar="N", min=0, max=20)
    ] = 0
    survey: Annotated[
        int, typer.Option("--survey", help="cli.ramps.survey", metavar="N", min=0, max=200)
    ] = 0
    demand: Annotated[
        Path | None, typer.Option("--demand", help="cli.ramps.demand", metavar="FILE")
    ] = None
    compliance: Annotated[
        Path | None, typer.Option("--compliance", help="cli.ramps.compliance", metavar="FILE")
    ] = None
    mendings_csv: Annotated[
        Path | None, typer.Option("--mendings-csv", help="cli.ramps.mendings_csv", metavar="FILE")
    ] = None
    survey_csv: Annotated[
        Path | None, typer.Option("--survey-csv", help="cli.ramps.survey_csv", metavar="FILE")
    ] = None

    @property
    def query(self) -> RampsQuery:
        """The question asked."""
        return RampsQuery(
            as_of=self.day,
            max_walk_m=self.max_walk,
            unit=self.unit,
            min_age=self.min_age,
            to=self.to,
            profile=self.profile,
            edition=self.edition,
            rules=self.rules,
            mend=self.mend,
        )


def register() -> None:
    """Add the verb to the group."""
    verbs.add(verb.group, "ramps", "cli.coverage.ramps", _Asked)(_run)


def _run(console: Console, options: _Asked) -> None:
    themes = Themes()
    with context.transaction(console.settings) as tx:
        answer = themes.ramps.coverage(tx, options.query)
        verb.write(console, tx, themes, _files(console, options))
        told = _told(tx, themes, options)
    if options.json:
        console.json({**api.document(answer), **told})
        return
    _show(console, answer)
    _show_mendings(console, told)
    _show_survey(console, told)


def _told(tx: Transaction, themes: Themes, options: _Asked) -> dict[str, object]:
    told: dict[str, object] = {}
    if options.mendings:
        found = themes.ramps.mendings(tx, options.query, options.mendings)
        told["mendings"] = api.ranking(found)
    if options.survey:
        looks = themes.ramps.survey(tx, options.query, options.survey)
        told["survey"] = api.shortlist(looks)
    return told


def _files(console: Console, options: _Asked) -> list[verb.File]:
    """Return the files that can be written."""
    drawn = functools.partial(_write_map, console, options.query)
    homes = functools.partial(_write_demand, options.query)
    asked = replace(_exported(options.query), format=Format.CSV)
    mendings = replace(asked, n=options.mendings or None)
    survey = replace(asked, n=options.survey or None)
    return [
        options.own(options.html, COLLECTION, verb.MAP, drawn),
        *options.tables(COLLECTION, asked),
        verb.exported(options.mendings_csv, "mendings", mendings),
        verb.exported(options.survey_csv, "survey-list", survey),
        verb.exported(options.compliance, "ramps", asked),
        options.own(options.demand, "demand-ramps", Format.CSV.value, homes),
    ]


def _exported(query: RampsQuery) -> exports.ExportOptions:
    return exports.ExportOptions(
        as_of=query.as_of,
        unit=query.unit,
        max_walk_m=query.max_walk_m,
        min_age=query.min_age,
        rules=query.rules,
        to=query.to.value,
        profile=query.profile,
        edition=query.edition,
        mend=query.mend.value,
    )


def _write_map(
    console: Console, query: RampsQuery, tx: Transaction, themes: Themes, path: Path
) -> None:
    material = ramps_data.gather(tx, themes.ramps, query)
    path.write_text(map_theme.standalone(material, console.t), encoding="utf-8")


def _write_demand(query: RampsQuery, tx: Transaction, themes: Themes, path: Path) -> None:
    """Write a row for each household: not an aggregate, so readable by its owner only."""
    _, basis = themes.ramps.basis(tx, query)
    outcome = basis.outcomes(themes.ramps.limit_m(query))
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                "code",
                "demand",
                "nearest_code",
                "door",
                "way_out",
                "sure_m",
                "possible_m",
                "walk_m",
                "state",
            ]
        )
        rows = _households(tx, basis, outcome, query.unit)
        writer.writerows(map(formula_cells.guarded_row, rows))


def _households(
    tx: Transaction, basis: Basis, outcome: np.ndarray, unit: str | None
) -> list[Sequence[object]]:
    codes_of = demand.household_codes(tx, basis.grounds.demand.household_id)
    places = [place.code for place in basis.places.found]
    kept = [
        code is not None and code.startswith(unit or "")
        for code in (
            basis.grounds.tree.units[p].code if p >= 0 else ("" if unit is None else None)
            for p in basis.position.tolist()
        )
    ]
    return [
        (
            codes_of[i],
            int(basis.people[i]),
            places[basis.possible.supply[i]] if basis.possible.supply[i] >= 0 else "",
            State(int(basis.homes.state[i])).name.lower(),
            State(int(basis.way_out[i])).name.lower(),
            _metres(basis.sure.distance_m[i]),
            _metres(basis.possible.distance_m[i]),
            _metres(basis.walk_m[i]),
            Outcome(int(outcome[i])).name.lower(),
        )
        for i in np.flatnonzero(kept)
    ]


def _metres(value: float) -> str:
    return f"{value:.1f}" if np.isfinite(value) else ""


def _show(console: Console, answer: Answer) -> None:
    t = console.t
    listed = verb.listed(answer.rows, answer.scope.code)
    keys = (
        "cli.column.code", "cli.column.name", "column.ramps.demand", "column.ramps.sure",
        "column.ramps.unknown", "column.ramps.blocked", "column.share", "column.ramps.ramps",
    )  # fmt: skip
    console.data(tables.text([t(key) for key in keys], [_line(console, row) for row in listed]))
    console.say(
        "cli.ramps.basis",
        rules=answer.rules.title[t.language],
        edition=answer.edition.title[t.language],
        profile=answer.profile.title[t.language],
        to=t(f"kind.{answer.query.to.value}"),
        limit=t.distance(answer.limit_m),
        day=answer.query.as_of,
    )


def _line(console: Console, row: RampRow) -> tuple[str, ...]:
    t = console.t

    def people(value: int | None) -> str:
        return t("coverage.hidden") if value is None else t.number(value)

    few = row.demand is None or row.demand < FEWEST
    return (
        row.code,
        row.name,
        people(row.demand),
        people(row.covered),
        people(row.unknown),
        people(row.blocked),
        t("value.none") if few or row.share is None else t.percent(row.share),
        t("value.of", part=t.number(row.ramps_compliant), whole=t.number(row.ramps)),
    )


def _show_mendings(console: Console, told: dict[str, object]) -> None:
    """Print the best set, in the order in which it was chosen."""
    found = told.get("mendings")
    if not isinstance(found, dict):
        return
    t = console.t
    best = [one["properties"] for one in found["features"] if one["properties"]["best"]]
    rows = [
        (
            str(one["best"]),
            t(f"mending.{one['kind']}"),
            one["name"] or one["code"] or "",
            one["unit_name"] or "",
            t.number(one["people"]),
            t.number(one["then"]),
            t.number(one["together"]),
        )
        for one in sorted(best, key=lambda one: int(one["best"]))
    ]
    keys = (
        "column.mending.number", "column.mending.kind", "column.mending.what",
        "column.mending.unit", "column.mending.alone", "column.mending.then",
        "column.mending.together",
    )  # fmt: skip
    console.data(tables.text([t(key) for key in keys], rows))
    console.say("cli.ramps.mended", n=found["candidates"], fewer=found["fewer"])


def _show_survey(console: Console, told: dict[str, object]) -> None:
    found = told.get("survey")
    if not isinstance(found, dict):
        return
    t = console.t
    rows = [
        (
            str(one["number"]),
            t(f"look.{one['kind']}"),
            one["name"] or "",
            one["unit_name"] or "",
            t.number(one["settled"]) if one["settled"] is not None else t("coverage.hidden"),
        )
        for one in (feature["properties"] for feature in found["features"])
    ]
    keys = (
        "column.mending.number", "column.mending.kind", "column.mending.what",
        "column.mending.unit", "column.look.settled",
    )  # fmt: skip
    console.data(tables.text([t(key) for key in keys], rows))
