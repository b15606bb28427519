"""What the service refuses before anything else, and what it makes browsers refuse."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
import structlog
import structlog.testing

from tests.web.conftest import Client
from web import assets, security


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.5", "", "[::2]"]
)
def test_a_foreign_name_gets_nothing(client: Client, host: str) -> None:
    for path in ("/", "/api/coverage/day-care", "/healthz"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 421
        assert "340405" not in answer.text


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000", "127.8.8.8"]
)
def test_names_of_this_machine_are_answered(client: Client, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_bound_to_other_machines_it_answers_by_their_names(host: str) -> None:
    answers = security.names_of(host)
    assert answers("wangge.example")
    assert not answers("")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:9"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 404),
        ({"Origin": "own"}, 404),
        ({}, 404),
    ],
)
def test_forms_come_from_our_own_pages(
    client: Client, headers: dict[str, str], status: int
) -> None:
    sent = {name: client.address if value == "own" else value for name, value in headers.items()}
    assert client.post("/jobs/1/cancel", headers=sent).status_code == status


def test_pages_may_run_our_scripts_only(client: Client) -> None:
    first, second = (client.get("/maps/day-care") for _ in range(2))
    policy = first.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert policy != second.headers["content-security-policy"], "a nonce is used once"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["referrer-policy"] == "same-origin"


def test_an_online_basemap_is_the_only_foreign_picture() -> None:
    policy = security.policy("n", "https://*.tiles.example")
    assert "img-src 'self' data: https://*.tiles.example;" in policy


@pytest.mark.parametrize(
    "path",
    [
        "/assets/leaflet/package.json",
        "/assets/../pyproject.toml",
        "/assets/%2e%2e/pyproject.toml",
        "/static/..%2f..%2fpyproject.toml",
        "/static/../app.py",
        "/static/map",
        "/assets/",
    ],
)
def test_only_listed_files_can_be_had(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_files_with_their_hash_are_kept_for_a_year(client: Client) -> None:
    held = assets.load()
    for name in ("static/app.css", "assets/htmx.org/dist/htmx.min.js", "static/map/core.js"):
        answer = client.get(held.url(name))
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert "immutable" not in client.get(f"/{name}").headers["cache-control"]


def test_files_come_compressed_to_whoever_can_read_that(client: Client) -> None:
    for name in ("static/map/core.js", "assets/leaflet/dist/leaflet.js"):
        packed = client.get(f"/{name}", headers={"Accept-Encoding": "gzip"})
        plain = client.get(f"/{name}", headers={"Accept-Encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.content == plain.content
        assert int(packed.headers["content-length"]) < len(plain.content) / 2
        assert "Accept-Encoding" in packed.headers["vary"]
        assert "Accept-Encoding" in plain.headers["vary"]


def test_a_file_that_is_known_is_not_sent_again(client: Client) -> None:
    first = client.get("/static/app.css")
    again = client.get("/static/app.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/static/app.css", headers={"If-None-Match": '"x"'}).content == first.content


def test_every_file_that_a_page_names_is_there(client: Client) -> None:
    held = assets.load()
    assert set(assets.ALLOWED) == set(held.packages), "npm ci brings all of them"


def test_requests_are_numbered(client: Client) -> None:
    assert (
        client.get("/healthz", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"
    )
    made = client.get("/healthz", headers={"X-Request-ID": "a b"}).headers["x-request-id"]
    assert made != "a b"
    assert len(made) == 32


def _answered(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    return [line["route"] for line in lines if line["event"] == "answered"]


def _wait_until(is_so: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_the_log_tells_no_query_and_no_code(client: Client) -> None:
    structlog.reset_defaults()  # the command line, called in this process, is less talkative
    with structlog.testing.capture_logs() as written:
        client.get("/units", params={"q": "secret"})
        client.get("/units/340405")
        _wait_until(lambda: len(_answered(written)) == 2)  # a line is written after the answer
    assert _answered(written) == ["/units", "/units/{code}"]
    assert "secret" not in str(written)
    assert "340405" not in str(written)
