"""``/exports``: what a collection is, what it holds, on what terms, and where it is fetched."""

import html
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from services import exports
from services.settings import Language
from tests.services import staff
from tests.web.conftest import DAY, Client, Open, add_session
from web import i18n


def test_the_exports_page_leads_to_every_collection(client: Client) -> None:
    seen = client.get("/exports", params={"as_of": DAY}).text
    for name in exports.COLLECTIONS:
        assert f'href="/exports/{name}/about?as_of={DAY}"' in seen
        assert f'id="{name}"' in seen
    assert "/exports/households/" not in seen


@pytest.mark.parametrize("name", exports.COLLECTIONS)
def test_a_collection_tells_its_rows_terms_fields_and_addresses(client: Client, name: str) -> None:
    page = client.get(f"/exports/{name}/about?as_of={DAY}", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    seen = html.unescape(page.text)
    t = i18n.load(Language.EN)
    whole = client.get(f"/exports/{name}", params={"as_of": DAY}).json()
    assert f"<dt>Rows</dt><dd>{len(whole['features'])}</dd>" in seen
    for field in exports.COLLECTIONS[name].fields:
        assert t(field.meaning) in seen
    for feature in whole["features"][:5]:
        shown = feature["properties"].get("name") or feature["id"]
        assert f">{shown}</td>" in seen
    assert t("exports.licence.generated") in seen
    if "attribution" in whole:
        assert whole["attribution"] in seen
    assert client.get(f"/ogc/collections/{name}/items").url.split("?")[0] in seen
    address = re.search(r'<code id="address"[^>]*>([^<]+)</code>', seen)
    assert address
    assert client.get(address[1]).json()["features"] == whole["features"]


def test_what_leads_to_homes_is_not_previewed(open_service: Open, small_url: str) -> None:
    with open_service(small_url, staff.MANAGER) as site:
        assert 'id="households"' in site.get(f"/exports?as_of={DAY}").text
        seen = site.get(f"/exports/households/about?as_of={DAY}").text
        assert "不在页面上预览" in seen
        assert "<dt>行数" not in seen
        assert "H0-0" not in seen


def test_a_collection_of_an_empty_district_says_so(empty_client: Client) -> None:
    page = empty_client.get("/exports/units/about")
    assert page.status_code == 200
    assert "请先导入辖区边界" in page.text
    assert empty_client.get("/exports/castles/about").status_code == 404


@pytest.fixture
def page(browser: Browser, client: Client) -> Iterator[Page]:
    """A planner's browser."""
    context = browser.new_context(base_url=client.address, locale="en-GB")
    add_session(context, client)
    yield context.new_page()
    context.close()


def test_addresses_follow_the_form_and_can_be_copied(page: Page, client: Client) -> None:
    page.goto(f"/exports/facilities/about?as_of={DAY}")
    page.get_by_label("Kind").select_option("day_care")
    page.get_by_label("Format").select_option("csv")
    address = f"{client.address}/api/facilities?as_of={DAY}&format=csv&kind=day_care"
    expect(page.locator("#address")).to_have_text(address)
    expect(page.locator("#command")).to_have_text(
        f"wangge export facilities --as-of {DAY} --format csv --kind day_care -o facilities.csv"
    )
    assert len(client.get(address).text.strip().splitlines()) > 1
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address


@pytest.mark.parametrize("path", ["/exports", "/exports/coverage-day-care/about"])
def test_nothing_is_wider_than_a_phone_and_axe_finds_nothing(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{path}?as_of={DAY}", wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_printed_page_holds_the_preview_and_no_controls(page: Page) -> None:
    page.set_viewport_size({"width": 1030, "height": 730})
    page.goto(f"/exports/facilities/about?as_of={DAY}")
    page.emulate_media(media="print")
    expect(page.locator("#take-form")).to_be_hidden()
    expect(page.get_by_role("button", name="Copy").first).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1030


def test_collections_stand_side_by_side_on_a_wide_screen(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"/exports?as_of={DAY}")
    boxes = [page.locator(f"#{name}").bounding_box() for name in ("units", "facilities", "network")]
    assert len({box["y"] for box in boxes if box}) == 1
    page.get_by_role("link", name="Facilities", exact=True).last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Facilities")
