"""Names, addresses and notes that have no place to break at, on a phone and at a desk."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from tests.conftest import Server
from tests.services.households.caring import GRANNY, HOME, lonlat
from tests.web import caring_site
from tests.web.caring_site import Site, change, note, visit
from tests.web.conftest import add_session

_NAME = "Wolfeschlegelsteinhausenbergerdorff" * 2
_WORD = "w" * 60
_HOME = f"/households/{HOME}"


@pytest.fixture(scope="module")
def site(server: Server, template: str, tmp_path_factory) -> Iterator[Site]:
    with caring_site.opened(server, template, tmp_path_factory.mktemp("long")) as opened:
        with opened.care.staff.owner() as tx:
            tx.sql.execute(sa.text("UPDATE residents SET name = :name"), {"name": _NAME})
            tx.sql.execute(sa.text("UPDATE households SET address = :name"), {"name": _NAME})
            tx.sql.execute(sa.text("UPDATE accounts SET display_name = :name"), {"name": _WORD})
            tx.commit()
        worker, path = opened["worker"], f"/api{_HOME}"
        told = {"name": _NAME, "tags": _WORD[:40]}
        for kind, sent in (
            ("notes", note(text=_NAME)),
            ("visits", visit(note=_NAME, resident=GRANNY)),
            ("changes", change("correction", told, resident=GRANNY, note=_NAME)),
            ("changes", change("position", lonlat(0.6), note=_NAME)),
            ("changes", change("new_resident", {"name": _NAME, "birth_date": "1950-01-01"})),
        ):
            answer = worker.post(f"{path}/{kind}", json=sent)
            assert answer.ok, answer.text
        yield opened


def _opened(browser: Browser, site: Site, name: str, width: int) -> Page:
    context = browser.new_context(
        base_url=site.address, viewport={"width": width, "height": 740}, locale="en-GB"
    )
    add_session(context, site[name])
    return context.new_page()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("manager", _HOME),
        ("manager", f"{_HOME}/visit"),
        ("manager", f"{_HOME}/note"),
        ("manager", f"{_HOME}/change/position"),
        ("manager", f"{_HOME}/change/correction?resident={GRANNY}"),
        ("manager", f"{_HOME}/change/moved?resident={GRANNY}"),
        ("manager", f"/residents/{GRANNY}/held"),
        ("manager", "/changes"),
        ("worker", "/changes"),
        ("worker", "/due?days=366"),
        ("worker", "/households"),
        ("manager", "/assistance"),
        ("manager", "/roster"),
        ("manager", "/account"),
        ("admin", "/admin"),
        ("admin", "/admin/accounts/worker"),
    ],
)
def test_a_long_word_breaks_before_the_page_grows(
    browser: Browser, site: Site, name: str, path: str
) -> None:
    page = _opened(browser, site, name, 360)
    page.goto(path, wait_until="networkidle")
    for details in page.locator("main summary:visible").all():
        details.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.context.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_unit_and_its_days_stand_in_one_row_at_a_desk(
    browser: Browser, site: Site, language: str
) -> None:
    page = _opened(browser, site, "admin", 1280)
    page.goto(f"/admin/accounts/worker?lang={language}", wait_until="networkidle")
    tops = {
        field.bounding_box()["y"]
        for field in page.locator("main fieldset").first.locator("input").all()
    }
    assert len(tops) == 1
    page.context.close()


def test_a_roster_says_whose_it_is(site: Site) -> None:
    own = "Personal data of your own units"
    assert own in site["manager"].get("/roster?lang=en").text
    all_of_it = site["admin"].get("/roster?lang=en").text
    assert own not in all_of_it
    assert "all who work in the district" in all_of_it
