"""The card and what is written on it, as scripts and phones ask for it."""

import re
from collections.abc import Iterator

import pytest

from tests.conftest import Server
from tests.services.households.caring import FOREIGN, GRANNY, HOME, ID_NUMBER, PHONE, lonlat
from tests.web import caring_site
from tests.web.caring_site import STORED, Site, change, note, visit

_PATH = f"/api/households/{HOME}"
_OTHER = "/api/households/H0-70-2"


@pytest.fixture(scope="module")
def site(server: Server, template: str, tmp_path_factory) -> Iterator[Site]:
    with caring_site.opened(server, template, tmp_path_factory.mktemp("api")) as opened:
        yield opened


def test_a_card_is_told_with_numbers_masked(site: Site) -> None:
    answer = site["worker"].get(_PATH)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["code"], told["unit"]["level"]) == (HOME, "grid")
    granny = told["residents"][0]
    assert (granny["name"], granny["id_number"], granny["phone"]) == (
        "王奶奶",
        "3404**********0020",
        "138****5678",
    )
    assert granny["version"] == 1
    centre = next(place for place in told["surroundings"]["places"] if place["code"] == "D1")
    assert centre["minutes"] == 8
    assert ID_NUMBER not in answer.text
    assert PHONE not in answer.text
    assert "account_id" not in answer.text


@pytest.mark.parametrize("name", ["worker", "manager", "township"])
def test_strangers_and_nobody_are_alike(site: Site, name: str) -> None:
    client = site[name]
    told = set()
    for code in (FOREIGN, "H9-99-9", "H' OR 1=1 --", "a/b", "nul%00"):
        asked = [
            client.get(f"/api/households/{code}"),
            client.post(f"/api/households/{code}/visits", json=visit()),
            client.post(f"/api/households/{code}/notes", json=note()),
            client.post(f"/api/households/{code}/changes", json=change("position", lonlat(0.5))),
        ]
        for answer in asked:
            assert answer.status_code == 404, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            words = re.sub(r"为 .*? 的户", "", answer.json()["detail"])
            told.add((answer.json()["type"], answer.json()["title"], words))
    assert len(told) == 1
    page = client.get(f"/households/{FOREIGN}")
    assert (page.status_code, "王奶奶" in page.text) == (404, False)


@pytest.mark.parametrize("name", ["planner", "admin"])
def test_who_may_see_nobody_is_refused(site: Site, name: str) -> None:
    assert site[name].get(_PATH).status_code == 403
    body = {"field": "phone"}
    assert site[name].post(f"/api/residents/{GRANNY}/reveal", json=body).status_code == 403


def test_one_number_is_opened_at_a_time(site: Site) -> None:
    path = f"/api/residents/{GRANNY}/reveal"
    answer = site["manager"].post(path, json={"field": "phone"})
    assert answer.json() == {"field": "phone", "value": PHONE}
    assert answer.headers["cache-control"] == "no-store"
    for wrong in ({"field": "name"}, {"field": ["phone"]}, {}, {"field": "phone", "more": 1}):
        assert site["manager"].post(path, json=wrong).status_code == 422
    for code in (f"R{FOREIGN}", "R", "R%00"):
        foreign = site["worker"].post(f"/api/residents/{code}/reveal", json={"field": "phone"})
        assert foreign.status_code == 404
        assert foreign.json()["type"] == "error.residents.unknown"
    lines = "SELECT count(*) FROM audit_log WHERE action = 'resident_reveal'"
    assert site.care.number(lines) == 1


def test_without_the_token_nothing_is_written(site: Site) -> None:
    client = site["worker"]
    for path, body in (
        (f"{_PATH}/visits", visit()),
        (f"{_PATH}/notes", note()),
        (f"/api/residents/{GRANNY}/reveal", {"field": "phone"}),
    ):
        for token in ("", "x" * 43):
            answer = client.post(path, json=body, headers={"X-CSRF-Token": token})
            assert answer.status_code == 403
            assert answer.json()["type"] == "error.request.form_token"


