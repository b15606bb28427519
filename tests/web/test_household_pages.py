"""The card's forms: nothing typed is lost, faults stand beside the fields, others decide."""

import re
from collections.abc import Iterator

import pytest

from tests.conftest import Server
from tests.services.households.caring import GRANNY, HOME, lonlat
from tests.web import caring_site
from tests.web.caring_site import Site, change, field
from tests.web.conftest import Client
from tests.web.test_pages import text

_HOME = f"/households/{HOME}"
_FORMS = (
    "visit",
    "note",
    "change/position",
    "change/new_resident",
    f"change/correction?resident={GRANNY}",
    f"change/moved?resident={GRANNY}",
    f"change/died?resident={GRANNY}",
)
_KEY = re.compile(r">\s*[a-z_]+(\.[a-z_]+)+\s*<")


@pytest.fixture(scope="module")
def site(server: Server, template: str, tmp_path_factory) -> Iterator[Site]:
    with caring_site.opened(server, template, tmp_path_factory.mktemp("pages")) as opened:
        yield opened


def _fill(client: Client, path: str, **typed: object) -> dict[str, object]:
    """Return the hidden fields of a form with what is typed."""
    html = client.get(path).text.partition("<main")[2]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html)
    return {**dict(hidden), **typed}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["", *(f"/{form}" for form in _FORMS)])
