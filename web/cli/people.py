"""``wangge people``: how long personal data is kept, and all that is held about one person."""

from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from services import retention, subject_access
from services.sealing import Sealer
from web import days, subject
from web.cli import context, help_text, verbs
from web.cli.console import Console

group = help_text.group("people", "cli.people")


@dataclass(frozen=True)
class _Anonymise:
    dry_run: Annotated[bool, typer.Option("--dry-run", help="cli.people.dry_run")] = False
    json: Annotated[bool, typer.Option("--json", help="cli.option.json")] = False


@dataclass(frozen=True)
class _Export:
    code: Annotated[str, typer.Argument(help="cli.people.code", metavar="CODE")]
    text: Annotated[bool, typer.Option("--text", help="cli.people.text")] = False


def register(application: typer.Typer) -> None:
    """Add the verbs."""
    application.add_typer(group)


@verbs.add(group, "anonymise", "cli.people.anonymise", _Anonymise)
def _anonymise(console: Console, options: _Anonymise) -> None:
    home = console.settings.home
    rule, today = retention.load(home), days.today()
    with context.transaction(console.settings) as tx:
        emptied = retention.anonymise(tx, Sealer.from_home(home), rule, today)
        if not options.dry_run:
            tx.commit()
    if options.json:
        console.json({"rule": asdict(rule), "dry_run": options.dry_run, **asdict(emptied)})
        return
    key = "cli.people.would" if options.dry_run else "cli.people.anonymised"
    console.say(key, **asdict(emptied), rule=rule.name)


@verbs.add(group, "export", "cli.people.export", _Export)
def _export(console: Console, options: _Export) -> None:
    sealer = Sealer.from_home(console.settings.home)
    with context.transaction(console.settings) as tx:
        content = subject_access.export(tx, sealer, options.code)
        tx.commit()
    if options.text:
        console.data(subject.text(content, console.t))
    else:
        console.json(content)
    console.say("cli.people.exported", code=options.code)
