"""The API does what its description says, whatever it is asked (schemathesis)."""

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
from tests.web.conftest import Client
from web.app import create_app

_DESCRIPTION = create_app(Settings()).openapi()
_SCHEMA = schemathesis.openapi.from_dict(_DESCRIPTION)
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_every_route_of_the_interface_is_described() -> None:
    assert set(_DESCRIPTION["paths"]) == {
        "/api/coverage/{theme}",
        "/api/coverage/{theme}/items",
        "/api/facilities",
        "/api/hot-spots",
        "/api/service-areas",
        "/api/units",
        "/api/units/search",
        "/tiles/{layer}/{z}/{x}/{y}.mvt",
    }


@pytest.mark.parametrize("path", sorted(_DESCRIPTION["paths"]))
def test_any_question_has_an_answer(client: Client, path: str) -> None:
    @settings(max_examples=20, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        case = data.draw(_SCHEMA[path]["GET"].as_strategy())
        case.call_and_validate(
            base_url=client.address, checks=_CHECKS, headers={"Accept-Language": "en"}
        )

    ask()
