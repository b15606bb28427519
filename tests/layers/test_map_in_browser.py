"""The day-care map as people meet it: in a real Chromium, as a file and served."""

import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from layers.endpoints import Endpoints
from layers.theme import Opening
from layers.themes import day_care
from tests.layers import browsing, many
from tests.services import small_district

COMMUNITY = small_district.GRIDS[0][:12]
TOWNSHIP = small_district.GRIDS[4][:9]


@pytest.fixture(scope="module")
def browser() -> Browser:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield started
        started.close()


@pytest.fixture
def file(material, zh, tmp_path) -> str:
    path = tmp_path / "day-care.html"
    path.write_text(day_care.standalone(material, zh), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def service(tx, material, zh) -> browsing.Service:
    parts = day_care.served(material.answer, zh, Endpoints(), Opening(), browsing.NONCE)
    return browsing.Service(tx, parts, material)


def _ready(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator('[data-wg="units"] tbody tr').first).to_be_visible()


def _inked(page: Page, pane: str) -> int:
    """How many pixels of a pane's canvases have been drawn on."""
    return page.evaluate(
        """(pane) => [...document.querySelectorAll(`.leaflet-${pane}-pane canvas`)].reduce(
            (sum, canvas) => {
                const { data } = canvas.getContext("2d")
                    .getImageData(0, 0, canvas.width, canvas.height);
                let drawn = 0;
                for (let i = 3; i < data.length; i += 4) if (data[i]) drawn += 1;
                return sum + drawn;
            }, 0)""",
        pane,
    )


def _wait_for_ink(page: Page, pane: str) -> None:
    deadline = time.monotonic() + 10
    while _inked(page, pane) <= 200:
        assert time.monotonic() < deadline, f"nothing is drawn in {pane}"
        page.wait_for_timeout(50)


def test_a_file_opens_with_no_network_and_no_complaint(browser, file, zh):
    with browsing.opened(browser, 1440, 900, offline=True) as (page, heard):
        _ready(page, file)
        page.locator('input[value="people"][type=radio]').check(force=True)
        for pane in ("overlay", "ground", "cells", "tint", "names"):
            _wait_for_ink(page, pane)

        assert heard.requests == [file]
        assert heard.complaints == []
        expect(page.locator("h1")).to_have_text(
            zh("map.day_care.title", unit=f"单元{small_district.DISTRICT}")
        )
        assert page.locator('[data-wg="units"] tbody tr').count() == 4


def test_chinese_letters_are_letters_not_boxes(browser, file):
    with browsing.opened(browser, 800, 600) as (page, _):
        _ready(page, file)
        pictures = page.evaluate(
            """() => [..."八公山区社\uffff"].map((letter) => {
                const pen = Object.assign(document.createElement("canvas"), { width: 40, height: 40 })
                    .getContext("2d");
                pen.font = getComputedStyle(document.querySelector("h1")).font;
                pen.fillText(letter, 4, 30);
                return pen.canvas.toDataURL();
            })"""
        )

    assert len(set(pictures)) == 6


def test_picking_in_one_picks_in_the_other(browser, file):
    with browsing.opened(browser, 1440, 900) as (page, _):
        _ready(page, file)
        row = page.locator(f'tr[data-code="{COMMUNITY}"]')
        row.get_by_role("button").click()

        popup = page.locator(".leaflet-popup-content")
        expect(popup).to_contain_text(COMMUNITY)
        assert f"pick={COMMUNITY}" in page.url
        page.keyboard.press("Escape")
        expect(popup).to_have_count(0)
        expect(row.get_by_role("button")).to_have_attribute("aria-pressed", "false")

        box = page.locator("#wangge_map").bounding_box()
        page.mouse.click(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.5)
        expect(popup).to_be_visible()
        picked = page.locator("tr.wg-picked")
        expect(popup).to_contain_text(picked.get_attribute("data-code"))


def test_a_link_opens_the_very_view(browser, file):
    with browsing.opened(browser, 1440, 900) as (page, _):
        _ready(
            page,
            f"{file}#level=township&show=people&pick={TOWNSHIP}&off=names&at=12.5/32.605/116.85",
        )

        expect(page.locator(".leaflet-popup-content")).to_contain_text(TOWNSHIP)
        expect(page.locator('input[value="township"]')).to_be_checked()
        expect(page.locator('input[value="people"][type=radio]')).to_be_checked()
        assert page.locator('[data-wg="units"] tbody tr').count() == 2
        assert _inked(page, "names") == 0
        assert "off=names" in page.url


def test_nonsense_in_the_address_does_no_harm(browser, file):
    with browsing.opened(browser, 1000, 700) as (page, heard):
        _ready(page, f"{file}#level=<img>&show=x&pick=nobody&at=a/b/c")

        expect(page.locator('input[value="community"]')).to_be_checked()
        assert heard.complaints == []


def test_a_unit_is_found_by_keyboard_alone(browser, file):
    grid = small_district.GRIDS[5]
    with browsing.opened(browser, 1440, 900) as (page, _):
        _ready(page, file)
        search = page.get_by_role("combobox")
        search.focus()
        page.keyboard.type(grid)
        expect(page.get_by_role("option")).to_have_count(1)
        expect(search).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("ArrowDown")
        assert search.get_attribute("aria-activedescendant")
        page.keyboard.press("Enter")

        expect(page.locator(".leaflet-popup-content")).to_contain_text(grid)
        expect(page.locator('input[value="grid"]')).to_be_checked()
        expect(search).to_have_attribute("aria-expanded", "false")


def test_the_popup_puts_straight_line_beside_the_walk(browser, file, zh):
    with browsing.opened(browser, 1440, 900) as (page, _):
        _ready(page, f"{file}#level=township&pick={small_district.GRIDS[0][:9]}")
        expect(page.locator("tr.wg-picked")).to_be_in_viewport()

        text = page.locator(".leaflet-popup-content").inner_text()
        limit = zh.distance(900)
        assert zh("map.fact.walk", limit=limit) in text
        assert zh("map.fact.straight", limit=limit) in text


def test_few_people_make_no_percentage_and_withheld_ones_no_number(browser, file, zh):
    with browsing.opened(browser, 1440, 900) as (page, _):
        _ready(page, f"{file}#level=grid")

        few = page.locator(f'tr[data-code="{small_district.GRIDS[3]}"]').inner_text()
        nobody = page.locator(f'tr[data-code="{small_district.GRIDS[2]}"]').inner_text()
        withheld = page.locator(f'tr[data-code="{small_district.GRIDS[1]}"]').inner_text()
        assert "%" not in few + nobody + withheld
        assert zh("map.state.nobody") in nobody
        assert zh("map.value.hidden") in withheld


def test_a_phone_needs_no_sideways_scrolling_and_no_needle(browser, file):
    with browsing.opened(browser, 360, 740, has_touch=True, is_mobile=True) as (page, _):
        _ready(page, file)
        page.locator(".wg-layers summary").click()

        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        small = page.evaluate(
            """() => [...document.querySelectorAll(
                ".wg-map button, .wg-map input:not([type=radio], [type=checkbox]), .wg-switch span, "
                + ".wg-layers label, .wg-map summary, .leaflet-bar a")]
                .filter((e) => e.offsetParent && e.getBoundingClientRect().height < 43.5)
                .map((e) => e.outerHTML.slice(0, 120))"""
        )
        assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser, file, scheme):
    with browsing.opened(browser, 1280, 900, color_scheme=scheme) as (page, _):
        _ready(page, f"{file}#pick={COMMUNITY}")
        page.locator(".wg-layers summary").click()
        page.wait_for_timeout(300)

        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(("paper", "width", "height"), [("a4", 842, 595), ("a3", 1191, 842)])
