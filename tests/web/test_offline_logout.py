"""Logging out on a phone that has no network, or loses it half-way: the session ends all the same."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from services.database import Database
from tests.web import phones
from tests.web.phones import HOME, Phone
from web import access

LEFT = "已退出登录"
_MARKS = """() => new Promise((done) => {
  const asked = indexedDB.open("wangge-left", 1);
  asked.onsuccess = () => {
    const all = asked.result.transaction("marks").objectStore("marks").getAll();
    all.onsuccess = () => done(all.result);
  };
})"""
_STUMBLES = """
    CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'out of order'; END $$;
    CREATE TRIGGER stumbles BEFORE DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION stumble();
"""


@pytest.fixture
def phone(database: Database, tmp_path, browser: Browser) -> Iterator[Phone]:
    with phones.opened(database, tmp_path, browser) as opened:
        yield opened


def _ready(phone: Phone) -> None:
    """Where a phone has its log-out."""
    phone.log_in()
    phone.settle()
    phone.page.goto(f"{phone.address}/account", wait_until="networkidle")


def _log_out(page: Page) -> None:
    page.locator("main form[action='/logout'] button").click()


def _log_out_without_network(phone: Phone) -> None:
    _ready(phone)
    phone.context.set_offline(True)
    _log_out(phone.page)
    expect(phone.page.locator("#offline h1")).to_have_text(LEFT)


def _sessions(phone: Phone) -> list[str]:
    statement = """
        SELECT a.name FROM sessions s JOIN accounts a ON a.id = s.account_id ORDER BY s.created_at
    """
    with phone.hired.owner() as tx:
        return list(tx.sql.execute(sa.text(statement)).scalars())


def _looks(phone: Phone) -> int:
    """How often somebody was shown who is due, or a household."""
    statement = "SELECT count(*) FROM audit_log WHERE action IN ('due_look', 'household_view')"
    with phone.hired.owner() as tx:
        return int(tx.sql.execute(sa.text(statement)).scalar_one())


def _order(phone: Phone, *statements: str) -> None:
    with phone.hired.owner() as tx:
        for statement in statements:
            tx.sql.execute(sa.text(statement))
        tx.commit()


def test_without_network_one_is_logged_out_here_and_soon_everywhere(phone: Phone) -> None:
    _log_out_without_network(phone)
    assert phone.page.evaluate(phones.PACKAGES) == []
    assert phone.page.evaluate(phones.KEYS) == []
    assert Axe().run(phone.page).violations_count == 0
    for path in ("/due", f"/households/{HOME}", "/households"):
        phone.page.goto(phone.address + path)
        expect(phone.page.locator("#offline h1")).to_have_text(LEFT)
        assert "小明" not in phone.page.content()
    assert _sessions(phone) == ["worker"]
    phone.context.set_offline(False)
    phone.page.wait_for_url("**/login")
    assert _sessions(phone) == []
    assert phone.page.evaluate(_MARKS) == []


def test_what_is_shown_without_network_has_a_log_out_too(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    phone.context.set_offline(True)
    phone.page.goto(f"{phone.address}/households/{HOME}")
    expect(phone.page.locator("#offline")).to_contain_text("小明")
    phone.page.locator("#offline > p button", has_text="退出登录").click()
    expect(phone.page.locator("#offline h1")).to_have_text(LEFT)
    assert phone.page.evaluate(phones.PACKAGES) == []
    assert _sessions(phone) == ["worker"]
    phone.context.set_offline(False)
    phone.page.wait_for_url("**/login")
    assert _sessions(phone) == []


def test_a_page_opened_later_shows_nothing_of_the_session_that_was_left(phone: Phone) -> None:
    _log_out_without_network(phone)
    seen = _looks(phone)
    phone.page.goto("about:blank")
    phone.context.set_offline(False)
    phone.page.goto(f"{phone.address}/households/{HOME}")
    expect(phone.page.locator("#password")).to_be_visible()
    assert _sessions(phone) == []
    assert _looks(phone) == seen


def test_the_mark_opens_nothing_and_names_nobody(phone: Phone) -> None:
    _log_out_without_network(phone)
    [mark] = phone.page.evaluate(_MARKS)
    assert set(mark) == {"leave", "held"}
    cookie = next(c for c in phone.context.cookies() if c["name"] == access.COOKIE)
    assert cookie["value"] != mark["leave"]
    own = {"Cookie": f"{access.COOKIE}={cookie['value']}"}
    for headers in (
        {"Cookie": f"{access.COOKIE}={mark['leave']}"},
        {"Authorization": f"Bearer {mark['leave']}"},
    ):
        asked = requests.get(f"{phone.address}/api/session", headers=headers, timeout=30)
        assert asked.status_code == 401
    refused = requests.post(
        f"{phone.address}/api/outbox",
        json={"items": []},
        headers={**own, "X-CSRF-Token": mark["leave"]},
        timeout=30,
    )
    assert refused.status_code == 403
    assert _sessions(phone) == ["worker"]


def test_another_site_ends_no_session(phone: Phone) -> None:
    _log_out_without_network(phone)
    [mark] = phone.page.evaluate(_MARKS)
    foreign = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    for headers, status in ((foreign, 403), ({}, 204)):
        answer = requests.post(
            f"{phone.address}/logout/left",
            data={"leave": mark["leave"]},
            headers=headers,
            timeout=30,
        )
        assert answer.status_code == status
        assert "set-cookie" not in answer.headers
    assert _sessions(phone) == []


def test_while_the_service_stumbles_the_mark_stays_and_spares_who_comes_next(phone: Phone) -> None:
    _ready(phone)
    _order(phone, _STUMBLES)
    _log_out(phone.page)
    expect(phone.page.locator("#offline h1")).to_have_text(LEFT)
    seen = _looks(phone)
    phone.page.goto(f"{phone.address}/due")
    expect(phone.page.locator("#offline h1")).to_have_text(LEFT)
    assert _looks(phone) == seen
    phone.context.route("**/logout/left", lambda route: route.abort())
    phone.page.goto("about:blank")
    _order(phone, "DROP TRIGGER stumbles ON sessions")
    phone.log_in("colleague")
    phone.settle()
    assert _sessions(phone) == ["colleague"], "the log-in itself ends what the browser had"
    assert [mark["held"] for mark in phone.page.evaluate(_MARKS)] == [False]
    phone.context.unroute("**/logout/left")
    phone.page.goto(f"{phone.address}/households")
    expect(phone.page.locator("h1")).to_be_visible()
    phone.page.wait_for_function(f"async () => !(await ({_MARKS})()).length")
    assert _sessions(phone) == ["colleague"]
    phone.page.reload()
    expect(phone.page.locator(".who")).to_contain_text("网格员乙")


def test_who_logs_in_before_the_service_was_told_is_not_logged_out(phone: Phone) -> None:
    _log_out_without_network(phone)
    phone.context.route("**/logout/left", lambda route: route.abort())
    phone.page.goto("about:blank")
    phone.context.set_offline(False)
    phone.log_in("colleague")
    phone.settle()
    assert _sessions(phone) == ["colleague"]
    phone.context.unroute("**/logout/left")
    phone.page.reload()
    expect(phone.page.locator(".who")).to_contain_text("网格员乙")
    phone.page.wait_for_function(f"async () => !(await ({_MARKS})()).length")
    assert _sessions(phone) == ["colleague"]


def test_an_answer_to_the_log_out_that_got_lost_ends_it_the_same_way(phone: Phone) -> None:
    _ready(phone)
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    phone.context.route("**/logout/left", lose)
    _log_out(phone.page)
    expect(phone.page.locator("#offline h1")).to_have_text(LEFT)
    assert set(lost) == {204}
    assert _sessions(phone) == []
    assert phone.page.evaluate(phones.PACKAGES) == []
    phone.page.goto("about:blank")
    phone.context.unroute_all(behavior="ignoreErrors")
    phone.page.goto(f"{phone.address}/due")
    expect(phone.page.locator("#password")).to_be_visible()
    assert phone.page.evaluate(_MARKS) == []


def test_a_service_that_does_not_answer_is_told_later(phone: Phone) -> None:
    _ready(phone)
    phone.context.route("**/logout/left", lambda _: None)
    _log_out(phone.page)
    expect(phone.page.locator("#offline h1")).to_have_text(LEFT, timeout=20_000)
    assert len(phone.page.evaluate(_MARKS)) == 1
    phone.page.goto("about:blank")
    phone.context.unroute("**/logout/left")
    phone.page.goto(f"{phone.address}/due")
    expect(phone.page.locator("#password")).to_be_visible()
    assert _sessions(phone) == []


def test_every_tab_is_left(phone: Phone) -> None:
    _ready(phone)
    online, shell = phone.context.new_page(), phone.context.new_page()
    online.goto(f"{phone.address}/due")
    online.goto(f"{phone.address}/households/{HOME}")
    expect(online.locator("main")).to_contain_text("小明")
    phone.context.set_offline(True)
    shell.goto(f"{phone.address}/due")
    expect(shell.locator("#offline")).to_contain_text("小明")
    _log_out(phone.page)
    for page in (phone.page, online, shell):
        expect(page.locator("#offline h1")).to_have_text(LEFT)
        assert "小明" not in page.content()
    online.go_back()
    expect(online.locator("#offline h1")).to_have_text(LEFT)
    assert "小明" not in online.content()
    phone.context.set_offline(False)
    for page in (phone.page, online, shell):
        page.wait_for_url("**/login")
        expect(page.locator("#password")).to_be_visible()
    assert _sessions(phone) == []
    assert phone.page.evaluate(phones.PACKAGES) == []


def test_a_page_of_a_former_session_ends_the_one_that_there_is(phone: Phone) -> None:
    """Who logged in anew in another tab is logged out by any of them."""
    _ready(phone)
    anew = phone.context.new_page()
    replace(phone, page=anew).log_in()
    assert _sessions(phone) == ["worker"]
    _log_out(phone.page)
    phone.page.wait_for_url("**/login")
    assert _sessions(phone) == []
    anew.wait_for_url("**/login")


def test_what_waits_outlives_the_log_out_and_is_sent_by_its_author(phone: Phone) -> None:
    _ready(phone)
    household = phone.context.new_page()
    phone.context.set_offline(True)
    household.goto(f"{phone.address}/households/{HOME}")
    household.fill("#note", "退出前写的")
    household.click("#visit button[type=submit]")
    expect(household.locator("#outbox-title")).to_have_text("待发送 1")
    household.close()
    _log_out(phone.page)
    expect(phone.page.locator("#offline h1")).to_have_text(LEFT)
    assert "退出前写的" not in phone.page.content()
    phone.context.set_offline(False)
    phone.page.wait_for_url("**/login")
    assert phone.visits() == []
    with phone.page.expect_response("**/api/outbox") as answered:
        phone.log_in()
    assert answered.value.json()["results"][0]["status"] == "stored"
    assert phone.visits() == [("met", "退出前写的")]


def test_without_a_service_worker_the_next_page_ends_it(phone: Phone) -> None:
    phone.log_in("planner")
    phone.page.goto(f"{phone.address}/account", wait_until="networkidle")
    phone.context.set_offline(True)
    with phone.page.expect_event("requestfailed", lambda asked: asked.url.endswith("/offline")):
        _log_out(phone.page)
    assert _sessions(phone) == ["planner"]
    phone.context.set_offline(False)
    phone.page.goto(f"{phone.address}/units")
    expect(phone.page.locator("#password")).to_be_visible()
    assert _sessions(phone) == []
