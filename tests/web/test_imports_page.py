"""A file is uploaded, checked, then imported; faults are shown beside the field."""

import csv
import os
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from services import audit
from services import caller as callers
from services.accounts import NewAccount, Scope
from services.caller import Role
from services.database import Database
from services.settings import Settings
from tests.services import small_district
from tests.services.small_district import GRIDS
from tests.web.conftest import ADMIN, PLANNER, Client, add_accounts, listening
from web import access

WORKER = NewAccount("worker", "Worker", Role.GRID_WORKER, (Scope(GRIDS[0]),))
GOOD = "code,kind,name,lon,lat\nN1,day_care,新中心,116.805,32.605\n"
MIXED = GOOD + "N2,palace,x,116.805,32.605\nN3,day_care,y,32.605,116.805\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def site(database: Database, home: Path) -> Iterator[Client]:
    """The service on a district of this test's own."""
    with database.transaction(callers.operator()) as tx:
        small_district.fill(tx, [(0, 0, 30)] * 8)
        tx.commit()
    add_accounts(database.url, ADMIN)
    with listening(Settings(database_url=database.url, home=home)) as address:
        client = Client(address)
        client.log_in(ADMIN.name)
        yield client


def _upload(site: Client, content: str, **form: str) -> requests.Response:
    file = {"file": ("places.csv", content.encode())}
    return site.post("/imports", data={"kind": "facilities", **form}, files=file)


def _finished(site: Client, answer: requests.Response) -> str:
    """The job's page when nothing happens any more."""
    deadline = time.monotonic() + 30
    while "hx-get" in answer.text:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)
        answer = site.get(answer.url)
    assert answer.status_code == 200
    return answer.text


def _act(site: Client, html: str, ending: str, **form: str) -> requests.Response:
    found = re.search(rf'action="(/imports/\d+/{ending})', html)
    assert found, html
    return site.post(found.group(1), data=form)


def _spooled(home: Path) -> list[Path]:
    return [path for path in (home / "spool").rglob("*") if path.is_file()]


def _names(database: Database) -> set[str]:
    with database.transaction(callers.operator()) as tx:
        return {str(row[0]) for row in tx.driver.execute("SELECT code FROM facilities")}


def test_a_good_file_is_checked_then_imported(site: Client, database: Database, home: Path) -> None:
    checked = _finished(site, _upload(site, GOOD))
    assert "检查完毕，尚未写入任何数据" in checked
    assert "N1" not in _names(database)
    assert len(_spooled(home)) == 1
    done = _finished(site, _act(site, checked, "apply"))
    assert "已导入" in done
    assert "N1" in _names(database)
    assert _spooled(home) == []
    assert "places.csv" in site.get("/imports").text
    again = _finished(site, _upload(site, GOOD))
    assert re.search(r"未变</dt><dd>1<", again)


def test_faults_are_listed_by_row_and_the_rest_can_be_imported(
    site: Client, database: Database, home: Path
) -> None:
    checked = _finished(site, _upload(site, MIXED))
    assert "palace" in checked
    assert re.search(r'<th scope="row">3</th><td[^>]*>kind</td>', checked)
    assert re.search(r'<th scope="row">4</th>', checked)
    before = _names(database)
    done = _finished(site, _act(site, checked, "apply", on_error="reject"))
    assert re.search(r"未收</dt><dd>2<", done)
    assert _names(database) - before == {"N1"}
    assert [path.name for path in _spooled(home)] == [".checked.csv", ".imported.csv"]


def _rejects(site: Client, html: str) -> requests.Response:
    found = re.search(r'href="(/imports/\d+/rejects)"', html)
    assert found, html
    return site.get(found.group(1))


