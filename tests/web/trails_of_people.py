"""Routes that show people or change what is held of them, with the lines they leave."""

from uuid import uuid4

from tests.services.households import caring
from tests.services.households.caring import GRANNY, HOME, ID_NUMBER, TODAY, lonlat
from tests.services.small_district import place
from tests.web.caring_site import Site, change, note, visit
from tests.web.trails import REFUSED, SECRET, Case, Made


def _typed_visit(**changed: object) -> Made:
    return {"data": visit(note=SECRET, visited_at=caring.NOW.isoformat()[:16], **changed)}


def _waiting(site: Site) -> Made:
    """Let the worker propose something, for somebody else to decide on."""
    values: dict[str, object] = {**lonlat(0.52)}
    version = int(str(site.care.number("SELECT version FROM households WHERE code = :c", c=HOME)))
    sent = {**change("position", values), "base_version": version, "note": SECRET}
    answer = site["worker"].post(f"/api/households/{HOME}/changes", json=sent)
    assert answer.status_code == 201, answer.text
    return {"number": sent["id"], "seen": version}


def _round(site: Site) -> Made:
    data = {"homes": [HOME], "lon": place(0.5).x, "lat": place(0.5).y}
    answer = site["worker"].post("/due/round", data=data, allow_redirects=False)
    assert answer.status_code == 303, answer.text
    return {"plan": answer.headers["location"].partition("plan=")[2].partition("&")[0]}


def _kind(site: Site) -> Made:
    with site.care.staff.owner() as tx:
        tx.driver.execute("DELETE FROM assistance")
        tx.commit()
    return {"kind": "old_age_allowance"}


def _granted(site: Site) -> Made:
    data = {"resident": GRANNY, "kind": _kind(site)["kind"], "begins": "2026-01-01"}
    sent = {**data, "reason": SECRET}
    answer = site["township"].post("/assistance/grants", data=sent, allow_redirects=False)
    assert answer.status_code == 303, answer.text
    return {"number": site.care.number("SELECT max(id) FROM assistance")}


