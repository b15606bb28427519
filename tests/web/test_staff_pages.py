"""Assistance review and roster as those who use them get them."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa

from services.database import Database
from services.settings import Settings
from tests.services import staff
from tests.web.conftest import Client, listening


@pytest.fixture
def site(database: Database, tmp_path) -> Iterator[str]:
    hired = staff.hire(database, [(0, 0, 2)] * 8)
    with hired.owner() as tx:
        born = sa.text("UPDATE residents SET birth_date = :born, name = '<b>王</b>'")
        tx.sql.execute(born, {"born": date(1930, 1, 1)})
        tx.commit()
    with listening(Settings(database_url=database.url, home=tmp_path)) as address:
        yield address


def _logged_in(site: str, name: str) -> Client:
    client = Client(site)
    client.log_in(name)
    return client


GRANT = {"kind": "old_age_allowance", "begins": "2026-01-01", "reason": "年满八十"}


def test_a_manager_grants_and_the_list_grows_shorter(site: str) -> None:
    client = _logged_in(site, "manager")
    before = client.get("/assistance").text
    assert "应享未享 4" in before
    assert "<b>王" not in before
    named = re.findall(r'name="resident" value="([^"]+)"', before)
    assert set(named) == {"RH0-70-1", "RH0-70-2", "RH1-70-1", "RH1-70-2"}
    after = client.post("/assistance/grants", data={"resident": "RH0-70-1", **GRANT})
    assert after.status_code == 200
    assert "应享未享 3" in after.text


def test_an_administrator_changes_who_is_entitled(site: str) -> None:
    admin, manager = _logged_in(site, "admin"), _logged_in(site, "manager")
    assert 'href="/assistance/rules"' in admin.get("/admin").text
    assert 'href="/visits/rules"' in admin.get("/admin").text
    assert "<form" not in manager.get("/assistance/rules").text.partition("<main")[2]
    path, rule = "/assistance/rules/old_age_allowance", {"source": "本地规定", "active": "on"}
    assert manager.post(path, data={**rule, "min_age": "99"}).status_code == 403
    assert "已保存" in admin.post(path, data={**rule, "min_age": "99"}).text
    assert "应享未享 0" in manager.get("/assistance").text
    for wrong in ({"min_age": ""}, {"min_age": "90", "below_age": "80"}, {"grades": "9"}):
        assert admin.post(path, data={**rule, **wrong}).status_code == 422
    assert admin.post(path, data={"min_age": "70", "source": " "}).status_code == 422
    assert admin.post("/assistance/rules/none", data={**rule, "min_age": "7"}).status_code == 404
    assert "年满 99 岁" in manager.get("/assistance/rules?lang=zh").text
    assert "修改救助规则" in admin.get("/admin/audit?lang=zh").text


def test_without_a_reason_nothing_is_granted(site: str) -> None:
    client = _logged_in(site, "manager")
    asked = {"resident": "RH0-70-1", **GRANT, "reason": " "}
    answer = client.post("/assistance/grants", data=asked)
    assert answer.status_code == 422
    assert "请写明理由" in answer.text
    assert "应享未享 4" in client.get("/assistance").text


@pytest.mark.parametrize(
    ("name", "resident", "status"),
    [("worker", "RH0-70-1", 403), ("planner", "RH0-70-1", 403), ("manager", "RH5-70-1", 404)],
)
def test_others_and_elsewhere_it_is_not_granted(
    site: str, name: str, resident: str, status: int
) -> None:
    answer = _logged_in(site, name).post("/assistance/grants", data={"resident": resident, **GRANT})
    assert answer.status_code == status


def test_the_roster_is_kept_by_administrators_and_read_by_managers(site: str) -> None:
    admin, manager = _logged_in(site, "admin"), _logged_in(site, "manager")
    hired = {"name": "worker", "hired_on": "2020-05-01", "birth_date": "1990-01-01"}
    assert admin.post("/roster/employments", data=hired).status_code == 200
    training = {"name": "worker", "held_on": "2026-05-01", "hours": "8", "title": "急救"}
    assert admin.post("/roster/trainings", data=training).status_code == 200
    seen = manager.get("/roster", params={"as_of": "2026-11-23"}).text
    assert "网格员甲" in seen
    assert "证书逾期（应在 2022-05-01 前取得）" in seen
    assert "还差 12 学时" in seen
    assert '<form method="post" action="/roster' not in seen
    assert manager.post("/roster/trainings", data=training).status_code == 403
    assert admin.post("/roster/trainings", data={**training, "hours": "nan"}).status_code == 422
    assert _logged_in(site, "planner").get("/roster").status_code == 403
