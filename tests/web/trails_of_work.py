"""Routes of places, work and administration, with the lines they leave: none of them shows a resident."""

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

from services.patrol import plan_jobs, planning
from services.patrol.planning import PlanAsked
from services.themes.patrol import Patrol
from tests.services import small_district
from tests.services.households.caring import GRANNY, TODAY
from tests.services.small_district import DISTRICT, GRIDS, place
from tests.web.caring_site import Site
from tests.web.conftest import Client
from tests.web.trails import REFUSED, SECRET, Case, Made

_TOMORROW = (TODAY + timedelta(days=1)).isoformat()

_FIGURES = "places and figures, no person; drawn by maps"
_ROOM = "a form with nobody in it"
_STAFF = "accounts, keys, roster: no resident"
_WORK = "work and its history, no person; what it changes leaves its own line"
_RULES = "rules, no person"
_SELF = "what one is told of oneself"
_OPEN = "for everybody, no data"
_COUNTS = "numbers of visits and of homes, nobody named"


def _quiet(why: str, who: str, *paths: str, **more: Any) -> list[Case]:
    return [Case("GET", path, who=who, why=why, **more) for path in paths]


_AT = {
    "code": GRIDS[0], "collection": "units", "feature": DISTRICT, "layer": "roads",
    "z": "3", "x": "6", "y": "3",
}  # fmt: skip
_SCREENS = [
    *_quiet(_FIGURES, "planner", "/", "/units", "/units/{code}", "/facilities", "/exports",
            "/exports/{collection}/about", "/maps/day-care", "/maps/ramps", "/maps/patrol",
            "/api/coverage/day-care", "/api/coverage/day-care/items", "/api/hot-spots",
            "/api/coverage/ramps", "/api/coverage/ramps/items", "/api/coverage/ramps/mendings",
            "/api/coverage/ramps/survey", "/api/coverage/ramps/areas", "/api/coverage/ramps/scene",
            "/api/ramps", "/api/entrances", "/api/coverage/patrol", "/api/coverage/patrol/items",
            "/api/patrol/routes", "/api/patrol/sections", "/api/units", "/api/facilities",
            "/api/service-areas", "/ogc", "/ogc/", "/ogc/conformance", "/ogc/collections",
            "/ogc/collections/{collection}", "/ogc/collections/{collection}/items",
            "/ogc/collections/{collection}/items/{feature}", "/tiles/{layer}/{z}/{x}/{y}.mvt",
            "/patrol/routes", "/patrol/plans", "/patrol/routes/new", at=_AT),
    Case("GET", "/api/units/search", who="planner", why=_FIGURES, send={"params": {"q": "单元"}}),
    Case("GET", "/api/patrol/way", who="planner", why=_FIGURES, send={"params": {
        "points": f"{place(0.1).x},{place(0.1).y},{place(0.9).x},{place(0.9).y}"}}),
    *_quiet(_FIGURES, "planner", "/api/coverage/{theme}", "/api/coverage/{theme}/items",
            at={"theme": "nothing"}, status=404),
    *_quiet(_RULES, "planner", "/visits/rules", "/assistance/rules"),
    *_quiet(_WORK, "planner", "/imports", "/jobs"),
    *_quiet(_STAFF, "admin", "/admin", "/roster", "/admin/accounts/{name}", at={"name": "worker"}),
    *_quiet(_SELF, "worker", "/account", "/api/session"),
    *_quiet(_OPEN, "worker", "/healthz", "/readyz", "/metrics", "/login", "/offline", "/sw.js",
            "/manifest.webmanifest", "/api/openapi.json"),
    *_quiet(_OPEN, "worker", "/static/{name:path}", "/assets/{name:path}",
            at={"name": "nothing"}, status=404),
    *_quiet("without a provider there is none; with one it leaves the lines of /login", "worker",
            "/login/oidc", "/login/oidc/return", status=404),
    *_quiet(_COUNTS, "manager", "/visits", "/api/offline/choices"),
    Case("GET", "/residents", why=_ROOM),
    Case("GET", "/residents/{code:path}/held", at={"code": GRANNY}, why=_ROOM),
]  # fmt: skip


def _drawn(site: Site) -> Made:
    """Draw a route, for it to be changed."""
    code = f"R-{uuid4().hex[:8]}"
    form = {**_ROUTE, "code": code}
    answer = site["planner"].post("/patrol/routes/new", data=form, allow_redirects=False)
    assert answer.status_code == 303, answer.text
    return {"code": code}


