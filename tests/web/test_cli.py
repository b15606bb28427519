"""The command line: every verb, in both languages, with the exit status that scripts rely on."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import structlog
import typer

from services import audit
from services import caller as callers
from services.database import Database
from services.settings import Language
from tests.services import small_district
from tests.web.conftest import DAY
from web import cli, i18n

VERBS = [
    "",
    "serve",
    "db",
    "db start",
    "db stop",
    "db status",
    "db url",
    "db upgrade",
    "db backup",
    "db restore",
    "db psql",
    "import",
    "import units",
    "import network",
    "import households",
    "import residents",
    "import facilities",
    "import entrances",
    "import barriers",
    "import routes",
    "import tracks",
    "assign",
    "coverage",
    "coverage day-care",
    "coverage patrol",
    "coverage ramps",
    "patrol",
    "patrol import",
    "patrol plan",
    "patrol report",
    "export",
    "units",
    "units check",
    "users",
    "users add",
    "users list",
    "users passwd",
    "users scopes",
    "users disable",
    "users enable",
    "keys",
    "keys add",
    "keys list",
    "keys revoke",
    "audit",
    "audit verify",
    "audit list",
    "people",
    "people anonymise",
    "people export",
    "secrets",
    "secrets rotate",
]


@pytest.fixture(autouse=True)
def _the_log_as_before() -> Iterator[None]:
    """The command line sets up the log of its process, which here is not its own."""
    handlers = logging.root.handlers[:]
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers


@pytest.fixture
def own_server(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The environment of someone with a server of their own, with the small district on it."""
    with database.transaction(callers.operator()) as tx:
        small_district.fill(tx, [(0, 0, 30)] * 8, generated=True)
        tx.commit()
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("WANGGE_HOME", str(tmp_path))
    monkeypatch.setenv("WANGGE_LANG", "en")
    return database


