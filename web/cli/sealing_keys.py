"""``wangge secrets``: the keys that personal values are sealed with."""

from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from services import caller as callers
from services import key_rotation
from web import databases
from web.cli import help_text, verbs
from web.cli.console import Console

group = help_text.group("secrets", "cli.secrets")


@dataclass(frozen=True)
class _Rotate:
    json: Annotated[bool, typer.Option("--json", help="cli.option.json")] = False


def register(application: typer.Typer) -> None:
    """Add the verbs."""
    application.add_typer(group)


@verbs.add(group, "rotate", "cli.secrets.rotate", _Rotate)
def _rotate(console: Console, options: _Rotate) -> None:
    home = console.settings.home
    with databases.database(console.settings) as database, console.progress() as progress:
        done = key_rotation.rotate(database, callers.operator(), home, progress)
    if options.json:
        console.json(asdict(done))
        return
    console.say("cli.secrets.rotated", number=done.number, rows=done.resealed)
    if done.unreadable:
        console.say("cli.secrets.unreadable", rows=done.unreadable)
    console.say("cli.secrets.backups", keys=", ".join(map(str, done.deleted)))
