"""``wangge assign``: recompute which unit every household and facility lies in."""

import dataclasses
from dataclasses import dataclass
from typing import Annotated

import typer

from services import assignment
from services.imports import locks
from web import days
from web.cli import context, verbs
from web.cli.console import Console

_LISTED = 10
_EVERY = 2**31 - 1


@dataclass(frozen=True)
class _Assign:
    json: Annotated[bool, typer.Option("--json", help="cli.option.json")] = False


def register(application: typer.Typer) -> None:
    """Add the verb."""
    verbs.add(application, "assign", "cli.assign", _Assign)(_assign)


def _assign(console: Console, options: _Assign) -> None:
    with context.transaction(console.settings) as tx:
        locks.hold_areas(tx)
        with console.progress() as progress:
            report = assignment.assign_all(tx, progress)
        wanted = _EVERY if options.json else _LISTED
        outside = assignment.outside(tx, days.today(), wanted)
        tx.commit()
    if options.json:
        places = [dataclasses.asdict(place) for place in outside]
        console.json({**dataclasses.asdict(report), "places_outside": places})
        return
    console.data(
        console.t(
            "cli.assign.report",
            assigned=report.assigned,
            outside=report.outside,
            ambiguous=report.ambiguous,
            changed=report.changed,
        )
    )
    for place in outside:
        console.say(
            "cli.assign.outside",
            subject=console.t(f"subject.{place.subject}"),
            code=place.code,
            nearest=place.nearest_name,
            distance=console.t.distance(place.distance_m),
        )
    if report.outside > _LISTED:
        console.say("cli.assign.more", total=report.outside, n=report.outside - _LISTED)