def _planned(site: Site) -> Made:
    database = site.care.staff.database
    asked = PlanAsked(GRIDS[0], patrols=1, seconds=1, weekdays=(2,))
    task = plan_jobs.prepared(database, Patrol(), asked, small_district.DAY)
    *_, best = planning.work(task)
    return {"number": plan_jobs.keep(database, task, best, small_district.DAY)}


_ROUTE = {
    "name": SECRET, "team": SECRET, "weekdays": ["2"], "from": "2026-11-01",
    "points": "\n".join(f"{place(x).x:.7f}, {place(x).y:.7f}" for x in (0.1, 0.9)),
}  # fmt: skip
_PATROL = [
    Case("POST", "/patrol/routes/new", ("route_draw",), who="planner", status=303,
         send={"data": _ROUTE}),
    Case("POST", "/patrol/routes/new", who="planner", status=422, why=REFUSED,
         send={"data": {**_ROUTE, "points": ""}}),
    Case("GET", "/patrol/routes/{code:path}/change", who="planner", make=_drawn, why=_FIGURES),
    Case("POST", "/patrol/routes/{code:path}/change", ("route_change",), who="planner",
         make=_drawn, status=303, send={"data": _ROUTE}),
    Case("POST", "/patrol/routes/{code:path}/end", ("route_end",), who="planner", make=_drawn,
         status=303, send={"data": {"last": _TOMORROW}}),
    Case("GET", "/patrol/plans/{number}", who="planner", make=_planned, why=_FIGURES),
    Case("POST", "/patrol/plans/{number}/cancel", who="planner", make=_planned, status=303,
         why=_WORK),
    Case("POST", "/patrol/plans/{number}/adopt", ("route_adopt",), who="planner", make=_planned,
         status=303),
    Case("POST", "/patrol/plans", who="planner", status=303, why=_WORK,
         send={"data": {"unit": GRIDS[0], "patrols": "1", "seconds": "1", "weekdays": ["2"]}}),
]  # fmt: skip


def _checked(site: Site) -> Made:
    """Upload a file with faults and have it checked."""
    rows = "code,kind,name,lon,lat\nN1,day_care,x,116.805,32.605\nN2,palace,x,116.805,32.605\n"
    answer = site["planner"].post(
        "/imports",
        data={"kind": "facilities"},
        files={"file": ("places.csv", rows.encode())},
        allow_redirects=False,
    )
    assert answer.status_code == 303, answer.text
    return finished(site, answer.headers["location"])


def finished(site: Site, path: str) -> Made:
    """Wait until nothing happens any more in a job."""
    for _ in range(300):
        if "hx-get" not in site["planner"].get(path).text:
            return {"number": path.rpartition("/")[2]}
        time.sleep(0.1)
    message = f"{path} does not end"
    raise AssertionError(message)


_IMPORTS = [
    Case("POST", "/imports", who="planner", status=422, why=REFUSED,
         send={"data": {"kind": "facilities", "crs": SECRET}, "files": {"file": ("a.csv", b"x")}}),
    Case("GET", "/imports/{number}/rejects", ("import_rejects",), who="planner", make=_checked),
    Case("POST", "/imports/{number}/apply", ("import_done",), who="planner", make=_checked,
         status=303, send={"data": {"on_error": "reject"}}),
    Case("POST", "/imports/{number}/discard", who="planner", make=_checked, status=303, why=_WORK),
    Case("GET", "/jobs/{number}", who="planner", make=_checked, why=_WORK),
    Case("POST", "/jobs/{number}/cancel", who="planner", make=_checked, status=303, why=_WORK),
]  # fmt: skip


def _left(site: Site) -> Made:
    """Open a session on a phone; return what ends it."""
    phone = Client(site.address)
    phone.log_in("worker")
    return {"leave": phone.get("/api/offline").json()["leave"]}


def _newcomer(site: Site) -> Made:
    """Make an account, and let it log in."""
    name = f"new-{uuid4().hex[:6]}"
    sent = {"name": name, "role": "grid_worker", "display_name": SECRET, "units": GRIDS[6]}
    answer = site["admin"].post("/admin/accounts", data=sent)
    assert answer.status_code == 200, answer.text
    return {"name": name}


