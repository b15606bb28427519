"""Tries to prove who one is are counted under a name and from an address."""

import pytest
import sqlalchemy as sa

from services import caller, errors, tries
from services.rights import Door

HERE, ELSEWHERE = "10.0.0.1", "10.0.0.2"


def _fail(database, whose: str, address: str) -> None:
    number = tries.begin(database, whose, address)
    with database.transaction(caller.gatekeeper(), Door.GATE) as tx:
        tries.failed(tx, number, address)
        tx.commit()


def test_an_address_waits_after_sixty_that_failed_and_no_other_does(database) -> None:
    for number in range(60):
        _fail(database, f"name {number}", HERE)
    with pytest.raises(errors.ThrottledError):
        tries.begin(database, "name", HERE)
    assert tries.begin(database, "name", ELSEWHERE)


def test_a_whole_office_may_begin_its_day_behind_one_address(database) -> None:
    for number in range(100):
        assert tries.begin(database, f"name {number}", HERE)


def test_a_try_under_way_counts_for_whom_it_is_for_until_forgiven(database) -> None:
    for _ in range(6):
        tries.begin(database, "name", HERE)
    with pytest.raises(errors.ThrottledError):
        tries.begin(database, "name", ELSEWHERE)
    with database.transaction(caller.gatekeeper(), Door.GATE) as tx:
        tries.forgive(tx, "name")
        tx.commit()
    assert tries.begin(database, "name", ELSEWHERE)


def test_what_was_typed_as_a_name_is_not_kept(database) -> None:
    _fail(database, "my password by mistake", HERE)
    with database.transaction(caller.operator()) as tx:
        kept = tx.sql.execute(sa.text("SELECT name_hash, address FROM login_attempts")).all()
    assert [row.address for row in kept] == [HERE]
    assert b"mistake" not in kept[0].name_hash
