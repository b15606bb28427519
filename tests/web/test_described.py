"""The API does what its description says, whatever it is asked (schemathesis)."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.settings import Settings
from tests.conftest import Server
from tests.web import caring_site
from tests.web.conftest import Client
from web import access
from web.app import create_app

_DESCRIPTION = create_app(Settings()).openapi()
_SCHEMA = schemathesis.openapi.from_dict(_DESCRIPTION)
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


_OPERATIONS = sorted(
    (path, method.upper()) for path, methods in _DESCRIPTION["paths"].items() for method in methods
)


def test_every_route_of_the_interface_is_described() -> None:
    assert set(_OPERATIONS) == {
        ("/api/coverage/ramps", "GET"),
        ("/api/coverage/ramps/areas", "GET"),
        ("/api/coverage/ramps/items", "GET"),
        ("/api/coverage/ramps/mendings", "GET"),
        ("/api/coverage/ramps/scene", "GET"),
        ("/api/coverage/ramps/survey", "GET"),
        ("/api/entrances", "GET"),
        ("/api/ramps", "GET"),
        ("/api/coverage/patrol", "GET"),
        ("/api/coverage/patrol/items", "GET"),
        ("/api/patrol/routes", "GET"),
        ("/api/patrol/sections", "GET"),
        ("/api/patrol/way", "GET"),
        ("/api/coverage/day-care", "GET"),
        ("/api/coverage/day-care/items", "GET"),
        ("/api/facilities", "GET"),
        ("/api/hot-spots", "GET"),
        ("/api/households", "GET"),
        ("/api/households/search", "POST"),
        ("/api/households/{code}", "GET"),
        ("/api/households/{code}/changes", "POST"),
        ("/api/households/{code}/notes", "POST"),
        ("/api/households/{code}/visits", "POST"),
        ("/api/offline", "GET"),
        ("/api/offline/choices", "GET"),
        ("/api/outbox", "POST"),
        ("/api/residents/{code}/reveal", "POST"),
        ("/api/service-areas", "GET"),
        ("/api/session", "GET"),
        ("/api/units", "GET"),
        ("/api/units/search", "GET"),
        ("/ogc/", "GET"),
        ("/ogc/collections", "GET"),
        ("/ogc/collections/{collection}", "GET"),
        ("/ogc/collections/{collection}/items", "GET"),
        ("/ogc/collections/{collection}/items/{feature}", "GET"),
        ("/ogc/conformance", "GET"),
        ("/tiles/{layer}/{z}/{x}/{y}.mvt", "GET"),
    }


@pytest.mark.parametrize(("path", "method"), _OPERATIONS)
def test_any_question_has_an_answer(client: Client, path: str, method: str) -> None:
    _ask(client, path, method)


@pytest.mark.parametrize(("path", "method"), [o for o in _OPERATIONS if "/households/" in o[0]])
def test_any_question_about_people_has_an_answer(staffed: Client, path: str, method: str) -> None:
    _ask(staffed, path, method)


@pytest.fixture(scope="module")
def staffed(server: Server, template: str, tmp_path_factory) -> Iterator[Client]:
    with caring_site.opened(server, template, tmp_path_factory.mktemp("described")) as site:
        yield site["manager"]


def _ask(client: Client, path: str, method: str) -> None:
    session = {"Cookie": f"{access.COOKIE}={client.cookies.get(access.COOKIE)}"}
    headers = {**session, "X-CSRF-Token": str(client.headers["X-CSRF-Token"])}

    @settings(max_examples=20, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        case = data.draw(_SCHEMA[path][method].as_strategy())
        case.call_and_validate(
            base_url=client.address,
            checks=_CHECKS,
            headers={"Accept-Language": "en", **headers},
        )

    ask()
