"""Approved changes are applied with all that follows; nobody decides alone, twice or unseen."""

import threading
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services import accounts, audit, demand, errors, overview, population
from services.accounts import NewAccount, Scope
from services.caller import Caller, Role
from services.households import decisions, history
from services.households.contents import ChangeKind
from services.households.history import ChangeState
from tests.services import staff
from tests.services.households import caring
from tests.services.households.caring import GRANNY, HOME, SEALER, TODAY, day, lonlat, proposal
from tests.services.households.test_changes import NEWCOMER, PHONE, POSITION
from tests.services.small_district import GRIDS, METRIC


def _resident(care, code: str = GRANNY):
    return care.one("SELECT * FROM residents WHERE code = :code", code=code)


def _decision(care, number):
    return care.one("SELECT state, reason, decided_by FROM changes WHERE id = :id", id=number)


def test_an_approved_position_takes_its_unit_along(care):
    made = care.propose("worker", replace(POSITION, values=lonlat(1.5), leaves=True))
    decided = care.approve("manager", made)
    assert decided.state is ChangeState.APPROVED
    unit = care.number(
        "SELECT u.code FROM household_assignments a JOIN units u ON u.id = a.unit_id"
        " JOIN households h ON h.id = a.household_id WHERE h.code = :code",
        code=HOME,
    )
    assert unit == GRIDS[1]
    with pytest.raises(errors.NotFoundError):
        care.look("worker")
    card = care.look("colleague")
    assert (card.version, card.unit.code) == (2, GRIDS[1])
    centre = next(place for place in card.surroundings.places if place.kind == "day_care")
    assert centre.walk_m == pytest.approx(1.49 * 938.7, rel=0.01)
    told = card.changes[0]
    assert (told.state, told.decided_by) == (ChangeState.APPROVED, "社区主任")
    assert told.before == pytest.approx(lonlat(0.5), abs=1e-6)
    assert told.moved_m == pytest.approx(939, rel=0.01)


def test_an_approved_correction_writes_its_fields_only(care):
    values = {"phone": "13800001111", "name": "王秀英", "tags": ["party_member"], "sex": None}
    care.approve("manager", care.propose("worker", replace(PHONE, values=values)))
    row = _resident(care)
    assert SEALER.open(row.phone) == "13800001111"
    assert row.phone_hash == SEALER.hash_many(["13800001111"])[0]
    assert SEALER.open(row.id_number) == caring.ID_NUMBER
    assert (row.name, row.sex, row.tags, row.lives_alone) == (
        "王秀英",
        None,
        ["party_member"],
        True,
    )
    assert row.field_versions == {"phone": 2, "name": 2, "tags": 2, "sex": 2}
    before = care.look("manager").changes[0].before
    assert before == {
        "phone": "138****5678",
        "name": "王奶奶",
        "tags": ["empty_nest"],
        "sex": "female",
    }


def test_a_number_can_be_taken_out(care):
    care.approve("manager", care.propose("worker", replace(PHONE, values={"phone": None})))
    row = _resident(care)
    assert (row.phone, row.phone_hash) == (None, None)


def test_a_newcomer_lives_there_and_counts(care):
    before = _figures(care).residents
    change = replace(POSITION, kind=ChangeKind.NEW_RESIDENT, values=NEWCOMER)
    care.approve("manager", care.propose("worker", change))
    newcomer = next(one for one in care.look("worker").residents if one.name == "李爷爷")
    assert newcomer.id_number is not None
    assert newcomer.id_number.mask == "3404**********0303"
    assert (newcomer.sex, newcomer.phone, newcomer.tags) == ("male", None, ("empty_nest",))
    assert _figures(care).residents == before + 1
    again = replace(change, id=uuid4())
    with pytest.raises(errors.FaultsError):
        care.propose("worker", again)


def _figures(care, on: date = TODAY) -> population.PopulationRow:
    """Figures of the district on a day."""
    with care.staff.database.transaction(care.staff.callers["planner"]) as tx:
        return population.figures(tx, on).rows[0]


@pytest.mark.parametrize(
    ("kind", "reason"), [(ChangeKind.MOVED, "moved"), (ChangeKind.DIED, "died")]
)
def test_who_left_counts_no_more_from_that_day(care, kind, reason):
    on = day(days=10)
    before = _figures(care)
    change = replace(PHONE, kind=kind, values={"on": on.isoformat()})
    care.approve("manager", care.propose("worker", change))
    row = _resident(care)
    assert (row.left_on, row.left_reason) == (on, reason)
    assert care.look("worker").residents == ()
    assert _figures(care).residents == before.residents - 1
    assert _figures(care, day(days=11)).residents == before.residents
    assert _figures(care, on).age_60_plus == before.age_60_plus - 1
    with care.staff.owner() as tx:
        for then, gone in ((TODAY, 1), (day(days=11), 0)):
            people = demand.load(tx, then, demand.Who(60), METRIC).people
            assert (people.sum(), len(people)) == (64 - gone, 64 - gone)
            assert overview.counts(tx, then).residents == 168 - gone


def test_nobody_decides_on_their_own(care):
    for name in ("manager", "township"):
        made = care.propose(name, replace(PHONE, id=uuid4()))
        with pytest.raises(errors.RefusedError) as raised:
            care.approve(name, made)
        assert raised.value.key == "error.changes.own"
        with pytest.raises(errors.ForbiddenError), care.staff.meeting(name) as tx:
            tx.sql.execute(sa.text("UPDATE changes SET state = 'approved', decided_at = now(),"
                                   " decided_by = account_id WHERE id = :id"), {"id": made.id})  # fmt: skip
        assert _decision(care, made.id).state == "waiting"


