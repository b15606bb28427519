"""``wangge keys``: what other departments identify themselves by."""

from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from services import api_keys
from services.exports import catalogue
from web import days
from web.cli import context, help_text, tables, verbs
from web.cli.console import Console

group = help_text.group("keys", "cli.keys")
_Name = Annotated[str, typer.Argument(help="cli.keys.name", metavar="NAME", show_default=False)]


@dataclass(frozen=True)
class _Add:
    name: _Name
    collections: Annotated[
        list[str] | None, typer.Option("--collection", help="cli.keys.collection", metavar="NAME")
    ] = None


@dataclass(frozen=True)
class _Named:
    name: _Name


@dataclass(frozen=True)
class _List:
    json: Annotated[bool, typer.Option("--json", help="cli.option.json")] = False


def register(application: typer.Typer) -> None:
    """Add the verbs."""
    application.add_typer(group)


@verbs.add(group, "add", "cli.keys.add", _Add)
def _add(console: Console, options: _Add) -> None:
    granted = options.collections or []
    for name in granted:
        catalogue.published(name)
    with context.transaction(console.settings) as tx:
        key = api_keys.add(tx, options.name, granted)
        tx.commit()
    console.say("cli.keys.made")
    console.data(key)


@verbs.add(group, "revoke", "cli.keys.revoke", _Named)
def _revoke(console: Console, options: _Named) -> None:
    with context.transaction(console.settings) as tx:
        api_keys.revoke(tx, options.name)
        tx.commit()
    console.say("cli.keys.revoked", name=options.name)


@verbs.add(group, "list", "cli.keys.list", _List)
def _list(console: Console, options: _List) -> None:
    with context.transaction(console.settings) as tx:
        found = api_keys.listing(tx)
    if options.json:
        console.json([asdict(key) for key in found])
        return
    t = console.t
    rows = [
        (
            key.name,
            " ".join(key.collections),
            days.moment(key.last_used_at) if key.last_used_at else t("value.none"),
            t("keys.state.revoked" if key.revoked_at else "keys.state.valid"),
        )
        for key in found
    ]
    headings = ("keys.name", "keys.collections", "keys.used", "keys.state")
    console.data(tables.text([t(heading) for heading in headings], rows))