def test_sent_twice_it_counts_once_and_answers_alike(site: Site) -> None:
    for path, body in (
        (f"{_OTHER}/visits", visit(note="好")),
        (f"{_OTHER}/notes", note()),
        (f"{_OTHER}/changes", change("position", lonlat(0.6), note="东门")),
    ):
        first, second = (site["worker"].post(path, json=body) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()
        assert first.json()["id"] == body["id"]
        other = {**body, "note": "别的"} if "note" in body else {**body, "text": "别的"}
        clash = site["worker"].post(path, json=other)
        assert clash.status_code == 409
        assert clash.json()["type"].endswith(".id_used")
    told = site["worker"].get(_OTHER).json()
    assert [len(told[part]) for part in ("visits", "notes", "changes")] == [1, 1, 1]
    assert told["changes"][0]["state"] == "waiting"


def test_a_conflict_is_told_and_kept(site: Site) -> None:
    path, resident = "/api/households/H0-70-3/changes", "RH0-70-3"
    first = change("correction", {"name": "甲"}, resident=resident)
    number = site["worker"].post(path, json=first).json()["id"]
    approved = site["manager"].post(f"/changes/{number}/approve", data={"seen_version": "1"})
    assert approved.status_code == 200
    second = change("correction", {"name": "乙", "lives_alone": True}, resident=resident)
    answer = site["worker"].post(path, json=second)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["state"], told["conflicts"]) == ("waiting", ["name"])
    assert told["before"] == {"name": "甲", "lives_alone": False}
    assert (told["base_version"], told["version"]) == (1, 2)
    assert site["worker"].get("/api/households/H0-70-3").json()["residents"][0]["name"] == "甲"


@pytest.mark.parametrize(
    "body",
    [
        visit(outcome="danced"),
        visit(visited_at="2026-11-01T10:00:00"),
        visit(visited_at="2999-11-01T10:00:00Z"),
        visit(id="1"),
        visit(note="x" * 5001),
        visit(note="\x00"),
        visit(household=FOREIGN),
        [],
        "x",
        None,
    ],
)
def test_a_visit_that_cannot_be_is_refused(site: Site, body: object) -> None:
    answer = site["worker"].post(f"{_PATH}/visits", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "x" * 1001}, "name"),
        ({"id_number": "340405194001020021"}, "id_number"),
        ({"birth_date": "1940-13-01"}, "birth_date"),
        ({"phone": "1; DROP TABLE residents"}, "phone"),
        ({"tags": ["=HYPERLINK(1)"]}, "tags"),
        ({"disability_grade": 9}, "disability_grade"),
        ({"version": 7}, "version"),
    ],
)
def test_a_fault_is_told_by_field(site: Site, values: dict[str, object], field: str) -> None:
    body = change("correction", values, resident=GRANNY)
    answer = site["worker"].post(f"{_PATH}/changes", json=body)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert answer.json()["errors"][field]


def test_ten_megabytes_are_too_many(site: Site) -> None:
    body = change("correction", {"name": "名" * 4_000_000}, resident=GRANNY)
    assert site["worker"].post(f"{_PATH}/changes", json=body).status_code in {413, 422}


def test_what_others_wrote_is_text(site: Site) -> None:
    home, worker = "/api/households/H0-70-4", site["worker"]
    worker.post(f"{home}/visits", json=visit(note=STORED))
    worker.post(f"{home}/notes", json=note(text=STORED))
    body = change("correction", {"name": STORED}, resident="RH0-70-4", note=STORED)
    number = worker.post(f"{home}/changes", json=body).json()["id"]
    moved = change("moved", {"on": "2026-01-01", "to": STORED}, resident="RH0-70-4")
    worker.post(f"{home}/changes", json=moved)
    manager = site["manager"]
    pages = [manager.get(path).text for path in ("/households/H0-70-4", "/changes")]
    manager.post(f"/changes/{number}/approve", data={"seen_version": "1"})
    form = "/households/H0-70-4/change/correction?resident=RH0-70-4"
    pages += [manager.get(path).text for path in ("/households/H0-70-4", form)]
    for html in pages:
        assert "<script>document" not in html
        assert "&lt;script&gt;document" in html
    assert worker.get(home).json()["notes"][0]["text"] == STORED
