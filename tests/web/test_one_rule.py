"""One access rule, every door: each of them tells the households that the database lets one see."""

import html
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
import requests
import sqlalchemy as sa

from services import rights
from services.rights import Right
from tests.conftest import Server
from tests.services.households.caring import lonlat
from tests.services.small_district import GRIDS, SIDE, SOUTH, WEST
from tests.web import caring_site
from tests.web.caring_site import Site, change, note, visit
from tests.web.conftest import Client
from web import access

STAFF = ("worker", "colleague", "manager", "township")
OTHERS = ("planner", "admin")
EVERYWHERE = (WEST - SIDE, SOUTH - SIDE, WEST + 9 * SIDE, SOUTH + 2 * SIDE)
_CARD = re.compile(r'href="/households/(H\d-\d+-\d+)"')
_NEXT = re.compile(r'class="pager"><a class="button quiet" href="([^"]+)"')
_TILE = "demand/14/13507/6620"
_CODE = re.compile(rb"H\d-\d+-\d+")


@pytest.fixture(scope="module")
def site(server: Server, template: str, tmp_path_factory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("rule")
    with caring_site.opened(server, template, home) as opened:
        with opened.care.staff.owner() as tx:
            tx.sql.execute(sa.text("UPDATE residents SET tags = '{empty_nest}'"))
            tx.sql.execute(sa.text("UPDATE visit_rules SET since = '2026-01-01'"))
            tx.commit()
        yield opened


def _policy(site: Site, name: str) -> set[str]:
    """What the database itself lets somebody see."""
    with site.care.staff.meeting(name) as tx:
        return set(tx.sql.execute(sa.text("SELECT code FROM households")).scalars())


def _paged(client: Client, ask: Callable[[dict[str, object]], dict[str, object]]) -> set[str]:
    found: list[str] = []
    more: dict[str, object] = {"limit": 200, "count": True}
    while True:
        told = ask(more)
        found += [home["code"] for home in told["households"]]
        if told["next"] is None:
            break
        more = {"limit": 200, "after": told["next"], "count": True}
    assert len(found) == len(set(found)), "once each"
    assert told["count"] == {"households": min(len(found), 500), "or_more": len(found) > 500}
    return set(found)


def _listed(client: Client, **asked: object) -> set[str]:
    return _paged(client, lambda more: client.get("/api/households", params=asked | more).json())


def _posted(client: Client, **asked: object) -> set[str]:
    path = "/api/households/search"
    return _paged(client, lambda more: client.post(path, json=asked | more).json())


def _pages(client: Client, path: str) -> set[str]:
    found: set[str] = set()
    for _ in range(60):
        text = client.get(path, headers={"Accept-Language": "zh"}).text
        main = text.partition("<main")[2]
        assert main, text[:300]
        found |= set(_CARD.findall(main))
        following = _NEXT.search(main)
        if following is None:
            return found
        path = html.unescape(following[1])
    raise AssertionError("pages without end")


def _ring() -> list[list[float]]:
    west, south, east, north = EVERYWHERE
    return [[west, south], [east, south], [east, north], [west, north]]


def _taken_along(client: Client) -> set[str]:
    told = client.get("/api/offline").json()
    homes = {home["code"] for home in told["households"]}
    assert {line["household"] for line in told["due"]} <= homes
    return homes


def _taken_along_in_parts(client: Client) -> set[str]:
    """What the smallest units hold that a phone may choose from; each number is told rightly."""
    choices = client.get("/api/offline/choices").json()["choices"]
    found: dict[str, set[str]] = {}
    for one in choices[1:]:
        homes = client.get(f"/api/offline?unit={one['code']}").json()["households"]
        found[one["code"]] = {home["code"] for home in homes}
        assert len(homes) == one["households"]
    together = set[str]().union(*found.values())
    assert len(together) == choices[0]["households"]
    return together


HERE = {"lon": WEST + SIDE / 2, "lat": SOUTH + SIDE / 2}
DOORS: dict[str, Callable[[Client], set[str]]] = {
    "all": _listed,
    "near": lambda client: _listed(client, **HERE),
    "circle": lambda client: _listed(client, **HERE, radius=50_000),
    "rectangle": lambda client: _listed(client, bbox=",".join(map(str, EVERYWHERE))),
    "polygon": lambda client: _posted(client, polygon=_ring()),
    "unit above": lambda client: _listed(client, unit="340405"),
    "filters": lambda client: _listed(client, min_age=0, tag="empty_nest"),
    "page": lambda client: _pages(client, "/households"),
    "page near": lambda client: _pages(client, f"/households?lon={HERE['lon']}&lat={HERE['lat']}"),
    "phone": _taken_along,
    "phone, in parts": _taken_along_in_parts,
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", STAFF)
def test_each_door_tells_what_the_database_lets_one_see(site: Site, name: str, door: str) -> None:
    expected = _policy(site, name)
    assert 0 < len(expected) < len(GRIDS) * 21
    assert DOORS[door](site[name]) == expected


@pytest.mark.parametrize("name", STAFF)
def test_the_due_list_and_its_counts_tell_the_same(site: Site, name: str) -> None:
    expected = _policy(site, name)
    assert _pages(site[name], "/due?days=366") == expected
    told = site[name].get("/visits", headers={"Accept-Language": "zh"}).text.partition("<main")[2]
    own = {GRIDS[int(code[1])] for code in expected}
    assert set(re.findall(r"\b340405\d{9}\b", told)) == own
    late = "SELECT count(*) FROM visits_due(wangge_today()) WHERE due_on < wangge_today()"
    with site.care.staff.meeting(name) as tx:
        overdue = tx.sql.execute(sa.text(late)).scalar_one()
    page = site[name].get("/due", headers={"Accept-Language": "zh"}).text
    sentence = page.partition('class="sentence"')[2].partition("</p>")[0]
    assert overdue > 0
    assert re.findall(r"\d+", sentence)[0] == str(overdue)


@pytest.mark.parametrize("name", ["manager", "township"])
@pytest.mark.parametrize("form", ["csv", "geojson", "geojsonseq", "xlsx"])
def test_files_hold_what_the_database_lets_one_see(site: Site, name: str, form: str) -> None:
    answer = site[name].get(f"/exports/households?format={form}")
    assert answer.status_code == 200
    content = answer.content
    if form == "xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"".join(book.read(part) for part in book.namelist())
    assert {code.decode() for code in _CODE.findall(content)} == _policy(site, name)


@pytest.mark.parametrize("name", [*STAFF, *OTHERS])
def test_no_figure_map_tile_or_hint_names_anybody(site: Site, name: str) -> None:
    with site.care.staff.owner() as tx:
        names = set(tx.sql.execute(sa.text("SELECT DISTINCT name FROM residents")).scalars())
    secret = [one.encode() for one in names if len(one) > 1]
    assert secret
    filled = {
        "theme": "day-care",
        "code": GRIDS[0],
        "feature": GRIDS[0],
        "layer": "demand",
        "z": "14",
        "x": "0",
        "y": "0",
    }
    for path, right in access.RIGHTS.items():
        if right is not Right.FIGURES or "{number}" in path or "{name}" in path:
            continue
        for collection in ("units", "facilities", "coverage-day-care"):
            asked = path.format(**filled, collection=collection).replace("demand/14/0/0", _TILE)
            # What it does not know, /ogc refuses before it answers anything.
            hint = "" if asked.startswith("/ogc") else "?q=H5&name=H5"
            answer = site[name].get(asked + hint)
            told = set(_CODE.findall(answer.content)) | {s for s in secret if s in answer.content}
            assert not told, asked
            if "{collection}" not in path:
                break


@pytest.mark.parametrize("name", [*STAFF, *OTHERS])
def test_cards_open_by_the_same_rule_whichever_code_is_tried(site: Site, name: str) -> None:
    own = _policy(site, name)
    for grid in range(len(GRIDS)):
        code = f"H{grid}-40-2"
        wanted = 403 if name in OTHERS else 200 if code in own else 404
        for path in (f"/households/{code}", f"/api/households/{code}"):
            assert site[name].get(path).status_code == wanted, path


FOREIGN = {"worker": 1, "colleague": 0, "manager": 2, "township": 5}
"""A grid of strangers for each."""


@dataclass(frozen=True)
class Theirs:
    """What belongs to a household."""

    household: str
    resident: str
    change: str
    grant: int


@pytest.fixture(scope="module")
def belongings(site: Site) -> dict[int, Theirs]:
    """A change that waits and a grant, in every grid that is foreign to somebody."""
    made = {}
    owner = site.care.staff
    with owner.owner() as tx:
        scope = {"account": owner.callers["township"].account_id}
        tx.sql.execute(sa.text(_ALSO), {**scope, "unit": GRIDS[5]})
        tx.commit()
    for grid in set(FOREIGN.values()):
        home = f"H{grid}-70-1"
        body = change("position", lonlat(grid + 0.6))
        answer = site["township"].post(f"/api/households/{home}/changes", json=body)
        assert answer.status_code == 201, answer.text
        begins = {"resident": f"R{home}", "kind": _kind(site), "begins": "2026-01-01"}
        page = site["township"].post("/assistance/grants", data={**begins, "reason": "困难"})
        assert page.status_code == 200, page.text
        number = site.care.number(
            "SELECT a.id FROM assistance a JOIN residents r ON r.id = a.resident_id"
            " WHERE r.code = :code",
            code=f"R{home}",
        )
        made[grid] = Theirs(home, f"R{home}", str(body["id"]), int(str(number)))
    with owner.owner() as tx:
        tx.sql.execute(sa.text("DELETE FROM account_scopes WHERE unit_code = :u"), {"u": GRIDS[5]})
        tx.commit()
    return made


_ALSO = "INSERT INTO account_scopes (account_id, unit_code, valid) VALUES (:account, :unit, '[,)')"
NOBODY = Theirs("H9-99-9", "RH9-99-9", "00000000-0000-4000-8000-000000000000", 2_000_000)


def _kind(site: Site) -> str:
    return str(site.care.number("SELECT min(kind) FROM assistance_rules"))


Ask = Callable[[Client, Theirs], requests.Response]
_GRANT = {"kind": "x", "begins": "2026-01-01", "reason": "困难"}
DOORS_OF_ONE: dict[tuple[str, str], Ask] = {
    ("GET", "/households/{code:path}"): lambda c, it: c.get(f"/households/{it.household}"),
    ("GET", "/households/{code:path}/visit"): lambda c, it: c.get(
        f"/households/{it.household}/visit"
    ),
    ("POST", "/households/{code:path}/visit"): lambda c, it: c.post(
        f"/households/{it.household}/visit", data=visit()
    ),
    ("GET", "/households/{code:path}/note"): lambda c, it: c.get(
        f"/households/{it.household}/note"
    ),
    ("POST", "/households/{code:path}/note"): lambda c, it: c.post(
        f"/households/{it.household}/note", data=note()
    ),
    ("GET", "/households/{code:path}/change/{kind}"): lambda c, it: c.get(
        f"/households/{it.household}/change/moved?resident={it.resident}"
    ),
    ("POST", "/households/{code:path}/change/{kind}"): lambda c, it: c.post(
        f"/households/{it.household}/change/moved",
        data={"id": str(uuid4()), "resident": it.resident, "on": "2026-11-01", "base_version": 1},
    ),
    ("GET", "/api/households/{code:path}"): lambda c, it: c.get(f"/api/households/{it.household}"),
    ("POST", "/api/households/{code:path}/visits"): lambda c, it: c.post(
        f"/api/households/{it.household}/visits", json=visit()
    ),
    ("POST", "/api/households/{code:path}/notes"): lambda c, it: c.post(
        f"/api/households/{it.household}/notes", json=note()
    ),
    ("POST", "/api/households/{code:path}/changes"): lambda c, it: c.post(
        f"/api/households/{it.household}/changes", json=change("position", lonlat(0.5))
    ),
    ("POST", "/api/residents/{code:path}/reveal"): lambda c, it: c.post(
        f"/api/residents/{it.resident}/reveal", json={"field": "phone"}
    ),
    ("GET", "/residents/{code:path}/held"): lambda c, it: c.get(f"/residents/{it.resident}/held"),
    ("POST", "/residents/{code:path}/held"): lambda c, it: c.post(
        f"/residents/{it.resident}/held", data={"form": "json"}
    ),
    ("POST", "/changes/{number}/approve"): lambda c, it: c.post(
        f"/changes/{it.change}/approve", data={"seen_version": 1}
    ),
    ("POST", "/changes/{number}/return"): lambda c, it: c.post(
        f"/changes/{it.change}/return", data={"reason": "不对"}
    ),
    ("POST", "/changes/{number}/withdraw"): lambda c, it: c.post(f"/changes/{it.change}/withdraw"),
    ("POST", "/assistance/{number}/end"): lambda c, it: c.post(
        f"/assistance/{it.grant}/end", data={"ends": "2026-06-01", "reason": "困难"}
    ),
    ("POST", "/assistance/grants"): lambda c, it: c.post(
        "/assistance/grants", data={**_GRANT, "resident": it.resident, "kind": c.kind}
    ),
    ("POST", "/due/round"): lambda c, it: c.post("/due/round", data={"homes": it.household}),
}
"""Every route that names a household, a person or what belongs to them."""


def test_no_route_that_names_somebody_is_left_out() -> None:
    people = {
        path for path, right in access.RIGHTS.items() if right in {Right.PEOPLE, Right.DECIDE}
    }
    assert {path for path in people if "{" in path} <= {path for _, path in DOORS_OF_ONE}


@pytest.mark.parametrize(("method", "path"), DOORS_OF_ONE)
@pytest.mark.parametrize("name", [*STAFF, *OTHERS])
def test_what_is_a_stranger_s_is_answered_like_nothing(
    site: Site, belongings: dict[int, Theirs], name: str, method: str, path: str
) -> None:
    theirs = belongings[FOREIGN.get(name, 0)]
    client = site[name]
    vars(client)["kind"] = _kind(site)
    before = _rows(site)
    told = [DOORS_OF_ONE[method, path](client, it) for it in (theirs, NOBODY)]
    role = site.care.staff.callers[name].role
    wanted = 404 if access.RIGHTS[path] in rights.OF_ROLE[role] else 403
    assert [answer.status_code for answer in told] == [wanted, wanted], told[0].text
    foreign, none = (
        _unnamed(answer.text, it) for answer, it in zip(told, (theirs, NOBODY), strict=True)
    )
    assert foreign == none
    assert _rows(site) == before


def _unnamed(text: str, it: Theirs) -> str:
    """Leave out what the caller sent, and what is another at each request."""
    for sent in (it.resident, it.household, it.change, f"/assistance/{it.grant}/"):
        text = text.replace(sent, "…")
    return re.sub(r'nonce="[^"]*"|[0-9a-f]{32}', "", text)


_COUNTED = ("visits", "notes", "changes", "assistance", "residents")


def _rows(site: Site) -> list[object]:
    rows = [site.care.number(f"SELECT count(*) FROM {table}") for table in _COUNTED]
    return [*rows, site.care.number("SELECT count(*) FROM changes WHERE state = 'waiting'")]


@pytest.mark.parametrize("name", STAFF)
def test_the_outbox_refuses_strangers_as_it_refuses_nobody(
    site: Site, belongings: dict[int, Theirs], name: str
) -> None:
    told = []
    for it in (belongings[FOREIGN[name]], NOBODY):
        items = [
            {"type": "visit", "household": it.household, **visit()},
            {"type": "note", "household": it.household, **note()},
            {
                "type": "change",
                "household": it.household,
                **change("moved", {"on": "2026-11-01"}, resident=it.resident),
            },
        ]
        results = site[name].post("/api/outbox", json={"items": items}).json()["results"]
        told.append([(one["status"], _unnamed(one["detail"], it)) for one in results])
    assert told[0] == told[1]
    assert {status for status, _ in told[0]} == {"refused"}
