"""``wangge db``: the private cluster and the schema."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from services import errors, migrations
from services.database import Database
from web import databases
from web.cli import help_text, verbs
from web.cli.console import Console

group = help_text.group("db", "cli.db")


@dataclass(frozen=True)
class _Nothing:
    """No options."""


def register(application: typer.Typer) -> None:
    """Add the verbs."""
    application.add_typer(group)


@dataclass(frozen=True)
class _Status:
    json: Annotated[bool, typer.Option("--json", help="cli.option.json")] = False


@dataclass(frozen=True)
class _File:
    file: Annotated[Path, typer.Argument(help="cli.db.file", metavar="FILE", show_default=False)]


@dataclass(frozen=True)
class _Arguments:
    arguments: Annotated[
        list[str] | None, typer.Argument(help="cli.db.psql.arguments", metavar="ARGUMENT")
    ] = None


@verbs.add(group, "start", "cli.db.start", _Nothing)
def _start(console: Console, _: _Nothing) -> None:
    databases.cluster(console.settings).ensure_running()
    console.say("cli.db.running")


@verbs.add(group, "stop", "cli.db.stop", _Nothing)
def _stop(console: Console, _: _Nothing) -> None:
    databases.cluster(console.settings).stop()
    console.say("cli.db.stopped")


@verbs.add(group, "status", "cli.db.status", _Status)
def _show_status(console: Console, options: _Status) -> None:
    status = databases.cluster(console.settings).status()
    if options.json:
        console.json(dataclasses.asdict(status))
        return
    console.data(console.t(f"cli.db.state.{status.state}"))
    for key, value in (
        ("cli.db.status.data", status.data_directory),
        ("cli.db.status.socket", status.socket_directory),
        ("cli.db.status.version", status.version),
        ("cli.db.status.pid", status.pid),
    ):
        if value is not None:
            console.data(console.t(key, value=str(value)))


@verbs.add(group, "url", "cli.db.url", _Nothing)
def _url(console: Console, _: _Nothing) -> None:
    console.data(databases.url(console.settings))


@verbs.add(group, "upgrade", "cli.db.upgrade", _Nothing)
def _upgrade(console: Console, _: _Nothing) -> None:
    database = Database(databases.url(console.settings))
    try:
        migrations.upgrade(database.engine)
    finally:
        database.close()
    console.say("cli.db.upgraded")


@verbs.add(group, "backup", "cli.db.backup", _File)
def _backup(console: Console, options: _File) -> None:
    databases.cluster(console.settings).backup(options.file.absolute())
    console.say("cli.db.backed_up", file=options.file)


@verbs.add(group, "restore", "cli.db.restore", _File)
def _restore(console: Console, options: _File) -> None:
    if not options.file.is_file():
        raise errors.RefusedError("error.cli.no_file", file=options.file)
    databases.cluster(console.settings).restore(options.file.absolute())
    console.say("cli.db.restored", file=options.file)


@verbs.add(group, "psql", "cli.db.psql", _Arguments)
def _psql(console: Console, options: _Arguments) -> None:
    code = databases.cluster(console.settings).psql(options.arguments or ())
    raise typer.Exit(code)
