"""What a form cannot be read for, or the database refuses, is said in the words of the page."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from services import caller as callers
from services.database import Database
from services.settings import Language, Settings
from tests.services import staff
from tests.services.small_district import GRIDS
from tests.web.conftest import Client, listening
from web import i18n

_TABLES = [
    "accounts",
    "account_scopes",
    "api_keys",
    "grid_workers",
    "trainings",
    "assistance",
    "assistance_rules",
    "visit_rules",
    "visits",
    "notes",
    "changes",
    "patrol_routes",
]
"""Tables that forms write into as they were filled in."""
_ASKED_BEFORE = frozenset(
    {
        # Refused with words of their own, or made by the service, before the database is asked.
        "account_scopes_period_excl",
        "account_scopes_valid_check",
        "accounts_name_check",
        "accounts_oidc_subject_key",
        "accounts_role_check",
        "api_keys_key_hash_key",
        "assistance_kind_check",
        "assistance_reason_check",
        "assistance_rules_below_age_check",
        "assistance_rules_kind_check",
        "assistance_rules_min_age_check",
        "assistance_rules_some_check",
        "assistance_valid_check",
        "changes_decided_check",
        "changes_kind_check",
        "changes_reason_check",
        "changes_resident_check",
        "changes_state_check",
        "notes_text_check",
        "patrol_routes_code_check",
        "patrol_routes_code_key",
        "patrol_routes_geom_check",
        "patrol_routes_length_m_check",
        "patrol_routes_name_check",
        "patrol_routes_shift_check",
        "patrol_routes_valid_check",
        "patrol_routes_weekdays_check",
        "trainings_title_check",
        "visit_rules_interval_days_check",
        "visit_rules_min_age_check",
        "visit_rules_name_check",
        "visit_rules_purpose_check",
        "visit_rules_some_check",
        "visits_note_check",
        "visits_outcome_check",
    }
)


@pytest.fixture
def site(database: Database, tmp_path) -> Iterator[str]:
    staff.hire(database, [(0, 0, 1)] * 8)
    with listening(Settings(database_url=database.url, home=tmp_path)) as address:
        yield address


@pytest.fixture
def admin(site: str) -> Client:
    client = Client(site)
    client.log_in("admin")
    return client


def test_every_constraint_that_a_form_can_reach_has_words(database: Database) -> None:
    statement = sa.text("""
        SELECT conname FROM pg_constraint
        WHERE contype IN ('c', 'u', 'x') AND conrelid = ANY (CAST(:tables AS regclass[]))
    """)
    with database.transaction(callers.operator()) as tx:
        found = set(tx.sql.execute(statement, {"tables": _TABLES}).scalars())
    for language in Language:
        t = i18n.load(language)
        words = {name for name in found if t.has(f"error.constraint.{name}")}
        assert sorted(found - words - _ASKED_BEFORE) == []
    assert sorted(_ASKED_BEFORE - found) == [], "there is no such constraint any more"


_ACCOUNT = {"name": "xin", "role": "grid_worker", "units": GRIDS[0]}
_HIRED = {"name": "worker", "hired_on": "2020-01-01"}
_TRAINED = {"name": "worker", "held_on": "2026-01-01", "title": "课"}


@pytest.mark.parametrize(
    ("path", "sent", "told"),
    [
        ("/admin/accounts", {**_ACCOUNT, "display_name": "长" * 61}, "姓名最多 60 个字"),
        ("/admin/keys", {"name": " ", "collections": "units"}, "密钥名称不能为空"),
        ("/roster/employments", {**_HIRED, "left_on": "2019-01-01"}, "离任日期要晚于聘用日期"),
        ("/roster/employments", {**_HIRED, "birth_date": "2019-01-01"}, "年满 16 岁"),
        ("/roster/trainings", {**_TRAINED, "hours": "0.01"}, "学时要大于 0"),
    ],
)
def test_what_the_database_refuses_is_said_in_words(
    admin: Client, path: str, sent: dict[str, str], told: str
) -> None:
    admin.post("/roster/employments", data={**_HIRED, "birth_date": "1990-01-01"})
    answer = admin.post(path, data=sent)
    assert answer.status_code == 422
    assert told in answer.text
    assert "_check" not in answer.text


@pytest.mark.parametrize(
    ("path", "sent", "called"),
    [
        ("/login", {"name": "x" * 301}, "用户名"),
        ("/account/password", {"old": "x" * 1001}, "现在的密码"),
        ("/admin/accounts", {**_ACCOUNT, "name": "x" * 201}, "用户名"),
        ("/admin/keys", {"name": "x" * 201, "collections": "units"}, "名称"),
        ("/roster/employments", {**_HIRED, "name": "x" * 61}, "姓名"),
        ("/roster/employments", {**_HIRED, "hired_on": "x"}, "聘用日期"),
        ("/roster/trainings", {**_TRAINED, "hours": "2", "title": "x" * 1001}, "培训内容"),
    ],
)
def test_a_field_that_cannot_be_read_is_called_as_on_its_page(
    admin: Client, path: str, sent: dict[str, str], called: str
) -> None:
    answer = admin.post(path, data=sent)
    assert answer.status_code == 422
    (told,) = re.findall(r"值无法识别：([^<]*)。", answer.text)
    assert told == called


def test_on_the_pages_of_finding_a_name_is_a_resident_s(site: str) -> None:
    client = Client(site)
    client.log_in("worker")
    words = i18n.load(Language.ZH)("find.name")
    assert words in client.post("/households", data={"name": "x" * 2000}).text
