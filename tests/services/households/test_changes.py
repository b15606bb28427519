"""Proposed changes: checked when written, never dropped, shown as a conflict when they are one."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services import errors
from services.households import changes, history
from services.households.contents import ChangeKind
from services.households.history import ChangeState
from tests.services.households import caring
from tests.services.households.caring import FOREIGN, GRANNY, HOME, SEALER, lonlat, proposal
from tests.services.small_district import GRIDS

POSITION = proposal(ChangeKind.POSITION, lonlat(0.6), base=1)
PHONE = proposal(ChangeKind.CORRECTION, {"phone": "138 0000 1111"}, base=1, resident=GRANNY)
NEWCOMER = {
    "name": "李爷爷",
    "sex": "男",
    "birth_date": "1940-01-02",
    "id_number": caring.OTHER_ID_NUMBER,
    "tags": ["empty_nest"],
}


def test_a_change_waits_with_author_and_time(care):
    made = care.propose("worker", replace(POSITION, note="门牌在后面"))
    assert (made.state, made.by, made.note) == (ChangeState.WAITING, "网格员甲", "门牌在后面")
    assert made.values == pytest.approx(lonlat(0.6), abs=1e-6)
    assert made.before == pytest.approx(lonlat(0.5), abs=1e-6)
    assert made.moved_m == pytest.approx(93.9, rel=0.01)
    assert made.landing is not None
    assert (made.landing.code, made.landing.is_own) == (GRIDS[0], True)
    assert care.number("SELECT ST_X(geom) FROM households WHERE code = :c", c=HOME) == (
        pytest.approx(lonlat(0.5)["lon"])
    )
    assert care.look("manager").changes == (made,)


def test_what_it_says_is_sealed(care):
    care.propose("worker", PHONE)
    payload = care.number("SELECT payload FROM changes")
    assert b"0000" not in bytes(payload)
    shown = care.look("worker").changes[0]
    assert shown.values == {"phone": "138****1111"}
    assert shown.before == {"phone": "138****5678"}


def test_sent_twice_it_is_there_once(care):
    for _ in range(2):
        care.propose("worker", PHONE)
    assert care.number("SELECT count(*) FROM changes") == 1
    assert care.number("SELECT count(*) FROM audit_log WHERE action = 'change_propose'") == 1
    for other in (
        replace(PHONE, values={"phone": "13800001112"}),
        replace(PHONE, note="anders"),
        replace(PHONE, made_at=PHONE.made_at - timedelta(hours=1)),
        replace(POSITION, id=PHONE.id),
    ):
        with pytest.raises(errors.ConflictError):
            care.propose("worker", other)
    with pytest.raises(errors.ConflictError):
        care.propose("manager", PHONE)


def test_sent_again_after_it_was_decided_it_tells_so(care):
    care.approve("manager", care.propose("worker", PHONE))
    assert care.propose("worker", PHONE).state is ChangeState.APPROVED


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        (replace(POSITION, values={"lon": "116.8"}), {"lat"}),
        (replace(POSITION, values={"lon": 32.605, "lat": 116.805}), {"lon"}),
        (replace(POSITION, values={"lon": 0, "lat": 0}), {"lon"}),
        (replace(POSITION, values={"lon": "nan", "lat": "1e400"}), {"lon", "lat"}),
        (replace(POSITION, values=lonlat(9)), {"lon"}),
        (replace(POSITION, values=lonlat(5)), {"leaves"}),
        (replace(POSITION, values={**lonlat(0.6), "crs": "EPSG:0"}), {"crs"}),
        (replace(POSITION, values={**lonlat(0.6), "name": "x"}), {"name"}),
        (replace(POSITION, base_version=2), {"base_version"}),
        (replace(POSITION, base_version=0), {"base_version"}),
        (replace(POSITION, resident=GRANNY), {"resident"}),
        (replace(PHONE, resident=None), {"resident"}),
        (replace(PHONE, values={"phone": "call me"}), {"phone"}),
        (replace(PHONE, values={"name": ""}), {"name"}),
        (replace(PHONE, values={"name": "a\x00"}), {"name"}),
        (replace(PHONE, values={"name": {"a": 1}}), {"name"}),
        (replace(PHONE, values={"birth_date": "1941-01-02"}), {"birth_date"}),
        (replace(PHONE, values={"birth_date": "2941-01-02"}), {"birth_date"}),
        (replace(PHONE, values={"id_number": caring.ID_NUMBER[:-1] + "1"}), {"id_number"}),
        (replace(PHONE, values={"disability_grade": 5}), {"disability_grade"}),
        (replace(PHONE, values={"tags": "=cmd"}), {"tags"}),
        (replace(PHONE, values={"left_on": "2026-01-01"}), {"left_on"}),
        (replace(PHONE, values={"name": "王奶奶"}), {""}),
        (replace(PHONE, values={}), {""}),
        (replace(PHONE, note="x" * 501), {"note"}),
        (replace(PHONE, kind=ChangeKind.DIED, values={"on": "2999-01-01"}), {"on"}),
        (replace(PHONE, kind=ChangeKind.DIED, values={"on": "1939-01-01"}), {"on"}),
        (replace(PHONE, kind=ChangeKind.DIED, values={}), {"on"}),
        (
            replace(PHONE, kind=ChangeKind.MOVED, values={"on": "2020-01-01", "to": "x" * 201}),
            {"to"},
        ),
        (
            replace(POSITION, kind=ChangeKind.NEW_RESIDENT, values={"name": "x"}),
            {"birth_date"},
        ),
        (
            replace(
                POSITION,
                kind=ChangeKind.NEW_RESIDENT,
                values={**NEWCOMER, "id_number": caring.ID_NUMBER},
            ),
            {"id_number"},
        ),
    ],
)
def test_what_cannot_be_is_told_by_field(care, wrong, fields):
    with pytest.raises(errors.FaultsError) as raised:
        care.propose("worker", wrong)
    assert set(raised.value.faults) == fields
    assert care.number("SELECT count(*) FROM changes") == 0


def test_a_position_in_gcj_02_is_put_right(care):
    shifted = {"lon": 116.81164, "lat": 32.60294, "crs": "GCJ-02"}
    made = care.propose("worker", replace(POSITION, values=shifted, leaves=True))
    assert made.moved_m is not None
    assert made.moved_m < 150


def test_a_position_outside_own_units_takes_a_word(care):
    made = care.propose("worker", replace(POSITION, values=lonlat(5.5), leaves=True))
    assert made.landing is not None
    assert (made.landing.code, made.landing.is_own) == (GRIDS[5], False)


@pytest.mark.parametrize("name", ["colleague", "planner", "admin"])
def test_others_propose_and_see_nothing(care, name):
    with pytest.raises(errors.NotFoundError):
        care.propose(name, replace(POSITION, id=uuid4()))
    made = care.propose("worker", POSITION)
    with care.staff.meeting(name) as tx:
        assert history.waiting(tx, SEALER) == ()
        with pytest.raises(errors.NotFoundError):
            history.find(tx, SEALER, made.id)


def test_nobody_is_named_outside_own_units(care):
    for other in (
        replace(POSITION, household=FOREIGN),
        replace(PHONE, household=FOREIGN, resident=f"R{FOREIGN}"),
        replace(PHONE, resident=f"R{FOREIGN}"),
        replace(PHONE, resident="RH0-70-2"),
    ):
        with pytest.raises(errors.NotFoundError):
            care.propose("worker", other)


def test_an_id_number_of_strangers_is_not_given_away(care):
    number = SEALER.hash_many([caring.OTHER_ID_NUMBER])[0]
    with care.staff.owner() as tx:
        tx.sql.execute(sa.text("UPDATE residents SET id_number_hash = :h WHERE code = :c"),
                       {"h": number, "c": f"R{FOREIGN}"})  # fmt: skip
        tx.commit()
    made = care.propose("worker", replace(POSITION, kind=ChangeKind.NEW_RESIDENT, values=NEWCOMER))
    assert made.values["id_number"] == "3404**********0303"


def test_an_old_version_alone_is_no_conflict(care):
    care.approve("manager", care.propose("worker", PHONE))
    other = proposal(ChangeKind.CORRECTION, {"name": "王秀英"}, base=1, resident=GRANNY)
    assert care.propose("worker", other).conflicts == ()


def test_an_older_version_of_the_same_field_is_a_conflict(care):
    care.approve("manager", care.propose("worker", PHONE))
    other = replace(PHONE, id=uuid4(), values={"phone": "13800002222", "name": "王秀英"})
    made = care.propose("worker", other)
    assert made.state is ChangeState.WAITING
    assert made.conflicts == ("phone",)
    assert made.before == {"phone": "138****1111", "name": "王奶奶"}


def test_somebody_who_left_leaves_no_more(care):
    gone = replace(PHONE, kind=ChangeKind.MOVED, values={"on": "2026-01-01"})
    care.approve("manager", care.propose("worker", gone))
    later = proposal(ChangeKind.DIED, {"on": "2026-02-01"}, base=2, resident=GRANNY)
    with pytest.raises(errors.RefusedError) as raised:
        care.propose("worker", later)
    assert raised.value.key == "error.changes.already_left"
    # Written before it was known, it is kept, as a conflict.
    assert care.propose("worker", replace(later, base_version=1)).conflicts == ("left",)


def test_the_author_takes_it_back(care):
    made = care.propose("worker", PHONE)
    for name, error in (("manager", errors.RefusedError), ("colleague", errors.NotFoundError)):
        with pytest.raises(error), care.staff.meeting(name) as tx:
            changes.withdraw(tx, SEALER, made.id)
    with care.staff.meeting("worker") as tx:
        assert changes.withdraw(tx, SEALER, made.id).state is ChangeState.WITHDRAWN
        tx.commit()
    with pytest.raises(errors.ConflictError), care.staff.meeting("worker") as tx:
        changes.withdraw(tx, SEALER, made.id)
    with pytest.raises(errors.ConflictError):
        care.approve("manager", made)


def test_waiting_changes_are_paged_and_own_ones_told_apart(care):
    made = [
        care.propose("worker", proposal(ChangeKind.POSITION, lonlat(0.3 + n / 100), base=1))
        for n in range(4)
    ]
    own = care.propose("manager", proposal(ChangeKind.POSITION, lonlat(0.9), base=1))
    with care.staff.meeting("manager") as tx:
        assert [one.id for one in history.waiting(tx, SEALER)] == [one.id for one in made]
        assert [one.id for one in history.waiting(tx, SEALER, made[2].id)] == [made[3].id]
        assert [one.id for one in history.own(tx, SEALER)] == [own.id]