_HOME = {"code": HOME}
_ONE_CHANGE = {"code": HOME, "kind": "moved"}
_MOVED = {"resident": GRANNY, "on": TODAY.isoformat(), "base_version": "1"}
_LOOK = ("household_look",)
_PEOPLE = [
    Case("GET", "/due", ("due_look",), who="worker"),
    Case("POST", "/due/round", who="worker", status=303, why="leads to the round, which is a line",
         send={"data": {"homes": HOME}}),
    Case("GET", "/due/round", ("round_plan",), who="worker", make=_round,
         send={"params": {"plan": "{plan}"}}),
    Case("GET", "/households", ("household_search",), send={"params": {"q": SECRET}}),
    Case("GET", "/households", status=422, why="refused: nobody is shown",
         send={"params": {"radius": "5", "q": SECRET}}),
    Case("POST", "/households", status=303, why="leads to the search, which is a line",
         send={"data": {"name": SECRET}}),
    Case("POST", "/households?radius=5", status=422, why="refused: nobody is shown",
         send={"data": {"name": SECRET}}),
    Case("GET", "/api/households", ("household_search",), send={"params": {"q": SECRET}}),
    Case("GET", "/api/households", why=REFUSED, status=422, send={"params": {"radius": "5"}}),
    Case("POST", "/api/households/search", ("household_search",), send={"json": {"name": SECRET}}),
    Case("POST", "/api/households/search", why=REFUSED, status=422,
         send={"json": {"name": SECRET, "radius": 5}}),
    Case("GET", "/households/{code:path}", _LOOK, at=_HOME),
    Case("GET", "/households/{code:path}", status=404, at={"code": "H9"}, why=REFUSED),
    Case("GET", "/api/households/{code:path}", _LOOK, at=_HOME),
    Case("GET", "/households/{code:path}/visit", _LOOK, at=_HOME),
    Case("POST", "/households/{code:path}/visit", ("visit_log",), at=_HOME, status=303,
         send=_typed_visit()),
    Case("POST", "/households/{code:path}/visit", _LOOK, at=_HOME, status=422,
         send=_typed_visit(outcome="x")),
    Case("GET", "/households/{code:path}/note", _LOOK, at=_HOME),
    Case("POST", "/households/{code:path}/note", ("note_add",), at=_HOME, status=303,
         send={"data": note(text=SECRET)}),
    Case("POST", "/households/{code:path}/note", _LOOK, at=_HOME, status=422,
         send={"data": note(text="")}),
    Case("GET", "/households/{code:path}/change/{kind}", _LOOK, at=_ONE_CHANGE,
         send={"params": {"resident": GRANNY}}),
    Case("POST", "/households/{code:path}/change/{kind}", ("change_propose",), at=_ONE_CHANGE,
         status=303, send={"data": {**_MOVED, "id": str(uuid4()), "to": SECRET, "note": SECRET}}),
    Case("POST", "/households/{code:path}/change/{kind}", _LOOK, at=_ONE_CHANGE, status=422,
         send={"data": {**_MOVED, "id": str(uuid4()), "on": SECRET}}),
    Case("POST", "/api/households/{code:path}/visits", ("visit_log",), at=_HOME, status=201,
         send={"json": visit(note=SECRET)}),
    Case("POST", "/api/households/{code:path}/visits", at=_HOME, status=422, why=REFUSED,
         send={"json": visit(rule=SECRET)}),
    Case("POST", "/api/households/{code:path}/notes", ("note_add",), at=_HOME, status=201,
         send={"json": note(text=SECRET)}),
    Case("POST", "/api/households/{code:path}/notes", at=_HOME, status=422, why=REFUSED,
         send={"json": note(text="")}),
    Case("POST", "/api/households/{code:path}/changes", ("change_propose",), at=_HOME, status=201,
         send={"json": {**change("position", lonlat(0.51)), "note": SECRET}}),
    Case("POST", "/api/households/{code:path}/changes", at=_HOME, status=422, why=REFUSED,
         send={"json": change("position", lonlat(40))}),
    Case("POST", "/api/residents/{code:path}/reveal", ("resident_reveal",), at={"code": GRANNY},
         send={"json": {"field": "phone"}}),
    Case("POST", "/api/residents/{code:path}/reveal", at={"code": "R9"}, status=404, why=REFUSED,
         send={"json": {"field": "phone"}}),
    Case("POST", "/residents", ("resident_search",), send={"data": {"number": ID_NUMBER}}),
    Case("POST", "/residents", status=422, why="refused: nobody is shown",
         send={"data": {"number": SECRET}}),
    Case("POST", "/residents/{code:path}/held", ("resident_export",), at={"code": GRANNY}),
    Case("POST", "/residents/{code:path}/held", ("resident_export",), at={"code": GRANNY},
         send={"data": {"form": "json"}}),
    Case("GET", "/changes", ("change_look",)),
    Case("POST", "/changes/{number}/approve", ("change_approve",), make=_waiting, status=303,
         send={"data": {"seen_version": "{seen}"}}),
    Case("POST", "/changes/{number}/approve", ("change_look",), make=_waiting, status=409,
         send={"data": {"seen_version": SECRET}}),
    Case("POST", "/changes/{number}/return", ("change_return",), make=_waiting, status=303,
         send={"data": {"reason": SECRET}}),
    Case("POST", "/changes/{number}/return", ("change_look",), make=_waiting, status=422,
         send={"data": {"reason": ""}}),
    Case("POST", "/changes/{number}/withdraw", ("change_withdraw",), who="worker", make=_waiting,
         status=303),
    Case("POST", "/changes/{number}/withdraw", ("change_look",), who="manager", make=_waiting,
         status=422),
    Case("POST", "/due/round", who="worker", status=404, why=REFUSED, send={"data": {"homes": "H9"}}),
    Case("POST", "/residents/{code:path}/held", at={"code": "R9"}, status=404, why=REFUSED),
    Case("GET", "/assistance", ("assistance_look",)),
    Case("POST", "/assistance/grants", ("assistance_grant",), make=_kind, status=303, send={
        "data": {"resident": GRANNY, "kind": "{kind}", "begins": "2026-01-01", "reason": SECRET}}),
    Case("POST", "/assistance/{number}/end", ("assistance_end",), make=_granted, status=303,
         send={"data": {"ends": "2026-06-01", "reason": SECRET}}),
    Case("GET", "/api/offline", ("offline_take",), who="worker"),
    Case("POST", "/api/outbox", ("visit_log", "note_add"), who="worker", send={"json": {"items": [
        {"type": "visit", "household": HOME, **visit(note=SECRET)},
        {"type": "note", "household": HOME, **note(text=SECRET)}]}}),
    Case("POST", "/api/outbox", who="worker", why=REFUSED, send={"json": {"items": [
        {"type": "note", "household": "H7-70-1", **note(text=SECRET)}]}}),
    Case("GET", "/exports/{collection}", ("household_export",), at={"collection": "households"}),
    Case("GET", "/exports/{collection}", ("export",), who="planner",
         at={"collection": "coverage-day-care"}, send={"params": {"format": "csv"}}),
    Case("GET", "/exports/{collection}", who="planner", why=REFUSED, status=404,
         at={"collection": "households"}),
    Case("GET", "/exports/{collection}", who="planner", why=REFUSED, status=404,
         at={"collection": "units"}, send={"params": {"unit": "99"}}),
]  # fmt: skip

_LISTED_AGAIN = [
    Case("POST", "/assistance/grants", ("assistance_look",), make=_kind, status=422, send={
        "data": {"resident": GRANNY, "kind": "{kind}", "begins": "2026-01-01", "reason": ""}}),
    Case("POST", "/assistance/{number}/end", ("assistance_look",), make=_granted, status=422,
         send={"data": {"ends": "2026-06-01", "reason": ""}}),
]  # fmt: skip

CASES = [*_PEOPLE, *_LISTED_AGAIN]
