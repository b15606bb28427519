"""Every route by every role: what a role may not ask for is refused, at every door alike."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
import sqlalchemy as sa
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from services import caller as callers
from services import rights
from services.caller import Caller, Role
from services.database import Database, Transaction
from services.rights import Door
from services.settings import Settings
from tests.conftest import Server
from tests.services import staff
from tests.web import departments, own_routes
from tests.web.conftest import Client, listening
from tests.web.own_routes import EVERY
from web import access, dependencies

PEOPLE = [(1, 2, 25)] * 8
ROLES = [account.name for account in staff.EVERYBODY]
# What stands in a path where a route has a place for it; nothing of this kind exists.
_FILLED = {
    "theme": "nothing",
    "code": "999999",
    "collection": "units",
    "feature": "340405",
    "number": "999999",
    "layer": "roads",
    "z": "3",
    "x": "6",
    "y": "3",
    "name": "nothing",
    "kind": "position",
}


ASKED = [(method, path) for method, path in own_routes.asked(EVERY) if path not in access.OPEN]


@dataclass(frozen=True)
class Site:
    """The service on the small district, with someone of each role logged in."""

    address: str
    url: str
    clients: dict[str, Client]


@pytest.fixture(scope="module")
def site(server: Server, template: str, tmp_path_factory) -> Iterator[Site]:
    name = server.clone(template)
    url = server.cluster.url(name)
    database = Database(url, pool_size=1)
    staff.hire(database, PEOPLE)
    database.close()
    home = tmp_path_factory.mktemp("doors")
    with listening(Settings(database_url=url, home=home)) as address:
        clients = {role: Client(address) for role in ROLES}
        for role, client in clients.items():
            client.log_in(role)
        yield Site(address, url, clients)
    server.drop(name)


def _filled(path: str) -> str:
    path = path.replace(":path}", "}")
    for part, value in _FILLED.items():
        path = path.replace("{" + part + "}", value)
    assert "{" not in path, f"say in _FILLED what stands for the parts of {path}"
    return path


LISTED = access.OPEN | access.ANYBODY | set(access.RIGHTS)


def test_every_route_says_what_it_takes() -> None:
    assert {route.path for route in EVERY} == LISTED, "a route without a right, or a right without"
    assert set(access.GRANTED) | access.KEYED <= set(access.RIGHTS)
    assert set(own_routes.unguarded(EVERY)) == {"/api/openapi.json"}, "asked before admit is"
    assert {"/api/openapi.json"} <= access.OPEN


def test_a_route_that_passes_by_the_routers_is_found() -> None:
    app = own_routes.application()
    app.mount("/files", StaticFiles(directory=Path(__file__).parent))
    app.router.routes.append(Route("/plain", lambda _: Response()))
    app.add_api_route("/added", lambda: None)
    routes = own_routes.of(app)
    assert {route.path for route in routes} - LISTED == {"/files", "/plain", "/added"}
    assert {"/files", "/plain"} < set(own_routes.unguarded(routes))
    assert ("*", "/files") in own_routes.asked(routes)


@pytest.mark.parametrize(("method", "path"), ASKED)
def test_nobody_gets_anything_without_logging_in(site: Site, method: str, path: str) -> None:
    answer = requests.request(
        method, site.address + _filled(path), allow_redirects=False, timeout=30
    )
    if path.startswith(("/api/", "/ogc", "/tiles/")):
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login")
    assert "340405" not in answer.text


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path"), ASKED)
def test_a_role_asks_for_what_its_rights_include(
    site: Site, role: str, method: str, path: str
) -> None:
    answer = site.clients[role].request(
        method, _filled(path), allow_redirects=False, headers={"Origin": site.address}
    )
    if path == "/logout":
        site.clients[role].cookies.clear()
        site.clients[role].log_in(role)
        return
    member = next(account.role for account in staff.EVERYBODY if account.name == role)
    allowed = path in access.ANYBODY or access.RIGHTS[path] in rights.OF_ROLE[member]
    assert (answer.status_code == 403) == (not allowed), answer.text
    assert answer.status_code < 500
    if not allowed:
        assert "340405001" not in answer.text.partition("<main")[2]


def asked_of(dependant: Dependant) -> list[str]:
    """Names of what an address may ask of a route, what it depends on included."""
    names = [name for part in dependant.dependencies for name in asked_of(part)]
    for part in dependant.query_params:
        model = part.field_info.annotation
        is_model = isinstance(model, type) and issubclass(model, BaseModel)
        names += list(model.model_fields) if is_model else [part.alias]
    return names


NARROWED = {
    route.path: asked
    for route in EVERY
    if hasattr(route, "dependant")
    if "GET" in (route.methods or ()) and (asked := asked_of(route.dependant))
}


@pytest.mark.parametrize("path", NARROWED)
def test_fields_left_empty_are_as_good_as_not_sent(site: Site, path: str) -> None:
    """A browser sends every field of a form, also those in which nothing was typed."""
    account = next(
        (a.name for a in staff.EVERYBODY if access.RIGHTS.get(path) in rights.OF_ROLE[a.role]),
        "planner",
    )
    answer = site.clients[account].get(_filled(path), params=dict.fromkeys(NARROWED[path], ""))
    assert answer.status_code < 500, answer.text


@pytest.fixture
def key(site: Site) -> Iterator[str]:
    with departments.granted(site.url, ["units", "coverage-day-care"]) as made:
        yield made


def _with_key(site: Site, path: str, key: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return requests.get(site.address + path, headers=headers, timeout=30, allow_redirects=False)


def test_a_department_gets_what_it_was_granted_and_nothing_else(site: Site, key: str) -> None:
    for path in (
        "/api/units",
        "/api/coverage/day-care",
        "/api/coverage/day-care/items",
        "/exports/units?format=csv",
    ):
        assert _with_key(site, path, key).status_code == 200, path
    for _, path in ASKED:
        granted = access.GRANTED.get(path, "").format(**_FILLED) in {"units", "coverage-day-care"}
        if not granted and path not in access.KEYED:
            assert _with_key(site, _filled(path), key).status_code in {403, 405}, path


def test_a_key_that_is_none_or_no_more_is_nobody(site: Site, key: str) -> None:
    database = Database(site.url, pool_size=1)
    with database.transaction(callers.operator()) as tx:
        tx.driver.execute("UPDATE api_keys SET revoked_at = now()")
        tx.commit()
    assert _with_key(site, "/api/units", key).status_code == 401
    with database.transaction(callers.operator()) as tx:
        tx.driver.execute("UPDATE api_keys SET revoked_at = NULL")
        tx.commit()
    database.close()
    for wrong in ("", "x", key[:-1], "'; DROP TABLE units; --"):
        assert _with_key(site, "/api/units", wrong).status_code == 401


def test_roles_are_all_tried() -> None:
    tried = {account.role for account in staff.EVERYBODY}
    assert tried == set(Role) - {Role.OPERATOR, Role.DEPARTMENT}


DOORS = {
    dependencies.reading: Door.FIGURES,
    dependencies.writing: Door.FIGURES,
    dependencies.meeting: Door.PEOPLE,
    dependencies.administering: Door.ADMIN,
}


@pytest.mark.parametrize("opened", DOORS, ids=lambda opened: opened.__name__)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR])
def test_a_transaction_of_a_route_takes_on_its_door(
    site: Site, opened: Callable[..., Iterator[Transaction]], role: Role
) -> None:
    database = Database(site.url, pool_size=1)
    with contextlib.contextmanager(opened)(
        SimpleNamespace(database=database), Caller("x", role)
    ) as tx:
        taken = tx.sql.execute(sa.text("SELECT current_user")).scalar_one()
    database.close()
    assert taken == DOORS[opened].value == tx.door.value