def test_paper_gets_one_sheet_with_everything_on_it(browser, file, tmp_path, paper, width, height):
    with browsing.opened(browser, 1440, 900, color_scheme="dark") as (page, _):
        _ready(page, f"{file}#show=people")
        page.evaluate("window.print = () => {}")
        page.evaluate(f"document.querySelector('.wg-map').dataset.paper = '{paper}'")
        sheet = page.pdf(prefer_css_page_size=True)

        boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", sheet)
        assert len(boxes) == 1
        assert [float(side) for side in boxes[0]] == pytest.approx([width, height], abs=2)

        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        for hidden in (".wg-question", ".wg-choices", ".wg-tables", ".wg-buttons"):
            for place in page.locator(hidden).all():
                expect(place).to_be_hidden()
        for shown in ("h1", ".wg-terms", ".wg-legend [data-wg=legend]", ".wg-source"):
            expect(page.locator(shown)).to_be_visible()
        expect(page.locator(".leaflet-control-scale-line")).to_contain_text(re.compile("米|公里"))
        assert page.locator("canvas.wg-still").count() >= 4
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        expect(page.locator(".wg-tables")).to_be_visible()
        assert page.locator("canvas.wg-still").count() == 0


def test_the_served_map_lives_under_our_policy(browser, service):
    with browsing.opened(browser, 1440, 900) as (page, heard):
        page.route(f"{browsing.ORIGIN}/**", service.answer)
        _ready(page, f"{browsing.ORIGIN}/maps/day-care#show=people&at=15/32.605/116.805")
        page.wait_for_load_state("networkidle")
        page.wait_for_function("document.querySelector('.leaflet-tint-pane canvas')")
        for pane in ("overlay", "ground", "cells"):
            _wait_for_ink(page, pane)

        assert heard.complaints == []
        assert all(url.startswith((browsing.ORIGIN, "data:")) for url in heard.requests)
        assert any("/tiles/demand-day-care/15/" in url for url in heard.requests)


