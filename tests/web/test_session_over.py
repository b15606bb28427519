"""A session that ends while somebody is typing: nothing that was typed is lost, or it is said."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect

from services import sessions
from services.database import Database
from tests.services.small_district import GRIDS
from tests.web import phones
from tests.web.conftest import PASSWORD, Client
from tests.web.phones import HOME, Phone

CARD = f"/households/{HOME}"
_NOTE = "门前有雪，老人不便出门"


@pytest.fixture
def phone(database: Database, tmp_path, browser: Browser) -> Iterator[Phone]:
    with phones.opened(database, tmp_path, browser) as opened:
        yield opened


def _end(phone: Phone) -> None:
    """Let every session have been left alone for too long."""
    with phone.hired.owner() as tx:
        idle = {"idle": sessions.IDLE + timedelta(hours=1)}
        tx.sql.execute(
            sa.text("UPDATE sessions SET seen_at = now() - CAST(:idle AS interval)"), idle
        )
        tx.commit()


def _notes(phone: Phone) -> list[tuple[str, str]]:
    with phone.hired.owner() as tx:
        found = "SELECT a.name, n.text FROM notes n JOIN accounts a ON a.id = n.account_id"
        return [(row[0], row[1]) for row in tx.sql.execute(sa.text(found))]


def _write_note(phone: Phone) -> None:
    phone.page.goto(f"{phone.address}{CARD}/note")
    expect(phone.page.locator("[data-outbox]")).to_be_hidden()
    phone.page.wait_for_load_state("networkidle")
    phone.page.fill("#text", _NOTE)


def _send(page: Page) -> None:
    page.locator("main form[data-keep] button[type=submit]").click()


def _log_in_here(page: Page, name: str) -> None:
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")


def test_a_note_waits_on_the_phone_and_goes_out_after_the_log_in(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    _write_note(phone)
    _end(phone)
    _send(phone.page)
    phone.page.wait_for_url("**/login?*")
    assert parse_qs(urlsplit(phone.page.url).query) == {"next": [CARD], "kept": ["1"]}
    expect(phone.page.locator(".message[role=status]")).to_contain_text("已存在这部手机里")
    assert Axe().run(phone.page).violations_count == 0
    assert _notes(phone) == []
    _log_in_here(phone.page, "worker")
    phone.page.wait_for_url(f"**{CARD}")
    expect(phone.page.locator(".said")).to_have_text(_NOTE)
    expect(phone.page.locator("[data-outbox]")).to_be_hidden()
    assert _notes(phone) == [("worker", _NOTE)]
    phone.page.reload(wait_until="networkidle")
    assert len(_notes(phone)) == 1


def test_a_visit_and_a_change_wait_likewise(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    for path, field in (("visit", "#note"), ("change/new_resident", "#name")):
        phone.page.goto(f"{phone.address}{CARD}/{path}", wait_until="networkidle")
        phone.page.fill(field, "李雪")
        if path == "visit":
            phone.page.locator('input[name="outcome"]').first.check()
        else:
            phone.page.fill("#birth_date", "1950-01-01")
        _end(phone)
        _send(phone.page)
        phone.page.wait_for_url("**/login?*")
        _log_in_here(phone.page, "worker")
        phone.page.wait_for_url(f"**{CARD}")
        expect(phone.page.locator("article.home")).to_contain_text("李雪")


def test_what_is_written_is_its_author_s_even_if_another_has_logged_in(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    _write_note(phone)
    # The page does not hear of it: as one that the system had put to sleep.
    other = Client(phone.address)
    other.log_in("colleague")
    phone.context.clear_cookies()
    phone.context.add_cookies(
        [{"name": c.name, "value": c.value or "", "url": phone.address} for c in other.cookies]
    )
    _send(phone.page)
    phone.page.wait_for_url("**/login?*")
    assert _notes(phone) == []
    _log_in_here(phone.page, "worker")
    phone.page.wait_for_url(f"**{CARD}")
    expect(phone.page.locator(".said")).to_have_text(_NOTE)
    assert _notes(phone) == [("worker", _NOTE)]


def test_a_form_of_a_former_session_is_sent_with_the_token_of_the_new_one(phone: Phone) -> None:
    phone.log_in()
    phone.settle()
    _write_note(phone)
    with phone.context.expect_page() as opened:
        phone.page.evaluate("() => open('/login')")
    _log_in_here(opened.value, "worker")
    opened.value.wait_for_url("**/due")
    _send(phone.page)
    phone.page.wait_for_url(f"**{CARD}?done=note")
    assert _notes(phone) == [("worker", _NOTE)]


@pytest.fixture
def desk(phone: Phone) -> Phone:
    """Somebody who makes accounts."""
    phone.page.goto(f"{phone.address}/login")
    _log_in_here(phone.page, "admin")
    phone.page.wait_for_url("**/admin", wait_until="networkidle")
    phone.page.fill("#display", "新来的")
    phone.page.fill("main form[action='/admin/accounts'] #name", "xin")
    phone.page.fill("#units", GRIDS[0])
    return phone


def _posted(page: Page) -> list[str]:
    found: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            found.append(urlsplit(request.url).path)

    page.context.on("request", note)
    return found


def _make(page: Page) -> None:
    page.locator("main form[action='/admin/accounts'] button").click()


def test_what_was_typed_stays_on_the_page_until_there_is_a_session_again(desk: Phone) -> None:
    page, posted = desk.page, _posted(desk.page)
    _end(desk)
    _make(page)
    notice = page.locator("[role=alert]:has(+ form[action='/admin/accounts'])")
    expect(notice).to_contain_text("没有保存")
    expect(notice).to_be_focused()
    expect(page.locator("#display")).to_have_value("新来的")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert Axe().run(page).violations_count == 0
    _make(page)
    expect(notice).to_have_count(1)
    assert posted == []
    with desk.context.expect_page() as opened:
        notice.locator("a").click()
    _log_in_here(opened.value, "admin")
    opened.value.wait_for_url("**/admin")
    _make(page)
    expect(page.locator("main .message code")).to_be_visible()
    assert posted == ["/login", "/admin/accounts"]


def test_of_two_presses_one_counts(desk: Phone) -> None:
    posted, asked = _posted(desk.page), []
    desk.context.on("request", lambda request: asked.append(urlsplit(request.url).path))
    desk.page.evaluate("""() => {
      const form = document.querySelector("form[action='/admin/accounts']");
      form.requestSubmit();
      form.requestSubmit();
    }""")
    expect(desk.page.locator("main .message code")).to_be_visible()
    assert posted == ["/admin/accounts"]
    assert asked.count("/api/session") == 1


def test_without_an_answer_the_form_goes_as_forms_do(desk: Phone) -> None:
    desk.context.route("**/api/session", lambda route: route.abort())
    _make(desk.page)
    expect(desk.page.locator("main .message code")).to_be_visible()


def test_a_part_that_is_renewed_meanwhile_does_not_swallow_the_press(desk: Phone) -> None:
    def late(route) -> None:
        desk.page.evaluate("document.querySelector(\"form[action='/admin/accounts']\").remove()")
        route.continue_()

    desk.context.route("**/api/session", late)
    _make(desk.page)
    expect(desk.page.locator("main .message code")).to_be_visible()


def test_the_button_that_was_pressed_goes_along(phone: Phone) -> None:
    phone.log_in("manager")
    phone.page.goto(f"{phone.address}/residents/R{HOME}/held", wait_until="networkidle")
    with phone.page.expect_request(lambda request: request.method == "POST") as sent:
        phone.page.locator("main button[value=json]").click()
    assert parse_qs(sent.value.post_data or "")["form"] == ["json"]


def test_an_upload_is_not_sent_to_nobody(phone: Phone) -> None:
    phone.log_in("planner")
    phone.page.goto(f"{phone.address}/imports", wait_until="networkidle")
    posted = _posted(phone.page)
    table = {"name": "units.csv", "mimeType": "text/csv", "buffer": b"code,name\n"}
    phone.page.set_input_files("main input[type=file]", files=[table])
    _end(phone)
    phone.page.locator("main form[enctype] button[type=submit]").click()
    expect(phone.page.locator("main [role=alert]")).to_be_focused()
    kept = "document.querySelector('main input[type=file]').files.length"
    assert phone.page.evaluate(kept) == 1
    assert posted == []


@pytest.fixture
def barred(phone: Phone) -> Client:
    """A browser without scripts whose session is over."""
    client = Client(phone.address)
    client.log_in("manager")
    _end(phone)
    return client


def _led(client: Client, path: str, **headers: str) -> dict[str, list[str]]:
    answer = client.post(path, headers=headers, allow_redirects=False)
    assert answer.status_code == 303
    found = urlsplit(answer.headers["Location"])
    assert found.path == "/login"
    return parse_qs(found.query)


def test_without_scripts_one_is_told_that_nothing_was_stored(barred: Client) -> None:
    page = f"{CARD}/note?x=1"
    told = _led(barred, f"{CARD}/note", Referer=barred.address + page)
    assert told == {"next": [page], "unsent": ["1"]}
    shown = barred.get("/login", params={name: one for name, (one,) in told.items()})
    assert "刚才提交的内容没有保存" in shown.text
    assert "刚才提交" not in barred.get("/login").text
    assert "刚才提交" not in barred.get(f"{CARD}/note").text


@pytest.mark.parametrize(
    "referer",
    ["https://evil.example/households", "//evil.example/", "http://[", "", f"/{'x' * 600}"],
)
def test_a_page_of_others_is_no_way_back(barred: Client, referer: str) -> None:
    assert _led(barred, f"{CARD}/note", Referer=referer) == {"unsent": ["1"]}


def test_a_part_of_a_page_leads_back_to_the_page(barred: Client) -> None:
    at = {"HX-Request": "true", "HX-Current-URL": f"{barred.address}/units/{GRIDS[0]}?as_of=x"}
    answer = barred.get("/jobs", headers=at)
    led = urlsplit(answer.headers["HX-Redirect"])
    assert (led.path, parse_qs(led.query)) == ("/login", {"next": [f"/units/{GRIDS[0]}?as_of=x"]})
    foreign = {**at, "HX-Current-URL": "https://evil.example/units"}
    assert barred.get("/jobs", headers=foreign).headers["HX-Redirect"] == "/login"


@pytest.mark.parametrize(
    ("to", "first"),
    [
        ("/logout", "/"),
        ("/logout/left", "/"),
        ("/account/password", "/"),
        ("/nowhere", "/"),
        ("/login?next=/units", "/"),
        ("//evil.example", "/"),
        ("/units?as_of=2026-01-01", "/units?as_of=2026-01-01"),
        (f"{CARD}/note", f"{CARD}/note"),
    ],
)
def test_after_the_log_in_one_is_on_a_page(phone: Phone, to: str, first: str) -> None:
    client = Client(phone.address)
    answer = client.try_log_in("manager", data={"next": to}, allow_redirects=False)
    assert answer.headers["Location"] == first