def test_refused_rows_can_be_fetched_mended_and_sent_again(
    site: Client, database: Database, home: Path
) -> None:
    checked = _finished(site, _upload(site, MIXED))
    answer = _rejects(site, checked)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert 'filename="places-rejects.csv"' in answer.headers["Content-Disposition"]
    head, *rows = csv.reader(answer.content.decode("utf-8-sig").splitlines())
    assert head == ["code", "kind", "name", "lon", "lat", "reason"]
    assert [row[0] for row in rows] == ["N2", "N3"]
    assert "第 3 行" in rows[0][-1]
    done = _finished(site, _act(site, checked, "apply", on_error="reject"))
    assert _rejects(site, done).content == answer.content
    mended = answer.content.decode("utf-8-sig").replace("palace", "day_care")
    assert "N2" not in _names(database)
    again = _finished(site, _upload(site, mended))
    _finished(site, _act(site, again, "apply", on_error="reject"))
    assert "N2" in _names(database)
    _act(site, done, "discard")
    assert site.get(answer.url).status_code == 404
    with database.transaction(callers.operator()) as tx:
        lines = audit.lines(tx, audit.Filter(action="import_rejects"))
    assert [line.details["kind"] for line in lines] == ["facilities"] * 2


def test_reasons_are_in_the_language_of_whoever_asked(site: Client) -> None:
    site.get("/imports?lang=en")
    checked = _finished(site, _upload(site, MIXED))
    assert "Download the 2 refused rows" in checked
    assert "row 3" in _rejects(site, checked).text.lower()


def test_refused_rows_of_people_are_for_those_who_may_import_people(
    site: Client, database: Database, home: Path
) -> None:
    content = "code,household_code,name,birth_date\nR1,nowhere,某某,1950-02-30\n"
    checked = _finished(site, _upload(site, content, kind="residents"))
    answer = _rejects(site, checked)
    assert "某某" in answer.content.decode("utf-8-sig")
    add_accounts(database.url, PLANNER)
    other = Client(site.address)
    other.log_in(PLANNER.name)
    number = answer.url.split("/")[-2]
    assert "/rejects" not in other.get(f"/jobs/{number}").text
    assert other.get(answer.url).status_code == 403
    assert other.post(f"/imports/{number}/discard").status_code == 403
    assert _rejects(site, checked).status_code == 200


@pytest.mark.parametrize(
    "content",
    [
        "code,household_code,name,birth_date\nR1,H9-elsewhere,某某,1950-02-03\n",
        "H9-elsewhere,某某,1950-02-03\n",
    ],
)
def test_what_was_wrong_with_people_is_for_those_who_may_import_people(
    site: Client, database: Database, content: str
) -> None:
    answer = _upload(site, content, kind="residents")
    assert "H9-elsewhere" in _finished(site, answer) or "code" not in content
    add_accounts(database.url, PLANNER)
    other = Client(site.address)
    other.log_in(PLANNER.name)
    number = answer.url.split("/")[-1]
    seen = other.get(f"/jobs/{number}").text
    assert "只向导入此类文件的人员显示" in seen
    for told in ("H9-elsewhere", "某某", "birth_date", "1950"):
        assert told not in seen
    assert other.post(f"/jobs/{number}/cancel").status_code == 403
    assert site.post(f"/jobs/{number}/cancel").status_code == 200


def test_what_a_file_of_people_is_called_is_kept_nowhere(
    site: Client, database: Database, home: Path
) -> None:
    file = {"file": ("欧阳春雨13900000000.CSV", b"code,name\nR1,x\n")}
    answer = site.post("/imports", data={"kind": "residents"}, files=file)
    assert "residents.csv" in _finished(site, answer)
    assert "residents.csv" in site.get("/imports").text
    assert [path for path in (home / "spool").rglob("*") if "欧阳" in path.name] == []
    with database.transaction(callers.operator()) as tx:
        for table in ("import_runs", "job_progress", "procrastinate_jobs", "audit_log"):
            kept = tx.driver.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t").fetchone()
            assert kept
            assert "13900000000" not in str(kept[0])


