"""Logging in, and how a session ends."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services import accounts, audit, caller, errors, sessions
from services.accounts import NewAccount
from services.caller import Role
from services.rights import Door

PASSWORD = "correct horse battery"
ANOTHER = "another good one"
ADDRESS = "10.0.0.1"


@pytest.fixture
def planned(database):
    with database.transaction(caller.operator()) as tx:
        accounts.add(tx, NewAccount("planner", "规划", Role.PLANNER), PASSWORD)
        tx.commit()
    return database


def _log_in(database, name: str = "planner", password: str = PASSWORD) -> str:
    return sessions.log_in(database, name, password, ADDRESS)


def _find(database, token: str) -> sessions.Session:
    with database.transaction(caller.gatekeeper(), Door.GATE) as tx:
        return sessions.find(tx, token)


def _as_owner(database, statement: str, **values: object) -> None:
    with database.transaction(caller.operator()) as tx:
        tx.sql.execute(sa.text(statement), values)
        tx.commit()


def test_who_logs_in_is_found_by_the_token_alone(planned) -> None:
    token = _log_in(planned, " Planner ")
    found = _find(planned, token)
    assert (found.caller.name, found.caller.role) == ("planner", Role.PLANNER)
    with planned.transaction(caller.operator()) as tx:
        kept = tx.sql.execute(sa.text("SELECT token_hash FROM sessions")).scalar_one()
        assert token.encode() not in kept
        assert accounts.find(tx, "planner").last_login_at is not None
        actions = [line.action for line in audit.lines(tx, audit.Filter())]
        assert actions == ["login", "account_add"]


@pytest.mark.parametrize(
    ("name", "password"),
    [("planner", "wrong password"), ("nobody", PASSWORD), ("planner", ""), ("planner", "x" * 5000)],
)
def test_what_was_wrong_is_not_told(planned, name: str, password: str) -> None:
    with pytest.raises(errors.UnknownCallerError) as refused:
        _log_in(planned, name, password)
    assert refused.value.key == "error.login.wrong"
    assert refused.value.params == {}


def test_guessing_is_throttled_and_the_right_password_waits_too(planned) -> None:
    for _ in range(6):
        with pytest.raises(errors.UnknownCallerError):
            _log_in(planned, password="wrong password")
    with pytest.raises(errors.ThrottledError):
        _log_in(planned)
    _as_owner(planned, "UPDATE login_attempts SET at = at - interval '16 minutes'")
    assert _log_in(planned)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sessions SET seen_at = seen_at - :idle",
        "UPDATE sessions SET created_at = created_at - :absolute",
        "UPDATE accounts SET disabled_at = now()",
        "DELETE FROM sessions",
    ],
)
def test_a_session_ends(planned, statement: str) -> None:
    token = _log_in(planned)
    span = timedelta(seconds=1)
    values = {"idle": sessions.IDLE + span, "absolute": sessions.ABSOLUTE + span}
    used = {name: value for name, value in values.items() if f":{name}" in statement}
    _as_owner(planned, statement, **used)
    with pytest.raises(errors.UnknownCallerError):
        _find(planned, token)


def test_a_session_says_when_it_ends_however_much_it_is_used(planned) -> None:
    token = _log_in(planned)
    _as_owner(planned, "UPDATE sessions SET created_at = created_at - interval '11 hours'")
    with planned.transaction(caller.gatekeeper(), Door.GATE) as tx:
        now = tx.sql.execute(sa.text("SELECT now()")).scalar_one()
        left = sessions.find(tx, token).ends_at - now
        assert timedelta(minutes=59) < left <= timedelta(hours=1)


def test_another_password_ends_the_other_sessions(planned) -> None:
    first, second = _log_in(planned), _log_in(planned)
    with pytest.raises(errors.RefusedError):
        _change(planned, first, "not it at all")
    with pytest.raises(errors.RefusedError):
        sessions.change_password(planned, first, PASSWORD, "planner123456", ADDRESS)
    with pytest.raises(errors.RefusedError) as refused:
        sessions.change_password(planned, first, PASSWORD, PASSWORD, ADDRESS)
    assert refused.value.key == "error.password.same", "who made it would still know it"
    _change(planned, first, PASSWORD)
    assert _find(planned, first)
    with pytest.raises(errors.UnknownCallerError):
        _find(planned, second)
    assert _log_in(planned, password=ANOTHER)


def _change(database, token: str, old: str) -> None:
    sessions.change_password(database, token, old, ANOTHER, ADDRESS)


def test_the_old_password_is_not_guessed_in_a_session_that_was_stolen(planned) -> None:
    token = _log_in(planned)
    for _ in range(6):
        with pytest.raises(errors.RefusedError):
            _change(planned, token, "wrong password")
    with pytest.raises(errors.ThrottledError):
        _change(planned, token, PASSWORD)
    with planned.transaction(caller.operator()) as tx:
        failed = audit.lines(tx, audit.Filter(action="account_password_failed"))
        assert [(line.caller, line.subject) for line in failed] == [("planner", "planner")] * 6
    assert _log_in(planned), "who owns the account still gets in"
    _as_owner(planned, "UPDATE login_attempts SET at = at - interval '16 minutes'")
    _change(planned, token, PASSWORD)


def test_tries_made_at_one_moment_are_counted_as_well(planned) -> None:
    def attempt(_: int) -> str:
        try:
            return _log_in(planned, password="wrong password")
        except errors.WanggeError as error:
            return error.key

    with ThreadPoolExecutor(12) as pool:
        told = Counter(pool.map(attempt, range(24)))
    assert told == {"error.login.wrong": 6, "error.login.throttled": 18}


def test_logging_out_ends_it(planned) -> None:
    token = _log_in(planned)
    with planned.transaction(caller.gatekeeper(), Door.GATE) as tx:
        sessions.close(tx, token)
        tx.commit()
    with pytest.raises(errors.UnknownCallerError):
        _find(planned, token)


def test_what_was_left_is_ended_without_its_proof_and_nothing_else_is(planned) -> None:
    left, other = _log_in(planned), _log_in(planned)
    leave = _find(planned, left).leave
    assert leave != _find(planned, other).leave
    for wrong in ("", "x", leave[:-2], left, _find(planned, left).csrf, "00" * 32):
        _leave(planned, wrong)
    assert _find(planned, left)
    _leave(planned, leave)
    _leave(planned, leave)
    with pytest.raises(errors.UnknownCallerError):
        _find(planned, left)
    assert _find(planned, other)
    with planned.transaction(caller.operator()) as tx:
        actions = [line.action for line in audit.lines(tx, audit.Filter())]
        assert actions.count("logout") == 1


def _leave(database, token: str) -> None:
    with database.transaction(caller.gatekeeper(), Door.GATE) as tx:
        sessions.leave(tx, token)
        tx.commit()
