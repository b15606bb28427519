"""A worker's phone in a real browser, and the service it talks to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, expect

from services.database import Database
from services.settings import Settings
from tests.services import staff
from tests.web.conftest import PASSWORD, listening

PEOPLE = [(0, 0, 3), (0, 0, 2), *[(0, 0, 1)] * 6]
HOME = "H0-70-1"
PACKAGES = """() => new Promise((done) => {
  const asked = indexedDB.open("wangge", 1);
  asked.onsuccess = () => {
    const all = asked.result.transaction("packages").objectStore("packages").getAll();
    all.onsuccess = () => done(all.result.map((one) => Object.keys(one).sort().join()));
  };
})"""
"""What the phone took along: names of the parts of each package."""

KEYS = """() => new Promise((done) => {
  const asked = indexedDB.open("wangge", 1);
  asked.onsuccess = () => {
    const all = asked.result.transaction("keys").objectStore("keys").getAllKeys();
    all.onsuccess = () => done(all.result);
  };
})"""
"""Whose keys the phone has."""


@dataclass(frozen=True)
class Phone:
    """A phone and the service it talks to."""

    page: Page
    context: BrowserContext
    hired: staff.Staff
    address: str

    def log_in(self, name: str = "worker") -> None:
        self.page.goto(f"{self.address}/login")
        self.page.fill("#name", name)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url("**/due" if name in {"worker", "colleague"} else "**/")

    def settle(self) -> None:
        """Wait until the page says that the phone has its shell and what it takes along."""
        expect(self.page.locator('[data-kept="ready"]')).to_contain_text("资料已存在手机")

    def visits(self) -> list[tuple[str, str]]:
        with self.hired.owner() as tx:
            rows = tx.sql.execute(sa.text("SELECT outcome, coalesce(note, '') FROM visits"))
            return [(row[0], row[1]) for row in rows]

    def log_visit(self, note: str) -> None:
        self.page.locator(f'a[href="/households/{HOME}"]').first.click()
        self.page.fill("#note", note)
        self.page.click("#visit button[type=submit]")


@contextmanager
def opened(database: Database, home: Path, browser: Browser) -> Iterator[Phone]:
    """Start the service with somebody who is due at every home, and turn on a phone."""
    hired = staff.hire(database, PEOPLE)
    with hired.owner() as tx:
        tx.sql.execute(
            sa.text("UPDATE residents SET tags = '{empty_nest}', name = '<i>王</i>小明'")
        )
        tx.sql.execute(sa.text("UPDATE visit_rules SET since = :day"), {"day": date(2026, 1, 1)})
        tx.commit()
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    with listening(Settings(database_url=database.url, home=home)) as address:
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        yield Phone(page, context, hired, address)
        context.close()
