"""A worker's phone in a real browser: with a network, without one, and with one again."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Route, expect

from services import offline
from services.database import Database
from tests.services.small_district import GRIDS
from tests.web import phones
from tests.web.phones import HOME, Phone
from web import days


@pytest.fixture
def phone(database: Database, tmp_path, browser: Browser) -> Iterator[Phone]:
    with phones.opened(database, tmp_path, browser) as opened:
        yield opened


def test_without_network_the_list_is_read_and_a_visit_kept_then_sent_once(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    phone.context.set_offline(True)
    phone.page.goto(f"{phone.address}/due")
    expect(phone.page.locator("#offline h1")).to_have_text("待走访")
    expect(phone.page.locator("#offline")).to_contain_text("<i>王</i>小明")
    assert Axe().run(phone.page).violations_count == 0
    phone.log_visit("门前有雪")
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 1")
    assert phone.visits() == []
    phone.page.reload()
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 1")
    phone.context.set_offline(False)
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 0")
    assert phone.visits() == [("met", "门前有雪")]


def test_each_script_is_had_once_by_an_address_that_never_changes(phone: Phone) -> None:
    phone.log_in()
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(request.url))
    phone.page.goto(f"{phone.address}/account", wait_until="networkidle")
    scripts = [urlsplit(url) for url in asked if "/static/offline/" in url]
    assert {"/static/offline/logout.js", "/static/offline/store.js"} <= {s.path for s in scripts}
    assert len({script.path for script in scripts}) == len(scripts), (
        "a second time it would run anew"
    )
    assert all(script.query.startswith("v=") for script in scripts)


def test_an_answer_that_got_lost_does_not_count_twice(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    lost: list[str] = []

    def lose(route: Route) -> None:
        if not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    phone.context.set_offline(True)
    phone.page.goto(f"{phone.address}/due")
    phone.log_visit("一次")
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 1")
    phone.context.route("**/api/outbox", lose)
    phone.context.set_offline(False)
    phone.page.locator("#outbox button", has_text="现在发送").click()
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 0")
    assert lost, "the first answer was thrown away"
    assert json.loads(lost[0])["results"][0]["status"] == "stored"
    assert phone.visits() == [("met", "一次")]


def test_what_is_refused_stays_until_its_author_decides(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    phone.context.set_offline(True)
    phone.page.goto(f"{phone.address}/due")
    phone.log_visit("搬走前")
    with phone.hired.owner() as tx:
        tx.sql.execute(sa.text("UPDATE account_scopes SET valid = '[2020-01-01,2020-02-01)'"))
        tx.commit()
    phone.context.set_offline(False)
    entry = phone.page.locator("#outbox li")
    expect(entry).to_contain_text("没有收下")
    expect(entry).to_contain_text(HOME)
    with phone.page.expect_download() as saved:
        phone.page.locator("#outbox button", has_text="存成文件").click()
    content = json.loads(saved.value.path().read_text())
    assert content["entries"][0]["item"]["note"] == "搬走前"
    entry.locator("button.warn").click()
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 0")
    phone.page.set_input_files("#outbox input[type=file]", saved.value.path())
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 1")
    assert phone.visits() == []


def test_a_report_on_someone_changed_meanwhile_is_listed_as_a_conflict(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    phone.context.set_offline(True)
    phone.page.goto(f"{phone.address}/households/{HOME}")
    with phone.hired.owner() as tx:
        tx.sql.execute(
            sa.text(
                "UPDATE residents SET left_on = '2026-10-01', left_reason = 'moved'"
                " WHERE code = :code"
            ),
            {"code": f"R{HOME}"},
        )
        tx.commit()
    phone.page.locator("summary", has_text="报告迁出或去世").click()
    phone.page.check('input[name="kind"][value="died"]')
    phone.page.locator("details[open] button", has_text="报告").click()
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 1")
    phone.context.set_offline(False)
    expect(phone.page.locator("#outbox li")).to_contain_text("与别人的修改冲突")
    with phone.hired.owner() as tx:
        kept = tx.sql.execute(sa.text("SELECT kind, state FROM changes")).all()
    assert [tuple(row) for row in kept] == [("died", "waiting")]


_CACHED = """async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) {
      const answer = await (await caches.open(name)).match(request);
      found.push([request.url, await answer.text()]);
    }
  return found;
}"""


def test_nothing_personal_lies_open_and_log_out_clears_it(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    phone.page.goto(f"{phone.address}/households/{HOME}")
    cached = phone.page.evaluate(_CACHED)
    assert len(cached) > 5
    assert not [url for url, text in cached if "小明" in text or HOME in text]
    assert all(re.search(r"/(static/|offline$)", url) for url, _ in cached)
    assert phone.page.evaluate(phones.PACKAGES) == ["iv,sealed"]
    phone.page.goto(f"{phone.address}/account")
    phone.page.locator("main form[action='/logout'] button").click()
    phone.page.wait_for_url("**/login")
    assert phone.page.evaluate(phones.PACKAGES) == []
    assert phone.page.evaluate(phones.KEYS) == []
    phone.context.set_offline(True)
    phone.page.goto(f"{phone.address}/due")
    expect(phone.page.locator("#offline")).to_contain_text("手机里还没有资料")


def test_another_account_neither_sees_nor_sends_what_waits(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    phone.context.set_offline(True)
    phone.page.goto(f"{phone.address}/due")
    phone.log_visit("甲写的")
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 1")
    with phone.hired.owner() as tx:
        tx.sql.execute(sa.text("DELETE FROM sessions"))
        tx.commit()
    phone.context.set_offline(False)
    phone.log_in("colleague")
    phone.settle()
    phone.page.goto(f"{phone.address}/offline")
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 0")
    assert phone.visits() == []
    phone.context.clear_cookies()
    with phone.page.expect_response("**/api/outbox") as answered:
        phone.log_in()
    assert answered.value.json()["results"][0]["status"] == "stored"
    assert phone.visits() == [("met", "甲写的")]


def test_the_service_can_be_installed(phone: Phone) -> None:
    phone.log_in()
    manifest = phone.page.evaluate("fetch('/manifest.webmanifest').then(a => a.json())")
    assert manifest["start_url"] == "/due"
    for icon in manifest["icons"]:
        assert phone.page.evaluate("a => fetch(a).then(b => b.status)", icon["src"]) == 200


_LOSE = """() => new Promise((done) => {
  const asked = indexedDB.open("wangge", 1);
  asked.onsuccess = () => {
    const lost = asked.result.transaction("packages", "readwrite");
    lost.objectStore("packages").clear();
    lost.oncomplete = () => { asked.result.close(); done(); };
  };
})"""


def test_what_waits_is_shown_and_saved_even_when_the_rest_is_lost(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    phone.context.set_offline(True)
    phone.page.goto(f"{phone.address}/due")
    phone.log_visit("只在手机里")
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 1")
    phone.page.evaluate(_LOSE)
    phone.page.reload()
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 1")
    with phone.page.expect_download() as saved:
        phone.page.locator("#outbox button", has_text="存成文件").click()
    assert "只在手机里" in saved.value.path().read_text()
    again = phone.page.locator("[data-again]")
    expect(again).to_have_attribute("href", f"/households/{HOME}")
    phone.context.set_offline(False)
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 0")
    again.click()
    expect(phone.page.locator("main")).to_contain_text("只在手机里")


def test_a_form_opened_with_a_network_is_kept_without_one(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    phone.page.goto(f"{phone.address}/households/{HOME}/visit")
    phone.page.check('input[name="outcome"][value="needs_help"]')
    phone.page.fill("#note", "楼道里没有信号")
    phone.context.set_offline(True)
    phone.page.click("main button[type=submit]")
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 1")
    expect(phone.page.locator("#said")).to_have_text("已存在手机里，联网后发送。")
    assert phone.visits() == []
    phone.context.set_offline(False)
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 0")
    assert phone.visits() == [("needs_help", "楼道里没有信号")]


def test_a_correction_typed_without_a_network_says_only_what_was_altered(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    form = f"/households/{HOME}/change/correction?resident=R{HOME}"
    phone.page.goto(phone.address + form)
    phone.page.fill("#name", "王小明")
    phone.page.fill("#phone", "13812345678")
    phone.context.set_offline(True)
    phone.page.click("main button[type=submit]")
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 1")
    with phone.page.expect_download() as saved:
        phone.page.locator("#outbox button", has_text="存成文件").click()
    item = json.loads(saved.value.path().read_text())["entries"][0]["item"]
    assert item["values"] == {"name": "王小明", "phone": "13812345678"}
    phone.context.set_offline(False)
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 0")
    assert _changes(phone) == [("correction", "waiting")]


def test_who_came_and_where_a_home_is_are_reported_without_a_network(phone: Phone) -> None:
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation({"longitude": 116.8031, "latitude": 32.6052, "accuracy": 12})
    phone.log_in()
    phone.settle()
    phone.context.set_offline(True)
    phone.page.goto(f"{phone.address}/households/{HOME}")
    phone.page.locator("summary", has_text="报告新住进来的人").click()
    phone.page.fill("#name", "李新来")
    phone.page.fill("#born", "1950-05-01")
    assert Axe().run(phone.page).violations_count == 0
    phone.page.locator("details[open] button", has_text="报告").click()
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 1")
    phone.page.locator("summary", has_text="位置不对").click()
    phone.page.locator("button", has_text="用我现在的位置").click()
    expect(phone.page.locator("details[open]")).to_contain_text("误差约 12 米")
    phone.page.locator("details[open] button[type=submit]").click()
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 2")
    phone.context.set_offline(False)
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 0")
    assert _changes(phone) == [("new_resident", "waiting"), ("position", "waiting")]


def _changes(phone: Phone) -> list[tuple[str, str]]:
    with phone.hired.owner() as tx:
        rows = tx.sql.execute(sa.text("SELECT kind, state FROM changes ORDER BY made_at"))
        return [(row[0], row[1]) for row in rows]


def test_what_the_service_stumbles_over_holds_up_nothing_else(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    phone.context.set_offline(True)
    for note in ("第一条", "第二条"):
        phone.page.goto(f"{phone.address}/due")
        phone.log_visit(note)
        expect(phone.page.locator("#said")).to_contain_text("没有网络")

    def stumble(route: Route) -> None:
        if "第一条" in (route.request.post_data or ""):
            route.fulfill(status=500, body="")
        else:
            route.continue_()

    phone.context.route("**/api/outbox", stumble)
    phone.context.set_offline(False)
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 1")
    expect(phone.page.locator("#said")).to_contain_text("没能收下")
    assert phone.visits() == [("met", "第二条")]
    phone.context.unroute("**/api/outbox")
    phone.page.locator("#outbox button", has_text="现在发送").click()
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 0")
    assert sorted(phone.visits()) == [("met", "第一条"), ("met", "第二条")]


def _go_without_network(phone: Phone, path: str = "/due") -> None:
    phone.page.clock.install()
    phone.log_in()
    phone.settle()
    phone.context.set_offline(True)
    phone.page.goto(f"{phone.address}{path}")


def test_after_the_session_s_end_only_what_was_written_is_left(phone: Phone) -> None:
    _go_without_network(phone)
    phone.log_visit("期限前写的")
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 1")
    phone.page.clock.fast_forward("11:50:00")
    phone.page.goto(f"{phone.address}/due")
    expect(phone.page.locator("#offline")).to_contain_text("<i>王</i>小明")
    phone.page.clock.fast_forward("15:00")
    expect(phone.page.locator("#offline .empty").first).to_contain_text("只能用到登录失效为止")
    assert "小明" not in phone.page.content()
    assert phone.page.evaluate(phones.PACKAGES) == []
    assert phone.page.evaluate(phones.KEYS) == ["worker"]
    phone.page.reload()
    expect(phone.page.locator("#offline")).to_contain_text("只能用到登录失效为止")
    assert Axe().run(phone.page).violations_count == 0
    with phone.page.expect_download() as saved:
        phone.page.locator("#outbox button", has_text="存成文件").click()
    assert "期限前写的" in saved.value.path().read_text()
    with phone.hired.owner() as tx:
        tx.sql.execute(sa.text("DELETE FROM sessions"))
        tx.commit()
    phone.context.set_offline(False)
    expect(phone.page.locator("#said")).to_contain_text("登录")
    with phone.page.expect_response("**/api/outbox") as answered:
        phone.log_in()
    assert answered.value.json()["results"][0]["status"] == "stored"
    phone.settle()
    assert phone.visits() == [("met", "期限前写的")]


def test_what_is_half_written_at_the_end_can_still_be_kept(phone: Phone) -> None:
    _go_without_network(phone, f"/households/{HOME}")
    phone.page.fill("#note", "写到一半")
    phone.page.clock.fast_forward("12:01:00")
    expect(phone.page.locator("#offline")).to_contain_text("只能用到登录失效为止")
    expect(phone.page.locator("#note")).to_have_value("写到一半")
    phone.page.click("#visit button[type=submit]")
    expect(phone.page.locator("#outbox-title")).to_have_text("待发送 1")
    expect(phone.page.locator("#visit")).to_have_count(0)


def test_a_clock_that_is_turned_back_opens_nothing(phone: Phone) -> None:
    _go_without_network(phone)
    expect(phone.page.locator("#offline h1")).to_have_text("待走访")
    phone.page.clock.fast_forward("02:00:00")
    phone.page.reload()
    expect(phone.page.locator("#offline h1")).to_have_text("待走访")
    now = phone.page.evaluate("Date.now()")
    phone.page.clock.set_system_time((now - 3_600_000) / 1000)
    phone.page.reload()
    expect(phone.page.locator("#offline")).to_contain_text("只能用到登录失效为止")
    assert phone.page.evaluate(phones.PACKAGES) == []


def test_whoever_comes_to_the_log_in_later_finds_nothing(phone: Phone) -> None:
    _go_without_network(phone)
    with phone.hired.owner() as tx:
        tx.sql.execute(sa.text("DELETE FROM sessions"))
        tx.commit()
    phone.page.clock.fast_forward("12:01:00")
    phone.page.goto("about:blank")
    phone.context.set_offline(False)
    phone.page.goto(f"{phone.address}/due", wait_until="networkidle")
    expect(phone.page.locator("#password")).to_be_visible()
    assert phone.page.evaluate(phones.PACKAGES) == []


def test_who_has_too_many_chooses_what_goes_along(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offline, "MOST_HOUSEHOLDS", 4)
    asked: list[tuple[str, int]] = []
    phone.page.on("response", lambda answer: asked.append((answer.url, answer.status)))
    phone.log_in("manager")
    phone.page.goto(f"{phone.address}/due")
    said = phone.page.locator("[data-kept]")
    expect(said).to_contain_text("选一个社区或网格")
    assert [url for url, status in asked if status >= 400] == []
    chosen = phone.page.locator("#take-unit")
    expect(chosen.locator("option:disabled", has_text="太多")).to_have_count(2)
    assert Axe().run(phone.page).violations_count == 0
    chosen.select_option(GRIDS[0])
    expect(said).to_contain_text("只有单元")
    phone.page.reload()
    expect(said).to_contain_text("只有单元")
    phone.context.set_offline(True)
    phone.page.goto(f"{phone.address}/households")
    expect(phone.page.locator("#offline [role=status]").first).to_contain_text("3")
    phone.page.goto(f"{phone.address}/due")
    expect(phone.page.locator("#offline .note").first).to_contain_text("只有单元")


def test_what_the_phone_has_survives_a_service_that_stumbles(phone: Phone) -> None:
    phone.page.clock.install()
    phone.log_in()
    phone.settle()
    phone.page.clock.fast_forward("11:00")
    phone.context.route("**/api/offline", lambda route: route.fulfill(status=503, body=""))
    phone.page.reload()
    phone.settle()
    assert phone.page.evaluate(phones.PACKAGES) == ["iv,sealed"]


def test_one_day_is_a_day_in_english(phone: Phone) -> None:
    yesterday = days.today() - timedelta(days=1)
    with phone.hired.owner() as tx:
        tx.sql.execute(sa.text("UPDATE visit_rules SET since = :day"), {"day": yesterday})
        tx.commit()
    phone.page.goto(f"{phone.address}/login?lang=en")
    phone.log_in()
    expect(phone.page.locator('[data-kept="ready"]')).to_contain_text("The phone keeps")
    phone.context.set_offline(True)
    phone.page.goto(f"{phone.address}/due")
    expect(phone.page.locator("#offline .due .state").first).to_have_text("1 day overdue")
    phone.page.goto(f"{phone.address}/households")
    expect(phone.page.locator("#offline [role=status]").first).to_have_text("3 of 3 households")


def test_who_chooses_another_language_reads_it_without_network_too(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    phone.page.goto(f"{phone.address}/due?lang=en")
    shell = "caches.match('/offline').then((answer) => answer.text())"
    phone.page.wait_for_function(f"() => {shell}.then((text) => text.includes('<html lang=\"en'))")
    phone.context.set_offline(True)
    phone.page.goto(f"{phone.address}/due")
    expect(phone.page.locator("#offline h1")).to_have_text("Due")
    phone.page.goto(f"{phone.address}/due?lang=zh")
    expect(phone.page.locator("#offline h1")).to_have_text("Due")
