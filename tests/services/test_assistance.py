"""Review lists: nobody wrong, nobody missed."""

import hashlib
from datetime import date

import pytest
import sqlalchemy as sa

from services import assistance, audit, demo_assistance, errors
from services.assistance import Finding, Key
from tests.services import staff

DAY = date(2026, 11, 23)
PEOPLE = [(2, 0, 4), (0, 0, 1), (0, 0, 0), (0, 0, 0), (0, 0, 2), (0, 0, 0), (0, 0, 0), (0, 0, 0)]


@pytest.fixture
def hired(database) -> staff.Staff:
    made = staff.hire(database, PEOPLE)
    with made.owner() as tx:
        _tell(tx, "RH0-70-1", date(1946, 11, 23))  # 80 today
        _tell(tx, "RH0-70-2", date(1946, 11, 24))  # 80 tomorrow
        _tell(tx, "RH0-70-3", date(1960, 1, 1), grade=2, tags=["social_assistance"])
        _tell(tx, "RH0-70-4", date(1960, 1, 1), grade=4)
        _tell(tx, "RH0-10-1", date(2010, 11, 24), tags=["left_behind_child"])  # 15
        _tell(tx, "RH0-10-2", date(2010, 11, 23), tags=["left_behind_child"])  # 16 today
        _tell(tx, "RH1-70-1", date(1940, 1, 1))
        _tell(tx, "RH4-70-1", date(1940, 1, 1))
        tx.commit()
    return made


def _tell(tx, code: str, born: date, tags=(), grade=None) -> None:
    statement = sa.text("""
        UPDATE residents SET birth_date = :born, tags = :tags, disability_grade = :grade
        WHERE code = :code
    """)
    values = {"born": born, "tags": list(tags), "grade": grade, "code": code}
    assert tx.sql.execute(statement, values).rowcount == 1


def _review(hired, finding: Finding, name: str = "manager") -> dict[tuple[str, str], str]:
    with hired.meeting(name) as tx:
        lines = assistance.review(tx, DAY, finding)
    return {(line.resident, line.kind): line.reason for line in lines}


def _grant(hired, resident: str, kind: str, begins: date = date(2020, 1, 1)) -> None:
    with hired.meeting("manager") as tx:
        assistance.grant(tx, resident, kind, begins, "申请属实")
        tx.commit()


def test_the_sample_has_lines_in_both_lists(hired) -> None:
    def number(code: str) -> int:
        made = hashlib.md5(f"old_age_allowance{code}".encode(), usedforsecurity=False)
        return int(made.hexdigest()[:7], 16)

    nearly = next(code for n in range(1000) if number(code := f"R{n}") % 12 == 0)
    with hired.owner() as tx:
        tx.driver.execute("UPDATE residents SET code = %s WHERE code = 'RH0-70-2'", (nearly,))
        demo_assistance.generate(tx, DAY)
        granted = tx.driver.execute("SELECT count(*) FROM assistance").fetchone()
        tx.commit()
    assert granted
    assert granted[0] >= 3
    assert len(_review(hired, Finding.SHOULD_GET)) < 5
    assert _review(hired, Finding.SHOULD_NOT)[nearly, "old_age_allowance"] == "too_young"


def test_who_should_get_and_does_not(hired) -> None:
    assert set(_review(hired, Finding.SHOULD_GET)) == {
        ("RH0-70-1", "old_age_allowance"),
        ("RH1-70-1", "old_age_allowance"),
        ("RH0-70-3", "disability_care"),
        ("RH0-70-3", "disability_living"),
        ("RH0-10-1", "left_behind_child"),
    }
    with hired.meeting("manager") as tx:
        line = next(
            line
            for line in assistance.review(tx, DAY, Finding.SHOULD_GET)
            if line.resident == "RH0-70-1"
        )
    assert line.since == DAY
    _grant(hired, "RH0-70-1", "old_age_allowance")
    assert ("RH0-70-1", "old_age_allowance") not in _review(hired, Finding.SHOULD_GET)
    assert _review(hired, Finding.SHOULD_NOT) == {}


