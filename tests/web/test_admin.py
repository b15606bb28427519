"""Accounts, keys and the log, as an administrator keeps them."""

import re
from collections.abc import Iterator

import pytest
import requests
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from services.database import Database
from services.settings import Settings
from tests.services import staff
from tests.services.small_district import GRIDS
from tests.web.conftest import Client, add_session, listening
from web import access


@pytest.fixture
def site(database: Database, tmp_path) -> Iterator[str]:
    staff.hire(database, [(0, 0, 1)] * 8)
    with listening(Settings(database_url=database.url, home=tmp_path)) as address:
        yield address


@pytest.fixture
def admin(site: str) -> Client:
    client = Client(site)
    client.log_in("admin")
    return client


def _secret(html: str) -> str:
    found = re.search(r"<code>([^<]+)</code>", html)
    assert found, html
    return found[1]


def test_an_account_is_made_changes_its_password_and_works(site: str, admin: Client) -> None:
    wanted = {"name": "Li.Si", "role": "grid_worker", "units": GRIDS[2], "display_name": "<b>李四"}
    made = admin.post("/admin/accounts", data=wanted)
    assert made.status_code == 200
    assert "<b>李四" not in made.text
    password = _secret(made.text)
    worker = Client(site)
    worker.log_in("li.si", password)
    for headers, where in (({}, "location"), ({"HX-Request": "true"}, "hx-redirect")):
        barred = worker.get("/due", headers=headers, allow_redirects=False)
        assert barred.headers[where] == "/account", "first another password"
    assert worker.get("/api/offline").status_code == 403
    changed = {"old": password, "new": "my own good secret"}
    assert worker.post("/account/password", data=changed).status_code == 200
    assert worker.get("/due").status_code == 200
    assert password not in admin.get("/admin").text


def test_what_cannot_be_is_told(admin: Client) -> None:
    for wrong in (
        {"name": "x", "role": "planner"},
        {"name": "worker", "role": "planner"},
        {"name": "new", "role": "grid_worker"},
        {"name": "new", "role": "grid_worker", "units": "340405"},
        {"name": "new", "role": "planner", "units": GRIDS[0]},
        {"name": "new", "role": "emperor"},
    ):
        assert admin.post("/admin/accounts", data=wrong).status_code == 422, wrong


def test_disabled_accounts_are_out_at_once(site: str, admin: Client) -> None:
    worker = Client(site)
    worker.log_in("worker")
    assert admin.post("/admin/accounts/worker/disable").status_code == 200
    assert worker.get("/due", allow_redirects=False).status_code == 303
    assert Client(site).try_log_in("worker").status_code == 422
    assert admin.post("/admin/accounts/worker/enable").status_code == 200
    worker.log_in("worker")
    assert admin.post("/admin/accounts/admin/disable").status_code == 422
    assert admin.post("/admin/accounts/nobody/disable").status_code == 404


def test_a_reset_ends_sessions_and_is_shown_once(site: str, admin: Client) -> None:
    worker = Client(site)
    worker.log_in("worker")
    password = _secret(admin.post("/admin/accounts/worker/password").text)
    assert worker.get("/due", allow_redirects=False).status_code == 303
    worker.log_in("worker", password)


def test_a_key_is_made_used_and_revoked(site: str, admin: Client) -> None:
    made = admin.post("/admin/keys", data={"name": "民政 局/1", "collections": ["units"]})
    key = {"Authorization": f"Bearer {_secret(made.text)}"}
    assert requests.get(site + "/api/units", headers=key, timeout=30).status_code == 200
    assert admin.post("/admin/keys", data={"name": "x"}).status_code == 422
    assert admin.post("/admin/keys/revoke", data={"name": "民政 局/1"}).status_code == 200
    assert requests.get(site + "/api/units", headers=key, timeout=30).status_code == 401


def test_the_log_is_filtered_and_checked(admin: Client, database: Database) -> None:
    admin.post("/admin/accounts/worker/disable")
    html = admin.get("/admin/audit", params={"action": "account", "subject": "worker"}).text
    assert html.count("<tr>") == 3, "a heading, made, disabled"
    for asked, lines in (
        ({"who": "operator", "action": "account_add", "since": "2020-01-01"}, 6),
        ({"who": "operator", "until": "2020-01-01"}, 0),
        ({"unit": "340405"}, 0),
        ({"before": "3"}, 2),
        ({"action": "account_add"}, 6),
    ):
        form = dict.fromkeys(("who", "action", "subject", "unit", "since", "until"), "")
        html = admin.get("/admin/audit", params=form | asked).text
        assert html.count("<tr>") == (lines + 1 if lines else 0), asked
    checked = admin.get("/admin/audit", params={"check": "1"}).text
    assert re.fullmatch(r"\d+:[0-9a-f]{64}", _secret(checked))
    with database.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
        connection.execute(sa.text("UPDATE audit_log SET caller = 'x' WHERE id = 2"))
    assert "从第 2 行起" in admin.get("/admin/audit", params={"check": "1"}).text


