"""``wangge units``: whether boundaries fit together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from services import boundary_check
from web import days
from web.cli import context, help_text, verbs
from web.cli.console import Console

group = help_text.group("units", "cli.units")


@dataclass(frozen=True)
class _Check:
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", help="cli.option.as_of", formats=["%Y-%m-%d"], metavar="DATE"),
    ] = None
    json: Annotated[bool, typer.Option("--json", help="cli.option.json")] = False


def register(application: typer.Typer) -> None:
    """Add the verbs."""
    application.add_typer(group)


@verbs.add(group, "check", "cli.units.check", _Check)
def _check(console: Console, options: _Check) -> None:
    as_of = options.as_of.date() if options.as_of else days.today()
    with context.transaction(console.settings) as tx:
        found = list(boundary_check.findings(tx, as_of))
    if options.json:
        console.json([{"kind": f.kind, "codes": f.codes, "area_m2": f.area_m2} for f in found])
        return
    for finding in found:
        console.data(
            console.t(
                f"cli.units.{finding.kind}",
                codes=", ".join(finding.codes),
                area=console.t.number(finding.area_m2),
            )
        )
    console.say("cli.units.checked", n=len(found), day=as_of)
