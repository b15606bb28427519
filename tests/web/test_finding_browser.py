"""Finding households on a phone, in a real browser: where one stands, by drawing, by keyboard."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from gis import chinese_offsets
from tests.conftest import Server
from tests.services.households.finding_scene import CENTRE
from tests.web import finding_site
from tests.web.conftest import add_session
from tests.web.test_finding import Site

_TARGET = 44


@pytest.fixture(scope="module")
def site(server: Server, template: str, tmp_path_factory) -> Iterator[Site]:
    with finding_site.opened(server, template, tmp_path_factory.mktemp("phone")) as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A manager's phone, in the first grid."""
    client = site[1]["manager"]
    context = browser.new_context(
        base_url=client.address,
        viewport={"width": 360, "height": 740},
        locale="zh-CN",
        has_touch=True,
        permissions=["geolocation"],
        geolocation={"longitude": CENTRE[0], "latitude": CENTRE[1]},
    )
    add_session(context, client)
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    context.close()
    assert faults == []


def _asked(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def _tap(page: Page, *places: tuple[float, float]) -> None:
    """Tap the map, by shares of its width and height."""
    shown = page.locator("[data-found]")
    shown.evaluate("map => map.scrollIntoView({ block: 'center' })")
    box = shown.bounding_box()
    assert box
    for x, y in places:
        page.touchscreen.tap(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        page.wait_for_timeout(350)  # two quick taps would be one to zoom in


def test_near_me_in_one_tap_even_where_the_phone_displaces(page: Page, site: Site) -> None:
    page.goto("/households?near=me")
    expect(page).to_have_url(re.compile("lon="))
    nearest = min(site[0].own("manager"), key=lambda home: home.metres(*CENTRE))
    expect(page.locator("#found a").first).to_have_attribute("href", f"/households/{nearest.code}")
    page.locator("[data-gcj]").check()
    page.get_by_role("button", name="附近").click()
    expect(page).to_have_url(re.compile("GCJ-02"))
    moved = chinese_offsets.gcj02_to_wgs84(np.array([CENTRE]))[0]
    first = min(site[0].own("manager"), key=lambda home: home.metres(*moved))
    expect(page.locator("#found a").first).to_have_attribute("href", f"/households/{first.code}")
    page.evaluate("localStorage.clear()")


def test_back_leads_back(page: Page) -> None:
    """From near me to a plain list, not into asking again; from a household to those of a name."""
    page.goto("/households?near=me")
    expect(page).to_have_url(re.compile("lon="))
    page.go_back()
    expect(page).to_have_url(re.compile("/households$"))
    page.get_by_text("按姓名查找").click()
    page.get_by_label("居民姓名").fill("wxm")
    page.get_by_label("居民姓名").press("Enter")
    expect(page).to_have_url(re.compile("who="))
    found = page.locator("#found a").first
    address = found.get_attribute("href")
    found.click()
    expect(page).to_have_url(re.compile("/households/H"))
    page.go_back()
    expect(page.locator("#found a").first).to_have_attribute("href", str(address))


def test_a_distance_without_a_place_counts_from_where_one_stands(page: Page) -> None:
    page.goto("/households", wait_until="networkidle")
    page.get_by_text("筛选", exact=True).click()
    page.get_by_label("多远以内").select_option("3000")
    page.get_by_role("button", name="应用筛选").click()
    expect(page).to_have_url(re.compile("lon="))
    assert _asked(page)["radius"] == "3000"


def test_walking_order_stays_within_what_was_drawn(page: Page, site: Site) -> None:
    box = f"{CENTRE[0] - 0.002},{CENTRE[1] - 0.002},{CENTRE[0] + 0.002},{CENTRE[1] + 0.002}"
    page.goto(f"/households?bbox={box}", wait_until="networkidle")
    page.locator("[data-gcj]").check()
    page.get_by_text("筛选", exact=True).click()
    page.get_by_label("按步行距离").check()
    page.get_by_role("button", name="应用筛选").click()
    expect(page).to_have_url(re.compile("lon="))
    page.evaluate("localStorage.clear()")
    asked = _asked(page)
    assert (asked["bbox"], asked["walk"]) == (box, "true")
    assert "crs" not in asked or asked["crs"] == "EPSG:4490", "of what was drawn"
    told = float(asked["lon"]), float(asked["lat"])
    moved = chinese_offsets.gcj02_to_wgs84(np.array([CENTRE]))[0]
    assert told == pytest.approx(tuple(moved), abs=1e-6)


def test_what_is_drawn_keeps_the_place_that_distances_count_from(page: Page) -> None:
    place = f"lon={CENTRE[0]}&lat={CENTRE[1]}"
    for address, is_kept in (
        (f"/households?{place}", True),
        (f"/households?{place}&radius=300", False),
    ):
        page.goto(address, wait_until="networkidle")
        page.get_by_role("button", name="矩形").click()
        _tap(page, (0.3, 0.3), (0.7, 0.8))
        expect(page).to_have_url(re.compile("bbox="))
        assert ("lon" in _asked(page)) is is_kept
        assert "radius" not in _asked(page)


def test_map_and_list_pick_in_each_other(page: Page) -> None:
    page.goto("/households", wait_until="networkidle")
    rows = page.locator("#found > li")
    rows.nth(3).get_by_role("button").click()
    expect(rows.nth(3)).to_have_class(re.compile("picked"))
    expect(page.locator("[data-found] path.home.picked")).to_have_count(1)
    page.wait_for_timeout(400)
    rows.nth(0).locator("a").focus()
    expect(rows.nth(3)).not_to_have_class(re.compile("picked"))
    _tap(page, (0.5, 0.5))
    expect(rows.nth(3)).to_have_class(re.compile("picked"))


def test_a_scroll_under_a_resting_pointer_picks_nothing(page: Page) -> None:
    page.goto("/households", wait_until="networkidle")
    rows = page.locator("#found > li")
    for x in (20, 40):
        rows.nth(3).hover(position={"x": x, "y": 20})
    expect(rows.nth(3)).to_have_class(re.compile("picked"))
    for event in ("mouseenter", "mousemove"):  # as browsers tell of what a scroll brought there
        rows.nth(1).dispatch_event(event)
    expect(rows.nth(3)).to_have_class(re.compile("picked"))


def test_taps_on_homes_above_one_another_pick_each_in_turn(page: Page) -> None:
    def stacked(route: Route) -> None:
        answer = route.fetch()
        text = re.sub(
            r'data-lon="[^"]*" data-lat="[^"]*"', 'data-lon="116.8" data-lat="32.6"', answer.text()
        )
        route.fulfill(response=answer, body=text)

    page.route("**/households?q=yal", stacked)
    page.goto("/households?q=yal", wait_until="networkidle")
    rows = page.locator("#found > li")
    for nth in (0, 1, 2):
        page.locator("[data-found] path.home").last.dispatch_event("click")
        expect(rows.nth(nth)).to_have_class(re.compile("picked"))
        expect(page.locator("#found > .picked")).to_have_count(1)


def test_drawn_by_taps(page: Page) -> None:
    page.goto("/households", wait_until="networkidle")
    page.get_by_role("button", name="矩形").click()
    _tap(page, (0.3, 0.3), (0.7, 0.8))
    expect(page).to_have_url(re.compile("bbox="))
    west, south, east, north = map(float, _asked(page)["bbox"].split(","))
    assert west < east
    assert south < north
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="多边形").click()
    _tap(page, (0.3, 0.3), (0.7, 0.3), (0.5, 0.7))
    page.get_by_role("button", name="画完了").click()
    expect(page).to_have_url(re.compile("area="))
    assert "bbox" not in _asked(page)
    assert len(_asked(page)["area"].split(",")) == 6
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="圆").click()
    _tap(page, (0.5, 0.5), (0.7, 0.5))
    expect(page).to_have_url(re.compile("radius="))
    assert int(_asked(page)["radius"]) > 10


def test_drawn_by_keyboard_and_given_up(page: Page) -> None:
    page.goto("/households", wait_until="networkidle")
    tool = page.get_by_role("button", name="点一处")
    tool.focus()
    page.keyboard.press("Enter")
    expect(tool).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(tool).to_have_attribute("aria-pressed", "false")
    tool.press("Enter")
    expect(page.locator("[data-found]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("lon="))


def test_nothing_for_axe_and_a_thumb_finds_everything(page: Page) -> None:
    page.goto("/households?min_age=60&q=yal&lon=116.805&lat=32.605", wait_until="networkidle")
    for details in page.locator("main summary").all():
        details.click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for target in page.locator("main button:visible, main a.what, main a.chip, main summary").all():
        box = target.bounding_box()
        assert box
        assert box["height"] >= _TARGET - 0.5, target.inner_text()
