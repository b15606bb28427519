"""Ways without a step through the doors: API, exports, files, and the page in a browser."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from layers.themes import ramps, ramps_data, ramps_scene
from services import caller as callers
from services.database import Database
from services.settings import Language
from services.themes.ramps import Ramps, RampsQuery
from tests.conftest import Server
from tests.services import small_district
from tests.web.conftest import Client, Open, add_session
from web import i18n

ASKED = {"as_of": "2026-11-23", "min_age": "60", "max_walk": "3000"}
QUERY = RampsQuery(small_district.DAY, 3000.0, min_age=60)


def _fill(database: Database) -> None:
    """The district of squares; the centre is step-free, a kerb parts the first from the second."""
    with database.transaction(callers.operator()) as tx:
        small_district.fill(tx, [(0, 0, 30)] * 3, generated=True)
        at = {"kerb": small_district.place(1.0).wkb, "ramp": small_district.place(0.02).wkb}
        tx.driver.execute(
            "INSERT INTO barriers (code, kind, height_m, geom)"
            " VALUES ('B1', 'kerb', 0.12, ST_GeomFromWKB(%(kerb)s, 4490))",
            at,
        )
        tx.driver.execute(
            "INSERT INTO entrances (code, serves_code, step_free, geom) VALUES"
            " ('E1', 'D1', true, ST_GeomFromWKB(%(ramp)s, 4490)),"
            " ('E2', 'H0-70-1', true, ST_GeomFromWKB(%(kerb)s, 4490))",
            at,
        )
        tx.driver.execute(
            "INSERT INTO facilities (code, kind, name, rise_m, run_m, width_m, handrail, landing,"
            " serves_code, geom) VALUES ('S1', 'ramp', '坡道', 0.3, 1.5, 1.0, true, true, 'D1',"
            " ST_GeomFromWKB(%(ramp)s, 4490))",
            at,
        )
        tx.commit()


@pytest.fixture(scope="module")
def url(server: Server, template: str) -> Iterator[str]:
    name = server.clone(template)
    database = Database(server.cluster.url(name), pool_size=1)
    _fill(database)
    database.close()
    yield server.cluster.url(name)
    server.drop(name)


@pytest.fixture(scope="module")
def planner(open_service: Open, url: str) -> Iterator[Client]:
    with open_service(url) as opened:
        yield opened


def test_the_rows_tell_sure_unknown_and_blocked(planner: Client) -> None:
    answer = planner.get("/api/coverage/ramps", params=ASKED).json()
    whole = answer["rows"][0]
    assert (whole["demand"], whole["covered"], whole["blocked"]) == (90, 30, 60)
    assert answer["edition"] == "gb55019-2021"
    other = {**ASKED, "profile": "jet"}
    assert planner.get("/api/coverage/ramps", params=other).status_code == 404
    assert planner.get("/api/coverage/ramps", params={**ASKED, "to": "moon"}).status_code == 422


def test_the_kerb_is_mended_first_and_the_doors_are_looked_at(planner: Client) -> None:
    found = planner.get("/api/coverage/ramps/mendings", params=ASKED).json()
    first = found["features"][0]["properties"]
    assert (first["kind"], first["code"], first["people"], first["best"]) == (
        "kerb",
        "B1",
        60,
        1,
    )
    survey = planner.get("/api/coverage/ramps/survey", params=ASKED).json()
    assert survey["unknown"] == 0
    areas = planner.get("/api/coverage/ramps/areas", params=ASKED).json()["features"]
    assert {area["properties"]["state"] for area in areas} == {"sure", "unknown"}


def test_ramps_say_which_rule_they_fail_and_by_how_much(planner: Client) -> None:
    (ramp,) = planner.get("/api/ramps", params=ASKED).json()["features"]
    told = ramp["properties"]
    assert (told["compliant"], told["slope"], told["run_short_m"]) == ("no", "no", 2.1)
    assert (told["width"], told["width_short_m"], told["landing"]) == ("no", 0.2, "yes")
    entrances = planner.get("/api/entrances", params=ASKED).json()["features"]
    assert [one["properties"]["step_free"] for one in entrances] == ["yes", "yes"]


def test_a_file_holds_all_that_the_page_fetches(url: str, planner: Client, tmp_path: Path) -> None:
    database = Database(url, pool_size=1)
    with database.transaction(callers.operator()) as tx:
        material = ramps_data.gather(tx, Ramps(), QUERY)
    database.close()
    held = json.loads(json.dumps(ramps_scene.embedded(material)))
    scene = planner.get("/api/coverage/ramps/scene", params=ASKED).json()
    assert held["scene"]["entrances"] == scene["entrances"]
    assert held["scene"]["people"] == scene["people"]
    html = ramps.standalone(material, i18n.load(Language.EN))
    assert "http://" not in html.replace("http://www.w3.org", "")
    (tmp_path / "map.html").write_text(html, encoding="utf-8")


def test_the_scripts_know_the_words_they_use(planner: Client) -> None:
    used: set[str] = set()
    for name in ("ramps.js", "stepless.js"):
        used |= set(re.findall(r'"(map\.[a-z_0-9.]+)"', planner.get(f"/static/map/{name}").text))
    page = planner.get("/maps/ramps", params=ASKED).text
    found = re.search(r'"texts":(\{.*?\}),"leaflet"', page)
    assert found
    assert used - set(json.loads(found[1])) == set()


ADDRESS = "/maps/ramps?as_of=2026-11-23&min_age=60&max_walk=3000"


@pytest.fixture
def page(browser: Browser, planner: Client) -> Iterator[Page]:
    """The map on a desk; no script may fail on it."""
    context = browser.new_context(
        base_url=planner.address, viewport={"width": 1280, "height": 800}, locale="en-GB"
    )
    add_session(context, planner)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(ADDRESS, wait_until="networkidle")
    yield page
    context.close()
    assert faults == []


def test_picking_on_the_map_picks_in_the_table_and_the_address_keeps_it(page: Page) -> None:
    line = page.get_by_role("button", name="1. Kerb")
    page.get_by_role("tab", name="Ramps").click()
    expect(line).to_be_hidden()
    page.locator(".wg-hot").first.click()
    expect(line).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".leaflet-popup")).to_contain_text("Kerb")
    assert "open=mendings.0" in page.url
    page.reload(wait_until="networkidle")
    expect(page.locator(".leaflet-popup")).to_contain_text("Kerb")
    expect(line).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Close").click()
    expect(line).to_have_attribute("aria-pressed", "false")
    assert "open=" not in page.url


def test_a_ramp_that_fails_names_the_clause_and_figures_their_state(page: Page) -> None:
    page.get_by_role("tab", name="Ramps").click()
    panel = page.get_by_role("tabpanel", name="Ramps")
    expect(panel).to_contain_text("1 of 1 ramps fail")
    panel.get_by_role("button").first.click()
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text("GB 55019-2021 2.3.1 (to check)")
    expect(popup).to_contain_text("too steep: 2.1 m of run lack")
    page.get_by_text("Figures relied on").click()
    figures = page.get_by_role("table", name="GB 55019-2021, general code for accessibility")
    expect(figures).to_contain_text("2.3.2: clear width of a wheelchair ramp")
    expect(figures).to_contain_text("to check")


def test_the_figures_shown_can_be_taken_along(page: Page) -> None:
    page.get_by_text("Export these figures").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="What to mend first CSV").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].replace('"', "").startswith("number,kind,code")
    assert lines[1].replace('"', "").startswith("1,kerb,B1")


def test_a_planner_finds_which_mending_comes_first(page: Page) -> None:
    expect(page.locator(".wg-sentence")).to_contain_text("60 are kept back by steps; the other 0")
    page.get_by_role("button", name="1. Kerb").click()
    expect(page.locator(".leaflet-popup")).to_contain_text("People it frees alone")
    page.keyboard.press("Escape")
    page.get_by_text("Share by unit").click()
    expect(page.locator(".wg-legend")).to_contain_text("Share surely with a step-free way")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 360, "height": 740})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360
