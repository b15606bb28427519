"""Everything held about somebody is given out, to whom answers for them, and that is kept."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from services import errors, subject_access
from services.households.contents import ChangeKind
from tests.services import staff
from tests.services.households import caring
from tests.services.households.caring import FOREIGN, GRANNY, HOME, ID_NUMBER, PHONE, SEALER


@pytest.fixture
def care(database) -> caring.Caring:
    return caring.settle(staff.hire(database, caring.PEOPLE))


def _export(care: caring.Caring, code: str = GRANNY) -> dict:
    with care.staff.owner() as tx:
        found = subject_access.export(tx, SEALER, code)
        tx.commit()
    return found


def test_all_that_is_held_about_somebody_is_given_out(care) -> None:
    proposed = care.propose(
        "worker",
        caring.proposal(ChangeKind.CORRECTION, {"phone": "13900000000"}, base=1, resident=GRANNY),
    )
    care.approve("manager", proposed)
    with care.staff.meeting("worker") as tx:
        account = tx.caller.account_id
        for number, resident in ((1, GRANNY), (2, None)):
            tx.sql.execute(
                sa.text(
                    "INSERT INTO visits (id, household_id, resident_id, visited_at, outcome, note,"
                    " account_id) SELECT :id, h.id, (SELECT id FROM residents WHERE code = :r),"
                    " now(), 'met', 'well', :account FROM households h WHERE h.code = :home"
                ),
                {"id": UUID(int=number), "r": resident, "account": account, "home": HOME},
            )
        tx.commit()
    with care.staff.owner() as tx:
        tx.sql.execute(
            sa.text(
                "INSERT INTO assistance (resident_id, kind, valid, reason, account_id) SELECT id,"
                " 'old_age_allowance', '[2024-01-01,)', 'age', :a FROM residents WHERE code = :r"
            ),
            {"a": account, "r": GRANNY},
        )
        tx.commit()
    care.look("worker")
    found = _export(care)
    assert found["resident"]["id_number"] == ID_NUMBER
    assert found["resident"]["phone"] == "13900000000"
    assert found["household"]["code"] == HOME
    assert len(found["units"]) == 1
    assert [visit["to_the_household"] for visit in found["visits"]] == [False, True]
    (change,) = found["changes"]
    assert change["values"] == {"phone": "13900000000"}
    assert change["before"] == {"phone": PHONE}
    (grant,) = found["assistance"]
    assert grant["reason"] == "age"
    actions = [line["action"] for line in found["audit"]]
    assert actions == ["change_propose", "change_approve", "household_look"]
    assert "resident_export" in [line["action"] for line in _export(care)["audit"]]


def test_another_household_is_in_nobody_s_export(care) -> None:
    with care.staff.owner() as tx:
        other = tx.sql.execute(
            sa.text("SELECT code FROM residents WHERE code LIKE 'RH5-%' LIMIT 1")
        ).scalar_one()
    care.look("worker")
    found = _export(care, other)
    assert found["audit"] == []
    assert "王奶奶" not in str(found)
    assert ID_NUMBER not in str(found)


def test_a_home_whose_unit_has_been_there_ever_since(care) -> None:
    with care.staff.owner() as tx:
        tx.sql.execute(sa.text("UPDATE household_assignments SET valid_from = '-infinity'"))
        tx.commit()
    (unit,) = _export(care)["units"]
    assert (unit["valid_from"], unit["valid_to"]) == (None, None)


def test_nobody_of_that_code(care) -> None:
    with pytest.raises(errors.NotFoundError):
        _export(care, "nobody")


def _asked(care: caring.Caring, name: str, code: str) -> dict:
    with care.staff.meeting(name) as tx:
        found = subject_access.export(tx, SEALER, code)
        tx.commit()
    return found


def test_managers_answer_for_their_own_people_only(care) -> None:
    assert _asked(care, "manager", GRANNY)["resident"]["id_number"] == ID_NUMBER
    assert _asked(care, "township", GRANNY)["resident"]["phone"] == PHONE
    with pytest.raises(errors.NotFoundError):
        _asked(care, "manager", f"R{FOREIGN}")
    for name in ("worker", "planner", "admin"):
        with pytest.raises(errors.ForbiddenError):
            _asked(care, name, GRANNY)
    asked = [(line["action"], line["caller"]) for line in _export(care)["audit"]]
    assert asked == [("resident_export", "manager"), ("resident_export", "township")]
