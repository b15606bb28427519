"""Drawing a patrol route in Chromium: by mouse, thumb and keyboard; nothing for axe to find."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from services import caller as callers
from services import network
from services.database import Database
from services.patrol import routes
from tests.services import patrol_town, patrols, small_district
from tests.web.conftest import Client, Open, add_session


@pytest.fixture
def desk(open_service: Open, database: Database) -> Iterator[Client]:
    with database.transaction(callers.operator()) as tx:
        patrol_town.fill(tx)
        tx.commit()
    with open_service(database.url) as client:
        yield client


def _opened(browser: Browser, desk: Client, **options: object) -> Page:
    context = browser.new_context(locale="en-GB", **options)
    add_session(context, desk)
    page = context.new_page()
    page.goto(f"{desk.address}/patrol/routes/new?unit={patrol_town.UNIT}")
    page.locator(".leaflet-container").wait_for()
    return page


def axe_findings(page: Page) -> list[str]:
    return [one["id"] for one in Axe().run(page).response["violations"]]


def _corners(page: Page) -> list[tuple[float, float]]:
    """Where the four streets are on the screen, counted in shares of the map."""
    box = page.locator("[data-route]").bounding_box()
    assert box is not None
    side = min(box["width"], box["height"]) * 0.19
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    return [(middle[0] + x * side, middle[1] + y * side) for x, y in ((-1, 1), (1, 1), (1, -1))]


def test_a_route_is_drawn_with_a_mouse(browser: Browser, desk: Client, database: Database) -> None:
    page = _opened(browser, desk, viewport={"width": 1200, "height": 900})
    assert axe_findings(page) == []
    said = page.locator("[data-said]")
    for nth, corner in enumerate(_corners(page), start=1):
        page.mouse.click(*corner)
        expect(said).to_contain_text("start" if nth == 1 else f"{nth} points")
    page.get_by_role("button", name="Back to the start").click()
    expect(said).to_contain_text("4 points")
    page.get_by_role("button", name="Take back a point").click()
    expect(said).to_contain_text("3 points")
    page.get_by_label("Name of the route").fill("四条街")
    page.get_by_role("button", name="Save the route").click()
    expect(page.get_by_role("row", name="四条街")).to_be_visible()
    page.get_by_role("link", name="Change the route 四条街").click()
    expect(said).to_contain_text("3 points")
    assert axe_findings(page) == []
    page.get_by_role("button", name="End the route 四条街").click()
    page.wait_for_url("**/patrol/routes")
    with database.transaction(callers.operator()) as tx:
        (route,) = routes.listing(tx)
    assert route.valid_to is not None


def test_a_route_is_drawn_with_a_thumb(browser: Browser, desk: Client) -> None:
    page = _opened(
        browser, desk, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    page.locator("[data-route]").scroll_into_view_if_needed()
    for corner in _corners(page)[:2]:
        page.touchscreen.tap(*corner)
    expect(page.locator("[data-said]")).to_contain_text("2 points")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert axe_findings(page) == []


def test_a_route_is_drawn_with_the_keyboard_or_typed(browser: Browser, desk: Client) -> None:
    page = _opened(browser, desk, viewport={"width": 1200, "height": 900})
    page.locator("[data-route]").focus()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    expect(page.locator("[data-said]")).to_contain_text("start")
    page.get_by_text("Type the places instead").click()
    page.get_by_label("Places to pass").fill("116.803, 32.603\n116.807, 32.603")
    page.get_by_label("Places to pass").press("Tab")
    expect(page.locator("[data-said]")).to_contain_text("2 points · 37")
    page.get_by_label("Places to pass").fill("116.803, 32.603\n116.805, 32.601")
    page.get_by_label("Places to pass").press("Tab")
    expect(page.locator("[data-said]")).to_contain_text("Point 2 has no road")


def test_who_walks_where_on_tuesday(browser: Browser, desk: Client, database: Database) -> None:
    with database.transaction(callers.operator()) as tx:
        stored = network.load(tx)
        assert stored is not None
        length = stored.network.length_m.tolist()
        begin = small_district.DAY - timedelta(days=20)
        patrols.add_route(tx, "A", [(0, 0.0, length[0]), (1, 0.0, length[1])], begin, (2,))
        patrols.add_route(tx, "B", [(2, 0.0, length[2])], begin, (3,))
        tx.commit()
    context = browser.new_context(locale="en-GB", viewport={"width": 1200, "height": 900})
    add_session(context, desk)
    page = context.new_page()
    page.goto(desk.address)
    page.get_by_role("link", name="Patrol", exact=True).click()
    page.get_by_role("link", name="Patrol routes").click()
    page.get_by_role("link", name="Tue", exact=True).click()
    expect(page.locator("#routes tbody tr")).to_have_count(1)
    expect(page.get_by_role("row", name="路线A")).to_contain_text("一队")
    expect(page.locator(".routes-map path.walk-0")).to_have_count(1)
    page.get_by_role("button", name="Show number 1 on the map: 路线A").click()
    expect(page.locator("#routes tr.picked")).to_have_count(1)
    expect(page.locator("nav.main [aria-current=page]")).to_have_text("Patrol")
    assert axe_findings(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    table = page.locator(".scroll", has=page.locator("#routes"))
    assert table.evaluate("e => e.scrollWidth <= e.clientWidth")
    expect(table.locator("th")).to_contain_text(["路线A"])


def test_start_and_end_of_a_plan_are_set_on_the_map(browser: Browser, desk: Client) -> None:
    context = browser.new_context(locale="en-GB", viewport={"width": 1200, "height": 900})
    add_session(context, desk)
    page = context.new_page()
    page.goto(f"{desk.address}/patrol/plans?unit={patrol_town.UNIT[:12]}")
    page.locator(".leaflet-container").wait_for()
    page.get_by_role("button", name="Set the start on the map").click()
    page.locator("[data-ends]").click()
    expect(page.get_by_label("Start (longitude")).to_have_value(
        re.compile(r"^116\.8\d+, 32\.60\d+$")
    )
    page.get_by_role("button", name="Set the end on the map").click()
    page.keyboard.press("Enter")
    expect(page.get_by_label("End (longitude")).to_have_value(re.compile(r"^116\.8"))
    assert axe_findings(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
