"""Every table about people is closed but for one's own rows, whatever statement is made."""

from collections.abc import Iterator
from datetime import date

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
_FORMER = NewAccount(
    "former", "以前的网格员", Role.GRID_WORKER, (Scope(GRIDS[0], ends=date(2026, 1, 1)),)
)

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
    """INSERT INTO changes (id, household_id, kind, base_version, payload, account_id, made_at)
       SELECT gen_random_uuid(), h.id, 'position', 1, 'own', a.id, now()
       FROM households h, accounts a WHERE h.code = 'H0-10-1' AND a.name = 'manager'""",
    """INSERT INTO changes (id, household_id, kind, base_version, payload, account_id, made_at,
           state, decided_by, decided_at)
       SELECT gen_random_uuid(), h.id, 'position', 1, 'decided', a.id, now(), 'returned', d.id,
           now() FROM households h, accounts a, accounts d
       WHERE h.code = 'H0-40-1' AND a.name = 'worker' AND d.name = 'manager'""",
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
        for account in (_STRANGER, _FORMER):
            accounts.add(tx, account, staff.PASSWORD)
        for statement in _FILL:
            tx.sql.execute(sa.text(statement))
        for statement in (_ONCE, _SOON, _MOVED):
            tx.sql.execute(sa.text(statement))
        tx.commit()
    hired.callers["department"] = Caller("key:民政局", Role.DEPARTMENT)
    hired.callers["gate"] = callers.gatekeeper()
    yield hired
    database.close()
    server.drop(name)


# Two homes of strangers: one was in the first grid until lately, one will be there soon.
_ONCE = f"""WITH now AS (UPDATE household_assignments a SET valid_from = current_date - 9
    FROM households h WHERE h.id = a.household_id AND h.code = 'H6-70-1' RETURNING a.household_id)
    INSERT INTO household_assignments SELECT household_id, u.id, '2000-01-01', current_date - 9
    FROM now, units u WHERE u.code = '{GRIDS[0]}'"""
_SOON = f"""WITH now AS (UPDATE household_assignments a SET valid_to = current_date + 9
    FROM households h WHERE h.id = a.household_id AND h.code = 'H6-70-2' RETURNING a.household_id)
    INSERT INTO household_assignments SELECT household_id, u.id, current_date + 9, '2199-12-31'
    FROM now, units u WHERE u.code = '{GRIDS[0]}'"""
# Part of the assignments as they lie after a border moved.
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
    workers = (
        "SELECT account_id FROM account_scopes WHERE unit_code = ANY ('{%s}')"
        " AND coalesce(upper(valid) > current_date, true)"
    )
    there = row_security.columns(owner, table)
    if table == "household_assignments":
        return f"WHERE unit_id IN (SELECT id FROM units WHERE code = ANY ('{{{','.join(codes)}}}'))"
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


REFUSED: dict[type, int] = {
    psycopg.errors.InsufficientPrivilege: -1,
    psycopg.errors.CheckViolation: -2,
}


def _writes(owner: sa.Connection, caller: Caller, statement: str, home: str, who: int) -> int:
    """Return how many rows a statement writes through the door of people; less than 0: none may."""
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
            done = REFUSED[type(error.orig)]
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


_DECIDED = "decided_at = now() WHERE household_id = {home}"
FOUR_EYES = [
    # Whoever made a change takes it back, and does nothing else to it.
    ("manager", "H0-10-1", "UPDATE changes SET state = 'withdrawn' WHERE payload = 'own'", 1),
    ("manager", "H0-10-1", "UPDATE changes SET state = 'approved', decided_by = {who}, "
     "decided_at = now() WHERE payload = 'own'", -1),
    ("worker", "H0-10-1", "UPDATE changes SET state = 'withdrawn' WHERE payload = 'own'", 0),
    ("manager", "H0-70-1", f"UPDATE changes SET state = 'withdrawn', {_DECIDED}", -1),
    # What was decided stays so, and stands under who decided.
    ("manager", "H0-40-1", "UPDATE changes SET state = 'approved', decided_by = {who}, "
     "decided_at = now() WHERE payload = 'decided'", 0),
    ("manager", "H0-70-1", "UPDATE changes SET state = 'approved', decided_by = "
     f"(SELECT id FROM accounts WHERE name = 'worker'), {_DECIDED}", -1),
    ("manager", "H0-70-1", f"UPDATE changes SET reason = 'x', decided_by = {{who}}, {_DECIDED}", -1),
    # A visit or a change of somebody is to where they live.
    ("worker", "H0-70-2", WRITES["visit to somebody"], -1),
    ("worker", "H0-70-2", WRITES["change of somebody"], -1),
    ("worker", "H0-70-1", WRITES["grant"], -1),
]  # fmt: skip


