"""The card on a phone, in a real browser: by thumb, by keyboard, with nothing for axe to find."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Server
from tests.services.households.caring import GRANNY, HOME, PHONE, lonlat
from tests.web import caring_site
from tests.web.caring_site import STORED, Site, change, note
from tests.web.conftest import add_session

_HOME = f"/households/{HOME}"
_PAGES = (
    _HOME,
    f"{_HOME}/visit",
    f"{_HOME}/note",
    f"{_HOME}/change/position",
    f"{_HOME}/change/new_resident",
    f"{_HOME}/change/correction?resident={GRANNY}",
    f"{_HOME}/change/moved?resident={GRANNY}",
    "/changes",
)
_TARGET = 44


@pytest.fixture(scope="module")
def site(server: Server, template: str, tmp_path_factory) -> Iterator[Site]:
    with caring_site.opened(server, template, tmp_path_factory.mktemp("browser")) as opened:
        worker, path = opened["worker"], f"/api{_HOME}"
        worker.post(f"{path}/notes", json=note(text=STORED))
        worker.post(f"{path}/changes", json=change("position", lonlat(0.6), note=STORED))
        name = change("correction", {"name": "王秀英"}, resident=GRANNY)
        worker.post(f"{path}/changes", json=name)
        yield opened


def _opened(browser: Browser, site: Site, name: str) -> Page:
    context = browser.new_context(
        base_url=site.address,
        viewport={"width": 360, "height": 740},
        locale="zh-CN",
        has_touch=True,
        permissions=["geolocation"],
        geolocation={"longitude": lonlat(0.7)["lon"], "latitude": lonlat(0.7)["lat"]},
    )
    add_session(context, site[name])
    return context.new_page()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A worker's phone."""
    opened = _opened(browser, site, "worker")
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    opened.context.close()
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", _PAGES)
def test_axe_finds_nothing(page: Page, path: str, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(path, wait_until="networkidle")
    for details in page.locator("main summary").all():
        details.click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", _PAGES)
def test_a_thumb_finds_everything(page: Page, path: str) -> None:
    page.goto(path, wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    low = page.eval_on_selector_all(
        "main button, main .button, main summary, main select, main .choice, .leaflet-bar a,"
        " .trail a, .back, main input:not([type=checkbox], [type=radio], [type=hidden])",
        "(found, size) => found.filter(e => e.checkVisibility()"
        " && Math.max(e.getBoundingClientRect().height,"
        " e.closest('label, .field')?.getBoundingClientRect().height ?? 0) < size)"
        ".map(e => e.outerHTML)",
        _TARGET,
    )
    assert low == []


def test_a_mark_stands_beside_its_words(page: Page) -> None:
    page.goto(f"{_HOME}/visit", wait_until="networkidle")
    for label in page.locator("main label.choice:visible").all():
        mark, words = (
            label.locator("input").bounding_box(),
            label.locator("span").first.bounding_box(),
        )
        assert mark
        assert words
        assert abs((mark["y"] + mark["height"] / 2) - (words["y"] + words["height"] / 2)) <= 2


def test_what_others_wrote_never_runs(page: Page) -> None:
    for path in (_HOME, "/changes"):
        page.goto(path, wait_until="networkidle")
        assert page.title() != "taken"
        expect(page.get_by_text("document.title").first).to_be_visible()


def test_a_number_is_opened_by_a_click_and_hidden_again(page: Page) -> None:
    page.goto(_HOME)
    row = page.locator(".person .pairs > div", has=page.locator("[data-reveal=phone]"))
    expect(row.locator("output")).to_have_text("138****5678")
    row.get_by_role("button").press("Enter")
    expect(row.get_by_role("link", name=PHONE)).to_have_attribute("href", f"tel:{PHONE}")
    assert PHONE not in page.content().replace(row.inner_html(), "")
    row.get_by_role("button", name="隐藏").press("Enter")
    expect(row.locator("output")).to_have_text("138****5678")
    assert PHONE not in page.content()


def test_a_visit_takes_four_taps(page: Page) -> None:
    page.goto(_HOME)
    page.get_by_role("navigation", name="办理").get_by_role("link", name="登记走访").tap()
    page.get_by_text("见到本人，需要帮助").tap()
    page.get_by_label("王奶奶").tap()
    page.get_by_role("button", name="保存走访").tap()
    expect(page).to_have_url(re.compile("done=visit"))
    expect(page.get_by_role("status").first).to_have_text("走访已登记。")
    expect(page.locator("#visits ~ ol li").first).to_contain_text("见到本人，需要帮助 · 王奶奶")


def test_a_round_on_the_map_leads_to_its_homes_and_back(page: Page) -> None:
    page.goto("/due?days=30")
    page.get_by_role("button", name="从第一户开始").click()
    expect(page).to_have_url(re.compile("plan="))
    mark = page.locator(".stop-mark").first
    expect(mark).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    mark.dispatch_event("click")
    first = page.locator("ol.stops > li > a").first
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/households/H"))
    page.go_back()
    expect(page.locator(".stop-mark").first).to_be_visible()


def _degrees(page: Page, name: str) -> float:
    return float(page.locator(f"#{name}").input_value())


def test_a_position_is_tapped_dragged_typed_or_taken_from_the_phone(page: Page) -> None:
    page.goto(f"{_HOME}/change/position", wait_until="networkidle")
    start = (_degrees(page, "lon"), _degrees(page, "lat"))
    box = page.locator("[data-position]").bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2)
    tapped = _degrees(page, "lon")
    assert 0 < tapped - start[0] < 0.002
    pin = page.locator(".pin").bounding_box()
    assert pin
    page.mouse.move(pin["x"] + 14, pin["y"] + 10)
    page.mouse.down()
    page.mouse.move(pin["x"] - 60, pin["y"] + 10, steps=5)
    page.mouse.up()
    assert _degrees(page, "lon") < tapped
    page.get_by_text("输入坐标").click()
    page.get_by_label("坐标系").select_option("GCJ-02")
    page.locator("#lat").fill("32.6050000")
    page.locator("#lat").press("Tab")
    page.get_by_label("坐标系").select_option("EPSG:4490")
    page.get_by_role("button", name="用我现在的位置").click()
    expect(page.locator("#lon")).to_have_value(f"{lonlat(0.7)['lon']:.7f}")
    page.get_by_role("button", name="提交审批").click()
    expect(page).to_have_url(re.compile("done=change"))


def test_the_phone_and_the_service_agree_on_gcj_02(page: Page) -> None:
    page.goto(f"{_HOME}/change/position", wait_until="networkidle")
    # 116.80500, 32.60500 displaced, as gis.chinese_offsets has it.
    found = page.evaluate("Wangge.fromGcj02(116.8102589, 32.60288766)")
    assert found == pytest.approx([116.805, 32.605], abs=1e-7)


def test_a_manager_approves_by_keyboard(browser: Browser, site: Site) -> None:
    page = _opened(browser, site, "manager")
    page.goto("/changes", wait_until="networkidle")
    waiting = page.locator(".deciding > li", has_text="王秀英")
    expect(waiting.locator("del")).to_contain_text("王奶奶")
    waiting.get_by_role("button", name="批准").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("已批准")
    page.goto(_HOME)
    expect(page.locator(".person h3").first).to_contain_text("王秀英")
    page.context.close()