def test_every_form_is_whole_in_either_language(site: Site, path: str, language: str) -> None:
    answer = site["worker"].get(_HOME + path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert not _KEY.search(answer.text)
    assert "no-store" in answer.headers["cache-control"]
    assert answer.text.count('name="csrf"') >= 1


@pytest.mark.parametrize(
    "path",
    [
        "/households/H5-70-1",
        "/households/H5-70-1/visit",
        f"{_HOME}/change/moved",
        f"{_HOME}/change/moved?resident=RH0-70-2",
        f"{_HOME}/change/moved?resident=RH5-70-1",
    ],
)
def test_what_is_not_theirs_is_not_there(site: Site, path: str) -> None:
    answer = site["worker"].get(path)
    assert answer.status_code == 404
    assert "csrf" not in answer.text.partition("<main")[2]


def test_the_card_tells_who_is_to_be_visited_when(site: Site) -> None:
    text = site["worker"].get(f"/households/{HOME}?lang=zh").text
    part = text[text.index('aria-label="下次走访"') :]
    assert "天后到期" in part or "今天到期" in part or "逾期" in part


def test_a_kind_that_does_not_exist_is_told(site: Site) -> None:
    assert site["worker"].get(f"{_HOME}/change/burned").status_code == 422


def test_a_visit_is_logged_once_however_often_it_is_sent(site: Site) -> None:
    worker, path = site["worker"], "/households/H0-70-2/visit"
    typed = _fill(worker, f"{path}?rule=empty_nest", outcome="met", note="身体不错")
    typed["visited_at"] = re.search(r'name="visited_at"[^>]*value="([^"]+)', worker.get(path).text)[
        1
    ]
    first, second = (worker.post(path, data=typed) for _ in range(2))
    assert "走访已登记" in text(first.text)
    assert "没有重复登记" in text(second.text)
    shown = worker.get("/api/households/H0-70-2").json()["visits"]
    assert [(one["note"], one["rule"]) for one in shown] == [("身体不错", "empty_nest")]


def test_nothing_typed_is_lost(site: Site) -> None:
    worker, path = site["worker"], f"{_HOME}/visit"
    typed = _fill(worker, path, outcome="met", resident=GRANNY, note="要<换>灯泡")
    typed["visited_at"] = "2999-01-01T10:00"
    answer = worker.post(path, data=typed)
    assert answer.status_code == 422
    html = answer.text
    assert 'href="#visited_at"' in html
    assert 'id="visited_at-fault"' in html
    assert 'value="2999-01-01T10:00"' in html
    assert "要&lt;换&gt;灯泡</textarea>" in html
    assert re.search(rf'value="{GRANNY}" checked', html)
    assert re.search(r'value="met" required checked', html)
    assert field(html, "id") == typed["id"], "the same visit, not a second one"
    assert worker.post(path, data={**typed, "id": "x"}).status_code == 422


def test_only_what_was_altered_is_proposed(site: Site) -> None:
    worker = site["worker"]
    path = f"{_HOME}/change/correction"
    typed = _fill(worker, f"{path}?resident={GRANNY}")
    unaltered = {
        "name": "王奶奶",
        "sex": "female",
        "birth_date": "1940-01-02",
        "tags": "empty_nest",
        "lives_alone": "1",
    }
    nothing = worker.post(path, data={**typed, **unaltered})
    assert nothing.status_code == 422
    assert "没有任何改动" in nothing.text
    wrong = worker.post(path, data={**typed, **unaltered, "phone": "12", "name": ""})
    assert 'id="phone-fault"' in wrong.text
    assert 'id="name-fault"' in wrong.text
    altered = {**typed, **unaltered, "phone": "13900001111", "tags": ["empty_nest", "volunteer"]}
    assert "等待审批" in worker.post(path, data=altered).text
    told = worker.get(f"/api{_HOME}").json()["changes"][0]
    assert told["values"] == {"phone": "139****1111", "tags": ["empty_nest", "volunteer"]}


def test_a_number_is_taken_out_by_a_tick(site: Site) -> None:
    worker, manager = site["worker"], site["manager"]
    path = f"{_HOME}/change/correction"
    typed = _fill(worker, f"{path}?resident={GRANNY}")
    unaltered = {
        "name": "王奶奶",
        "sex": "female",
        "birth_date": "1940-01-02",
        "tags": "empty_nest",
        "lives_alone": "1",
    }
    worker.post(path, data={**typed, **unaltered, "remove.id_number": "1"})
    html = manager.get("/changes").text
    number = re.findall(r'action="/changes/([0-9a-f-]+)/approve"', html)[-1]
    manager.post(f"/changes/{number}/approve", data={"seen_version": "1"})
    assert site.care.number("SELECT id_number FROM residents WHERE code = :c", c=GRANNY) is None


def test_a_position_elsewhere_takes_a_tick(site: Site) -> None:
    worker, path = site["worker"], "/households/H0-70-3/change/position"
    typed = _fill(worker, path, **lonlat(1.5), crs="EPSG:4490")
    warned = worker.post(path, data=typed)
    assert warned.status_code == 422
    assert 'name="leaves"' in warned.text
    assert "单元340405001001002" in warned.text
    assert "等待审批" in worker.post(path, data={**typed, "leaves": "1"}).text
    html = site["manager"].get("/changes").text
    assert "移到 单元340405001001002" not in html, "a manager answers for both"
    assert "移动 939 米" in html


def test_a_manager_sees_what_was_changed_meanwhile(site: Site) -> None:
    worker, manager = site["worker"], site["manager"]
    path = "/api/households/H0-70-4/changes"
    bodies = [change("correction", {"name": name}, resident="RH0-70-4") for name in ("甲", "乙")]
    numbers = [worker.post(path, json=body).json()["id"] for body in bodies]
    approve = [f"/changes/{number}/approve" for number in numbers]
    assert "已批准" in manager.post(approve[0], data={"seen_version": "1"}).text
    unseen = manager.post(approve[1], data={"seen_version": "1"})
    assert unseen.status_code == 409
    card = unseen.text.partition(f'id="change-{numbers[1]}"')[2].partition("</li>")[0]
    assert "期间已被改动" in card
    assert "甲" in card
    seen = field(card.replace('"seen_version"', '"seen"'), "seen")
    assert "已批准" in manager.post(approve[1], data={"seen_version": seen}).text
    again = manager.post(approve[1], data={"seen_version": seen})
    assert (again.status_code, "已有人处理" in again.text) == (409, True)


def test_a_change_is_returned_with_a_reason_and_seen_by_its_author(site: Site) -> None:
    worker, manager = site["worker"], site["manager"]
    body = change("died", {"on": "2026-01-01"}, resident="RH0-70-5")
    number = worker.post("/api/households/H0-70-5/changes", json=body).json()["id"]
    bare = manager.post(f"/changes/{number}/return", data={"reason": " "})
    assert bare.status_code == 422
    manager.post(f"/changes/{number}/return", data={"reason": "人还在<b>"})
    shown = worker.get("/changes").text
    assert "人还在&lt;b&gt;" in shown
    assert "已退回" in shown


def test_the_author_withdraws_and_nobody_else(site: Site) -> None:
    body = change("died", {"on": "2026-01-01"}, resident="RH0-70-6")
    number = site["worker"].post("/api/households/H0-70-6/changes", json=body).json()["id"]
    path = f"/changes/{number}/withdraw"
    assert site["manager"].post(path).status_code == 422
    assert site["colleague"].post(path).status_code == 404
    assert "已撤回" in site["worker"].post(path).text
    assert site["worker"].post(path).status_code == 409


@pytest.mark.parametrize("name", ["worker", "colleague", "planner", "admin"])
def test_who_does_not_decide_is_refused(site: Site, name: str) -> None:
    number = "00000000-0000-0000-0000-000000000000"
    for what in ("approve", "return"):
        assert site[name].post(f"/changes/{number}/{what}").status_code == 403
    assert site["manager"].post(f"/changes/{number}/approve").status_code == 404


def test_forms_without_their_token_change_nothing(site: Site) -> None:
    client = site["worker"]
    for path in (f"{_HOME}/visit", f"{_HOME}/note", f"{_HOME}/change/position"):
        typed = {"csrf": "x", "id": "1"}
        assert client.post(path, data=typed, headers={"X-CSRF-Token": ""}).status_code == 403