def _outcome(
    filled: staff.Staff, owner: sa.Connection, name: str, home: str, statement: str
) -> int:
    account = filled.callers[name].account_id
    assert account is not None
    return _writes(owner, filled.callers[name], statement, home, account)


@pytest.mark.parametrize(("name", "home", "statement", "wanted"), FOUR_EYES)
def test_no_one_decides_alone(
    filled: staff.Staff, owner: sa.Connection, name: str, home: str, statement: str, wanted: int
) -> None:
    assert _outcome(filled, owner, name, home, statement) == wanted


def _told(filled: staff.Staff, owner: sa.Connection) -> list[object]:
    """Return what the tests above see of the policies."""
    tried = [*WRITES.values(), *DECISIONS.values()]
    told: list[object] = [
        _outcome(filled, owner, name, home, statement)
        for statement in tried
        for name, home in (("manager", "H0-70-1"), ("manager", "H5-70-1"), ("worker", "H0-70-1"))
    ]
    manager, other = filled.callers["manager"], filled.callers["township"].account_id
    assert other is not None
    told += [_writes(owner, manager, statement, "H0-70-1", other) for statement in tried]
    told += [_outcome(filled, owner, *scene[:3]) for scene in FOUR_EYES]
    told += [_leaks(owner, name, filled.callers[name]) for name in ("worker", "manager", "admin")]
    return told


REDUNDANT = {
    ("changes", "decide", "( SELECT is_manager() AS is_manager)"),
    ("changes", "decide", "(EXISTS ( SELECT FROM households h WHERE (h.id = changes.household_id)))"),
    ("assistance", "write_update",
     "(EXISTS ( SELECT FROM residents r WHERE (r.id = assistance.resident_id)))"),
}  # fmt: skip
"""Conditions that nothing shows to be gone: others of the rows that may be updated ask the same."""


def test_no_condition_of_a_policy_can_be_left_out_unnoticed(
    filled: staff.Staff, owner: sa.Connection
) -> None:
    before = _told(filled, owner)
    unnoticed = set()
    for policy in row_security.policies(owner):
        for part, clause in row_security.weakened(policy):
            with owner.begin_nested() as undone:
                owner.execute(sa.text(f"ALTER POLICY {policy.name} ON {policy.table} {clause}"))
                if _told(filled, owner) == before:
                    unnoticed.add((policy.table, policy.name, " ".join(part.split())))
                undone.rollback()
    assert unnoticed == REDUNDANT


FUNCTIONS = {
    "is_manager": ("a.role IN ('community_manager', 'township_manager')",),
    "scope_units_found": (
        "s.valid @> wangge_today()",
        "a.disabled_at IS NULL",
        "a.role IN ('grid_worker', 'community_manager', 'township_manager')",
    ),
}
"""Conditions of the functions that policies ask."""
_SCOPES = """
    INSERT INTO account_scopes (account_id, unit_code, valid)
    SELECT id, '340405', daterange '[2020-01-01,2021-01-01)' FROM accounts WHERE name = 'worker' UNION ALL
    SELECT id, '340405', daterange '[2020-01-01,)' FROM accounts WHERE name = 'admin';
    UPDATE accounts SET disabled_at = now() WHERE name = 'colleague'
"""


@pytest.mark.parametrize(
    ("name", "condition"), [(name, one) for name, parts in FUNCTIONS.items() for one in parts]
)
def test_no_condition_of_who_is_what_can_be_left_out_unnoticed(
    filled: staff.Staff, owner: sa.Connection, name: str, condition: str
) -> None:
    for statement in _SCOPES.split(";"):
        owner.execute(sa.text(statement))

    def told() -> list[object]:
        seen = [_leaks(owner, who, filled.callers[who]) for who in ("colleague", "worker", "admin")]
        return [*_told(filled, owner), *seen]

    before = told()
    whole = owner.execute(sa.text(f"SELECT pg_get_functiondef('{name}'::regproc)")).scalar_one()
    assert whole.count(condition) == 1
    owner.execute(sa.text(whole.replace(condition, "true").replace(":", r"\:")))
    assert told() != before
