"""Pages in a real browser: nothing for axe to find, by keyboard, on a phone, without a network."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.web.conftest import DAY, Client, add_session

PAGES = [
    "/",
    "/units",
    "/units/340405",
    "/facilities",
    "/imports",
    "/exports",
    "/jobs",
    "/maps/day-care",
    "/nothing",
]
_TARGET = 44


@pytest.fixture
def page(browser: Browser, client: Client) -> Iterator[Page]:
    """A page that reaches the service and nothing else."""
    context = browser.new_context(
        base_url=client.address, viewport={"width": 1280, "height": 800}, locale="zh-CN"
    )
    add_session(context, client)
    foreign: list[str] = []

    def allow_own(route: Route, request: Request) -> None:
        if request.url.startswith((client.address, "data:", "blob:")):
            route.continue_()
        else:
            foreign.append(request.url)
            route.abort()

    context.route("**/*", allow_own)
    opened = context.new_page()
    yield opened
    context.close()
    assert foreign == []


@pytest.mark.parametrize(
    ("path", "scheme"),
    [(path, "light") for path in PAGES]
    + [(path, "dark") for path in ("/", "/imports", "/maps/day-care")],
)
def test_axe_finds_nothing(page: Page, path: str, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{path}?as_of={DAY}", wait_until="networkidle")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_scrolls_one_way_only(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{path}?as_of={DAY}", wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    hanging_out = "document.documentElement.scrollHeight - document.body.offsetHeight"
    assert page.evaluate(hanging_out) <= 1, "what sticks to the bottom stays there to the end"
    page.set_viewport_size({"width": 640, "height": 500})  # 1280 at 200 %
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.parametrize("path", PAGES[:7])
def test_nothing_goes_wrong_in_the_browser(page: Page, path: str) -> None:
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(f"{path}?as_of={DAY}", wait_until="networkidle")
    assert told == []


def test_fingers_hit_what_they_aim_at(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/")
    low = page.evaluate(
        "size => [...document.querySelectorAll('nav.main a, .tools a, .tools button, .button,"
        " .switch a, table.stack th a')].filter(e => e.checkVisibility() && e.getBoundingClientRect().height < size)"
        ".map(e => e.outerHTML)",
        _TARGET,
    )
    assert low == []


def test_the_keyboard_gets_everywhere(page: Page) -> None:
    page.goto(f"/?as_of={DAY}")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    focused = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert focused == "solid"


def test_a_language_and_a_day_are_chosen(page: Page) -> None:
    page.goto("/units")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_label("As of").fill("2024-02-29")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Facilities", exact=True).click()
    expect(page).to_have_url(re.compile(r"/facilities\?as_of=2024-02-29$"))
    expect(page.get_by_label("As of")).to_have_value("2024-02-29")
    page.get_by_role("link", name="Back to today").click()
    expect(page).to_have_url(re.compile(r"/facilities$"))


def test_from_the_overview_to_a_unit_and_its_map(page: Page) -> None:
    page.goto(f"/?as_of={DAY}")
    page.locator("#communities").locator("xpath=../..").get_by_role("link").nth(2).click()
    expect(page.locator("h1")).to_contain_text("单元340405")
    page.get_by_role("link", name="打开地图").click()
    expect(page.locator(".leaflet-container")).to_be_visible()


def test_pages_print_without_what_cannot_be_pressed(page: Page) -> None:
    page.goto(f"/?as_of={DAY}")
    page.emulate_media(media="print")
    expect(page.locator("nav.main")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("svg.minimap")).to_be_visible()
    expect(page.locator("#as-of")).to_be_hidden()
    expect(page.locator("header .on-paper")).to_contain_text(DAY)


def test_a_phone_sees_where_it_is(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/exports", "/jobs"):
        page.goto(path)
        expect(page.locator("nav.main [aria-current]")).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 0


def test_colours_are_not_the_only_sign(page: Page) -> None:
    page.goto(f"/?as_of={DAY}")
    expect(page.locator(".legend li")).to_have_count(9)
    assert page.locator(".minimap path title").count() == 4
