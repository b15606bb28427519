"""``/ogc``: what OGC API - Features - Part 1: Core (17-069r4) asks of a service, and GDAL as a client."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from services import exports
from tests.web import departments
from tests.web.conftest import DAY, Client

AT = {"datetime": DAY}


def _links(document: dict[str, Any]) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in document["links"]}


def _walked(client: Client, name: str, limit: int, **asked: str) -> list[dict[str, Any]]:
    """Features of a collection, from page to page by the links."""
    address = f"{client.address}/ogc/collections/{name}/items"
    answer = client.get(address, params={**AT, **asked, "limit": limit})
    found: list[dict[str, Any]] = []
    while True:
        page = answer.json()
        assert answer.status_code == 200, page
        assert answer.headers["content-type"] == "application/geo+json"
        assert page["numberReturned"] == len(page["features"]) <= limit
        found += page["features"]
        links = _links(page)
        if "next" not in links:
            assert page["numberMatched"] == len(found)
            return found
        assert page["numberReturned"] == limit
        answer = client.get(links["next"])


def test_one_gets_from_the_landing_page_to_the_features(client: Client) -> None:
    landing = _links(client.get("/ogc/").json())
    assert client.get(landing["service-desc"]).json()["openapi"].startswith("3.")
    conforms = client.get(landing["conformance"]).json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in conforms
    told = client.get(landing["data"]).json()["collections"]
    assert [one["id"] for one in told] == list(exports.COLLECTIONS)
    for one in told:
        west, south, east, north = one["extent"]["spatial"]["bbox"][0]
        assert west < east
        assert south < north
        links = _links(one)
        assert client.get(links["self"]).json() == one
        assert client.get(links["items"], params={"limit": 1}).status_code == 200
    assert client.get("/ogc").json() == client.get("/ogc/").json()


@pytest.mark.parametrize("name", exports.COLLECTIONS)
def test_pages_are_together_the_whole(client: Client, name: str) -> None:
    whole = client.get(f"/exports/{name}", params={"as_of": DAY}).json()["features"]
    for limit in (2, 10_000):
        assert _walked(client, name, limit) == whole
    for feature in whole[:2]:
        path = f"/ogc/collections/{name}/items/{feature['id']}"
        one = client.get(path, params=AT).json()
        assert _links(one)["collection"] == f"{client.address}/ogc/collections/{name}"
        assert {key: one[key] for key in feature} == feature


def test_filters_hold_on_every_page(client: Client) -> None:
    grids = _walked(client, "units", 3, level="grid", unit="340405001")
    assert [len(feature["id"]) for feature in grids] == [15] * 4
    assert _walked(client, "facilities", 1, kind="market") == []
    box = "116.801,32.601,116.802,32.602"
    assert {feature["id"][:6] for feature in _walked(client, "units", 1, bbox=box)} == {"340405"}
    flat = _walked(client, "units", 100, bbox=box)
    assert _walked(client, "units", 100, bbox="116.801,32.601,0,116.802,32.602,9") == flat


@pytest.mark.parametrize(
    ("asked", "same_as"),
    [
        (f"{DAY}T12:00:00Z", DAY),
        (f"2020-01-01/{DAY}", DAY),
        (f"../{DAY}T00:00:00+08:00", DAY),
        (f"{DAY}/..", None),
        (f"{DAY}/", None),
    ],
)
def test_a_moment_is_its_day_an_interval_its_last(
    client: Client, asked: str, same_as: str | None
) -> None:
    path = "/ogc/collections/facilities/items"
    params = {"datetime": same_as} if same_as else {}
    wanted = client.get(path, params=params).json()
    found = client.get(path, params={"datetime": asked}).json()
    assert found["features"] == wanted["features"]
    assert found["as_of"] == wanted["as_of"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("collections/units/items?limit=0", 400),
        ("collections/units/items?limit=some", 400),
        ("collections/units/items?bbox=1,2,3", 400),
        ("collections/units/items?datetime=yesterday", 400),
        ("collections/units/items?datetime=2026-02-01/2026-01-01", 400),
        ("collections/units/items?level=galaxy", 400),
        ("collections/units/items?castle=1", 400),
        ("collections/network/items?after=x", 400),
        ("collections/population/items?after=x", 400),
        ("collections?limit=1", 400),
        ("collections/castles", 404),
        ("collections/castles/items", 404),
        ("collections/households/items", 404),
        ("collections/units/items/999999", 404),
        ("collections/network/items/x", 404),
        ("nothing", 404),
    ],
)
def test_what_cannot_be_answered_is_said_as_a_problem(
    client: Client, path: str, status: int
) -> None:
    answer = client.get(f"/ogc/{path}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_a_page_that_is_known_is_not_sent_again(client: Client) -> None:
    first = client.get("/ogc/collections/units/items", params=AT)
    again = client.get(
        "/ogc/collections/units/items",
        params=AT,
        headers={"If-None-Match": first.headers["etag"]},
    )
    assert (first.status_code, again.status_code) == (200, 304)


@pytest.fixture
def key(small_url: str) -> Iterator[str]:
    with departments.granted(small_url, ["units", "facilities"]) as made:
        yield made


def test_a_department_sees_what_its_key_was_granted(client: Client, key: str) -> None:
    def asked(path: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {key}"}
        return requests.get(client.address + path, headers=headers, timeout=30)

    told = asked("/ogc/collections").json()["collections"]
    assert [one["id"] for one in told] == ["units", "facilities"]
    assert asked("/ogc/collections/units/items").status_code == 200
    assert asked("/ogc/collections/units/items/340405").status_code == 200
    for path in ("population", "population/items", "population/items/340405"):
        assert asked(f"/ogc/collections/{path}").status_code == 403
    assert requests.get(client.address + "/ogc/", timeout=30).status_code == 401


_AS_GDAL = """
import sys, pyogrio
source, key = sys.argv[1:]
pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": key})
print(sorted(row[0] for row in pyogrio.list_layers(source)))
units = pyogrio.read_dataframe(source, layer="units", PAGE_SIZE="4", INITIAL_REQUEST_PAGE_SIZE="4")
print(len(units), set(units.geometry.geom_type), units.crs is not None)
"""


def test_gdal_reads_it(client: Client, key: str) -> None:
    # In a process of its own: GDAL lets no other thread run while it waits for an answer.
    said = subprocess.run(
        [sys.executable, "-c", _AS_GDAL, f"OAPIF:{client.address}/ogc", key],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.stdout.splitlines() == [
        "['facilities', 'units']",
        "15 {'MultiPolygon'} True",
    ], said.stderr
