"""Every table about people is closed but for one's own rows, whatever statement is made."""

from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from services import accounts
from services import caller as callers
from services.accounts import NewAccount, Scope
from services.caller import Caller, Role
from services.database import Database
from services.rights import Door
from tests.conftest import Server
from tests.services import row_security, staff
from tests.services.small_district import GRIDS

PEOPLE = [(1, 1, 2)] * 8
OWN_GRIDS = {"worker": GRIDS[:1], "colleague": GRIDS[1:2], "manager": GRIDS[:2]}
OWN_GRIDS |= {"township": GRIDS[:4], "planner": [], "admin": [], "department": [], "gate": []}
_STRANGER = NewAccount("stranger", "别处的网格员", Role.GRID_WORKER, (Scope(GRIDS[5]),))

_FILL = (
    """INSERT INTO visits (id, household_id, visited_at, outcome, account_id, note)
       SELECT gen_random_uuid(), h.id, now(), 'met', a.id, h.code
       FROM households h, accounts a WHERE a.name = 'township'""",
    """INSERT INTO notes (id, household_id, text, account_id, written_at)
       SELECT gen_random_uuid(), h.id, h.code, a.id, now()
       FROM households h, accounts a WHERE a.name = 'township'""",
    """INSERT INTO changes (id, household_id, kind, base_version, payload, account_id, made_at)
       SELECT gen_random_uuid(), h.id, 'position', 1, h.code::bytea, a.id, now()
       FROM households h, accounts a WHERE a.name = 'township'""",
    """INSERT INTO assistance (resident_id, kind, valid)
       SELECT r.id, 'old_age_allowance', '[2026-01-01,)' FROM residents r""",
    """INSERT INTO grid_workers (account_id, hired_on, birth_date)
       SELECT id, '2020-01-01', '1990-01-01' FROM accounts WHERE role = 'grid_worker'""",
    """INSERT INTO trainings (account_id, held_on, hours, title)
       SELECT account_id, '2026-01-01', 4, account_id::text FROM grid_workers""",
    """INSERT INTO household_attachments (household_id, edge, offset_m, access_m)
       SELECT id, 0, 1, 1 FROM households ON CONFLICT DO NOTHING""",
)


@pytest.fixture(scope="module")
def filled(server: Server, template: str) -> Iterator[staff.Staff]:
    """Somebody in every grid, and in every table about people something of each."""
    name = server.clone(template)
    database = Database(server.cluster.url(name), pool_size=2)
    hired = staff.hire(database, PEOPLE)
    with staff.hashed_once(), hired.owner() as tx:
        accounts.add(tx, _STRANGER, staff.PASSWORD)
        for statement in _FILL:
            tx.sql.execute(sa.text(statement))
        # Part of the assignments as they lie after a border moved.
        tx.sql.execute(sa.text(_MOVED))
        tx.commit()
    hired.callers["department"] = Caller("key:民政局", Role.DEPARTMENT)
    hired.callers["gate"] = callers.gatekeeper()
    yield hired
    database.close()
    server.drop(name)


_MOVED = """WITH gone AS (DELETE FROM ONLY household_assignments WHERE household_id % 2 = 0
    RETURNING *) INSERT INTO household_assignments_moved SELECT * FROM gone"""


@pytest.fixture
def owner(filled: staff.Staff) -> Iterator[sa.Connection]:
    """The owner's connection; what is done on it is undone."""
    with filled.database.engine.connect() as connection:
        yield connection
        connection.rollback()


def _become(owner: sa.Connection, door: Door, caller: Caller) -> None:
    account = "" if caller.account_id is None else str(caller.account_id)
    owner.execute(
        sa.text("SELECT set_config('wangge.account', :account, true),"
                " set_config('role', :role, true)"),
        {"account": account, "role": door.value},
    )  # fmt: skip


