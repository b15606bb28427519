"""Accounts: who may log in, as what, and for which units during which time.

What a worker or manager sees follows from `Scope`s, and is decided in the database
(``scope_units()``): a scope whose period is over opens nothing any more.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from gis import codes
from services import audit, errors, passwords
from services.caller import Role
from services.database import Transaction

ROLES = (
    Role.GRID_WORKER,
    Role.COMMUNITY_MANAGER,
    Role.TOWNSHIP_MANAGER,
    Role.PLANNER,
    Role.ADMIN,
)
"""What an account can be."""
LEVEL = MappingProxyType(
    {
        Role.GRID_WORKER: codes.Level.GRID,
        Role.COMMUNITY_MANAGER: codes.Level.COMMUNITY,
        Role.TOWNSHIP_MANAGER: codes.Level.TOWNSHIP,
    }
)
"""The level of the units that each role answers for."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")

_SELECT = """
    SELECT a.id, a.name, a.display_name, a.role, a.must_change_password, a.created_at,
           a.disabled_at, a.last_login_at
    FROM accounts a
"""
_SCOPES = sa.text("""
    SELECT s.account_id, s.unit_code, lower(s.valid) AS begins, upper(s.valid) AS ends
    FROM account_scopes s WHERE s.account_id = ANY(:ids) ORDER BY s.unit_code, lower(s.valid) NULLS FIRST
""")
_INSERT = sa.text("""
    INSERT INTO accounts (name, display_name, role, password_hash, must_change_password)
    VALUES (:name, :display_name, :role, :hash, :must_change) RETURNING id
""")
_INSERT_SCOPE = sa.text("""
    INSERT INTO account_scopes (account_id, unit_code, valid) VALUES
        (:account, :unit, daterange(CAST(:begins AS date), CAST(:ends AS date)))
""")
_UNIT = sa.text("SELECT level FROM units WHERE code = :code")
_ACTIVE_ADMINS = sa.text("""
    SELECT id FROM accounts WHERE role = 'admin' AND disabled_at IS NULL ORDER BY id FOR UPDATE
""")