def test_a_manager_and_the_one_above_decide_for_each_other(care):
    care.approve("township", care.propose("manager", replace(PHONE, id=uuid4())))
    other = proposal(ChangeKind.CORRECTION, {"name": "王秀英"}, base=2, resident=GRANNY)
    care.approve("manager", care.propose("township", other))
    assert _resident(care).name == "王秀英"


@pytest.mark.parametrize("name", ["worker", "colleague", "planner", "admin"])
def test_only_managers_decide(care, name):
    made = care.propose("manager", replace(PHONE, id=uuid4()))
    with pytest.raises(errors.ForbiddenError):
        care.approve(name, made)
    with pytest.raises(errors.ForbiddenError), care.staff.meeting(name) as tx:
        decisions.give_back(tx, SEALER, made.id, "no")


def test_a_manager_of_elsewhere_or_of_yesterday_decides_nothing(care):
    made = care.propose("worker", replace(PHONE, id=uuid4()))
    with care.staff.owner() as tx:
        elsewhere = NewAccount("far", "别处", Role.COMMUNITY_MANAGER, (Scope(GRIDS[4][:12]),))
        number = accounts.add(tx, elsewhere, staff.PASSWORD)
        accounts.set_scopes(tx, "manager", [Scope(GRIDS[0][:12], ends=day(days=0))])
        tx.commit()
    care.staff.callers["far"] = Caller("far", Role.COMMUNITY_MANAGER, number)
    for name in ("far", "manager"):
        with pytest.raises(errors.NotFoundError) as raised:
            care.approve(name, made)
        assert raised.value.key == "error.changes.unknown"
    assert _decision(care, made.id).state == "waiting"
    assert _resident(care).version == 1


def test_a_returned_change_says_why_and_changes_nothing(care):
    made = care.propose("worker", PHONE)
    with care.staff.meeting("manager") as tx:
        with pytest.raises(errors.FaultsError):
            decisions.give_back(tx, SEALER, made.id, "  ")
        decisions.give_back(tx, SEALER, made.id, "号码少一位")
        tx.commit()
    told = care.look("worker").changes[0]
    assert (told.state, told.reason, told.before) == (ChangeState.RETURNED, "号码少一位", None)
    assert _resident(care).version == 1
    with pytest.raises(errors.ConflictError):
        care.approve("township", made)


def test_what_was_changed_unseen_is_looked_at_again(care):
    first = care.propose("worker", PHONE)
    second = care.propose("worker", replace(PHONE, id=uuid4(), values={"phone": "13800002222"}))
    care.approve("manager", first)
    with pytest.raises(errors.ConflictError) as raised:
        care.approve("manager", second, seen=1)
    assert raised.value.key == "error.changes.seen"
    with care.staff.meeting("manager") as tx:
        shown = history.find(tx, SEALER, second.id)
    assert shown.conflicts == ("phone",)
    assert care.approve("manager", shown).overruled == ("phone",)
    assert SEALER.open(_resident(care).phone) == "13800002222"


def test_a_correction_that_fits_no_more_is_refused(care):
    born = proposal(ChangeKind.CORRECTION, {"birth_date": "1940-01-02"}, base=1, resident=GRANNY)
    made = care.propose("worker", replace(PHONE, values={"name": "王秀英"}))
    care.approve("manager", made)
    with pytest.raises(errors.FaultsError):
        care.propose("worker", born)
    same = care.propose("worker", replace(PHONE, id=uuid4(), values={"sex": "male"}))
    with care.staff.owner() as tx:
        tx.sql.execute(sa.text("UPDATE residents SET birth_date = '1941-01-02' WHERE code = :c"),
                       {"c": GRANNY})  # fmt: skip
        tx.commit()
    with pytest.raises(errors.FaultsError):
        care.approve("manager", same)


def test_two_managers_at_once_apply_it_once(care):
    made = care.propose("worker", replace(PHONE, values={"name": "王秀英"}))
    start = threading.Barrier(2)
    outcomes: dict[str, str] = {}

    def decide(name: str) -> None:
        start.wait()
        try:
            outcomes[name] = care.approve(name, made).state.value
        except errors.ConflictError as error:
            outcomes[name] = error.key

    threads = [threading.Thread(target=decide, args=(name,)) for name in ("manager", "township")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert outcomes.keys() == {"manager", "township"}
    assert "approved" in outcomes.values()
    assert {"error.changes.decided", "error.changes.seen"} & set(outcomes.values())
    assert _resident(care).version == 2
    assert care.number("SELECT count(*) FROM audit_log WHERE action = 'change_approve'") == 1


def test_two_changes_of_one_field_at_once_do_not_overwrite_each_other(care):
    both = [
        care.propose("worker", proposal(ChangeKind.POSITION, lonlat(x), base=1)) for x in (0.2, 0.8)
    ]
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def decide(name: str, at: int) -> None:
        start.wait()
        try:
            outcomes.append(care.approve(name, both[at]).state.value)
        except errors.ConflictError as error:
            outcomes.append(error.key)

    threads = [
        threading.Thread(target=decide, args=pair) for pair in (("manager", 0), ("township", 1))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["approved", "error.changes.seen"]
    assert care.number("SELECT version FROM households WHERE code = :c", c=HOME) == 2


def test_the_audit_tells_who_decided_and_names_nobody(care):
    care.approve("manager", care.propose("worker", PHONE))
    with care.staff.owner() as tx:
        lines = audit.lines(tx, audit.Filter(action="change"))
        assert audit.verify(tx).holds
    assert [(line.caller, line.action, line.subject) for line in lines] == [
        ("manager", "change_approve", GRANNY),
        ("worker", "change_propose", GRANNY),
    ]
    assert "1111" not in str(lines)
