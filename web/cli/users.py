"""``wangge users``: accounts, made and looked after by whoever sits at the server."""

import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from services import accounts, errors, passwords
from services.accounts import Account, NewAccount, Scope
from services.caller import Role
from web import days
from web.cli import context, help_text, tables, verbs
from web.cli.console import Console

group = help_text.group("users", "cli.users")
_DAYS = ["%Y-%m-%d"]
_Name = Annotated[str, typer.Argument(help="cli.users.name", metavar="NAME", show_default=False)]
_Stdin = Annotated[bool, typer.Option("--password-stdin", help="cli.users.password_stdin")]
_Json = Annotated[bool, typer.Option("--json", help="cli.option.json")]
_Units = Annotated[list[str] | None, typer.Option("--unit", help="cli.users.unit", metavar="CODE")]
_From = Annotated[
    datetime | None, typer.Option("--from", help="cli.users.from", formats=_DAYS, metavar="DATE")
]
_Until = Annotated[
    datetime | None, typer.Option("--until", help="cli.users.until", formats=_DAYS, metavar="DATE")
]


@dataclass(frozen=True)
class _Add:
    name: _Name
    role: Annotated[str, typer.Option("--role", help="cli.users.role", metavar="ROLE")]
    units: _Units = None
    display_name: Annotated[
        str, typer.Option("--display-name", help="cli.users.display_name", metavar="TEXT")
    ] = ""
    begins: _From = None
    ends: _Until = None
    password_stdin: _Stdin = False


@dataclass(frozen=True)
class _Named:
    name: _Name


@dataclass(frozen=True)
class _Password:
    name: _Name
    password_stdin: _Stdin = False


@dataclass(frozen=True)
class _Scopes:
    name: _Name
    units: _Units = None
    begins: _From = None
    ends: _Until = None


@dataclass(frozen=True)
class _List:
    json: _Json = False


def register(application: typer.Typer) -> None:
    """Add the verbs."""
    application.add_typer(group)


@verbs.add(group, "add", "cli.users.add", _Add)
def _add(console: Console, options: _Add) -> None:
    scopes = _scopes(options.units, options.begins, options.ends)
    wanted = NewAccount(options.name, options.display_name, _role(options.role), scopes)
    password = _typed() if options.password_stdin else passwords.made()
    with context.transaction(console.settings) as tx:
        accounts.add(tx, wanted, password, must_change=not options.password_stdin)
        tx.commit()
    console.say("cli.users.added", name=options.name)
    _show(console, password, made=not options.password_stdin)


@verbs.add(group, "passwd", "cli.users.passwd", _Password)
def _passwd(console: Console, options: _Password) -> None:
    password = _typed() if options.password_stdin else passwords.made()
    with context.transaction(console.settings) as tx:
        accounts.set_password(tx, options.name, password, must_change=not options.password_stdin)
        tx.commit()
    console.say("cli.users.changed", name=options.name)
    _show(console, password, made=not options.password_stdin)


@verbs.add(group, "scopes", "cli.users.scopes", _Scopes)
def _set_scopes(console: Console, options: _Scopes) -> None:
    with context.transaction(console.settings) as tx:
        scopes = _scopes(options.units, options.begins, options.ends)
        accounts.set_scopes(tx, options.name, scopes)
        tx.commit()
    console.say("cli.users.changed", name=options.name)


@verbs.add(group, "disable", "cli.users.disable", _Named)
def _disable(console: Console, options: _Named) -> None:
    with context.transaction(console.settings) as tx:
        accounts.disable(tx, options.name)
        tx.commit()
    console.say("cli.users.disabled", name=options.name)


@verbs.add(group, "enable", "cli.users.enable", _Named)
def _enable(console: Console, options: _Named) -> None:
    with context.transaction(console.settings) as tx:
        accounts.enable(tx, options.name)
        tx.commit()
    console.say("cli.users.enabled", name=options.name)


@verbs.add(group, "list", "cli.users.list", _List)
def _list(console: Console, options: _List) -> None:
    with context.transaction(console.settings) as tx:
        found = accounts.listing(tx)
    if options.json:
        console.json([_plain(account) for account in found])
        return
    t = console.t
    headings = ("login.name", "roster.worker", "account.role", "account.scopes", "accounts.last")
    rows = [
        (
            account.name + (f" ({t('accounts.disabled')})" if account.disabled_at else ""),
            account.display_name,
            t(f"role.{account.role}"),
            " ".join(scope.unit_code for scope in account.scopes),
            days.moment(account.last_login_at) if account.last_login_at else t("value.none"),
        )
        for account in found
    ]
    console.data(tables.text([t(heading) for heading in headings], rows))


def _role(text: str) -> Role:
    if text not in accounts.ROLES:
        raise errors.RefusedError("error.accounts.role", role=text, known=", ".join(accounts.ROLES))
    return Role(text)


def _scopes(
    units: list[str] | None, begins: datetime | None, ends: datetime | None
) -> tuple[Scope, ...]:
    first = begins.date() if begins else None
    last = ends.date() if ends else None
    return tuple(Scope(code, first, last) for code in units or ())


def _typed() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _show(console: Console, password: str, *, made: bool) -> None:
    """Show a password that was made: on standard output, once."""
    if made:
        console.say("cli.users.made")
        console.data(password)


def _plain(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "display_name": account.display_name,
        "role": account.role,
        "disabled": account.disabled_at is not None,
        "last_login_at": account.last_login_at,
        "units": [vars(scope) for scope in account.scopes],
    }