@dataclass(frozen=True)
class Scope:
    """A unit that an account answers for.

    Attributes
    ----------
    begins, ends
        First day, and first day no more; None: ever since, until further notice.
    """

    unit_code: str
    begins: date | None = None
    ends: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it holds on a day."""
        return (self.begins is None or self.begins <= day) and (
            self.ends is None or day < self.ends
        )


@dataclass(frozen=True)
class Account:
    """Who may log in."""

    id: int
    name: str
    display_name: str
    role: Role
    must_change_password: bool
    created_at: datetime
    disabled_at: datetime | None
    last_login_at: datetime | None
    scopes: tuple[Scope, ...]


@dataclass(frozen=True)
class NewAccount:
    """An account that is to be made."""

    name: str
    display_name: str
    role: Role
    scopes: tuple[Scope, ...] = ()


def add(tx: Transaction, wanted: NewAccount, password: str, *, must_change: bool = False) -> int:
    """Make an account; return its id.

    Raises
    ------
    errors.RefusedError
        The name, role, password or a scope cannot be.
    """
    if not _NAME.fullmatch(wanted.name):
        raise errors.RefusedError("error.accounts.name")
    passwords.check(password, wanted.name)
    _check_scopes(tx, wanted.role, wanted.scopes)
    row = {
        "name": wanted.name,
        "display_name": wanted.display_name.strip() or wanted.name,
        "role": wanted.role.value,
        "hash": passwords.hashed(password),
        "must_change": must_change,
    }
    number: int = tx.sql.execute(_INSERT, row).scalar_one()
    _write_scopes(tx, number, wanted.scopes)
    audit.append(tx, "account_add", wanted.name, role=wanted.role.value)
    return number


def listing(tx: Transaction) -> tuple[Account, ...]:
    """Return every account, by name."""
    return _accounts(tx, tx.sql.execute(sa.text(_SELECT + " ORDER BY a.name")).all())


def find(tx: Transaction, name: str) -> Account:
    """Return one account.

    Raises
    ------
    errors.NotFoundError
        There is none of that name.
    """
    rows = tx.sql.execute(sa.text(_SELECT + " WHERE a.name = :name"), {"name": name}).all()
    if not rows:
        raise errors.NotFoundError("error.accounts.unknown", name=name)
    return _accounts(tx, rows)[0]


def is_empty(tx: Transaction) -> bool:
    """Whether there is no account at all yet."""
    return tx.sql.execute(sa.text("SELECT NOT EXISTS (SELECT FROM accounts)")).scalar_one() is True


def set_password(tx: Transaction, name: str, password: str, *, must_change: bool = False) -> None:
    """Give an account another password, and end its sessions.

    Raises
    ------
    errors.NotFoundError
        There is no such account.
    errors.RefusedError
        The password may not be used.
    """
    account = find(tx, name)
    passwords.check(password, name)
    statement = sa.text("""
        UPDATE accounts SET password_hash = :hash, must_change_password = :must,
            oidc_subject = NULL
        WHERE id = :id
    """)
    values = {"hash": passwords.hashed(password), "must": must_change, "id": account.id}
    tx.sql.execute(statement, values)
    _end_sessions(tx, account.id)
    audit.append(tx, "account_password", name)


def disable(tx: Transaction, name: str) -> None:
    """Let an account log in no more, and end its sessions; what it did stays.

    Raises
    ------
    errors.NotFoundError
        There is no such account.
    errors.RefusedError
        It is the caller's own, or the last administrator's: nobody could undo it from a page.
    """
    account = find(tx, name)
    if account.id == tx.caller.account_id:
        raise errors.RefusedError("error.accounts.self")
    active = set(tx.sql.execute(_ACTIVE_ADMINS).scalars())
    if active == {account.id} and tx.caller.role is not Role.OPERATOR:
        raise errors.RefusedError("error.accounts.last_admin")
    statement = sa.text("UPDATE accounts SET disabled_at = now() WHERE id = :id")
    tx.sql.execute(statement, {"id": account.id})
    _end_sessions(tx, account.id)
    audit.append(tx, "account_disable", name)


def enable(tx: Transaction, name: str) -> None:
    """Let a disabled account log in again.

    Raises
    ------
    errors.NotFoundError
        There is no such account.
    """
    account = find(tx, name)
    statement = sa.text("UPDATE accounts SET disabled_at = NULL WHERE id = :id")
    tx.sql.execute(statement, {"id": account.id})
    audit.append(tx, "account_enable", name)


def set_scopes(tx: Transaction, name: str, scopes: Sequence[Scope]) -> None:
    """Say anew which units an account answers for, and when.

    Raises
    ------
    errors.NotFoundError
        There is no such account.
    errors.RefusedError
        A unit does not exist or is of a level that the role does not answer for; two periods of
        one unit overlap.
    """
    account = find(tx, name)
    _check_scopes(tx, account.role, scopes)
    tx.sql.execute(sa.text("DELETE FROM account_scopes WHERE account_id = :id"), {"id": account.id})
    _write_scopes(tx, account.id, scopes)
    audit.append(tx, "account_scopes", name, units=[vars(scope) for scope in scopes])


def _check_overlaps(scopes: Sequence[Scope]) -> None:
    ordered = sorted(scopes, key=lambda scope: (scope.unit_code, scope.begins or date.min))
    for earlier, later in pairwise(ordered):
        begins = later.begins or date.min
        if earlier.unit_code == later.unit_code and begins < (earlier.ends or date.max):
            raise errors.RefusedError("error.accounts.overlap", code=later.unit_code)


def _check_scopes(tx: Transaction, role: Role, scopes: Sequence[Scope]) -> None:
    level = LEVEL.get(role)
    if level is None and scopes:
        raise errors.RefusedError("error.accounts.no_scope")
    if level is not None and not scopes:
        raise errors.RefusedError("error.accounts.scope_missing")
    _check_overlaps(scopes)
    for scope in scopes:
        found = tx.sql.execute(_UNIT, {"code": scope.unit_code}).scalar_one_or_none()
        if found is None:
            raise errors.RefusedError("error.accounts.unit", code=scope.unit_code)
        if found != level:
            raise errors.RefusedError("error.accounts.level", code=scope.unit_code)
        if scope.begins and scope.ends and scope.begins >= scope.ends:
            raise errors.RefusedError("error.accounts.period", code=scope.unit_code)


def _write_scopes(tx: Transaction, account_id: int, scopes: Sequence[Scope]) -> None:
    for scope in scopes:
        row = {
            "account": account_id,
            "unit": scope.unit_code,
            "begins": scope.begins,
            "ends": scope.ends,
        }
        tx.sql.execute(_INSERT_SCOPE, row)


def _end_sessions(tx: Transaction, account_id: int) -> None:
    tx.sql.execute(sa.text("DELETE FROM sessions WHERE account_id = :id"), {"id": account_id})


def _accounts(tx: Transaction, rows: Sequence[sa.Row[Any]]) -> tuple[Account, ...]:
    scopes: dict[int, list[Scope]] = {row.id: [] for row in rows}
    for row in tx.sql.execute(_SCOPES, {"ids": list(scopes)}):
        scopes[row.account_id].append(Scope(row.unit_code, row.begins, row.ends))
    return tuple(
        Account(
            id=row.id,
            name=row.name,
            display_name=row.display_name,
            role=Role(row.role),
            must_change_password=row.must_change_password,
            created_at=row.created_at,
            disabled_at=row.disabled_at,
            last_login_at=row.last_login_at,
            scopes=tuple(scopes[row.id]),
        )
        for row in rows
    )
