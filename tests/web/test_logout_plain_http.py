"""Log-out where browsers allow no store of one's own: plain http, by another name than localhost."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect, sync_playwright

from services.database import Database
from services.settings import Settings
from tests.services import staff
from tests.web import phones
from tests.web.conftest import PASSWORD, listening

_NAME = "wangge.example"


@pytest.fixture(scope="module")
def named_browser() -> Iterator[Browser]:
    """A browser that finds this machine by a name which it does not trust."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", f"--host-resolver-rules=MAP {_NAME} 127.0.0.1"],
        )
        yield opened
        opened.close()


def test_log_out_ends_the_session(database: Database, tmp_path, named_browser: Browser) -> None:
    hired = staff.hire(database, phones.PEOPLE)
    settings = Settings(database_url=database.url, home=tmp_path, host="0.0.0.0")
    with listening(settings) as bound:
        page = named_browser.new_page(locale="zh-CN")
        address = bound.replace("127.0.0.1", _NAME)
        page.goto(f"{address}/login")
        page.fill("#name", "worker")
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        expect(page.locator("[data-kept]")).to_contain_text("没能把资料存到手机")
        assert page.evaluate("isSecureContext") is False
        page.goto(f"{address}/account", wait_until="networkidle")
        page.locator("main form[action='/logout'] button").click()
        page.wait_for_url("**/login")
        page.close()
    with hired.owner() as tx:
        assert tx.sql.execute(sa.text("SELECT count(*) FROM sessions")).scalar_one() == 0
