"""What an address asks of a list or a form tells nothing of strangers: not that they are there.

Each parameter of each route about people is asked with what is a stranger's and with what is
nobody's: the answers are the same but for what was sent.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests
import sqlalchemy as sa

from services.rights import Right
from tests.conftest import Server
from tests.services.households.caring import HOME, ID_NUMBER, OTHER_ID_NUMBER, PHONE, lonlat
from tests.services.small_district import GRIDS, SIDE, SOUTH, WEST
from tests.web import caring_site, own_routes
from tests.web.caring_site import Site, change
from tests.web.test_doors import asked_of
from web import access

FOREIGN = {"worker": 1, "manager": 2}
"""A grid of strangers for each; the whole township is another's."""
_NOBODY = "00000000-0000-4000-8000-000000000000"
_CODE = re.compile(r"\bR?H(\d)-\d+-\d+")
# What is another at each request: tokens, ids made for forms, what is sealed.
_FRESH = re.compile(r'nonce="[^"]*"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}')


@dataclass(frozen=True)
class Theirs:
    """What is a stranger's, or nobody's."""

    home: str
    unit: str
    change: str
    sealed_search: str
    sealed_round: str


@pytest.fixture(scope="module")
def site(server: Server, template: str, tmp_path_factory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("narrowing")
    with caring_site.opened(server, template, home) as opened:
        with opened.care.staff.owner() as tx:
            tx.sql.execute(sa.text("UPDATE residents SET tags = '{empty_nest}'"))
            tx.sql.execute(sa.text("UPDATE visit_rules SET since = '2026-01-01'"))
            tx.sql.execute(sa.text("UPDATE households SET address = '街' || code"))
            tx.commit()
        yield opened


@pytest.fixture(scope="module")
def pairs(site: Site) -> dict[str, tuple[Theirs, Theirs]]:
    """For each name what is a stranger's, and what is nobody's and looks like it."""
    made = {}
    for name, grid in FOREIGN.items():
        home = f"H{grid}-70-1"
        body = change("position", lonlat(grid + 0.6))
        other = site["township"]
        answer = other.post(f"/api/households/{home}/changes", json=body)
        assert answer.status_code == 201, answer.text
        who = _sealed(other.post("/households", data={"name": "某某"}, allow_redirects=False))
        plan = _sealed(other.post("/due/round", data={"homes": home}, allow_redirects=False))
        theirs = Theirs(home, GRIDS[grid], str(body["id"]), who, plan)
        nobody = Theirs(f"{home}0", "340405999999999", _NOBODY, who[:-8], plan[:-8])
        made[name] = (theirs, nobody)
    return made


def _sealed(answer: requests.Response) -> str:
    assert answer.status_code == 303, answer.text
    found = re.search(r"(?:who|plan)=([^&#]+)", answer.headers["location"])
    assert found
    return found[1]


_IN_FORM = ("/households/{code:path}/change/{kind}", "resident")
TOLD = {
    ("/due", "after"): "after_on=2020-01-01&after_for=visit&after={it.home}",
    ("/due", "unit"): "unit={it.unit}&days=366",
    ("/due/round", "plan"): "plan={it.sealed_round}",
    ("/assistance", "after"): "after_kind=old_age_allowance&after=R{it.home}",
    ("/households", "unit"): "unit={it.unit}",
    ("/households", "q"): "q={it.home}",
    ("/households", "who"): "who={it.sealed_search}",
    ("/api/households", "unit"): "unit={it.unit}&count=true",
    ("/api/households", "q"): "q={it.home}&count=true",
    ("/api/offline", "unit"): "unit={it.unit}",
    ("/changes", "after"): "after={it.change}",
    ("/households/{code:path}/visit", "resident"): "resident=R{it.home}",
    _IN_FORM: "resident=R{it.home}",
}
"""Parameters that can name a stranger, a stranger's unit or what is theirs."""
_THERE = f"lon={WEST + 2.5 * SIDE}&lat={SOUTH + SIDE / 2}"
_BOX = f"{WEST + SIDE},{SOUTH},{WEST + 8 * SIDE},{SOUTH + SIDE}"
_RING = f"{WEST + SIDE},{SOUTH},{WEST + 8 * SIDE},{SOUTH},{WEST + 8 * SIDE},{SOUTH + SIDE}"
CHOOSING = {
    "/due": {"as_of": "2026-12-01", "after_on": "2026-01-01", "after_for": "visit", "days": "366"},
    "/due/round": {"as_of": "2026-12-01"},
    "/visits": {"as_of": "2026-12-01"},
    "/assistance": {
        "as_of": "2026-12-01",
        "after_kind": "a",
        "finding": "should_not",
        "kind": "old_age_allowance",
    },
    "/households": {"as_of": "2020-01-01"},
    "/changes": {"as_of": "2020-01-01", "done": "approved"},
    "/households/{code:path}": {"as_of": "2020-01-01", "done": "visit"},
    "/households/{code:path}/visit": {"as_of": "2020-01-01", "rule": "empty_nest"},
    "/households/{code:path}/note": {"as_of": "2020-01-01"},
    "/households/{code:path}/change/{kind}": {"as_of": "2020-01-01"},
    "/residents": {"as_of": "2020-01-01"},
    "/residents/{code:path}/held": {"as_of": "2020-01-01"},
}
"""Parameters that choose among one's own, each with a value that strangers meet as well."""
_FINDING = {
    "lon": _THERE, "lat": _THERE, "crs": f"{_THERE}&crs=GCJ-02", "radius": f"{_THERE}&radius=9000",
    "walk": f"{_THERE}&radius=9000&walk=true", "bbox": f"bbox={_BOX}", "area": f"area={_RING}",
    "min_age": "min_age=1", "max_age": "max_age=129", "alone": "alone=true",
    "disability": "disability=any", "grade": "grade=4", "tag": "tag=empty_nest",
    "overdue": "overdue=true", "no_day_care": "no_day_care=true", "after": "after=0~0.0~1",
    "limit": "limit=200", "count": "count=true",
}  # fmt: skip


def test_no_parameter_is_left_out() -> None:
    asked = {
        (route.path, name)
        for route in own_routes.EVERY
        if access.RIGHTS.get(str(route.path)) in {Right.PEOPLE, Right.DECIDE}
        if "GET" in (route.methods or ())
        for name in asked_of(route.dependant)
    }
    listed = set(TOLD) | {(path, name) for path, given in CHOOSING.items() for name in given}
    listed |= {(path, name) for path in ("/households", "/api/households") for name in _FINDING}
    assert asked == listed


def _filled(path: str) -> str:
    code = f"R{HOME}" if path.startswith("/residents") else HOME
    kind = "moved" if path == _IN_FORM[0] else ""
    return path.replace("{code:path}", code).replace("{kind}", kind)


def _without(text: str, it: Theirs) -> str:
    for sent in vars(it).values():
        text = text.replace(sent, "…")
    return _FRESH.sub("", text)


@pytest.mark.parametrize(("path", "parameter"), TOLD)
@pytest.mark.parametrize("name", FOREIGN)
def test_a_stranger_s_is_answered_like_nobody_s(
    site: Site, pairs: dict[str, tuple[Theirs, Theirs]], name: str, path: str, parameter: str
) -> None:
    query = TOLD[path, parameter]
    theirs, nobody = (
        site[name].get(f"{_filled(path)}?{query.format(it=it)}") for it in pairs[name]
    )
    assert theirs.status_code == nobody.status_code
    assert theirs.status_code != 403, "that would tell that it is somebody's"
    assert _without(theirs.text, pairs[name][0]) == _without(nobody.text, pairs[name][1])
    assert f"{parameter}=" in query


def test_what_is_sealed_for_one_page_opens_no_other(
    site: Site, pairs: dict[str, tuple[Theirs, Theirs]]
) -> None:
    sealed = pairs["worker"][0]
    assert site["township"].get(f"/due/round?plan={sealed.sealed_round}").status_code == 200
    assert site["township"].get(f"/due/round?plan={sealed.sealed_search}").status_code == 404
    assert site["township"].get(f"/households?who={sealed.sealed_search}").status_code == 200
    assert site["township"].get(f"/households?who={sealed.sealed_round}").status_code == 404


def _strangers(text: str, name: str) -> set[str]:
    own = {"worker": "0", "manager": "01"}[name]
    return {found[0] for found in _CODE.finditer(text) if found[1] not in own}


CHOSEN = [(path, f"{name}={value}") for path, given in CHOOSING.items()
          for name, value in given.items()]  # fmt: skip
CHOSEN += [(path, query) for path in ("/households", "/api/households")
           for query in _FINDING.values()]  # fmt: skip


@pytest.mark.parametrize(("path", "query"), CHOSEN)
@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_chosen_is_one_s_own(site: Site, name: str, path: str, query: str) -> None:
    answer = site[name].get(f"{_filled(path)}?{query}")
    assert answer.status_code in {200, 403, 404, 422}, answer.text
    assert _strangers(answer.text, name) == set()


@pytest.mark.parametrize("number", [ID_NUMBER, PHONE])
def test_a_whole_number_finds_nobody_elsewhere(site: Site, number: str) -> None:
    unknown = OTHER_ID_NUMBER if number == ID_NUMBER else "13900000000"
    found = [
        site["colleague"].post("/residents", data={"number": one}) for one in (number, unknown)
    ]
    assert [answer.status_code for answer in found] == [200, 200]
    assert _FRESH.sub("", found[0].text) == _FRESH.sub("", found[1].text)
    assert HOME not in found[0].text


@pytest.mark.parametrize("query", [f"unit={GRIDS[2]}", f"bbox={_BOX}", f"unit={GRIDS[7]}"])
def test_a_file_of_households_is_cut_from_one_s_own(site: Site, query: str) -> None:
    answer = site["manager"].get(f"/exports/households?format=csv&{query}")
    assert answer.status_code == 200
    assert _strangers(answer.text, "manager") == set()


HIDDEN = (
    "/ogc/collections/{}", "/ogc/collections/{}/items", "/ogc/collections/{}/items/H0-70-1",
    "/ogc/collections/{}/items?unit=340405&bbox=116,32,117,33", "/tiles/{}/14/13507/6620.mvt",
    "/api/coverage/{}/items",
)  # fmt: skip


@pytest.mark.parametrize("path", HIDDEN)
@pytest.mark.parametrize("name", ["worker", "manager", "township", "planner", "admin"])
def test_people_are_no_published_collection(site: Site, name: str, path: str) -> None:
    for wanted in ("households", "residents"):
        told = [site[name].get(path.format(what)) for what in (wanted, "nothing")]
        assert [answer.status_code for answer in told] == [404, 404]
        assert told[0].text.replace(wanted, "…") == told[1].text.replace("nothing", "…")


@pytest.mark.parametrize("path", ["/exports/{}", "/exports/{}/about", "/exports/{}?unit=340405"])
@pytest.mark.parametrize("name", ["worker", "planner", "admin"])
def test_who_decides_on_nobody_takes_nobody_along(site: Site, name: str, path: str) -> None:
    told = [site[name].get(path.format(what)) for what in ("households", "nothing")]
    assert [answer.status_code for answer in told] == [404, 404]
    plain = [_FRESH.sub("", answer.text).partition("<main")[2] for answer in told]
    plain = [text.partition("</main>")[0] for text in plain]
    assert "<h1" in plain[0]
    assert plain[0].replace("households", "…") == plain[1].replace("nothing", "…")
