"""The policy in the database: whom each role sees, whatever statement it makes."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import sqlalchemy as sa

from services import accounts, errors
from services.accounts import Scope
from services.rights import Door
from tests.services import staff
from tests.services.small_district import GRIDS

PEOPLE = [(1, 2, n) for n in range(8)]
_TABLES = ("households", "residents", "household_assignments", "household_attachments")


@pytest.fixture
def hired(database) -> staff.Staff:
    return staff.hire(database, PEOPLE)


def _numbers(tx, table: str = "households") -> int:
    found: int = tx.sql.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
    return found


def _grids_seen(tx) -> set[str]:
    rows = tx.sql.execute(sa.text("SELECT code FROM households"))
    return {GRIDS[int(row.code[1])] for row in rows}


@pytest.mark.parametrize(
    ("name", "grids"),
    [
        ("worker", 1),
        ("colleague", 1),
        ("manager", 2),
        ("township", 4),
        ("planner", 0),
        ("admin", 0),
    ],
)
def test_each_sees_the_households_of_own_units(hired, name: str, grids: int) -> None:
    with hired.meeting(name) as tx:
        seen = _grids_seen(tx)
        counts = [_numbers(tx, table) for table in _TABLES]
    first = 1 if name == "colleague" else 0
    assert seen == set(GRIDS[first : first + grids])
    people = sum(sum(PEOPLE[first + n]) for n in range(grids))
    assert counts == [people] * len(_TABLES)


def test_an_assignment_of_another_day_opens_nothing(hired) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    with hired.owner() as tx:
        accounts.set_scopes(tx, "manager", [Scope(GRIDS[0][:12], ends=yesterday)])
        accounts.set_scopes(
            tx,
            "township",
            [Scope(GRIDS[0][:9], begins=datetime.now(UTC).date() + timedelta(days=2))],
        )
        accounts.disable(tx, "worker")
        tx.commit()
    for name in ("manager", "township", "worker"):
        with hired.meeting(name) as tx:
            assert _numbers(tx) == 0


def test_a_household_that_moved_is_no_longer_seen(hired) -> None:
    with hired.owner() as tx:
        tx.driver.execute(
            "UPDATE household_assignments SET valid_to = current_date - 1 WHERE unit_id ="
            " (SELECT id FROM units WHERE code = %s)",
            (GRIDS[0],),
        )
        tx.commit()
    with hired.meeting("worker") as tx:
        assert _numbers(tx) == 0
        assert _numbers(tx, "residents") == 0


@pytest.mark.parametrize("column", ["name", "id_number", "phone", "code", "name_search"])
def test_figures_can_name_nobody(hired, column: str) -> None:
    caller = hired.callers["planner"]
    with pytest.raises(errors.ForbiddenError), hired.database.transaction(caller) as tx:
        tx.sql.execute(sa.text(f"SELECT {column} FROM residents"))
    with hired.database.transaction(caller) as tx:
        assert _numbers(tx, "(SELECT birth_date FROM residents) r") == sum(map(sum, PEOPLE))


@pytest.mark.parametrize(
    ("door", "statement"),
    [
        (Door.FIGURES, "SELECT address FROM households"),
        (Door.FIGURES, "SELECT * FROM visits"),
        (Door.FIGURES, "SELECT password_hash FROM accounts"),
        (Door.PEOPLE, "SELECT password_hash FROM accounts"),
        (Door.PEOPLE, "SELECT * FROM audit_log"),
        (Door.PEOPLE, "UPDATE households SET address = 'x'"),
        (Door.PEOPLE, "DELETE FROM visits"),
        (Door.PEOPLE, "SELECT * FROM sessions"),
        (Door.ADMIN, "SELECT * FROM residents"),
        (Door.ADMIN, "SELECT * FROM households"),
        (Door.ADMIN, "INSERT INTO audit_log VALUES (1)"),
        (Door.GATE, "SELECT * FROM households"),
        (Door.GATE, "INSERT INTO account_scopes VALUES (1)"),
    ],
)
def test_no_door_opens_what_is_not_its_own(hired, door: Door, statement: str) -> None:
    caller = hired.callers["township"]
    with pytest.raises(errors.ForbiddenError), hired.database.transaction(caller, door) as tx:
        tx.sql.execute(sa.text(statement))


_VISIT = sa.text("""
    INSERT INTO visits (id, household_id, visited_at, outcome, account_id)
    SELECT gen_random_uuid(), CAST(:household AS integer), now(), 'met', CAST(:account AS integer)
""")


def _household(hired, grid: int) -> int:
    with hired.owner() as tx:
        found: int = tx.sql.execute(
            sa.text("SELECT id FROM households WHERE code LIKE :code LIMIT 1"),
            {"code": f"H{grid}-%"},
        ).scalar_one()
    return found


def test_a_visit_is_written_in_own_units_and_own_name(hired) -> None:
    own, foreign = _household(hired, 0), _household(hired, 5)
    worker = hired.callers["worker"].account_id
    other = hired.callers["colleague"].account_id
    with hired.meeting("worker") as tx:
        tx.sql.execute(_VISIT, {"household": own, "account": worker})
        assert _numbers(tx, "visits") == 1
    for household, account in ((foreign, worker), (own, other)):
        with pytest.raises(errors.ForbiddenError), hired.meeting("worker") as tx:
            tx.sql.execute(_VISIT, {"household": household, "account": account})


@pytest.mark.parametrize("name", ["worker", "township", "planner"])
def test_whose_units_are_one_s_own_is_found_out_before_any_row_is_looked_at(
    hired, name: str
) -> None:
    """Else a stranger's row, which has to be compared, would take longer than none."""
    with hired.meeting(name) as tx:
        found = tx.sql.execute(sa.text("SELECT current_setting('wangge.scope', true)")).scalar_one()
        ids = tx.sql.execute(sa.text("SELECT scope_units()::text")).scalar_one()
    assert found == f"{hired.callers[name].account_id}{ids}"


def test_the_owner_s_work_ends_where_it_began(hired) -> None:
    with hired.meeting("worker") as tx:
        few = _numbers(tx)
        with tx.as_owner() as own:
            assert _numbers(own) > few
        assert _numbers(tx) == few


def test_the_owner_s_work_ends_with_an_error_too(hired) -> None:
    with hired.meeting("worker") as tx:
        few = _numbers(tx)
        with pytest.raises(errors.ConflictError), tx.as_owner():
            raise errors.ConflictError("error.database.conflict")
        assert _numbers(tx) == few
        with pytest.raises(sa.exc.DBAPIError), tx.as_owner() as own:
            own.sql.execute(sa.text("SELECT 1 / 0"))
        with pytest.raises(sa.exc.DBAPIError):
            _numbers(tx)


def test_who_asks_is_told_to_no_later_transaction(hired) -> None:
    with hired.meeting("worker") as tx:
        assert _numbers(tx) > 0
    with hired.database.transaction(hired.callers["planner"], Door.PEOPLE) as tx:
        assert _numbers(tx) == 0
    with psycopg.connect(hired.database.url) as connection:
        connection.execute("SET ROLE wangge_people")
        found = connection.execute("SELECT count(*) FROM households").fetchone()
    assert found == (0,)
