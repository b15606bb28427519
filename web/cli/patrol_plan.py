"""``wangge patrol plan``: walks that cover a unit's roads, as the page makes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from services import caller as callers
from services import exports, units
from services.database import Database
from services.exports import Format, Taken
from services.imports.routes import weekdays
from services.patrol import plan_features, plan_jobs, planning
from services.patrol.plan_jobs import StoredPlan
from services.patrol.planning import PlanAsked
from services.patrol.roads import Roads
from services.themes.patrol import Patrol
from web import databases, days, patrol_terms, plan_drawing
from web.cli import tables
from web.cli.console import Console
from web.plan_drawing import Day
from web.themes import verb


@dataclass(frozen=True)
class Asked:
    """What is asked of the planner."""

    unit: Annotated[str, typer.Option("--unit", help="cli.plan.unit", metavar="CODE")]
    patrols: Annotated[int, typer.Option("--patrols", help="cli.plan.patrols", metavar="K")] = 2
    minutes: Annotated[float, typer.Option("--minutes", help="cli.plan.minutes")] = 90.0
    speed: Annotated[
        float, typer.Option("--speed", help="cli.plan.speed", metavar="KM_PER_HOUR")
    ] = 4.0
    weekdays: Annotated[
        str, typer.Option("--weekdays", help="cli.plan.weekdays", metavar="DAYS")
    ] = "1,2,3,4,5"
    passes: Annotated[int, typer.Option("--passes", help="cli.plan.passes")] = 1
    start: Annotated[str, typer.Option("--start", help="cli.plan.start", metavar="LON,LAT")] = ""
    end: Annotated[str, typer.Option("--end", help="cli.plan.end", metavar="LON,LAT")] = ""
    seconds: Annotated[float, typer.Option("--seconds", help="cli.plan.seconds")] = 15.0
    seed: Annotated[int, typer.Option("--seed", help="cli.plan.seed", min=0)] = 0
    geojson: Annotated[
        Path | None, typer.Option("--geojson", help="cli.plan.geojson", metavar="FILE")
    ] = None
    routes: Annotated[bool, typer.Option("--routes", help="cli.plan.routes")] = False
    json: Annotated[bool, typer.Option("--json", help="cli.option.json")] = False

    @property
    def asked(self) -> PlanAsked:
        """The question; a refusal when it makes no sense."""
        return PlanAsked(
            unit=self.unit,
            patrols=self.patrols,
            speed_km_h=self.speed,
            limit_min=self.minutes,
            weekdays=weekdays(self.weekdays),
            passes=self.passes,
            seconds=self.seconds,
            start=patrol_terms.place(self.start),
            end=patrol_terms.place(self.end),
        )


def run(console: Console, options: Asked) -> None:
    """Plan, tell the plan, and make routes of it where asked."""
    asked, theme = options.asked, Patrol()
    with databases.database(console.settings) as database:
        number = _planned(console, database, theme, asked, options.seed)
        with database.transaction(callers.operator()) as tx:
            plan, today = plan_jobs.find(tx, number), days.today()
            unit, roads = units.find(tx, plan.unit_code, today), theme.roads(tx, today)
            assert roads is not None, "it was planned on them"
            if options.geojson is not None:
                taken = Taken("patrol-plan", Format.GEOJSON.value, plan.unit_code, today)
                exports.keep_taken(database, callers.operator(), taken)
                _write(console, options.geojson, roads, plan)
            made = 0
            if options.routes:
                made = plan_jobs.adopt(tx, plan, today, unit.name)
                tx.commit()
    drawn = plan_drawing.days(roads, plan)
    if options.json:
        console.json(_document(plan, drawn, made))
    else:
        _show(console, drawn)
    console.say("cli.plan.kept", number=number)
    if options.routes:
        console.say("cli.plan.made", routes=made)


def _planned(
    console: Console, database: Database, theme: Patrol, asked: PlanAsked, seed: int
) -> int:
    """Plan until the time is over, or somebody presses Ctrl+C: what there is then is the plan."""
    day = days.today()
    task, whole = plan_jobs.prepared(database, theme, asked, day), round(asked.seconds)
    best: tuple[planning.DayPlan, ...] = ()
    with console.progress() as progress:
        try:
            for done, better in plan_jobs.timed(planning.work(task, seed)):
                best = better
                progress("job.step.plan", min(round(done), whole), whole)
        except KeyboardInterrupt:
            if not best:
                raise
            console.say("cli.plan.stopped")
    return plan_jobs.keep(database, task, best, day)


def _write(console: Console, path: Path, roads: Roads, plan: StoredPlan) -> None:
    content = orjson.dumps(plan_features.collection(roads.stored, plan)).decode()

    def write() -> None:
        path.write_text(content, encoding="utf-8")

    verb.into(path, write)
    console.say("cli.coverage.written", file=path)


def _document(plan: StoredPlan, drawn: tuple[Day, ...], made: int) -> Mapping[str, Any]:
    assert plan.result is not None
    return {
        "plan": plan.id,
        "unit": plan.unit_code,
        "asked": plan.asked.to_json(),
        "required": plan.result["required"],
        "routes": made,
        "days": [
            {
                "weekday": day.weekday,
                "longest_min": day.longest_min,
                "bound_min": day.bound_min,
                "gap": day.gap,
                "walks": [
                    {"patrol": walk.number, "minutes": walk.minutes, "length_m": walk.length_m}
                    for walk in day.walks
                ],
                "left_out": [
                    {"reason": reason, "sections": count, "roads": names}
                    for reason, count, names in day.left_out
                ],
            }
            for day in drawn
        ],
    }


def _show(console: Console, drawn: tuple[Day, ...]) -> None:
    t = console.t
    heads = ("cli.plan.day", "plan.patrol", "plan.minutes", "plan.length")
    lines = [
        (
            t(f"map.patrol.day.{day.weekday}"),
            str(walk.number),
            t.number(walk.minutes),
            t.distance(walk.length_m),
        )
        for day in drawn
        for walk in day.walks
        if walk.length_m
    ]
    console.data(tables.text([t(key) for key in heads], lines))
    for day in drawn:
        name = t(f"map.patrol.day.{day.weekday}")
        bound = t(
            "plan.bound",
            longest=t.number(day.longest_min),
            bound=t.number(day.bound_min),
            gap=t.percent(day.gap, 1),
        )
        console.write_line(f"{name}: {bound}")
        for reason, count, names in day.left_out:
            console.write_line(f"{name}: {t(f'plan.left_out.{reason}', n=count)} {names}".rstrip())