def _rows(owner: sa.Connection, table: str, columns: tuple[str, ...], where: str = "") -> list[str]:
    chosen = ", ".join(f"{table}.{name}" for name in columns)
    found = owner.execute(sa.text(f"SELECT row({chosen})::text FROM {table} {where}"))
    return sorted(found.scalars())


def _own(owner: sa.Connection, table: str, name: str) -> str:
    """Return the condition for rows that lie in somebody's own grids, by what they hang on."""
    homes = "|".join(str(GRIDS.index(grid)) for grid in OWN_GRIDS[name]) or "none"
    households = f"SELECT id FROM households WHERE code ~ '^H({homes})-'"
    residents = f"SELECT id FROM residents WHERE household_id IN ({households})"
    codes = [code for grid in OWN_GRIDS[name] for code in (grid[:9], grid[:12], grid)]
    workers = "SELECT account_id FROM account_scopes WHERE unit_code = ANY ('{%s}')"
    there = row_security.columns(owner, table)
    if table == "households":
        return f"WHERE id IN ({households})"
    if "household_id" in there:
        return f"WHERE household_id IN ({households})"
    if "resident_id" in there:
        return f"WHERE resident_id IN ({residents})"
    assert "account_id" in there, f"say here whose the rows of {table} are"
    return f"WHERE account_id IN ({workers % ','.join(codes)})"


def _leaks(owner: sa.Connection, name: str, caller: Caller) -> list[str]:
    """Return the tables of which a bare SELECT through the door of people tells too much or little."""
    told = []
    for table, secured in row_security.about_people(owner).items():
        columns = row_security.columns(owner, table, Door.PEOPLE.value)
        if not secured or not columns:
            continue
        expected = _rows(owner, table, columns, _own(owner, table, name))
        with owner.begin_nested() as undone:
            _become(owner, Door.PEOPLE, caller)
            if _rows(owner, table, columns) != expected:
                told.append(table)
            undone.rollback()
    return told


@pytest.mark.parametrize("name", OWN_GRIDS)
def test_a_bare_select_tells_one_s_own_rows(
    filled: staff.Staff, owner: sa.Connection, name: str
) -> None:
    assert _leaks(owner, name, filled.callers[name]) == []


def test_there_are_strangers_in_every_table(owner: sa.Connection) -> None:
    for table, secured in row_security.about_people(owner).items():
        columns = row_security.columns(owner, table)
        if secured:
            own = _rows(owner, table, columns, _own(owner, table, "worker"))
            assert 0 < len(own) < len(_rows(owner, table, columns)), table


def test_a_policy_that_lets_all_through_shows_in_what_is_told(
    filled: staff.Staff, owner: sa.Connection
) -> None:
    read = [
        policy
        for policy in row_security.policies(owner)
        if policy.holds_for(Door.PEOPLE.value, "SELECT")
    ]
    assert len(read) > 9
    for policy in read:
        with owner.begin_nested() as undone:
            widened = f"ALTER POLICY {policy.name} ON {policy.table} USING (now() IS NOT NULL)"
            owner.execute(sa.text(widened))
            assert policy.table in _leaks(owner, "worker", filled.callers["worker"]), policy
            undone.rollback()


DOORS = [(name, Door.FIGURES) for name in OWN_GRIDS]
DOORS += [("admin", Door.ADMIN), ("gate", Door.GATE)]


@pytest.mark.parametrize(("name", "door"), DOORS)
def test_other_doors_refuse_all_of_a_row(
    filled: staff.Staff, owner: sa.Connection, name: str, door: Door
) -> None:
    for table in row_security.about_people(owner):
        granted = row_security.READABLE[door.value].get(table)
        with owner.begin_nested() as undone:
            _become(owner, door, filled.callers[name])
            asked = sa.text(f"SELECT * FROM {table}")
            if granted == "*":
                owner.execute(asked)
            else:
                with pytest.raises(sa.exc.DBAPIError) as refused:
                    owner.execute(asked)
                assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)
            undone.rollback()


