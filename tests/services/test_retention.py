"""Who left long enough ago is anonymous: nothing names them, everything still counts them."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services import audit, errors, population, retention
from services.households import history
from services.households.contents import ChangeKind
from services.retention import Emptied, Retention
from tests.services import staff
from tests.services.households import caring
from tests.services.households.caring import GRANNY, HOME, ID_NUMBER, SEALER, TODAY

RULE = Retention("test", moved=2, died=5, changes=3)
NEIGHBOUR = "N-1"


@pytest.fixture
def care(database) -> caring.Caring:
    return caring.settle(staff.hire(database, caring.PEOPLE))


def _leave(care: caring.Caring, reason: str, day: date) -> None:
    with care.staff.owner() as tx:
        tx.sql.execute(
            sa.text("UPDATE residents SET left_on = :day, left_reason = :why WHERE code = :code"),
            {"day": day, "why": reason, "code": GRANNY},
        )
        tx.commit()


def _anonymise(care: caring.Caring, rule: Retention = RULE) -> Emptied:
    with care.staff.owner() as tx:
        done = retention.anonymise(tx, SEALER, rule, TODAY)
        tx.commit()
    return done


def _granny(care: caring.Caring):
    return care.one("SELECT * FROM residents WHERE code = :code", code=GRANNY)


def _years_ago(years: int, days: int = 0) -> date:
    return date.fromordinal(TODAY.replace(year=TODAY.year - years).toordinal() - days)


@pytest.mark.parametrize(
    ("reason", "day", "due"),
    [
        ("moved", _years_ago(2), 1),
        ("moved", _years_ago(2, -1), 0),
        ("died", _years_ago(2), 0),
        ("died", _years_ago(5), 1),
        ("died", _years_ago(5, -1), 0),
    ],
)
def test_the_time_runs_from_the_day_they_left(care, reason: str, day: date, due: int) -> None:
    _leave(care, reason, day)
    assert _anonymise(care).residents == due
    assert (_granny(care).anonymised_at is not None) == due


def test_nothing_names_them_and_everything_counts_them(care) -> None:
    before = _granny(care)
    with care.staff.owner() as tx:
        figures = population.figures(tx, date(2020, 1, 1))
    _leave(care, "moved", _years_ago(3))
    assert _anonymise(care) == Emptied(1, 0, 0)
    after = _granny(care)
    emptied = ("name_search", "id_number", "id_number_hash", "phone", "phone_hash")
    assert after.name == ""
    assert [getattr(after, name) for name in emptied] == [None] * 5
    assert after.birth_date == before.birth_date.replace(month=1, day=1)
    kept = ("code", "sex", "lives_alone", "tags", "household_id")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    with care.staff.owner() as tx:
        assert population.figures(tx, date(2020, 1, 1)) == figures
        (line,) = audit.lines(tx, audit.Filter(action="people_anonymise"))
    assert line.details == {"rule": "test", "residents": 1, "changes": 0, "notes": 0}
    assert _anonymise(care) == Emptied(0, 0, 0), "and a second time there is nothing to do"


def test_who_lives_there_is_never_touched(care) -> None:
    assert _anonymise(care) == Emptied(0, 0, 0)
    assert care.number("SELECT count(*) FROM residents WHERE name = ''") == 0


def _write(care: caring.Caring) -> None:
    """A visit to somebody, one to the household, a note, a grant, each with words."""
    with care.staff.owner() as tx:
        account = care.staff.callers["worker"].account_id
        values = {"account": account, "home": HOME, "granny": GRANNY}
        for statement in (
            "INSERT INTO visits (id, household_id, resident_id, visited_at, outcome, note,"
            " account_id) SELECT gen_random_uuid(), household_id, id, now(), 'met', 'cough',"
            " :account FROM residents WHERE code = :granny",
            "INSERT INTO visits (id, household_id, visited_at, outcome, note, account_id) SELECT"
            " gen_random_uuid(), id, now(), 'met', 'all well', :account FROM households"
            " WHERE code = :home",
            "INSERT INTO notes (id, household_id, text, account_id, written_at) SELECT"
            " gen_random_uuid(), id, 'a dog', :account, now() FROM households WHERE code = :home",
            "INSERT INTO assistance (resident_id, kind, valid, reason) SELECT id,"
            " 'old_age_allowance', '[2020-01-01,2021-01-01)', 'poor' FROM residents"
            " WHERE code = :granny",
        ):
            tx.sql.execute(sa.text(statement), values)
        tx.commit()


def test_words_about_them_go_too_and_those_about_others_stay(care) -> None:
    _write(care)
    with care.staff.owner() as tx:
        tx.sql.execute(
            sa.text(
                "INSERT INTO residents (code, household_id, name, birth_date) SELECT :code, id,"
                " '李', '1950-01-01' FROM households WHERE code = :home"
            ),
            {"code": NEIGHBOUR, "home": HOME},
        )
        tx.commit()
    _leave(care, "moved", _years_ago(3))
    assert _anonymise(care).notes == 1
    assert care.number("SELECT count(*) FROM visits WHERE note IS NOT NULL") == 1
    assert care.number("SELECT count(*) FROM notes") == 1
    assert care.number("SELECT count(*) FROM visits") == 2
    assert care.number("SELECT count(*) FROM assistance WHERE reason IS NOT NULL") == 0


def test_words_about_the_home_from_when_they_lived_there_go_although_others_stay(care) -> None:
    _write(care)
    left = _years_ago(3)
    with care.staff.owner() as tx:
        for statement in (
            "INSERT INTO residents (code, household_id, name, birth_date) SELECT 'N-1', id, '李',"
            " '1950-01-01' FROM households WHERE code = :home",
            f"UPDATE visits SET visited_at = '{left} 23:59:59+08'",
            f"UPDATE notes SET written_at = '{left} 23:59:59+08'",
            "DELETE FROM assistance",
        ):
            tx.sql.execute(sa.text(statement), {"home": HOME} if ":home" in statement else {})
        tx.commit()
    _write(care)
    _leave(care, "moved", left)
    assert _anonymise(care).notes == 4, (
        "two of visits to her, one of a visit there, one of the home"
    )
    assert care.number("SELECT count(*) FROM visits WHERE note IS NOT NULL") == 1
    assert care.number("SELECT count(*) FROM notes") == 1


def test_where_nobody_is_left_no_word_is(care) -> None:
    _write(care)
    _leave(care, "moved", _years_ago(3))
    assert _anonymise(care).notes == 3
    assert care.number("SELECT count(*) FROM visits WHERE note IS NOT NULL") == 0
    assert care.number("SELECT count(*) FROM visits") == 2
    assert care.number("SELECT count(*) FROM notes") == 0


def _change(care: caring.Caring, kind: ChangeKind, values, **others):
    return care.propose("worker", caring.proposal(kind, values, base=1, **others))


def test_changes_say_nothing_of_them_any_more(care) -> None:
    phone = _change(care, ChangeKind.CORRECTION, {"phone": "13900000000"}, resident=GRANNY)
    care.approve("manager", phone)
    waiting = _change(care, ChangeKind.CORRECTION, {"name": "王某某"}, resident=GRANNY)
    _leave(care, "moved", _years_ago(3))
    assert _anonymise(care) == Emptied(1, 2, 0)
    with care.staff.meeting("manager") as tx:
        found = [history.find(tx, SEALER, number) for number in (phone.id, waiting.id)]
    assert [(change.values, change.before, change.note) for change in found] == [({}, None, "")] * 2
    assert [change.state for change in found] == ["approved", "withdrawn"]
    care.look("manager")


def test_how_somebody_came_is_emptied_with_them(care) -> None:
    values = {"name": "新来的", "birth_date": "1990-01-01", "id_number": "11010519491231002X"}
    values |= {"birth_date": "1949-12-31"}
    came = _change(care, ChangeKind.NEW_RESIDENT, values, number=uuid4())
    other = _change(care, ChangeKind.NEW_RESIDENT, {**values, "id_number": None}, number=uuid4())
    care.approve("manager", came)
    code = f"N{came.id.hex[:16].upper()}"
    with care.staff.owner() as tx:
        tx.sql.execute(
            sa.text("UPDATE residents SET left_on = :day, left_reason = 'moved' WHERE code = :c"),
            {"day": _years_ago(3), "c": code},
        )
        tx.commit()
    assert _anonymise(care) == Emptied(1, 1, 0)
    with care.staff.meeting("manager") as tx:
        assert history.find(tx, SEALER, came.id).values == {}
        assert history.find(tx, SEALER, other.id).values["name"] == "新来的"


def test_what_was_decided_long_ago_says_nothing_of_anybody(care) -> None:
    moved = _change(care, ChangeKind.POSITION, caring.lonlat(0.6), resident=None)
    care.approve("manager", moved)
    phone = _change(care, ChangeKind.CORRECTION, {"phone": "13900000000"}, resident=GRANNY)
    care.approve("manager", phone)
    fresh = _change(care, ChangeKind.CORRECTION, {"phone": "13900000001"}, resident=GRANNY)
    care.approve("manager", fresh)
    with care.staff.owner() as tx:
        tx.sql.execute(
            sa.text("UPDATE changes SET decided_at = :day WHERE id <> :fresh"),
            {"day": _years_ago(3), "fresh": fresh.id},
        )
        tx.commit()
    assert _anonymise(care) == Emptied(0, 2, 0)
    with care.staff.meeting("manager") as tx:
        place = history.find(tx, SEALER, moved.id)
        assert set(place.values) == {"lon", "lat"}
        assert place.before is not None
        assert history.find(tx, SEALER, phone.id).values == {}
        assert history.find(tx, SEALER, fresh.id).values != {}


def test_what_nobody_ever_decided_on_is_not_kept_for_good(care) -> None:
    values = {"name": "新来的", "birth_date": "1949-12-31"}
    old = _change(care, ChangeKind.NEW_RESIDENT, values, number=uuid4())
    fresh = _change(care, ChangeKind.NEW_RESIDENT, values, number=uuid4())
    with care.staff.owner() as tx:
        tx.sql.execute(
            sa.text("UPDATE changes SET received_at = :day WHERE id = :old"),
            {"day": _years_ago(3), "old": old.id},
        )
        tx.commit()
    assert _anonymise(care) == Emptied(0, 1, 0)
    with care.staff.meeting("manager") as tx:
        emptied, kept = (history.find(tx, SEALER, one.id) for one in (old, fresh))
    assert (emptied.values, emptied.state) == ({}, "withdrawn")
    assert (kept.values["name"], kept.state) == ("新来的", "waiting")


def test_where_a_home_is_says_nothing_of_anybody_when_nobody_is_left_there(care) -> None:
    place = {"resident": None, "note": "as her son says"}
    moved = _change(care, ChangeKind.POSITION, caring.lonlat(0.6), **place)
    care.approve("manager", moved)
    values = {"name": "新来的", "birth_date": "1949-12-31"}
    coming = _change(care, ChangeKind.NEW_RESIDENT, values, number=uuid4())
    _leave(care, "moved", _years_ago(3))
    assert _anonymise(care) == Emptied(1, 1, 0)
    with care.staff.meeting("manager") as tx:
        found, waits = (history.find(tx, SEALER, one.id) for one in (moved, coming))
    assert (found.note, set(found.values), found.state) == ("", {"lon", "lat"}, "approved")
    assert (waits.values["name"], waits.state) == ("新来的", "waiting")


def test_no_door_gives_them_a_name_again(care) -> None:
    _leave(care, "moved", _years_ago(3))
    _anonymise(care)
    for column, value in (("name", "王奶奶"), ("phone", b"x"), ("id_number_hash", b"x")):
        with pytest.raises(errors.RefusedError) as refused, care.staff.owner() as tx:
            tx.sql.execute(
                sa.text(f"UPDATE residents SET {column} = :value WHERE code = :code"),
                {"value": value, "code": GRANNY},
            )
        assert refused.value.key == "error.constraint.residents_anonymous_check"


def test_one_at_a_time(care) -> None:
    with care.staff.owner() as tx:
        retention.anonymise(tx, SEALER, RULE, TODAY)
        with pytest.raises(errors.ConflictError):
            _anonymise(care)


def test_the_district_s_own_rule_takes_the_place_of_ours(tmp_path: Path) -> None:
    shipped = retention.load()
    assert retention.load(tmp_path) == shipped
    own = "name='own'\n[years_after_leaving]\nmoved=1\ndied=2\n[years_after_decision]\nchanges=4\n"
    (tmp_path / "retention.toml").write_text(own)
    assert retention.load(tmp_path) == Retention("own", 1, 2, 4)


@pytest.mark.parametrize(
    "text", ["", "name =", "name='x'", "name='x'\n[years_after_leaving]\nmoved=-1\ndied=1", "\xff"]
)
def test_a_rule_that_makes_no_sense_deletes_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "retention.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(errors.RefusedError):
        retention.load(tmp_path)


def test_id_numbers_are_nowhere_afterwards(care) -> None:
    _leave(care, "died", _years_ago(6))
    _anonymise(care)
    hashed = SEALER.hash_many([ID_NUMBER])[0]
    assert care.number("SELECT count(*) FROM residents WHERE id_number_hash = :h", h=hashed) == 0
