"""One phone in several hands, and several people who write of the same one without network."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from services.database import Database
from tests.web import phones
from tests.web.phones import HOME, Phone

_NOTE = "只有甲知道"
_READABLE = """async () => {
  const found = [JSON.stringify({ ...localStorage })];
  const database = await new Promise((done) => {
    const asked = indexedDB.open("wangge", 1);
    asked.onsuccess = () => done(asked.result);
  });
  for (const name of ["packages", "outbox"]) {
    const all = database.transaction(name).objectStore(name).getAll();
    await new Promise((done) => (all.onsuccess = done));
    for (const one of all.result)
      found.push(Object.keys(one).sort().join() + new TextDecoder().decode(one.sealed));
  }
  database.close();
  return found;
}"""
"""What lies on the phone as it lies there."""


@pytest.fixture
def phone(database: Database, tmp_path, browser: Browser) -> Iterator[Phone]:
    with phones.opened(database, tmp_path, browser) as opened:
        yield opened


def _write(phone: Phone) -> None:
    """Have the worker write something down that is not sent."""
    phone.log_in()
    phone.settle()
    phone.context.set_offline(True)
    phone.page.goto(f"{phone.address}/due")
    phone.log_visit(_NOTE)
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 1")


def _log_out_online(phone: Phone) -> None:
    phone.context.route("**/api/outbox", lambda route: route.abort())
    phone.context.set_offline(False)
    phone.page.goto(f"{phone.address}/account", wait_until="networkidle")
    phone.page.locator("main form[action='/logout'] button").click()
    phone.page.wait_for_url("**/login")
    phone.context.unroute("**/api/outbox")


def _log_out_offline(phone: Phone) -> None:
    phone.page.locator("#offline > p button", has_text="退出登录").click()
    expect(phone.page.locator("#offline h1")).to_have_text("已退出登录")
    phone.context.set_offline(False)
    phone.page.wait_for_url("**/login")


def _session_ends(phone: Phone) -> None:
    with phone.hired.owner() as tx:
        tx.sql.execute(sa.text("DELETE FROM sessions"))
        tx.commit()
    phone.context.set_offline(False)


@pytest.mark.parametrize("leave", [_log_out_online, _log_out_offline, _session_ends])
def test_who_comes_next_finds_nothing_of_who_was_there(
    phone: Phone, leave: Callable[[Phone], None]
) -> None:
    _write(phone)
    leave(phone)
    phone.log_in("colleague")
    phone.settle()
    phone.page.goto(f"{phone.address}/offline")
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 0")
    phone.context.set_offline(True)
    for path in ("/due", "/households", f"/households/{HOME}", "/offline"):
        phone.page.goto(phone.address + path)
        expect(phone.page.locator("#outbox-title")).to_have_text("待发送 0")
        text = phone.page.inner_text("body")
        assert _NOTE not in text
        assert HOME not in text
    assert not [
        found for found in phone.page.evaluate(_READABLE) if _NOTE in found or HOME in found
    ]
    owners = [key for key in phone.page.evaluate(phones.KEYS) if isinstance(key, list)]
    assert owners == [["packages", "colleague"]]
    phone.context.set_offline(False)
    assert phone.visits() == []
    with phone.page.expect_response("**/api/outbox") as answered:
        phone.log_in()
    assert answered.value.json()["results"][0]["status"] == "stored"
    phone.settle()
    assert phone.visits() == [("met", _NOTE)]
    assert _authors(phone) == ["worker"]


def _authors(phone: Phone) -> list[str]:
    statement = "SELECT a.name FROM visits v JOIN accounts a ON a.id = v.account_id"
    with phone.hired.owner() as tx:
        return list(tx.sql.execute(sa.text(statement)).scalars())


def test_who_may_see_nobody_clears_the_phone_too(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    _session_ends(phone)
    phone.log_in("planner")
    phone.page.wait_for_load_state("networkidle")
    assert phone.page.evaluate(phones.PACKAGES) == []
    phone.context.set_offline(True)
    phone.page.goto(f"{phone.address}/due")
    expect(phone.page.locator("#offline")).to_contain_text("手机里还没有资料")


def test_a_tab_of_who_was_there_is_left_when_somebody_else_logs_in(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    former = phone.context.new_page()
    former.goto(f"{phone.address}/households/{HOME}")
    expect(former.locator("main")).to_contain_text("小明")
    phone.log_in("colleague")
    phone.settle()
    former.wait_for_url(f"{phone.address}/")
    expect(former.locator(".who")).to_contain_text("网格员乙")


def _correct(page: Page, phone: str) -> None:
    page.fill("#phone", phone)
    page.locator("main form[data-keep] button[type=submit]").click()


@pytest.fixture
def other(phone: Phone, browser: Browser) -> Iterator[Phone]:
    """Another phone, with the same service."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    yield replace(phone, context=context, page=page)
    context.close()


