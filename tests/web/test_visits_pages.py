"""Due list, round and report as staff get them, and what others get instead."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from services.database import Database
from services.settings import Settings
from tests.services import staff
from tests.web.conftest import Client, listening

PEOPLE = [(0, 3, 4), (0, 0, 3), *[(0, 0, 2)] * 6]
DAY = date(2026, 11, 23)


@pytest.fixture
def site(database: Database, tmp_path) -> Iterator[str]:
    hired = staff.hire(database, PEOPLE)
    with hired.owner() as tx:
        tx.sql.execute(sa.text("UPDATE visit_rules SET since = :day"), {"day": DAY})
        tx.sql.execute(sa.text("UPDATE residents SET tags = '{empty_nest}'"))
        tx.sql.execute(sa.text("UPDATE residents SET name = '<script>alert(1)</script>'"))
        tx.commit()
    with listening(Settings(database_url=database.url, home=tmp_path)) as address:
        yield address


def _logged_in(site: str, name: str) -> Client:
    client = Client(site)
    client.log_in(name)
    return client


def _homes(html: str) -> set[str]:
    return set(re.findall(r'name="homes" value="([^"]+)"', html))


def test_a_worker_sees_who_is_due_and_walks(site: str) -> None:
    client = _logged_in(site, "worker")
    html = client.get("/due").text
    homes = _homes(html)
    assert homes == {f"H0-40-{n}" for n in (1, 2, 3)} | {f"H0-70-{n}" for n in (1, 2, 3, 4)}
    assert "<script>alert" not in html
    walked = client.post("/due/round", data={"homes": [*homes, "H5-70-1"]})
    assert walked.status_code == 200
    assert set(re.findall(r"/households/([^\"?]+)", walked.text)) == homes
    assert "<script>alert" not in walked.text


def test_a_position_is_given_in_the_form_not_in_the_address(site: str) -> None:
    client = _logged_in(site, "worker")
    place = {"lon": "116.80", "lat": "32.605", "homes": ["H0-70-1"]}
    assert client.post("/due/round", data=place).status_code == 200
    assert client.post("/due/round", data={**place, "lon": "nan"}).status_code == 422
    assert client.post("/due/round", data={**place, "crs": "GCJ-02"}).status_code == 200


def test_a_round_can_be_gone_back_to_and_tells_what_was_done(site: str) -> None:
    client = _logged_in(site, "worker")
    homes = ["H0-40-1", "H0-40-2"]
    first = client.post(
        "/due/round", data={"homes": [*homes, "H5-70-1"], "lon": "116.8", "lat": "32.6"}
    )
    address = str(first.url)
    assert "plan=" in address
    assert not any(part in address for part in (*homes, "116.8", "32.6"))
    visit = {"id": str(uuid.uuid4()), "visited_at": datetime.now(UTC).isoformat(), "outcome": "met"}
    for home in homes:
        again = client.get(address)
        assert again.status_code == 200
        assert f'value="{home}"' in again.text
        sent = client.post(
            f"/api/households/{home}/visits", json={**visit, "id": str(uuid.uuid4())}
        )
        assert sent.status_code == 201
    over = client.get(address).text
    assert "都走访过了" in over
    assert over.count("见到本人") == 2
    assert 'name="homes"' not in over
    again = client.post("/due/round", data={"homes": homes})
    assert _homes(again.text) == set(homes), "once more on the same day"


def test_an_address_of_somebody_else_or_of_nobody_opens_nothing(site: str) -> None:
    worker, manager = _logged_in(site, "worker"), _logged_in(site, "manager")
    address = str(worker.post("/due/round", data={"homes": "H0-70-1"}).url)
    assert manager.get(address).status_code == 404
    for plan in ("", "x", "AAAA", "é", address.partition("plan=")[2][:-8] + "AAAAAAAA"):
        assert worker.get("/due/round", params={"plan": plan}).status_code == 404


@pytest.mark.parametrize("homes", [[], ["H5-70-1"], ["' OR 1=1 --"]])
def test_a_round_of_nobody_is_none(site: str, homes: list[str]) -> None:
    answer = _logged_in(site, "worker").post("/due/round", data={"homes": homes})
    assert answer.status_code == 404


def test_the_report_leads_to_the_list(site: str) -> None:
    client = _logged_in(site, "manager")
    html = client.get("/visits").text
    assert "网格员甲" in html
    units = re.findall(r"/due\?unit=(\d+)", html)
    assert set(units) == {"340405001001", *staff.GRIDS[:2]}
    part = client.get("/due", params={"unit": staff.GRIDS[1]}).text
    assert all(home.startswith("H1") for home in _homes(part))


@pytest.mark.parametrize("name", ["planner", "admin"])
@pytest.mark.parametrize("path", ["/due", "/visits"])
def test_others_have_no_such_pages(site: str, name: str, path: str) -> None:
    client = _logged_in(site, name)
    assert client.get(path).status_code == 403
    assert f'href="{path}"' not in client.get("/").text


def test_administrators_change_the_rules_others_read_them(site: str) -> None:
    admin, worker = _logged_in(site, "admin"), _logged_in(site, "worker")
    assert '<form method="post" action="/visits/rules' not in worker.get("/visits/rules").text
    changed = {"interval_days": "9", "active": "on"}
    assert worker.post("/visits/rules/empty_nest", data=changed).status_code == 403
    assert admin.post("/visits/rules/empty_nest", data=changed).status_code == 200
    assert 'value="9"' in admin.get("/visits/rules").text
    assert admin.post("/visits/rules/empty_nest", data={"interval_days": "0"}).status_code == 422