@pytest.mark.parametrize(
    ("place", "level"), [("", "community"), ("#level=grid", "grid"), ("#level=x", "community")]
)
def test_units_are_asked_for_once_and_before_anything_is_drawn(browser, service, place, level):
    with browsing.opened(browser, 1440, 900) as (page, heard):
        page.route(f"{browsing.ORIGIN}/**", service.answer)
        _ready(page, f"{browsing.ORIGIN}/maps/day-care{place}")
        page.wait_for_selector(".leaflet-ground-pane canvas", state="attached")
        page.wait_for_load_state("networkidle")

        items = [url for url in heard.requests if "/items?" in url]
        assert len(items) == 1
        assert f"level={level}" in items[0]
        ground = next(i for i, url in enumerate(heard.requests) if "/tiles/ground/" in url)
        assert heard.requests.index(items[0]) < ground
        assert heard.complaints == []


def test_a_lost_connection_is_said_and_mended(browser, service, zh):
    with browsing.opened(browser, 1440, 900) as (page, _):
        page.route(f"{browsing.ORIGIN}/**", service.answer)
        page.route(f"{browsing.ORIGIN}/api/coverage/day-care/items?**", lambda r: r.abort())
        page.goto(f"{browsing.ORIGIN}/maps/day-care#at=15/32.605/116.805")
        status = page.locator('[data-wg="status"]')
        expect(status).to_contain_text(zh("map.failed"))
        _wait_for_ink(page, "ground")

        page.unroute(f"{browsing.ORIGIN}/api/coverage/day-care/items?**")
        status.get_by_role("button").click()
        expect(page.locator('[data-wg="units"] tbody tr')).to_have_count(4)
        expect(status).to_be_hidden()


def test_asking_again_keeps_what_is_shown(browser, service):
    with browsing.opened(browser, 1440, 900) as (page, heard):
        page.route(f"{browsing.ORIGIN}/**", service.answer)
        _ready(page, f"{browsing.ORIGIN}/maps/day-care#level=grid&show=people")
        page.locator('input[name="max_walk"]').fill("500")
        page.locator('[data-wg="question"] button').click()
        page.wait_for_url(re.compile(r"max_walk=500.*#.*level=grid"))

        expect(page.locator('input[value="grid"]')).to_be_checked()
        asked = next(url for url in heard.requests if "/maps/day-care?" in url)
        assert "as_of=2026-11-23" in asked


def test_two_thousand_cells_pan_smoothly(browser, material, zh, tmp_path):
    path = tmp_path / "many.html"
    path.write_text(day_care.standalone(many.cells(material, 2000, 40), zh), encoding="utf-8")
    with browsing.opened(browser, 1440, 900) as (page, heard):
        _ready(page, f"{path.as_uri()}#level=grid")
        page.evaluate(
            """() => {
                window.frames_ms = [];
                let last = performance.now();
                const tick = (now) => {
                    window.frames_ms.push(now - last);
                    last = now;
                    requestAnimationFrame(tick);
                };
                requestAnimationFrame(tick);
            }"""
        )
        page.mouse.move(1000, 500)
        page.mouse.down()
        for step in range(60):
            page.mouse.move(1000 - 5 * step, 500 - 2 * step)
        frames = page.evaluate("window.frames_ms.slice(1)")
        page.mouse.up()

        # 60 a second where nothing else runs; two dropped frames are left to busy machines.
        assert len(frames) > 20
        assert sorted(frames)[len(frames) // 2] < 50
        assert heard.complaints == []
