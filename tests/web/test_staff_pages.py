"""Assistance review and roster as those who use them get them."""

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
import sqlalchemy as sa

from services import audit
from services import caller as callers
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


Looks = Callable[[], int]


@pytest.fixture
def looks(database: Database) -> Looks:
    """Return what counts the lines that say somebody looked at a list."""

    def counted() -> int:
        with database.transaction(callers.operator()) as tx:
            return len(audit.lines(tx, audit.Filter(action="assistance_look")))

    return counted


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


def test_what_is_refused_keeps_its_page_and_what_was_typed(site: str, looks: Looks) -> None:
    client = _logged_in(site, "manager")
    there = {
        "list_kind": "old_age_allowance",
        "after_kind": "old_age_allowance",
        "after": "RH0-70-1",
    }
    asked = {"resident": "RH0-70-2", **GRANT, **there}
    looked = looks()
    for day, reason, told in (
        ("2026-02-03", "年满八十" * 126, "500"),
        ("2026-02-03", "  ", "请写明理由"),
    ):
        answer = client.post("/assistance/grants", data={**asked, "begins": day, "reason": reason})
        assert answer.status_code == 422
        assert told in answer.text
        assert 'name="resident" value="RH0-70-1"' not in answer.text, "the page before"
        assert 'name="after" value="RH0-70-1"' in answer.text, "to be sent again"
        (form,) = re.findall(r"<details open>.*?</details>", answer.text, re.DOTALL)
        assert 'value="RH0-70-2"' in form
        assert f'value="{day}"' in form
        assert f'value="{reason}"' in form
    assert looks() == looked + 2, "people were shown"
    granted = client.post("/assistance/grants", data={**asked, "reason": "年满八十"})
    assert granted.url.endswith(
        "/assistance?finding=should_get&kind=old_age_allowance&after=RH0-70-1"
        "&after_kind=old_age_allowance"
    )


def test_what_a_colleague_granted_meanwhile_is_told_on_the_page(site: str, looks: Looks) -> None:
    client = _logged_in(site, "manager")
    asked = {"resident": "RH0-70-1", **GRANT}
    assert client.post("/assistance/grants", data=asked).status_code == 200
    looked = looks()
    answer = client.post("/assistance/grants", data=asked)
    assert answer.status_code == 422
    assert "这段时间已登记过同样的救助" in answer.text
    assert "应享未享 3" in answer.text
    assert looks() == looked + 1


def test_an_end_that_is_refused_keeps_what_was_typed(
    site: str, database: Database, looks: Looks
) -> None:
    client = _logged_in(site, "manager")
    client.post("/assistance/grants", data={"resident": "RH0-70-1", **GRANT})
    with database.transaction(callers.operator()) as tx:
        tx.sql.execute(sa.text("UPDATE residents SET birth_date = '1990-01-01'"))
        tx.commit()
    shown = client.get("/assistance", params={"finding": "should_not"}).text
    (path,) = re.findall(r'action="(/assistance/[0-9]+/end)"', shown)
    looked = looks()
    answer = client.post(path, data={"ends": "2026-02-03", "reason": " "})
    assert answer.status_code == 422
    (form,) = re.findall(r"<details open>.*?</details>", answer.text, re.DOTALL)
    assert 'value="2026-02-03"' in form
    assert looks() == looked + 1
    ended = client.post(path, data={"ends": "2026-02-03", "reason": "已过"})
    assert ended.url.endswith("/assistance?finding=should_not")


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
