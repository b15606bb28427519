"""The card: everything of one's own households, nothing of others', and every look is kept."""

import pytest
import sqlalchemy as sa

from services import errors
from services.households import card, masking
from services.households.masking import Hidden, SealedField
from services.households.surroundings import Ground
from services.sealing import Sealer
from tests.services.households import caring
from tests.services.households.caring import FOREIGN, GRANNY, HOME, SEALER
from tests.services.small_district import GRIDS


def test_a_card_tells_who_lives_there_and_where(care):
    found = care.look("worker")
    assert (found.code, found.version) == (HOME, 1)
    assert found.unit.code == GRIDS[0]
    assert [unit.code for unit in found.above] == [GRIDS[0][:n] for n in (6, 9, 12)]
    granny = found.residents[0]
    assert (granny.name, granny.sex, granny.lives_alone) == ("王奶奶", "female", True)
    assert granny.tags == ("empty_nest",)
    assert granny.id_number == Hidden("3404**********0020")
    assert granny.phone == Hidden("138****5678")
    assert granny.age == caring.TODAY.year - 1940 - (caring.TODAY.month == 1)


def test_the_nearest_of_each_kind_is_told_by_walking(care):
    around = care.look("worker").surroundings
    assert around.ground is Ground.KNOWN
    centre = next(place for place in around.places if place.kind == "day_care")
    # Half a square of 0.01 degrees of longitude, at 32.6 degrees north, and 0.01 squares less.
    assert centre.code == "D1"
    assert centre.walk_m == pytest.approx(0.49 * 938.7, rel=0.01)
    assert centre.minutes == -(-centre.walk_m // 60)
    kinds = {place.kind for place in around.places} | set(around.beyond)
    assert kinds == {"day_care", "community_office"}


def test_far_is_told_as_far(care):
    with care.staff.owner() as tx:
        tx.sql.execute(sa.text("UPDATE facilities SET geom = ST_Translate(geom, 0.079, 0)"
                               " WHERE code = 'D1'"))  # fmt: skip
        tx.commit()
    around = care.look("worker").surroundings
    assert "day_care" in around.beyond
    with care.staff.owner() as tx:
        tx.sql.execute(sa.text("UPDATE household_attachments SET edge = -1"))
        tx.commit()
    assert care.look("worker").surroundings.ground is Ground.UNATTACHED


def test_every_look_is_kept(care):
    for _ in range(2):
        care.look("manager")
    rows = "SELECT count(*) FROM audit_log WHERE action = 'household_look'"
    assert care.number(rows + " AND subject = :code AND caller = 'manager'", code=HOME) == 2
    with care.staff.meeting("manager") as tx:
        card.card(tx, care.view(), HOME)  # not committed, not answered
    assert care.number(rows) == 2


@pytest.mark.parametrize("name", ["worker", "colleague", "manager", "township", "planner", "admin"])
def test_foreign_and_unknown_are_the_same(care, name):
    told = []
    for code in (FOREIGN, "H5-70-0", "", "x' OR '1'='1", "nul\x00"):
        with pytest.raises(errors.NotFoundError) as raised:
            care.look(name, code)
        told.append((raised.value.key, set(raised.value.params)))
    assert set(map(str, told)) == {"('error.households.unknown', {'code'})"}
    assert care.number("SELECT count(*) FROM audit_log WHERE action = 'household_look'") == 0


def test_foreign_and_unknown_take_the_same_statements(care):
    """Told apart by time they could only be by work that the one takes and the other does not."""
    asked: list[str] = []

    def note(connection, cursor, statement, *others):
        asked.append(statement)

    taken = []
    sa.event.listen(care.staff.database.engine, "before_cursor_execute", note)
    for code in (FOREIGN, "H5-70-0"):
        asked.clear()
        with pytest.raises(errors.NotFoundError):
            care.look("worker", code)
        taken.append(tuple(asked))
    sa.event.remove(care.staff.database.engine, "before_cursor_execute", note)
    assert taken[0] == taken[1]
    assert sum("FROM households" in statement for statement in taken[0]) == 1


def test_those_who_left_are_not_on_it(care):
    with care.staff.owner() as tx:
        tx.sql.execute(
            sa.text(
                "UPDATE residents SET left_on = :day, left_reason = 'moved' WHERE code = :code"
            ),
            {"day": caring.TODAY, "code": GRANNY},
        )
        tx.commit()
    assert care.look("worker").residents == ()


def test_one_value_is_opened_and_each_opening_kept(care):
    with care.staff.meeting("worker") as tx:
        for field, value in (
            (SealedField.PHONE, caring.PHONE),
            (SealedField.ID_NUMBER, caring.ID_NUMBER),
        ):
            assert card.reveal(tx, SEALER, GRANNY, field) == value
        tx.commit()
    with care.staff.owner() as tx:
        rows = tx.sql.execute(sa.text(
            "SELECT subject, unit_code, details FROM audit_log WHERE action = 'resident_reveal'"
            " ORDER BY id")).all()  # fmt: skip
    assert [tuple(row) for row in rows] == [
        (GRANNY, GRIDS[0], {"field": "phone"}),
        (GRANNY, GRIDS[0], {"field": "id_number"}),
    ]


@pytest.mark.parametrize("code", [f"R{FOREIGN}", "R", "R\x00"])
def test_a_stranger_s_value_is_not_there(care, code):
    with pytest.raises(errors.NotFoundError) as raised, care.staff.meeting("worker") as tx:
        card.reveal(tx, SEALER, code, SealedField.PHONE)
    assert raised.value.key == "error.residents.unknown"


def test_a_value_that_is_not_there_is_told(care):
    with pytest.raises(errors.NotFoundError) as raised, care.staff.meeting("worker") as tx:
        card.reveal(tx, SEALER, "RH0-70-2", SealedField.PHONE)
    assert raised.value.key == "error.residents.no_value"


def test_a_value_under_another_key_does_not_hide_the_card(care):
    other = Sealer(bytes(range(32)), bytes(32), 7)
    with care.staff.owner() as tx:
        tx.sql.execute(sa.text("UPDATE residents SET phone = :sealed WHERE code = :code"),
                       {"sealed": other.seal_many(["1"])[0], "code": GRANNY})  # fmt: skip
        tx.commit()
    assert care.look("worker").residents[0].phone == Hidden(None)


@pytest.mark.parametrize(
    ("value", "mask"),
    [
        ("13812345678", "138****5678"),
        ("+8613812345678", "+86*******5678"),
        ("05545123456", "055****3456"),
        ("5123456", "*****56"),
        ("12345678", "****5678"),
        ("10086", "***86"),
    ],
)
def test_phone_numbers_are_masked(value, mask):
    assert masking.masked(SealedField.PHONE, value) == mask