@pytest.mark.parametrize(
    ("resident", "kind", "change", "reason"),
    [
        ("RH0-70-1", "old_age_allowance", "left_on = '2026-11-01', left_reason = 'died'", "died"),
        ("RH0-70-1", "old_age_allowance", "left_on = '2026-11-01', left_reason = 'moved'", "moved"),
        ("RH0-70-2", "old_age_allowance", "name = name", "too_young"),
        ("RH0-70-4", "disability_care", "name = name", "grade"),
        ("RH0-70-3", "disability_care", "disability_grade = NULL", "grade"),
        ("RH0-70-3", "disability_living", "tags = '{}'", "group_left"),
        ("RH0-10-2", "left_behind_child", "name = name", "too_old"),
    ],
)
def test_who_gets_and_should_no_longer(
    hired, resident: str, kind: str, change: str, reason: str
) -> None:
    _grant(hired, resident, kind)
    with hired.owner() as tx:
        tx.sql.execute(sa.text(f"UPDATE residents SET {change} WHERE code = '{resident}'"))
        tx.commit()
    assert _review(hired, Finding.SHOULD_NOT) == {(resident, kind): reason}
    with hired.meeting("manager") as tx:
        (line,) = assistance.review(tx, DAY, Finding.SHOULD_NOT)
        assert line.assistance_id is not None
        assistance.end(tx, line.assistance_id, DAY, "不再符合条件")
        assert assistance.review(tx, DAY, Finding.SHOULD_NOT) == ()
        actions = {line.action for line in _lines(hired)}
        tx.commit()
    assert "assistance_grant" in actions
    assert "assistance_end" in {line.action for line in _lines(hired)}


def _lines(hired) -> tuple[audit.Line, ...]:
    with hired.owner() as tx:
        return audit.lines(tx, audit.Filter(action="assistance"))


def test_workers_look_and_managers_decide_each_in_own_units(hired) -> None:
    assert ("RH0-70-1", "old_age_allowance") in _review(hired, Finding.SHOULD_GET, "worker")
    assert ("RH1-70-1", "old_age_allowance") not in _review(hired, Finding.SHOULD_GET, "worker")
    assert _review(hired, Finding.SHOULD_GET, "planner") == {}
    with pytest.raises(errors.ForbiddenError), hired.meeting("worker") as tx:
        assistance.grant(tx, "RH0-70-1", "old_age_allowance", DAY, "x")
    with pytest.raises(errors.NotFoundError), hired.meeting("manager") as tx:
        assistance.grant(tx, "RH4-70-1", "old_age_allowance", DAY, "x")


def test_a_period_is_granted_once_and_for_a_reason(hired) -> None:
    _grant(hired, "RH0-70-1", "old_age_allowance")
    for kind, reason, error in (
        ("old_age_allowance", "又一次", errors.RefusedError),
        ("disability_care", "  ", errors.RefusedError),
        ("disability_care", "字" * 501, errors.RefusedError),
        ("gold", "x", errors.NotFoundError),
    ):
        with pytest.raises(error), hired.meeting("manager") as tx:
            assistance.grant(tx, "RH0-70-1", kind, DAY, reason)
    with pytest.raises(errors.NotFoundError), hired.meeting("manager") as tx:
        assistance.end(tx, 999, DAY, "x")


def test_lists_are_counted_and_paged(hired) -> None:
    with hired.meeting("manager") as tx:
        whole = assistance.review(tx, DAY, Finding.SHOULD_GET)
        assert sum(assistance.counts(tx, DAY).values()) == len(whole)
        paged, after = [], None
        while page := assistance.review(tx, DAY, Finding.SHOULD_GET, after=after, limit=2):
            paged += page
            after = Key(page[-1].kind, page[-1].resident)
        assert tuple(paged) == whole
        some = assistance.review(tx, DAY, Finding.SHOULD_GET, kind="disability_care")
        assert [line.resident for line in some] == ["RH0-70-3"]
        assert all(rule.source for rule in assistance.rules(tx))
