"""Accounts: somebody can always undo what was done, and periods of a unit do not overlap."""

from datetime import date

import pytest

from services import accounts, audit, errors
from services import caller as callers
from services.accounts import NewAccount, Scope
from services.caller import Caller, Role
from services.rights import Door
from tests.services import small_district, staff
from tests.services.small_district import GRIDS


@pytest.fixture
def hired(database) -> staff.Staff:
    with database.transaction(callers.operator()) as tx:
        small_district.fill(tx, [(0, 0, 1)] * 8)
        made = {}
        for name in ("first", "second"):
            wanted = NewAccount(name, name, Role.ADMIN)
            made[name] = Caller(name, Role.ADMIN, accounts.add(tx, wanted, staff.PASSWORD))
        accounts.add(tx, staff.WORKER, staff.PASSWORD)
        tx.commit()
    return staff.Staff(database, made)


def _disable(hired: staff.Staff, who: str, whom: str) -> None:
    with hired.database.transaction(hired.callers[who], Door.ADMIN) as tx:
        accounts.disable(tx, whom)
        tx.commit()


def test_one_administrator_is_always_left(hired) -> None:
    with pytest.raises(errors.RefusedError) as refused:
        _disable(hired, "first", "first")
    assert refused.value.key == "error.accounts.self"
    _disable(hired, "first", "second")
    # Who was let in just before, and comes second, as two who disable each other at once do.
    with pytest.raises(errors.RefusedError) as refused:
        _disable(hired, "second", "first")
    assert refused.value.key == "error.accounts.last_admin"
    _disable(hired, "first", "worker")
    with hired.owner() as tx:
        accounts.disable(tx, "first")  # the operator can make another one


def _set(hired: staff.Staff, *scopes: Scope) -> tuple[Scope, ...]:
    with hired.database.transaction(hired.callers["first"], Door.ADMIN) as tx:
        accounts.set_scopes(tx, "worker", scopes)
        tx.commit()
        return accounts.find(tx, "worker").scopes


def test_periods_of_a_unit_follow_one_another(hired) -> None:
    first, second = date(2026, 1, 1), date(2026, 2, 1)
    wanted = (Scope(GRIDS[0], None, first), Scope(GRIDS[0], second), Scope(GRIDS[1]))
    assert _set(hired, *wanted) == wanted
    overlapping = (
        (Scope(GRIDS[0]), Scope(GRIDS[0], first)),
        (Scope(GRIDS[0], first), Scope(GRIDS[0], None, second)),
        (Scope(GRIDS[0]), Scope(GRIDS[0])),
    )
    for scopes in overlapping:
        with pytest.raises(errors.RefusedError) as refused:
            _set(hired, *scopes)
        assert refused.value.key == "error.accounts.overlap"
    with hired.owner() as tx:
        (line,) = audit.lines(tx, audit.Filter(action="account_scopes"))
        assert line.details["units"][0] == {
            "unit_code": GRIDS[0], "begins": None, "ends": "2026-01-01",
        }  # fmt: skip
        assert accounts.find(tx, "worker").scopes == wanted