def _at(code: str) -> str:
    return f"(SELECT id FROM households WHERE code = '{code}')"


def _of(code: str) -> str:
    return f"(SELECT id FROM residents WHERE code = 'R{code}')"


_WHO = "(SELECT current_account())"
_CHANGE = "INSERT INTO changes (id, household_id, resident_id, kind, base_version, payload,"
WRITES = {
    "visit": "INSERT INTO visits (id, household_id, visited_at, outcome, account_id)"
    " VALUES (gen_random_uuid(), {home}, now(), 'met', {who})",
    "visit to somebody": "INSERT INTO visits (id, household_id, resident_id, visited_at, outcome,"
    " account_id) VALUES (gen_random_uuid(), {own}, {resident}, now(), 'met', {who})",
    "note": "INSERT INTO notes (id, household_id, text, account_id, written_at)"
    " VALUES (gen_random_uuid(), {home}, 'x', {who}, now())",
    "change": _CHANGE + " account_id, made_at)"
    " VALUES (gen_random_uuid(), {home}, NULL, 'position', 1, '', {who}, now())",
    "change of somebody": _CHANGE + " account_id, made_at)"
    " VALUES (gen_random_uuid(), {own}, {resident}, 'died', 1, '', {who}, now())",
    "grant": "INSERT INTO assistance (resident_id, kind, valid, account_id)"
    " VALUES ({resident}, 'disability_care', '[2026-01-01,)', {who})",
}  # fmt: skip


def _writes(owner: sa.Connection, caller: Caller, statement: str, home: str, who: int) -> int:
    """Return how many rows a statement writes through the door of people; -1: it is refused."""
    ids = {
        "home": owner.execute(sa.text(f"SELECT {_at(home)}")).scalar_one(),
        "own": owner.execute(sa.text(f"SELECT {_at('H0-70-1')}")).scalar_one(),
        "resident": owner.execute(sa.text(f"SELECT {_of(home)}")).scalar_one(),
    }
    with owner.begin_nested() as undone:
        _become(owner, Door.PEOPLE, caller)
        try:
            done = owner.execute(sa.text(statement.format(**ids, who=who))).rowcount
        except sa.exc.DBAPIError as error:
            if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
                raise
            done = -1
        undone.rollback()
    return done


@pytest.mark.parametrize("what", WRITES)
def test_one_writes_in_own_units_and_own_name(
    filled: staff.Staff, owner: sa.Connection, what: str
) -> None:
    manager, other = filled.callers["manager"], filled.callers["township"]
    assert manager.account_id
    assert other.account_id
    statement = WRITES[what]
    assert _writes(owner, manager, statement, "H0-70-1", manager.account_id) == 1
    assert _writes(owner, manager, statement, "H5-70-1", manager.account_id) == -1
    assert _writes(owner, manager, statement, "H0-70-1", other.account_id) == -1


DECISIONS = {
    "approve": "UPDATE changes SET state = 'approved', decided_by = {who}, decided_at = now()"
    " WHERE household_id = {home}",
    "return": "UPDATE changes SET state = 'returned', decided_by = {who}, decided_at = now()"
    " WHERE household_id = {home}",
    "end": "UPDATE assistance SET valid = '[2026-01-01,2026-06-01)' WHERE resident_id = {resident}",
}


@pytest.mark.parametrize("what", DECISIONS)
def test_managers_decide_in_own_units(filled: staff.Staff, owner: sa.Connection, what: str) -> None:
    statement = DECISIONS[what]
    manager, worker = filled.callers["manager"], filled.callers["worker"]
    assert manager.account_id
    assert worker.account_id
    assert _writes(owner, manager, statement, "H0-70-1", manager.account_id) == 1
    assert _writes(owner, manager, statement, "H5-70-1", manager.account_id) == 0
    assert _writes(owner, worker, statement, "H0-70-1", worker.account_id) == 0