def test_the_units_of_an_account_are_set_with_their_periods(site: str, admin: Client) -> None:
    path = "/admin/accounts/worker/units"
    worker = Client(site)
    worker.log_in("worker")
    assert worker.get("/households/H0-70-1").status_code == 200
    ended = {"unit": [GRIDS[0], GRIDS[1], ""], "begins": ["2020-01-01", "", ""]}
    ended["ends"] = ["2020-02-01", "", ""]
    shown = admin.post(path, data=ended)
    assert shown.status_code == 200
    assert 'value="2020-02-01"' in shown.text
    assert worker.get("/households/H0-70-1").status_code == 404, "it ended long ago"
    assert worker.get("/households/H1-70-1").status_code == 200


def test_units_that_cannot_be_are_told_and_what_was_typed_stays(admin: Client) -> None:
    for units, begins, ends in (
        ([], [], []),
        (["999"], [""], [""]),
        ([GRIDS[0][:12]], [""], [""]),
        ([GRIDS[0]], ["2026-02-30"], [""]),
        ([GRIDS[0]], ["2026-03-01"], ["2026-03-01"]),
        ([GRIDS[0], GRIDS[0]], ["2026-03-01", ""], ["", ""]),
    ):
        form = {"unit": units, "begins": begins, "ends": ends}
        answer = admin.post("/admin/accounts/worker/units", data=form)
        assert answer.status_code == 422, form
        assert all(f'value="{unit}"' in answer.text for unit in units)
        assert 'role="alert"' in answer.text
    assert GRIDS[0] in admin.get("/admin/accounts/worker").text


def test_an_account_that_is_none_is_not_there(admin: Client) -> None:
    assert admin.get("/admin/accounts/nobody").status_code == 404
    assert admin.post("/admin/accounts/nobody/units").status_code == 404


def test_a_head_written_down_earlier_is_compared(admin: Client) -> None:
    head = _secret(admin.get("/admin/audit", params={"check": "1"}).text)
    asked = {"check": "1", "head": head}
    assert 'role="status"' in admin.get("/admin/audit", params=asked).text
    cut = {"check": "1", "head": f"999999:{'0' * 64}"}
    assert 'role="alert"' in admin.get("/admin/audit", params=cut).text
    assert admin.get("/admin/audit", params={"check": "1", "head": "x"}).status_code == 422


def test_the_log_is_told_in_words(site: str, admin: Client) -> None:
    for name in ("worker", "no-such-name"):
        Client(site).try_log_in(name, "not my own secret")
    failed = admin.get("/admin/audit", params={"action": "login_failed"}).text
    assert "没有这个账号" in failed
    assert "no-such-name" not in failed
    assert not re.search(r">\s*gate\s*<", failed)
    assert "subject=" not in failed, "whose log-in it was stands under who"
    tried = admin.get("/admin/audit", params={"action": "login_failed", "who": "worker"}).text
    assert tried.count("<tr>") == 2, "a heading and the try"
    assert "谁：worker" in tried
    made = admin.get("/admin/audit", params={"action": "account_add", "subject": "worker"}).text
    assert "角色：网格员" in made
    assert "服务器操作员" in made
    assert re.search(r'href="/admin/audit\?[^"]*who=operator', made)


def test_units_are_called_by_their_names(site: str, admin: Client) -> None:
    assert f"单元{GRIDS[0]}" in admin.get("/admin").text
    worker = Client(site)
    worker.log_in("worker")
    assert f">单元{GRIDS[0]}</a>" in worker.get("/account").text


def test_axe_finds_nothing(browser: Browser, admin: Client) -> None:
    context = browser.new_context(base_url=admin.address, locale="zh-CN")
    add_session(context, admin)
    page = context.new_page()
    for path in ("/admin", "/admin/accounts/worker", "/admin/audit", "/roster", "/account"):
        page.goto(path, wait_until="networkidle")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/admin/audit", wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def test_a_token_set_beforehand_is_never_taken_over(site: str) -> None:
    client = Client(site)
    client.cookies.set(access.COOKIE, "x" * 43)
    client.log_in("worker")
    assert client.cookies.get(access.COOKIE, domain="127.0.0.1") != "x" * 43


def test_a_form_without_the_page_s_token_changes_nothing(site: str, admin: Client) -> None:
    admin.headers.pop("X-CSRF-Token")
    for form in ({}, {"csrf": ""}, {"csrf": "wrong"}):
        for path in (
            "/admin/accounts/worker/disable",
            "/logout",
            "/account/password",
            "/jobs/1/cancel",
        ):
            assert admin.post(path, data=form).status_code == 403
    worker = Client(site)
    worker.log_in("worker")


def test_a_log_in_comes_from_our_own_page(site: str) -> None:
    form = {"name": "worker", "password": staff.PASSWORD}
    victim = Client(site)
    victim.get("/login")
    stranger = re.search(r'name="csrf" value="([^"]+)"', Client(site).get("/login").text)[1]
    for token in ({}, {"csrf": ""}, {"csrf": "x"}, {"csrf": stranger}, {"csrf": "é"}):
        answer = victim.post("/login", data={**form, **token}, allow_redirects=False)
        assert answer.status_code == 403
        assert access.COOKIE not in victim.cookies
        assert 'role="alert"' in answer.text
    assert requests.post(site + "/login", data=form, timeout=30).status_code == 403
    victim.log_in("worker")


def test_the_log_in_leads_nowhere_else(site: str) -> None:
    for to in (
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
    ):
        answer = Client(site).try_log_in("planner", data={"next": to}, allow_redirects=False)
        assert answer.headers["location"] == "/"
        cookie = next(
            part for part in answer.raw.headers.getlist("set-cookie") if "session" in part
        )
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
