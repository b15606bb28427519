"""The audit log holds what was written, and shows when it does not."""

import threading

import pytest
import sqlalchemy as sa

from services import audit, caller, errors
from services.audit import Filter, Head
from services.caller import Caller, Role


def _write(database, *actions: str) -> None:
    with database.transaction(caller.operator()) as tx:
        for action in actions:
            audit.append(tx, action, "H1", "340405", n=1)
        tx.commit()


def test_lines_come_newest_first_and_by_filter(database) -> None:
    _write(database, "household_look", "household_export", "login")
    with database.transaction(caller.operator()) as tx:
        assert [line.action for line in audit.lines(tx, Filter())] == [
            "login",
            "household_export",
            "household_look",
        ]
        found = audit.lines(tx, Filter(action="household"))
        assert [line.id for line in found] == [2, 1]
        assert audit.lines(tx, Filter(before=2))[0].details == {"n": 1}
        assert audit.lines(tx, Filter(caller="nobody")) == ()


def test_log_ins_are_found_by_whose_they_are(database) -> None:
    with database.transaction(caller.gatekeeper()) as tx:
        for action, subject in (("login", "li"), ("login_failed", "li"), ("login", "wang")):
            audit.append(tx, action, subject)
        tx.commit()
    with database.transaction(caller.operator()) as tx:
        found = audit.lines(tx, Filter(caller="li"))
        assert [line.action for line in found] == ["login_failed", "login"]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_log SET caller = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"],
)
def test_nobody_changes_it_not_even_its_owner(database, statement: str) -> None:
    _write(database, "login")
    with (
        pytest.raises(errors.RefusedError) as refused,
        database.transaction(caller.operator()) as tx,
    ):
        tx.sql.execute(sa.text(statement))
    assert refused.value.key == "error.constraint.audit_log_append_only"


def _verdict(database, known: Head | None = None) -> audit.Verdict:
    with database.transaction(caller.operator()) as tx:
        return audit.verify(tx, known)


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_log SET caller = 'x' WHERE id = 2", 2),
        ("UPDATE audit_log SET details = '{}' WHERE id = 3", 3),
        ("DELETE FROM audit_log WHERE id = 2", 3),
        ("DELETE FROM audit_log WHERE id = 1", 2),
        ("UPDATE audit_log SET id = 9 WHERE id = 3", 9),
        ("UPDATE audit_log SET at = at + interval '1 second' WHERE id = 2", 2),
        ("UPDATE audit_log SET account_id = 7 WHERE id = 2", 2),
        ("UPDATE audit_log SET action = 'logout' WHERE id = 2", 2),
        ("UPDATE audit_log SET subject = NULL WHERE id = 2", 2),
        ("UPDATE audit_log SET unit_code = '340406' WHERE id = 2", 2),
        ("UPDATE audit_log SET hash = sha256('') WHERE id = 3", 3),
    ],
)
def test_a_chain_that_was_tampered_with_is_broken(database, statement: str, broken: int) -> None:
    _write(database, "login", "household_look", "logout")
    assert _verdict(database).holds
    with database.transaction(caller.operator()) as tx:
        tx.sql.execute(sa.text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
        tx.sql.execute(sa.text(statement))
        tx.commit()
    assert _verdict(database).broken_at == broken


def test_a_line_that_is_sealed_anew_breaks_the_next(database) -> None:
    _write(database, "login", "household_look", "logout")
    with database.transaction(caller.operator()) as tx:
        tx.sql.execute(sa.text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
        tx.sql.execute(sa.text("UPDATE audit_log SET subject = 'H2' WHERE id = 2"))
        tx.sql.execute(sa.text(_SEAL_ANEW))
        tx.commit()
    assert _verdict(database).broken_at == 3


_SEAL_ANEW = """UPDATE audit_log l SET hash = audit_hash(
    (SELECT hash FROM audit_log b WHERE b.id = l.id - 1), l) WHERE id = 2"""


@pytest.mark.parametrize("action", ["Login", "household look", ""])
def test_an_action_is_lower_case_words(database, action: str) -> None:
    with pytest.raises(errors.RefusedError) as refused:
        _write(database, action)
    assert refused.value.key == "error.constraint.audit_log_action_check"


def test_a_line_says_who_asked(database) -> None:
    who = Caller("li", Role.GRID_WORKER, 41)
    with database.transaction(who) as tx:
        audit.append(tx, "household_look")
        tx.commit()
    with database.transaction(caller.operator()) as tx:
        row = tx.sql.execute(sa.text("SELECT caller, account_id FROM audit_log")).one()
    assert tuple(row) == ("li", 41)


def test_a_head_written_down_shows_what_was_cut_off(database) -> None:
    _write(database, "login", "logout")
    known = _verdict(database).head
    assert known is not None
    with database.transaction(caller.operator()) as tx:
        tx.sql.execute(sa.text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
        tx.sql.execute(sa.text("DELETE FROM audit_log WHERE id = 2"))
        tx.commit()
    assert _verdict(database).holds
    assert _verdict(database, known).broken_at == 2


def test_many_at_once_make_one_chain(database) -> None:
    threads = [
        threading.Thread(target=_write, args=(database, "login", "logout")) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = _verdict(database)
    assert verdict.holds
    assert verdict.head is not None
    assert verdict.head.id == 16
