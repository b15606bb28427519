"""Somebody is found by a whole number, in one's own units, and the number is kept nowhere."""

from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa

from services import audit, errors, people, retention
from services.database import Database
from tests.services import staff
from tests.services.households import caring
from tests.services.households.caring import GRANNY, HOME, ID_NUMBER, PHONE, SEALER


@pytest.fixture(scope="module")
def care(server, template) -> Iterator[caring.Caring]:
    name = server.clone(template)
    database = Database(server.cluster.url(name), pool_size=2)
    yield caring.settle(staff.hire(database, [(0, 0, 2)] * 8))
    database.close()
    server.drop(name)


def _found(care: caring.Caring, name: str, text: str) -> tuple[people.Found, ...]:
    with care.staff.meeting(name) as tx:
        found = people.find(tx, SEALER, text)
        tx.commit()
    return found


@pytest.mark.parametrize(
    "text", [f" {ID_NUMBER} ", "３４０４０５194001020020", "138-1234 5678", PHONE]
)
def test_a_whole_number_finds_one_s_own_people_only(care, text: str) -> None:
    for name in ("worker", "manager", "township"):
        (found,) = _found(care, name, text)
        assert (found.code, found.name, found.household) == (GRANNY, "王奶奶", HOME)
    for name in ("colleague", "planner", "admin"):
        assert _found(care, name, text) == ()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("340405194001020021", "id_number"),
        ("340405194013020020", "id_number"),
        ("x" * 18, "id_number"),
        ("\x00" * 18, "id_number"),
        ("", "phone"),
        ("3404051940010200", "none"),
        ("12", "phone"),
        ("1' OR '1'='1", "phone"),
        ("１３８x", "phone"),
        ("9" * 1000, "phone"),
    ],
)
def test_what_is_no_number_is_told_and_never_repeated(care, text: str, key: str) -> None:
    if key == "none":
        assert _found(care, "worker", text) == (), "part of a number finds nobody"
        return
    with pytest.raises(errors.RefusedError) as refused:
        _found(care, "worker", text)
    assert refused.value.key == f"error.people.{key}"
    assert refused.value.params == {}


def test_a_search_is_written_down_without_the_number(care) -> None:
    _found(care, "worker", ID_NUMBER)
    _found(care, "colleague", PHONE)
    with care.staff.owner() as tx:
        lines = audit.lines(tx, audit.Filter(action="resident_search"))
        assert [(line.caller, line.details) for line in lines[:2]] == [
            ("colleague", {"by": "phone", "found": 0}),
            ("worker", {"by": "id_number", "found": 1}),
        ]
        whole = tx.sql.execute(sa.text("SELECT string_agg(l::text, ' ') FROM audit_log l"))
        told = whole.scalar_one()
    assert ID_NUMBER not in told
    assert PHONE not in told


def test_who_left_is_shown_as_such_and_who_is_anonymous_is_gone(care) -> None:
    with care.staff.owner() as tx:
        tx.sql.execute(
            sa.text(
                "UPDATE residents SET left_on = '2020-01-01', left_reason = 'moved'"
                " WHERE code = :code"
            ),
            {"code": GRANNY},
        )
        tx.commit()
    (found,) = _found(care, "worker", PHONE)
    assert found.left_on == date(2020, 1, 1)
    with care.staff.owner() as tx:
        rule = retention.Retention("test", moved=1, died=1, changes=1)
        retention.anonymise(tx, SEALER, rule, date(2026, 1, 1))
        tx.commit()
    assert _found(care, "worker", PHONE) == _found(care, "worker", ID_NUMBER) == ()
