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
    assert worker.get("/due").status_code == 403, "first another password"
    changed = {"old": password, "new": "my own good secret"}
    assert worker.post("/account/password", data=changed).status_code == 200
    assert worker.get("/due").status_code == 200
    assert password not in admin.get("/admin").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "x", "role": "planner"},
        {"name": "worker", "role": "planner"},
        {"name": "new", "role": "grid_worker"},
        {"name": "new", "role": "grid_worker", "units": "340405"},
        {"name": "new", "role": "planner", "units": GRIDS[0]},
        {"name": "new", "role": "emperor"},
    ],
)
def test_what_cannot_be_is_told(admin: Client, wrong: dict[str, str]) -> None:
    assert admin.post("/admin/accounts", data=wrong).status_code == 422


def test_disabled_accounts_are_out_at_once(site: str, admin: Client) -> None:
    worker = Client(site)
    worker.log_in("worker")
    assert admin.post("/admin/accounts/worker/disable").status_code == 200
    assert worker.get("/due", allow_redirects=False).status_code == 303
    refused = requests.post(
        site + "/login", data={"name": "worker", "password": staff.PASSWORD}, timeout=30
    )
    assert refused.status_code == 422
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
    checked = admin.get("/admin/audit", params={"check": "1"}).text
    assert re.fullmatch(r"\d+:[0-9a-f]{64}", _secret(checked))
    with database.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
        connection.execute(sa.text("UPDATE audit_log SET caller = 'x' WHERE id = 2"))
    assert "从第 2 行起" in admin.get("/admin/audit", params={"check": "1"}).text


@pytest.mark.parametrize("path", ["/admin", "/admin/audit", "/roster", "/account"])
def test_axe_finds_nothing(browser: Browser, admin: Client, path: str) -> None:
    context = browser.new_context(base_url=admin.address, locale="zh-CN")
    add_session(context, admin)
    page = context.new_page()
    page.goto(path, wait_until="networkidle")
    found = Axe().run(page)
    context.close()
    assert found.violations_count == 0, found.generate_report()


def test_a_token_set_beforehand_is_never_taken_over(site: str) -> None:
    client = Client(site)
    client.cookies.set(access.COOKIE, "x" * 43)
    client.log_in("worker")
    assert client.cookies.get(access.COOKIE, domain="127.0.0.1") != "x" * 43


@pytest.mark.parametrize("token", [None, "", "wrong"])
def test_a_form_without_the_page_s_token_changes_nothing(
    site: str, admin: Client, token: str | None
) -> None:
    admin.headers.pop("X-CSRF-Token")
    form = {} if token is None else {"csrf": token}
    for path in (
        "/admin/accounts/worker/disable",
        "/logout",
        "/account/password",
        "/jobs/1/cancel",
    ):
        assert admin.post(path, data=form).status_code == 403
    worker = Client(site)
    worker.log_in("worker")


@pytest.mark.parametrize(
    "to", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"]
)
def test_the_log_in_leads_nowhere_else(site: str, to: str) -> None:
    form = {"name": "planner", "password": staff.PASSWORD, "next": to}
    answer = requests.post(site + "/login", data=form, timeout=30, allow_redirects=False)
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