def _correct_without_network(phone: Phone, name: str, number: str) -> None:
    phone.log_in(name)
    phone.page.goto(f"{phone.address}/due")
    phone.settle()
    phone.page.goto(f"{phone.address}/households/{HOME}/change/correction?resident=R{HOME}")
    phone.context.set_offline(True)
    phone.page.fill("#phone", number)
    phone.page.locator("main form[data-keep] button[type=submit]").click()
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 1")


@pytest.fixture
def decider(phone: Phone, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    replace(phone, context=context, page=page).log_in("township")
    yield page
    context.close()


def _approve(decider: Page, address: str, number: str) -> None:
    decider.goto(f"{address}/changes")
    asked = decider.locator(".deciding > li", has_text=number)
    asked.locator("form[action$='/approve'] button").click()
    expect(decider.locator(".message[role=status]")).to_be_visible()


def _see_both(decider: Page, phone: Phone) -> None:
    """Both are decided, one after the other, and both are still told of on the card."""
    with phone.hired.owner() as tx:
        kept = tx.sql.execute(sa.text("SELECT state, kind FROM changes")).all()
    assert [tuple(row) for row in kept] == [("approved", "correction")] * 2
    decider.goto(f"{phone.address}/households/{HOME}")
    for number in ("138****1111", "139****2222"):
        expect(decider.locator("main")).to_contain_text(number)


def test_what_is_sent_after_somebody_else_s_was_approved_is_listed_on_the_phone(
    phone: Phone, other: Phone, decider: Page
) -> None:
    _correct_without_network(phone, "worker", "13811111111")
    _correct_without_network(other, "manager", "13922222222")
    phone.context.set_offline(False)
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 0")
    _approve(decider, phone.address, "138****1111")
    other.context.set_offline(False)
    entry = other.page.locator("#outbox li")
    expect(entry).to_contain_text("与别人的修改冲突")
    decider.goto(f"{phone.address}/changes")
    expect(decider.locator(".deciding > li .message.warn")).to_be_visible()
    expect(decider.locator(".deciding > li")).to_contain_text("138****1111")
    _approve(decider, phone.address, "139****2222")
    entry.locator("button.warn").click()
    expect(other.page.locator("#outbox-title")).to_have_text("待发送 0")
    _see_both(decider, phone)


def test_of_two_that_wait_the_second_is_a_conflict_once_the_first_is_approved(
    phone: Phone, other: Phone, decider: Page
) -> None:
    _correct_without_network(phone, "worker", "13811111111")
    _correct_without_network(other, "manager", "13922222222")
    for one in (phone, other):
        one.context.set_offline(False)
        expect(one.page.locator("#outbox-title")).to_have_text("待发送 0")
    decider.goto(f"{phone.address}/changes")
    expect(decider.locator(".deciding > li")).to_have_count(2)
    expect(decider.locator(".deciding > li .message.warn")).to_have_count(0)
    _approve(decider, phone.address, "138****1111")
    decider.goto(f"{phone.address}/changes")
    expect(decider.locator(".deciding > li .message.warn")).to_be_visible()
    _approve(decider, phone.address, "139****2222")
    _see_both(decider, phone)
