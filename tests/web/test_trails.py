"""Each route leaves the line of the audit log that it must, and no line holds anything personal."""

from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import sqlalchemy as sa

from services.rights import Right
from tests.conftest import Server
from tests.services.households.caring import ID_NUMBER, PHONE
from tests.web import (
    caring_site,
    departments,
    own_routes,
    trails,
    trails_of_people,
    trails_of_work,
)
from tests.web.caring_site import Site
from tests.web.conftest import Client
from tests.web.trails import REFUSED, SECRET, Case
from web import access

CASES = [*trails_of_people.CASES, *trails_of_work.CASES]
BY_FORM = {("POST", "/login")}
"""Asked with the form of the page, below."""
_LINES = sa.text("""
    SELECT action, concat_ws(' ', subject, unit_code, details) AS told, caller FROM audit_log
    WHERE id > :after AND caller <> 'retention' ORDER BY id
""")
_HEAD = sa.text("SELECT coalesce(max(id), 0) FROM audit_log")


@pytest.fixture(scope="module")
def site(server: Server, template: str, tmp_path_factory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("trails")
    with caring_site.opened(server, template, home) as opened:
        with opened.care.staff.owner() as tx:
            tx.sql.execute(sa.text("UPDATE visit_rules SET since = '2026-01-01'"))
            tx.commit()
        yield opened


def _head(site: Site) -> int:
    with site.care.staff.owner() as tx:
        found: int = tx.sql.execute(_HEAD).scalar_one()
    return found


def _lines(site: Site, after: int) -> list[str]:
    """Return the actions of the lines since; none of them may tell anything personal."""
    with site.care.staff.owner() as tx:
        rows = tx.sql.execute(_LINES, {"after": after}).all()
        names = set(tx.sql.execute(sa.text("SELECT DISTINCT name FROM residents")).scalars())
    for secret in {SECRET, ID_NUMBER, PHONE, *names} - {""}:
        assert not [row.told for row in rows if secret in row.told]
    return [row.action for row in rows]


def test_every_route_is_in_the_table_and_the_table_names_no_other() -> None:
    listed = {(case.method, urlsplit(case.path).path) for case in CASES} | BY_FORM
    assert listed == set(own_routes.asked(own_routes.EVERY))
    assert [case.name for case in CASES if bool(case.lines) == bool(case.why)] == []


def test_every_form_about_people_is_also_sent_with_a_fault() -> None:
    people = {
        path for path, right in access.RIGHTS.items() if right in {Right.PEOPLE, Right.DECIDE}
    }
    sent = {case.path for case in CASES if case.method == "POST" and case.path in people}
    assert sent == {
        urlsplit(case.path).path
        for case in trails_of_people.CASES
        if case.method == "POST" and (case.status >= 400 or case.why == REFUSED)
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_route_leaves_its_line(site: Site, case: Case) -> None:
    client = site[case.who]
    asked = trails.filled(case, case.make(site))
    if client.get("/api/session").status_code == 401:
        client.cookies.clear()
        client.log_in(case.who)
    before = _head(site)
    answer = client.request(asked.method, asked.path, allow_redirects=False, **asked.send)
    assert answer.status_code == case.status, answer.text
    if case.path.endswith(("/apply", "/plans")) and case.method == "POST":
        trails_of_work.finished(site, answer.headers["location"])
    assert _lines(site, before) == list(case.lines)


@pytest.mark.parametrize(
    ("name", "password", "line"),
    [
        ("manager", "correct horse battery", ["login"]),
        ("manager", SECRET, ["login_failed"]),
        (SECRET, SECRET, ["login_failed"]),
    ],
)
def test_a_log_in_leaves_its_line(site: Site, name: str, password: str, line: list[str]) -> None:
    before = _head(site)
    Client(site.address).try_log_in(name, password)
    assert _lines(site, before) == line


@pytest.fixture
def key(site: Site) -> Iterator[Client]:
    with departments.granted(site.care.staff.database.url, GRANTED) as made:
        client = Client(site.address)
        client.headers["Authorization"] = f"Bearer {made}"
        yield client
    with site.care.staff.owner() as tx:
        tx.commit()


GRANTED = sorted({"units", *access.GRANTED.values()} - {"{collection}"})
_WHOLE = (
    "/exports/{collection}", "/ogc/collections/{collection}/items", "/api/units",
    "/api/facilities", "/api/service-areas", "/api/coverage/day-care/items",
    "/api/coverage/ramps/items", "/api/coverage/patrol/items", "/api/ramps", "/api/entrances",
    "/api/patrol/routes",
)  # fmt: skip
"""Where a key begins a collection: a line each time."""
_PARTS = (
    "/ogc/collections/{collection}/items/{feature}", "/api/coverage/day-care",
    "/api/coverage/ramps", "/api/coverage/patrol", "/api/coverage/ramps/mendings",
    "/api/coverage/ramps/survey", "/api/coverage/ramps/areas", "/api/coverage/ramps/scene",
    "/api/patrol/sections",
)  # fmt: skip
"""Where it reads more of one: a line a day."""
_ABOUT = ("/ogc/collections/{collection}",)
"""Where it is told what there is."""


def test_every_route_of_a_key_is_among_these() -> None:
    assert {*_WHOLE, *_PARTS, *_ABOUT} == set(access.GRANTED)


def _path(path: str) -> str:
    return path.format(collection="units", feature="340405")


@pytest.mark.parametrize("path", _WHOLE)
def test_a_key_that_begins_a_collection_leaves_a_line_each_time(
    site: Site, key: Client, path: str
) -> None:
    for _ in range(2):
        before = _head(site)
        answer = key.get(_path(path))
        assert answer.status_code == 200, answer.text
        assert _lines(site, before) == ["export"]
    tag = answer.headers.get("etag")
    before = _head(site)
    if tag:
        assert key.get(_path(path), headers={"If-None-Match": tag}).status_code == 304
    assert key.get(_path(path), params={"bbox": "x"}).status_code in {400, 422}
    assert _lines(site, before) == []


@pytest.mark.parametrize("path", _PARTS)
def test_a_key_that_reads_on_leaves_a_line_a_day(site: Site, key: Client, path: str) -> None:
    before = _head(site)
    for _ in range(3):
        answer = key.get(_path(path))
        assert answer.status_code == 200, answer.text
    assert _lines(site, before) in (["export"], []), "what was begun today was told today"


def test_a_key_that_leaves_out_the_beginning_is_told_all_the_same(site: Site, key: Client) -> None:
    before = _head(site)
    pages = "/ogc/collections/facilities/items?limit=1"
    for _ in range(2):
        assert key.get(f"{pages}&after=D1&unit=340405").status_code == 200
    assert _lines(site, before) == ["export"]
    following = next(
        link["href"] for link in key.get(pages).json()["links"] if link["rel"] == "next"
    )
    assert "after" in parse_qs(urlsplit(following).query)
    assert _lines(site, before) == ["export", "export"]
    assert key.get(following).status_code == 200
    assert _lines(site, before) == ["export", "export"], "a page further is no line"


@pytest.mark.parametrize("path", [*_ABOUT, *sorted(access.KEYED)])
def test_a_key_is_told_what_there_is_without_a_line(site: Site, key: Client, path: str) -> None:
    before = _head(site)
    assert key.get(_path(unquote(path))).status_code == 200
    assert _lines(site, before) == []