def test_no_byte_is_taken_in_of_who_may_not_send_any(site: Client, database: Database) -> None:
    """What follows the heading of a request is sent a second later, if it is still wanted."""
    add_accounts(database.url, WORKER)
    worker = Client(site.address)
    worker.log_in(WORKER.name)
    session = f"{access.COOKIE}={worker.cookies[access.COOKIE]}"
    for cookie, status in (("", b"303"), (session, b"403"), (f"{access.COOKIE}=x", b"303")):
        host, port = site.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as line:
            line.sendall(
                b"POST /imports HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3000000000\r\n"
                b"Content-Type: multipart/form-data; boundary=b\r\n"
                + f"Cookie: {cookie}\r\n\r\n--b\r\n".encode()
            )
            assert line.recv(100).split()[1] == status


def test_a_row_of_people_is_not_taken_for_headings_and_quoted(site: Client) -> None:
    shown = _finished(site, _upload(site, "R1,H7,欧阳春雨,1950-02-03\n", kind="residents"))
    assert "第一行没有一个可识别的列名" in shown
    assert "household_code" in shown, "which headings are understood"
    for told in ("欧阳春雨", "H7", "1950-02-03"):
        assert told not in shown


def test_refused_rows_are_gone_after_a_day(site: Client, home: Path) -> None:
    checked = _finished(site, _upload(site, MIXED))
    answer = _rejects(site, checked)
    (own,) = (home / "spool").iterdir()
    os.utime(own, (time.time() - 90_000,) * 2)
    assert site.get(answer.url).status_code == 404
    _upload(site, GOOD)
    assert not own.exists()


def test_an_upload_can_be_thrown_away(site: Client, database: Database, home: Path) -> None:
    checked = _finished(site, _upload(site, GOOD))
    after = _act(site, checked, "discard")
    assert _spooled(home) == []
    assert "/apply" not in after.text
    assert "N1" not in _names(database)
    gone = site.post(after.url.replace("/jobs/", "/imports/") + "/apply")
    assert gone.status_code == 404
    assert "请重新上传" in gone.text


def test_a_file_refused_as_a_whole_is_told_so_once(site: Client) -> None:
    html = _finished(site, _upload(site, "name,lon,lat\nx,116.805,32.605\n"))
    assert html.count("缺少“code”列") == 1
    assert "/apply" not in html
    assert "/rejects" not in html
    assert "/discard" in html


def test_what_was_typed_is_not_lost(site: Client) -> None:
    answer = _upload(site, GOOD, crs="火星坐标", effective="2026-01-01")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'value="火星坐标"' in answer.text
    assert 'value="2026-01-01"' in answer.text
    assert 'href="#crs"' in answer.text
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("content", ["", "code,kind\n", "\x00\x01\x02"])
def test_a_file_that_is_none_is_refused_in_words(site: Client, content: str) -> None:
    answer = _upload(site, content)
    if answer.status_code == 200:
        html = _finished(site, answer)
        assert "state refused" in html
        assert 'class="message warn"' in html
    else:
        assert answer.status_code == 422
        assert "文件是空的" in answer.text


def test_coordinates_of_web_maps_are_moved(site: Client, database: Database) -> None:
    checked = _finished(site, _upload(site, GOOD, crs="GCJ-02"))
    _finished(site, _act(site, checked, "apply"))
    with database.transaction(callers.operator()) as tx:
        lon = tx.driver.execute("SELECT ST_X(geom) FROM facilities WHERE code = 'N1'").fetchone()
    assert lon is not None
    assert abs(float(str(lon[0])) - 116.805) > 0.003


def test_a_form_without_its_parts_is_told_so(site: Client) -> None:
    answer = site.post("/imports", data={"kind": "castles"})
    assert answer.status_code == 422
    assert "kind" in answer.text


def test_a_large_file_is_taken_a_large_form_is_not(site: Client, home: Path) -> None:
    rows = "".join(f"L{n},other,x,116.805,32.605\n" for n in range(60_000))
    assert len(rows) > 1_500_000
    html = _finished(site, _upload(site, "code,kind,name,lon,lat\n" + rows))
    assert re.search(r"新增</dt><dd>60,000<", html)
    assert [path.stat().st_size > 1_500_000 for path in _spooled(home)] == [True]
    assert site.post("/jobs/1/cancel", data=b"x" * 1_500_000).status_code in (404, 413)
