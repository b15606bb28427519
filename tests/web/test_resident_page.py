"""All that is held about somebody: shown to managers of their own units, and kept that it was."""

import json
import re
from collections.abc import Iterator

import pytest

from services import audit
from tests.conftest import Server
from tests.services.households.caring import FOREIGN, GRANNY, HOME, ID_NUMBER, PHONE
from tests.web import caring_site
from tests.web.caring_site import STORED, Site, change, note

PATH = f"/residents/{GRANNY}/held"


@pytest.fixture(scope="module")
def site(server: Server, template: str, tmp_path_factory) -> Iterator[Site]:
    with caring_site.opened(server, template, tmp_path_factory.mktemp("held")) as opened:
        yield opened


def test_it_is_asked_for_before_anything_is_opened(site: Site) -> None:
    page = site["manager"].get(PATH).text
    assert GRANNY in page
    assert "王奶奶" not in page
    assert PHONE not in page
    assert f'href="/households/{HOME}/change/correction?resident={GRANNY}"' in page
    assert PATH in site["manager"].get(f"/households/{HOME}").text
    assert PATH not in site["worker"].get(f"/households/{HOME}").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_is_shown_in_words_and_kept_that_it_was(site: Site, language: str) -> None:
    worker, home = site["worker"], f"/api/households/{HOME}"
    assert worker.post(f"{home}/notes", json=note(text=STORED)).ok
    corrected = change("correction", {"tags": ["volunteer"]}, resident=GRANNY)
    assert worker.post(f"{home}/changes", json=corrected).ok
    answer = site["manager"].post(PATH, data={}, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert "no-store" in answer.headers["cache-control"]
    for held in ("王奶奶", ID_NUMBER, PHONE, HOME):
        assert held in answer.text
    assert STORED not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert not re.search(r"\b(held|person|audit|change|visit)\.[a-z_.]+\b", answer.text)
    with site.care.staff.owner() as tx:
        (line, *_) = audit.lines(tx, audit.Filter(action="resident_export"))
    assert (line.caller, line.subject) == ("manager", GRANNY)


def test_it_is_taken_along_as_a_file(site: Site) -> None:
    answer = site["township"].post(PATH, data={"form": "json"})
    assert "attachment" in answer.headers["content-disposition"]
    assert "no-store" in answer.headers["cache-control"]
    content = json.loads(answer.text)
    assert content["resident"]["id_number"] == ID_NUMBER
    assert content["household"]["code"] == HOME


@pytest.mark.parametrize("code", [f"R{FOREIGN}", "nobody", "x' OR '1'='1"])
def test_others_people_are_not_there(site: Site, code: str) -> None:
    for ask in (site["manager"].get, site["manager"].post):
        answer = ask(f"/residents/{code}/held")
        assert answer.status_code == 404
        assert "某某" not in answer.text
    assert site["worker"].post(PATH).status_code == 403
    assert site["admin"].get(PATH).status_code == 403


def test_a_form_that_is_none_gives_nothing_out(site: Site) -> None:
    assert site["manager"].post(PATH, data={"form": "xml"}).status_code == 422


def test_households_are_taken_along_by_managers_only(site: Site) -> None:
    page = site["manager"].get("/exports", headers={"Accept-Language": "en"}).text
    assert "exports/households" in page
    assert not re.search(r"\bexports?\.[a-z_.]+\b", page)
    answer = site["manager"].get("/exports/households", params={"format": "csv"})
    assert answer.status_code == 200
    assert "no-store" in answer.headers["cache-control"]
    assert HOME in answer.text
    assert FOREIGN not in answer.text
    for name in ("worker", "planner", "admin"):
        assert "exports/households" not in site[name].get("/exports").text
        refused = site[name].get("/exports/households")
        unknown = site[name].get("/exports/nothing")
        assert refused.status_code == unknown.status_code == 404
        assert HOME not in refused.text


def test_somebody_is_found_by_a_whole_number_that_is_shown_nowhere(site: Site) -> None:
    for language in ("zh", "en"):
        answer = site["worker"].post(
            "/residents", data={"number": PHONE}, headers={"Accept-Language": language}
        )
        assert f'href="/households/{HOME}"' in answer.text
        assert PHONE not in answer.text
        assert not re.search(r"\b(people|find)\.[a-z_.]+\b", answer.text)
    assert "王奶奶" not in site["colleague"].post("/residents", data={"number": PHONE}).text
    wrong = site["worker"].post("/residents", data={"number": ID_NUMBER[:-1] + "1"})
    assert wrong.status_code == 422
    assert ID_NUMBER[:-1] not in wrong.text
    assert 'href="/residents"' in site["worker"].get("/households").text
    for name in ("planner", "admin"):
        assert site[name].post("/residents", data={"number": PHONE}).status_code == 403
