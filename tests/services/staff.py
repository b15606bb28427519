"""Accounts of the small district, one for each role, and the transactions they open."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from unittest import mock

from services import accounts, passwords
from services import caller as callers
from services.accounts import NewAccount, Scope
from services.caller import Caller, Role
from services.database import Database, Transaction
from services.rights import Door
from tests.services import small_district
from tests.services.small_district import GRIDS

PASSWORD = "correct horse battery"
WORKER = NewAccount("worker", "网格员甲", Role.GRID_WORKER, (Scope(GRIDS[0]),))
COLLEAGUE = NewAccount("colleague", "网格员乙", Role.GRID_WORKER, (Scope(GRIDS[1]),))
MANAGER = NewAccount("manager", "社区主任", Role.COMMUNITY_MANAGER, (Scope(GRIDS[0][:12]),))
TOWNSHIP = NewAccount("township", "街道办", Role.TOWNSHIP_MANAGER, (Scope(GRIDS[0][:9]),))
PLANNER = NewAccount("planner", "规划科", Role.PLANNER)
ADMIN = NewAccount("admin", "管理员", Role.ADMIN)
EVERYBODY = (WORKER, COLLEAGUE, MANAGER, TOWNSHIP, PLANNER, ADMIN)


_hashed_once = cache(passwords.hashed)


@contextmanager
def hashed_once() -> Iterator[None]:
    """Let accounts of one password share one hash, which takes a tenth of a second by design."""
    with mock.patch.object(passwords, "hashed", _hashed_once):
        yield


@dataclass(frozen=True)
class Staff:
    """A database with the small district and an account for each role."""

    database: Database
    callers: dict[str, Caller]

    @contextmanager
    def meeting(self, name: str) -> Iterator[Transaction]:
        """Open a transaction in which an account sees its people."""
        with self.database.transaction(self.callers[name], Door.PEOPLE) as tx:
            yield tx

    @contextmanager
    def owner(self) -> Iterator[Transaction]:
        """Open a transaction that sees and may change everything."""
        with self.database.transaction(callers.operator()) as tx:
            yield tx


def hire(database: Database, people: small_district.People) -> Staff:
    """Fill a database, make the accounts, commit."""
    with hashed_once(), database.transaction(callers.operator()) as tx:
        small_district.fill(tx, people)
        made = {
            wanted.name: Caller(wanted.name, wanted.role, accounts.add(tx, wanted, PASSWORD))
            for wanted in EVERYBODY
        }
        tx.commit()
    return Staff(database, made)
