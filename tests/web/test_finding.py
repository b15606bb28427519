"""Finding households through the service: by address and body, and what it refuses."""

import html
import re
from collections.abc import Iterator

import numpy as np
import pytest

from gis import chinese_offsets
from services import audit
from tests.conftest import Server
from tests.services.households.finding_scene import CENTRE, Scene
from tests.services.small_district import GRIDS, SIDE, SOUTH, WEST
from tests.web import finding_site
from tests.web.conftest import Client

Site = tuple[Scene, dict[str, Client]]
HERE = {"lon": CENTRE[0], "lat": CENTRE[1]}
_NEXT = re.compile(r'href="(/households\?[^"]*)" rel="next"')


@pytest.fixture(scope="module")
def site(server: Server, template: str, tmp_path_factory) -> Iterator[Site]:
    with finding_site.opened(server, template, tmp_path_factory.mktemp("finding")) as opened:
        yield opened


def _codes(client: Client, **asked: object) -> list[str]:
    answer = client.get("/api/households", params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return [home["code"] for home in answer.json()["households"]]


def test_near_me_with_distances_page_by_page(site: Site) -> None:
    scene, clients = site
    asked = {**HERE, "radius": 900, "limit": 10, "count": True}
    found, metres = [], []
    while True:
        answer = clients["manager"].get("/api/households", params=asked).json()
        found += [home["code"] for home in answer["households"]]
        metres += [home["distance_m"] for home in answer["households"]]
        if answer["next"] is None:
            break
        asked["after"] = answer["next"]
    within = [home for home in scene.own("manager") if home.metres(*CENTRE) <= 900]
    assert sorted(found) == sorted(home.code for home in within)
    assert metres == sorted(metres)
    assert answer["count"] == {"households": len(within), "or_more": False}


def test_a_displaced_position_asks_the_same_and_is_answered_displaced(site: Site) -> None:
    _, clients = site
    lon, lat = chinese_offsets.wgs84_to_gcj02(np.array([CENTRE]))[0]
    moved = clients["manager"].get(
        "/api/households", params={"lon": lon, "lat": lat, "crs": "GCJ-02", "radius": 300}
    )
    plain = clients["manager"].get("/api/households", params={**HERE, "radius": 300})
    pairs = list(zip(moved.json()["households"], plain.json()["households"], strict=True))
    assert pairs
    for one, other in pairs:
        assert one["code"] == other["code"]
        assert one["distance_m"] == pytest.approx(other["distance_m"], abs=0.2)
        assert one["lon"] != other["lon"]


def test_a_drawn_area_in_the_address_and_in_the_body(site: Site) -> None:
    scene, clients = site
    corners = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]
    ring = [(WEST + x * SIDE, SOUTH + y * SIDE) for x, y in corners]
    inside = {
        home.code
        for home in scene.own("manager")
        if (home.lon - WEST) + (home.lat - SOUTH) <= SIDE and home.lon <= WEST + SIDE
    }
    text = ",".join(f"{lon!r},{lat!r}" for lon, lat in ring)
    assert set(_codes(clients["manager"], area=text, limit=200)) == inside
    answer = clients["manager"].post(
        "/api/households/search", json={"polygon": ring, "limit": 200, "min_age": 60}
    )
    assert {home["code"] for home in answer.json()["households"]} <= inside


def test_unit_words_and_everything_together(site: Site) -> None:
    scene, clients = site
    assert {code[:2] for code in _codes(clients["manager"], unit=GRIDS[1])} == {"H1"}
    assert _codes(clients["worker"], unit=GRIDS[1]) == []
    all_of_it = {"q": "yal", "bbox": f"{WEST},{SOUTH},{WEST + SIDE},{SOUTH + SIDE}", "min_age": 60}
    expected = {home.code for home in scene.own("worker") if "永安里" in home.address}
    old = {home.code for home in scene.own("worker") if home.birth_date.year < 1960}
    for more in ({}, {"walk": "true", **HERE}):
        assert set(_codes(clients["worker"], **all_of_it, **more)) == expected & old


def test_no_day_care_within_reach(site: Site) -> None:
    """The only open centre stands at the west end of the path."""
    scene, clients = site
    found = set(_codes(clients["manager"], no_day_care="true", limit=200))
    old = {home.code for home in scene.own("manager") if home.birth_date.year < 1960}
    assert found < old
    near = {home.code for home in scene.own("manager") if home.metres(WEST, SOUTH + SIDE / 2) < 200}
    assert found.isdisjoint(near)
    east = {home.code for home in scene.own("manager") if home.lon > WEST + SIDE}
    assert found >= old & east