def _disabled(site: Site) -> Made:
    made = _newcomer(site)
    site["admin"].post(f"/admin/accounts/{made['name']}/disable")
    return made


def _key(site: Site) -> Made:
    name = f"key-{uuid4().hex[:6]}"
    site["admin"].post("/admin/keys", data={"name": name, "collections": "units"})
    return {"name": name}


def _enrolled(site: Site) -> Made:
    made = _newcomer(site)
    sent = {"name": made["name"], "hired_on": "2026-01-01"}
    answer = site["admin"].post("/roster/employments", data=sent, allow_redirects=False)
    assert answer.status_code == 303, answer.text
    return made


_ADMIN = [
    Case("POST", "/admin/accounts", ("account_add",), who="admin", send={"data": {
        "name": "another", "role": "planner", "display_name": SECRET}}),
    Case("POST", "/admin/accounts", who="admin", status=422, why=REFUSED, send={"data": {
        "name": "!", "role": "planner", "display_name": SECRET}}),
    Case("POST", "/admin/accounts/{name}/password", ("account_password",), who="admin",
         make=_newcomer),
    Case("POST", "/admin/accounts/{name}/disable", ("account_disable",), who="admin",
         make=_newcomer, status=303),
    Case("POST", "/admin/accounts/{name}/enable", ("account_enable",), who="admin",
         make=_disabled, status=303),
    Case("POST", "/admin/accounts/{name}/units", ("account_scopes",), who="admin", make=_newcomer,
         status=303, send={"data": {"unit": GRIDS[7], "begins": "", "ends": ""}}),
    Case("POST", "/admin/accounts/{name}/units", who="admin", make=_newcomer, status=422,
         why=REFUSED, send={"data": {"unit": SECRET, "begins": "", "ends": ""}}),
    Case("POST", "/admin/keys", ("key_add",), who="admin", send={"data": {
        "name": "卫健委", "collections": "units"}}),
    Case("POST", "/admin/keys", who="admin", status=422, why=REFUSED,
         send={"data": {"name": SECRET}}),
    Case("POST", "/admin/keys/revoke", ("key_revoke",), who="admin", make=_key, status=303,
         send={"data": {"name": "{name}"}}),
    Case("GET", "/admin/audit", ("audit_look",), who="admin"),
    Case("GET", "/admin/audit", ("audit_verify", "audit_look"), who="admin",
         send={"params": {"check": "1"}}),
    Case("GET", "/admin/audit", ("audit_look",), who="admin", status=422,
         send={"params": {"check": "1", "head": SECRET}}),
    Case("POST", "/assistance/rules/{kind}", ("assistance_rule_change",), who="admin", status=303,
         at={"kind": "old_age_allowance"},
         send={"data": {"min_age": "81", "source": SECRET, "active": "on"}}),
    Case("POST", "/visits/rules/{name}", ("visit_rule_change",), who="admin", status=303,
         at={"name": "check_up"}, send={"data": {"interval_days": "300", "active": "on"}}),
    Case("POST", "/roster/employments", ("roster_enrol",), who="admin", make=_newcomer,
         status=303, send={"data": {"name": "{name}", "hired_on": "2026-01-01",
                                    "birth_date": "1991-02-03", "certificate_number": SECRET}}),
    Case("POST", "/roster/trainings", ("roster_train",), who="admin", make=_enrolled, status=303,
         send={"data": {"name": "{name}", "held_on": "2026-02-01", "hours": "4",
                        "title": SECRET}}),
    Case("POST", "/account/password", ("account_password",), who="colleague", status=303,
         send={"data": {"old": "correct horse battery", "new": f"{SECRET}-abcdef"}}),
    Case("POST", "/account/password", ("account_password_failed",), who="manager", status=422,
         send={"data": {"old": SECRET, "new": f"{SECRET}-abcdef"}}),
    Case("POST", "/logout/left", ("logout",), who="colleague", make=_left, status=204,
         send={"data": {"leave": "{leave}"}}),
    Case("POST", "/logout/left", who="colleague", status=204, send={"data": {"leave": SECRET}},
         why="ends nothing"),
    Case("POST", "/logout", ("logout",), who="colleague", status=303),
]  # fmt: skip

CASES = [*_SCREENS, *_PATROL, *_IMPORTS, *_ADMIN]
