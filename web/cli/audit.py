"""``wangge audit``: whether the audit log was tampered with, and what is in it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated

import typer

from services import audit, errors
from services.audit import Filter, Head
from web import audit_words, days
from web.cli import context, help_text, verbs
from web.cli.console import Console

group = help_text.group("audit", "cli.audit")
_LONGEST = 10_000
_DAYS = ["%Y-%m-%d"]


@dataclass(frozen=True)
class _Verify:
    head: Annotated[
        str | None, typer.Option("--head", help="cli.audit.head", metavar="ID:HASH")
    ] = None
    json: Annotated[bool, typer.Option("--json", help="cli.option.json")] = False


@dataclass(frozen=True)
class _List:
    who: Annotated[str | None, typer.Option("--who", help="cli.audit.who", metavar="NAME")] = None
    action: Annotated[
        str | None, typer.Option("--action", help="cli.audit.action", metavar="ACTION")
    ] = None
    subject: Annotated[
        str | None, typer.Option("--subject", help="cli.audit.subject", metavar="CODE")
    ] = None
    unit: Annotated[str | None, typer.Option("--unit", help="cli.audit.unit", metavar="CODE")] = (
        None
    )
    since: Annotated[
        datetime | None, typer.Option("--since", help="audit.since", formats=_DAYS, metavar="DATE")
    ] = None
    until: Annotated[
        datetime | None, typer.Option("--until", help="audit.until", formats=_DAYS, metavar="DATE")
    ] = None
    before: Annotated[
        int | None, typer.Option("--before", help="cli.audit.before", min=1, metavar="ID")
    ] = None
    limit: Annotated[int, typer.Option("--limit", help="cli.audit.limit", min=1, max=_LONGEST)] = (
        100
    )
    json: Annotated[bool, typer.Option("--json", help="cli.option.json")] = False


def register(application: typer.Typer) -> None:
    """Add the verbs."""
    application.add_typer(group)


@verbs.add(group, "verify", "cli.audit.verify", _Verify)
def _verify(console: Console, options: _Verify) -> None:
    with context.transaction(console.settings) as tx:
        verdict = audit.verify(tx, Head.read(options.head) if options.head else None)
        audit.append(tx, "audit_verify", holds=verdict.holds)
        tx.commit()
    head = verdict.head
    if options.json:
        console.json({"holds": verdict.holds, "broken_at": verdict.broken_at, "head": head})
    if not verdict.holds:
        raise errors.RefusedError("error.audit.broken", id=str(verdict.broken_at))
    console.say("cli.audit.holds", n=head.id if head else 0)
    if head is not None and not options.json:
        console.data(str(head))


@verbs.add(group, "list", "cli.audit.list", _List)
def _list(console: Console, options: _List) -> None:
    asked = Filter(
        caller=options.who,
        action=options.action,
        subject=options.subject,
        unit=options.unit,
        since=options.since.date() if options.since else None,
        until=options.until.date() if options.until else None,
        before=options.before,
    )
    with context.transaction(console.settings) as tx:
        found = audit.lines(tx, asked, options.limit)
        audit.append(tx, "audit_look", lines=len(found))
        tx.commit()
    if options.json:
        console.json([asdict(line) for line in found])
        return
    for line in found:
        what = console.t(f"audit.{line.action}")
        who = audit_words.who(console.t, line)
        parts = (days.moment(line.at), who, what, line.subject or "", line.unit_code or "")
        console.data(f"{line.id}  " + "  ".join(part for part in parts if part))