def run(words: str) -> int:
    return cli.main(words.split())


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_helps_in_both_languages(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = {}
    for language in Language:
        assert run(f"--lang {language} {verb} --help") == 0
        shown[language] = capsys.readouterr().out
        t = i18n.load(language)
        for key in ("cli.help.usage", "cli.help.options", "cli.help.help"):
            assert t(key) in shown[language]
        assert "cli." not in shown[language]
    assert shown[Language.ZH] != shown[Language.EN]


def test_every_verb_is_in_this_test() -> None:
    def names(command: object, so_far: str) -> Iterator[str]:
        yield so_far.strip()
        for name, child in getattr(command, "commands", {}).items():
            yield from names(child, f"{so_far} {name}")

    assert sorted(names(typer.main.get_command(cli.application()), "")) == sorted(VERBS)


@pytest.mark.parametrize(
    "words",
    [
        "fly",
        "import",
        "import units",
        "db backup",
        "coverage day-care --max-walk -1",
        "assign --nope",
    ],
)
def test_what_is_not_understood_is_2(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == 2
    written = capsys.readouterr()
    assert written.out == "" or "--help" in written.out
    assert "Traceback" not in written.err


@pytest.mark.parametrize(
    ("words", "chinese", "english"),
    [
        ("fly", "没有“fly”这个命令", "no command “fly”"),
        ("import facilitie a.csv", "是不是：facilities", "Did you mean facilities?"),
        ("import units a --crss 3", "是不是：--crs", "Did you mean --crs?"),
        ("import units", "缺少 FILE", "FILE is missing"),
        ("import units a b", "多出的内容：b", "Too many words: b"),
        ("import units a --crs", "--crs 后面要写值", "--crs needs a value"),
        ("assign --json=3", "--json 不带值", "--json takes no value"),
        ("export units -f doc", "可用的值：geojson, ", "Possible values: geojson, "),
        ("coverage day-care --as-of 2026-02-31", "不是日历上的日期", "no day of the calendar"),
        ("coverage day-care --max-walk far", "“far”不是数", "“far” is not a number"),
        ("coverage day-care --max-walk -4", "至少是 1", "at least 1"),
        ("serve --port x", "“x”不是整数", "“x” is not a whole number"),
        ("serve --port 70000", "至多是 65,535", "at most 65,535"),
    ],
)
def test_what_is_not_understood_is_told_in_both_languages(
    words: str, chinese: str, english: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for language, part in ((Language.ZH, chinese), (Language.EN, english)):
        assert run(f"--lang {language} {words}") == 2
        told = capsys.readouterr().err
        assert part in told
        assert "--help" in told


def test_settings_that_make_no_sense_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WANGGE_PORT", "many")
    assert run("db status") == 2
    assert "WANGGE_PORT" in capsys.readouterr().err
    monkeypatch.delenv("WANGGE_PORT")
    for url in ("mysql://host/name", "not an address", "postgresql+psycopg://host/name"):
        monkeypatch.setenv("DATABASE_URL", url)
        assert run("units check") == 2
        told = capsys.readouterr().err
        assert "DATABASE_URL" in told
        assert url not in told, "it may hold a password"


def test_a_database_that_is_not_there_is_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql:///nothing?host=/nowhere")
    assert run("--lang en assign") == 1
    assert "cannot be reached" in capsys.readouterr().err


def test_a_foreign_database_is_upgraded_by_word_only(
    server: object,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del server
    with database.transaction(callers.operator()) as tx:
        tx.driver.execute("DELETE FROM alembic_version")
        tx.commit()
    monkeypatch.setenv("DATABASE_URL", database.url)
    assert run("--lang en assign") == 1
    assert "wangge db upgrade" in capsys.readouterr().err
    assert run("--lang en db start") == 1
    assert "DATABASE_URL" in capsys.readouterr().err


@pytest.mark.usefixtures("own_server")
def test_assign_reports(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("assign --json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["assigned"], report["outside"], report["changed"]) == (243, 1, 0)
    assert report["places_outside"][0]["code"] == "X1"
    assert run("assign") == 0
    written = capsys.readouterr()
    assert "assigned 243" in written.out
    assert "X1" in written.err


def test_assign_says_how_many_places_lie_outside_and_lists_every_one(
    own_server: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with own_server.transaction(callers.operator()) as tx:
        tx.driver.execute("""
            INSERT INTO facilities (code, kind, name, geom)
            SELECT 'FAR' || n, 'other', 'x', ST_SetSRID(ST_MakePoint(116.6 + n / 1e5, 32.5), 4490)
            FROM generate_series(1, 1200) n
        """)
        tx.commit()
    assert run("assign --json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["outside"] == len(report["places_outside"]) == 1201
    assert run("--lang en assign") == 0
    assert "1,201 places lie in no unit, 1,191 of them not listed" in capsys.readouterr().err


@pytest.mark.usefixtures("own_server")
def test_coverage_goes_to_the_terminal_and_into_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {name: tmp_path / f"c.{name}" for name in ("html", "geojson", "csv", "xlsx", "demand")}
    options = " ".join(f"--{name} {path}" for name, path in files.items())
    assert run(f"coverage day-care --as-of {DAY} --max-walk 1000 {options}") == 0
    written = capsys.readouterr()
    assert "of 240" in written.out
    assert "1 km" in written.err
    assert "<svg" in files["html"].read_text() or "L.map" in files["html"].read_text()
    assert len(json.loads(files["geojson"].read_text())["features"]) == 15
    assert len(files["csv"].read_text(encoding="utf-8-sig").splitlines()) == 16
    assert files["xlsx"].read_bytes().startswith(b"PK")
    rows = files["demand"].read_text(encoding="utf-8-sig").splitlines()
    assert rows[0] == "code,demand,nearest_code,walk_m,straight_m,band"
    assert len(rows) == 241
    assert files["demand"].stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("own_server")
def test_coverage_as_json_is_that_of_the_service(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"coverage day-care --as-of {DAY} --unit 340405001 --json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["unit"] == "340405001"
    assert len(answer["rows"]) == 7
    assert run("coverage day-care --unit 999") == 1


@pytest.mark.usefixtures("own_server")
def test_exports_go_to_standard_output_or_a_file(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(f"export units --as-of {DAY}") == 0
    assert len(json.loads(capfdbinary.readouterr().out)["features"]) == 15
    file = tmp_path / "u.csv"
    assert run(f"export units -f csv -o {file}") == 0
    assert file.exists()
    assert run("export castles") == 1
    assert b"units" in capfdbinary.readouterr().err


def test_each_file_that_leaves_is_in_the_log(own_server: Database, tmp_path: Path) -> None:
    names = ("html", "geojson", "csv", "xlsx", "demand")
    options = " ".join(f"--{name} {tmp_path / name}" for name in names)
    assert run(f"coverage day-care --unit 340405001 {options}") == 0
    assert run("coverage day-care") == 0
    assert run("coverage patrol --csv " + str(tmp_path / "patrol")) == 0
    assert (
        run("coverage ramps --csv " + str(tmp_path / "r") + " --demand " + str(tmp_path / "d")) == 0
    )
    assert run(f"export facilities -f gpkg -o {tmp_path / 'f.gpkg'}") == 0
    assert run(f"export households -f csv -o {tmp_path / 'h.csv'}") == 0
    assert run("export units --unit 99") == 1
    assert run("export castles") == 1
    with own_server.transaction(callers.operator()) as tx:
        lines = audit.lines(tx, audit.Filter(caller="operator"))[::-1]
    told = [(line.action, line.subject, line.details["format"]) for line in lines]
    day_care = [("export", "coverage-day-care", name) for name in names[:-1]]
    assert told == [
        *day_care,
        ("household_export", "demand-day-care", "csv"),
        ("export", "coverage-patrol", "csv"),
        ("export", "coverage-ramps", "csv"),
        ("household_export", "demand-ramps", "csv"),
        ("export", "facilities", "gpkg"),
        ("household_export", "households", "csv"),
    ]
    assert {line.unit_code for line in lines[:5]} == {"340405001"}


def test_imports_report_what_they_did(
    own_server: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "f.csv"
    file.write_text(
        "代码,kind,name,lon,lat\nN1,day_care,新,116.805,32.605\nN2,palace,x,116.805,32.605\n"
    )
    rejects = tmp_path / "r.csv"
    options = f"import facilities {file} --map code=代码"
    assert run(f"{options} --json") == 1
    report = json.loads(capsys.readouterr().out)
    assert report["applied"] is False
    assert report["problems"][0]["row"] == 3
    assert "palace" in report["problems"][0]["message"]
    assert run(f"{options} --on-error reject --rejects {rejects} --dry-run") == 0
    assert run(f"{options} --on-error reject --rejects {rejects}") == 0
    assert "inserted 1, updated 0, unchanged 0, rejected 1" in capsys.readouterr().out
    assert "palace" in rejects.read_text(encoding="utf-8-sig")
    with own_server.transaction(callers.operator()) as tx:
        found = tx.driver.execute("SELECT code FROM facilities WHERE code LIKE 'N%'").fetchall()
    assert found == [("N1",)]
    assert run("import facilities /nowhere.csv") == 1
    assert run(f"import facilities {file} --map nonsense") == 1


@pytest.mark.usefixtures("own_server")
def test_a_refused_file_is_named_and_its_fault_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    assert run(f"import facilities {empty}") == 1
    assert capsys.readouterr().err == "empty.csv: The file is empty. Export or copy it again.\n"
    faulty = tmp_path / "faulty.csv"
    rows = "".join(f"N{n},palace,x,116.805,32.605\n" for n in range(30))
    faulty.write_text(f"code,kind,name,lon,lat\n{rows}")
    assert run(f"import facilities {faulty} --dry-run") == 1
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "Problems in faulty.csv"
    assert told[1].startswith("  row 2–31, “kind”: ")
    assert "day_care 日间照料中心" in told[1]
    assert told[2].startswith("faulty.csv: ")
    assert len(told) == 3


@pytest.mark.usefixtures("own_server")
def test_boundaries_are_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("units check --json") == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run("units check") == 0
    assert "0 findings" in capsys.readouterr().err


@pytest.mark.usefixtures("own_server")
def test_the_service_starts_says_where_and_stops_on_interrupt(
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = [sys.executable, "-c", "import sys; from web.cli import main; sys.exit(main())"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*command, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stderr is not None
            address = next(line for line in process.stderr if "http://" in line).split()[-1]
            assert requests.get(f"{address}/readyz", timeout=10).status_code == 200
            port = address.rpartition(":")[2]
            assert run(f"serve --port {port}") == 1
            refused = capsys.readouterr().err
            assert port in refused
            assert "in use" in refused
            begun = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.wait(15) == 0
            assert time.monotonic() - begun < 10
        finally:
            process.kill()
