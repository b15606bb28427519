"""``wangge users``, ``keys``, ``audit``: who may log in, and what they did."""

import io
import json

import pytest
import sqlalchemy as sa

from services import caller as callers
from services import sessions
from services.database import Database
from tests.services import small_district
from tests.services.small_district import GRIDS
from web import cli


@pytest.fixture
def own_server(database: Database, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Database:
    with database.transaction(callers.operator()) as tx:
        small_district.fill(tx, [(0, 0, 3)] * 8)
        tx.commit()
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("WANGGE_HOME", str(tmp_path))
    monkeypatch.setenv("WANGGE_LANG", "en")
    return database


def run(words: str) -> int:
    return cli.main(words.split())


def _log_in(database: Database, name: str, password: str) -> None:
    sessions.log_in(database, name, password, "10.0.0.1")


def test_the_first_account_is_made_and_logs_in(own_server, capsys) -> None:
    assert run("users add boss --role admin") == 0
    password = capsys.readouterr().out.strip()
    assert len(password) == 14
    _log_in(own_server, "boss", password)
    assert run(f"users add worker --role grid_worker --unit {GRIDS[0]} --until 2030-01-01") == 0
    capsys.readouterr()
    assert run("users list --json") == 0
    listed = {account["name"]: account for account in json.loads(capsys.readouterr().out)}
    assert listed["worker"]["units"][0]["ends"] == "2030-01-01"
    assert "hash" not in json.dumps(listed)


@pytest.mark.parametrize(
    "words",
    [
        "users add Boss! --role admin",
        "users add boss --role emperor",
        "users add boss --role grid_worker",
        "users add boss --role grid_worker --unit 340405",
        "users add boss --role grid_worker --unit 999999999999999",
        "users add boss --role planner --unit 340405001",
        "users disable nobody",
        "keys add 民政局 --collection gold",
        "keys add 民政局",
        "keys revoke 民政局",
        "audit verify --head x",
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(own_server, words: str, capsys) -> None:
    assert run(words) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.strip()
    assert "Traceback" not in told.err
    assert run("users list --json") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_password_is_typed_changed_and_an_account_disabled(
    own_server, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough secret\n"))
    assert run("users add planner --role planner --password-stdin") == 0
    assert capsys.readouterr().out == ""
    _log_in(own_server, "planner", "a long enough secret")
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert run("users passwd planner --password-stdin") == 1
    assert run("users passwd planner") == 0
    assert run("users disable planner") == 0
    assert run("users enable planner") == 0
    assert run("users list") == 0


def test_keys_are_shown_once(own_server, capsys) -> None:
    assert run("keys add 民政局 --collection units --collection facilities") == 0
    key = capsys.readouterr().out.strip()
    assert key.startswith("wgk_")
    assert run("keys list --json") == 0
    (kept,) = json.loads(capsys.readouterr().out)
    assert kept["collections"] == ["units", "facilities"]
    assert key not in json.dumps(kept)
    assert run("keys revoke 民政局") == 0
    assert run("keys list") == 0
    assert "revoked" in capsys.readouterr().out


def test_the_log_is_verified_and_says_where_it_breaks(own_server, capsys) -> None:
    assert run("users add boss --role admin") == 0
    assert run("users disable boss") == 0
    capsys.readouterr()
    assert run("audit verify") == 0
    head = capsys.readouterr().out.strip()
    assert head.startswith("2:")
    assert run(f"audit verify --head {head}") == 0
    assert run("audit list --action account") == 0
    assert capsys.readouterr().out.count("boss") == 2
    assert run("audit list --json --action audit") == 0
    looked = [line["action"] for line in json.loads(capsys.readouterr().out)]
    assert looked == ["audit_look", "audit_verify", "audit_verify"]
    with own_server.transaction(callers.operator()) as tx:
        tx.sql.execute(sa.text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
        tx.sql.execute(sa.text("UPDATE audit_log SET subject = 'x' WHERE id = 1"))
        tx.commit()
    assert run("audit verify") == 1
    assert "line 1" in capsys.readouterr().err
    assert run("audit verify --json") == 1
    assert json.loads(capsys.readouterr().out)["broken_at"] == 1


def test_keys_are_replaced(own_server, tmp_path, capsys) -> None:
    assert run("secrets rotate --json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "number": 2, "resealed": 0, "unreadable": 0, "deleted": [1],
    }  # fmt: skip
    assert run("secrets rotate") == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "Key 3" in told.err
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["residents-3.key"]


def test_who_left_long_ago_is_emptied(own_server, tmp_path, capsys) -> None:
    with own_server.transaction(callers.operator()) as tx:
        tx.driver.execute(
            "UPDATE residents SET left_on = '2000-01-01', left_reason = 'moved'"
            " WHERE code = 'RH0-70-1'"
        )
        tx.commit()
    assert run("people anonymise --dry-run --json") == 0
    assert json.loads(capsys.readouterr().out)["residents"] == 1
    assert run("people anonymise") == 0
    assert "1 residents" in capsys.readouterr().err
    assert run("people anonymise --json") == 0
    assert json.loads(capsys.readouterr().out)["residents"] == 0
    (tmp_path / "retention.toml").write_text("years = 1")
    assert run("people anonymise") == 1


def test_all_about_somebody_is_given_out(own_server, capsys, monkeypatch) -> None:
    assert run("people export RH0-70-1") == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["resident"]["name"] == "某某"
    assert "RH0-70-1" in told.err
    assert run("people export RH0-70-1 --text") == 0
    told = capsys.readouterr().out
    assert "Name: 某某" in told
    assert "All about one person given out" in told
    heading, line = told.splitlines()[:2]
    assert line == "=" * len(heading)
    monkeypatch.setenv("WANGGE_LANG", "zh")
    assert run("people export RH0-70-1 --text") == 0
    heading, line = capsys.readouterr().out.splitlines()[:2]
    assert line == "=" * 2 * len(heading)
    assert run("people export nobody") == 1


def test_the_log_is_listed_by_what_is_asked(own_server, capsys) -> None:
    assert run("users add planner --role planner") == 0
    assert run("users add boss --role admin") == 0
    capsys.readouterr()
    assert run("audit list --json --action account --subject boss --since 2020-01-01") == 0
    (line,) = json.loads(capsys.readouterr().out)
    assert (line["action"], line["subject"], line["caller"]) == ("account_add", "boss", "operator")
    assert run(f"audit list --json --before {line['id']}") == 0
    assert [row["subject"] for row in json.loads(capsys.readouterr().out)] == ["planner"]
    assert run("audit list --json --until 2020-01-01") == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run("audit list --json --action audit") == 0
    assert len(json.loads(capsys.readouterr().out)) == 3


def test_a_head_kept_elsewhere_is_compared(own_server, capsys) -> None:
    assert run("users add boss --role admin") == 0
    capsys.readouterr()
    assert run("audit verify") == 0
    head = capsys.readouterr().out.strip()
    assert run(f"audit verify --head {head}") == 0
    number = head.partition(":")[0]
    assert run(f"audit verify --head {number}:{'0' * 64}") == 1


def test_households_leave_with_a_line_in_the_log(own_server, tmp_path, capsys) -> None:
    assert run(f"export households --format csv -o {tmp_path}/homes.csv") == 0
    assert "H0-70-1" in (tmp_path / "homes.csv").read_text(encoding="utf-8-sig")
    capsys.readouterr()
    assert run("audit list --json --action household_export") == 0
    (line,) = json.loads(capsys.readouterr().out)
    assert line["caller"] == "operator"
    assert run("keys add 民政局 --collection households") == 1