@pytest.mark.parametrize(
    "asked",
    [
        {"lon": 116.8},
        {"lon": 400, "lat": 0},
        {**HERE, "radius": -1},
        {**HERE, "radius": 1e12},
        {**HERE, "crs": "EPSG:99"},
        {"bbox": "2,2,1,1"},
        {"bbox": "1,1,2,2", "area": "1,1,2,2,3,1"},
        {"area": "1,1,2,2"},
        {"area": "1,1,x"},
        {"area": "116.8,32.6,116.9,32.7,116.9,32.6,116.8,32.7"},
        {"q": "字" * 61},
        {"q": "、、"},
        {"min_age": 80, "max_age": 20},
        {"after": "1~nan~3"},
        {"after": "'; DROP TABLE households"},
        {"tag": "'"},
        {"limit": 0},
    ],
)
def test_one_clear_answer_to_what_cannot_be_asked(site: Site, asked: dict[str, object]) -> None:
    for path in ("/api/households", "/households"):
        if path == "/households" and "limit" in asked:
            continue
        answer = site[1]["manager"].get(path, params=asked)
        assert answer.status_code == 422, answer.text
        assert "Traceback" not in answer.text


def test_polygons_and_names_that_are_far_too_large(site: Site) -> None:
    client, path = site[1]["manager"], "/api/households/search"
    ring = [[116.8 + i * 1e-6, 32.6 + (i % 7) * 1e-6] for i in range(100_000)]
    answer = client.post(path, json={"polygon": ring[:1500]})
    assert answer.status_code == 422
    assert "1000" in answer.json()["detail"].replace(",", "")
    for body in ({"polygon": ring}, {"name": "字" * 3_000_000}, {"q": "x" * 10_000_000}):
        answer = client.post(path, json=body)
        assert (answer.status_code, answer.json()["title"]) == (413, "内容过大")
        assert len(answer.content) < 2000
    form = client.post("/households", data={"name": "字" * 3_000_000})
    assert form.status_code == 413
    assert "请返回，缩短内容后重新提交" in form.text
    assert "nonce" in form.headers["Content-Security-Policy"]
    headers = {"Content-Type": "application/json"}
    unannounced = client.post(path, data=(b" " * 100_000 for _ in range(20)), headers=headers)
    assert (unannounced.status_code, unannounced.json()["title"]) == (413, "内容过大")


def test_the_page_follows_its_own_links_and_shows_what_was_asked(site: Site) -> None:
    scene, clients = site
    path, rows = "/households?min_age=60&q=huayuan&radius=", []
    while True:
        page = clients["manager"].get(path)
        assert page.status_code == 200
        rows += re.findall(r'href="/households/(H[^"]+)"', page.text)
        following = _NEXT.search(page.text)
        if following is None:
            break
        path = html.unescape(following[1])
    expected = {
        home.code
        for home in scene.own("manager")
        if "花园" in home.address and home.birth_date.year < 1960
    }
    assert set(rows) == expected
    assert len(rows) == len(expected)
    assert 'class="chip" href="/households?min_age=60#asked"' in page.text
    assert f"共 {len(expected)} 户" in clients["manager"].get(path, params={"lang": "zh"}).text


def test_a_name_stands_in_no_address_and_not_in_the_log(site: Site) -> None:
    scene, clients = site
    page = clients["manager"].post("/households?min_age=1", data={"name": "wxm"})
    found = set(re.findall(r'href="/households/(H[^"]+)"', page.text))
    assert found == {home.code for home in scene.own("manager") if home.name == "王小明"}
    assert "wxm" not in "".join(re.findall(r'(?:href|action)="([^"]*)"', page.text))
    assert "wxm" not in str(page.url)
    again = clients["manager"].get(str(page.url))
    assert set(re.findall(r'href="/households/(H[^"]+)"', again.text)) == found
    assert clients["worker"].get(str(page.url)).status_code == 404
    with scene.staff.owner() as tx:
        line = audit.lines(tx, audit.Filter(action="household_search"))[0]
    assert line.details == {"asked": ["name", "persons"], "found": len(found)}


@pytest.mark.parametrize(
    ("asked", "said", "kept"),
    [
        ("radius=300", "要有起点", 'value="300" selected'),
        ("walk=true&q=yal", "要有起点", 'value="yal"'),
        ("min_age=90&max_age=80", "年满", 'value="90"'),
        ("lon=116.8", "经度和纬度", 'value="116.8"'),
        ("q=__", "只有标点", 'value="__"'),
    ],
)
def test_the_page_says_what_cannot_be_asked_and_keeps_what_was_typed(
    site: Site, asked: str, said: str, kept: str
) -> None:
    answer = site[1]["manager"].get(f"/households?{asked}&lang=zh")
    assert answer.status_code == 422
    assert said in answer.text
    assert kept in answer.text
    assert '<a class="what"' not in answer.text


def test_what_cannot_be_read_is_named_as_the_reader_knows_it(site: Site) -> None:
    asked = "min_age=abc&disability=foo&lang=zh"
    page = site[1]["manager"].get(f"/households?{asked}").text
    assert "家里有人年满" in page
    assert "残疾类别" in page
    assert "min_age" not in page.partition("<main")[2]
    told = site[1]["manager"].get(f"/api/households?{asked}").json()["detail"]
    assert "min_age、disability" in told


def test_a_planner_finds_nobody_at_all(site: Site) -> None:
    for path in ("/api/households", "/households"):
        assert site[1]["planner"].get(path).status_code == 403
