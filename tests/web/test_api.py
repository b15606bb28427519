"""What machines get: the same figures as the pages, problems they can read."""

import json
import time

import pytest

from services import caller as callers
from services.database import Database
from services.themes.day_care import DayCare, DayCareQuery
from tests.services import small_district
from tests.web.conftest import DAY, Client

ASKED = {"as_of": DAY, "max_walk": "1000"}


def test_rows_are_those_of_the_service(client: Client, small_url: str) -> None:
    answer = client.get("/api/coverage/day-care", params=ASKED).json()
    database = Database(small_url, pool_size=1)
    with database.transaction(callers.operator()) as tx:
        told = DayCare().coverage(tx, DayCareQuery(small_district.DAY, max_walk_m=1000))
    database.close()
    assert answer["as_of"] == DAY
    assert answer["max_walk_m"] == 1000
    assert answer["generated"] is True
    assert [row["code"] for row in answer["rows"]] == [row.code for row in told.rows]
    for given, row in zip(answer["rows"], told.rows, strict=True):
        for name in ("demand", "covered", "share", "mean_walk_m", "p90_walk_m", "unreachable"):
            assert given[name] == getattr(row, name)
    assert answer["rows"][0]["demand"] == 210


def test_a_unit_answers_for_itself_and_below(client: Client) -> None:
    rows = client.get("/api/coverage/day-care", params={**ASKED, "unit": "340405002"}).json()[
        "rows"
    ]
    assert len(rows) == 7
    assert all(row["code"].startswith("340405002") for row in rows)


def test_items_are_the_rows_with_their_boundaries(client: Client) -> None:
    rows = client.get("/api/coverage/day-care", params=ASKED).json()["rows"]
    answer = client.get("/api/coverage/day-care/items", params={**ASKED, "level": "grid"})
    assert answer.headers["content-type"].startswith("application/geo+json")
    features = answer.json()["features"]
    assert len(features) == 8
    by_code = {row["code"]: row for row in rows}
    for feature in features:
        row = by_code[feature["properties"]["code"]]
        assert feature["properties"]["share"] == row["share"]
        assert feature["geometry"]["type"] == "MultiPolygon"


def test_an_answer_that_is_known_is_not_sent_again(client: Client) -> None:
    for path in (
        "/api/coverage/day-care",
        "/api/coverage/day-care/items",
        "/tiles/roads/14/13513/6614.mvt",
    ):
        first = client.get(path, params=ASKED)
        again = client.get(path, params=ASKED, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        other = client.get(path, params={**ASKED, "max_walk": "900"})
        assert other.headers["etag"] != first.headers["etag"]


def test_an_answer_changes_with_the_data(empty_client: Client, database: Database) -> None:
    with database.transaction(callers.operator()) as tx:
        small_district.fill(tx, [(0, 0, 30)] * 8)
        tx.commit()
    first = empty_client.get("/api/coverage/day-care", params=ASKED)
    with database.transaction(callers.operator()) as tx:
        tx.driver.execute("DELETE FROM residents WHERE id % 2 = 0")
        tx.commit()
    second = empty_client.get(
        "/api/coverage/day-care", params=ASKED, headers={"If-None-Match": first.headers["etag"]}
    )
    assert second.status_code == 200
    assert second.json()["rows"][0]["demand"] < first.json()["rows"][0]["demand"]


@pytest.mark.parametrize("path", ["/api/units", "/api/facilities", "/api/service-areas"])
def test_collections_are_geojson(client: Client, path: str) -> None:
    answer = client.get(path, params=ASKED).json()
    assert answer["type"] == "FeatureCollection"
    assert answer["features"]


def test_facilities_of_a_kind_and_units_of_a_level(client: Client) -> None:
    every = client.get("/api/facilities", params=ASKED).json()["features"]
    kinds = {feature["properties"]["kind"] for feature in every}
    for kind in kinds:
        found = client.get("/api/facilities", params={**ASKED, "kind": kind}).json()["features"]
        assert found == [f for f in every if f["properties"]["kind"] == kind]
    none = client.get("/api/facilities", params={**ASKED, "kind": "market"}).json()
    assert none["features"] == []
    table = client.get("/exports/facilities", params={**ASKED, "kind": "market", "format": "csv"})
    assert len(table.text.strip().splitlines()) == 1
    units = client.get("/api/units", params={**ASKED, "level": "community"}).json()["features"]
    assert {len(f["properties"]["code"]) for f in units} == {12}


def test_hot_spots_are_where_people_are_left_out(client: Client) -> None:
    features = client.get("/api/hot-spots", params=ASKED).json()["features"]
    unserved = [feature["properties"]["unserved"] for feature in features]
    assert unserved == sorted(unserved, reverse=True)
    assert min(unserved) >= 5
    assert "household" not in json.dumps(features)


def test_units_are_found_by_name_and_code(client: Client) -> None:
    found = client.get("/api/units/search", params={"q": "340405002", "as_of": DAY}).json()
    assert found[0] == {"code": "340405002", "name": "单元340405002", "level": "township"}


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/api/coverage/happiness", 404, "error.themes.unknown"),
        ("/api/coverage/day-care?unit=1", 404, "error.units.unknown"),
        ("/api/coverage/day-care?rules=none", 404, "error.rules.unknown"),
        ("/api/coverage/day-care?max_walk=0", 422, "error.request.parameter"),
        ("/api/coverage/day-care?as_of=yesterday", 422, "error.request.parameter"),
        ("/api/facilities?kind=palace", 422, "error.request.parameter"),
        ("/api/units?level=galaxy", 422, "error.request.parameter"),
        ("/api/coverage/day-care/items?crs=mars", 422, "error.export.crs"),
        ("/api/coverage/day-care/items?bbox=1,2,3", 422, "error.export.bbox"),
        ("/api/nothing", 404, "about:blank"),
        ("/tiles/people/1/0/0.mvt", 404, "error.tiles.unknown"),
        ("/tiles/roads/3/99/0.mvt", 404, "error.tiles.outside"),
    ],
)
def test_a_problem_is_a_document(client: Client, path: str, status: int, kind: str) -> None:
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["type"]) == (status, status, kind)
    assert problem["title"]
    assert problem["detail"]


def test_tiles_hold_roads_and_squares(client: Client) -> None:
    for layer in ("roads", "demand-day-care"):
        answer = client.get(f"/tiles/{layer}/14/13513/6614.mvt", params=ASKED)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"


def test_life_and_readiness(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz").json()
    assert ready == {"status": "ok", "database": True, "migrations": True}


def test_metrics_count_routes_not_addresses(client: Client) -> None:
    client.get("/units/340405")
    counted = 'wangge_requests_total{method="GET",route="/units/{code}",status="200"}'
    # A request is counted once its answer is on its way: that may be after it has come.
    waiting = time.monotonic() + 10
    while counted not in (figures := client.get("/metrics").text):
        assert time.monotonic() < waiting, figures
    assert "/units/340405" not in figures


def test_the_description_is_there_and_loads_nothing_foreign(client: Client) -> None:
    described = client.get("/api/openapi.json").json()
    assert "/api/coverage/day-care" in described["paths"]
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404
