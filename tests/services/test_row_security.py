"""Which tables are closed, by whose policies and grants: read from the catalog, so nothing is forgotten."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from services.database import Database
from tests.services import row_security


@pytest.fixture
def owner(database: Database) -> Iterator[sa.Connection]:
    """The owner's connection to a migrated database."""
    with database.engine.connect() as connection:
        yield connection


def test_nothing_breaks_the_rule(owner: sa.Connection) -> None:
    assert row_security.faults(owner) == []
    assert {"visits", "changes", "household_assignments_moved", "trainings"} <= set(
        row_security.about_people(owner)
    )


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("CREATE TABLE helpers (resident_id integer REFERENCES residents)", "helpers: no row"),
        ("CREATE TABLE letters (of_visit uuid REFERENCES visits)", "letters: no row-level"),
        ("CREATE TABLE pictures (household_id integer)", "pictures: no row-level"),
        ("CREATE TABLE safes (content bytea)", "safes: no row-level"),
        ("CREATE TABLE more () INHERITS (residents)", "more: no row-level"),
        (
            "CREATE TABLE helpers (resident_id integer REFERENCES residents);"
            "ALTER TABLE helpers ENABLE ROW LEVEL SECURITY; GRANT SELECT ON helpers"
            " TO wangge_people",
            "helpers: wangge_people may SELECT",
        ),
        ("ALTER TABLE notes DISABLE ROW LEVEL SECURITY", "notes: no row-level"),
        ("GRANT DELETE ON visits TO wangge_people", "visits: wangge_people may DELETE"),
        ("GRANT TRUNCATE ON notes TO wangge_people", "notes: wangge_people may pass by"),
        ("CREATE POLICY more ON notes FOR SELECT USING (true)", "notes: policy more is for"),
        ("CREATE VIEW old AS SELECT * FROM residents", "old: seen with the rights"),
        ("CREATE MATERIALIZED VIEW old AS SELECT * FROM residents", "old: seen with the rights"),
        (
            "CREATE FUNCTION all_of_them() RETURNS SETOF residents LANGUAGE sql SECURITY DEFINER"
            " AS 'SELECT * FROM residents'",
            "all_of_them(): looks names up",
        ),
        ("ALTER FUNCTION is_manager() RESET search_path", "is_manager(): looks names up"),
        ("ALTER FUNCTION served_homes() SECURITY INVOKER", "served_homes(): runs as the owner or"),
        ("ALTER TABLE accounts ENABLE ROW LEVEL SECURITY", "accounts: listed as an exception"),
        ("ALTER TABLE notes OWNER TO wangge_people", "wangge_people: more than a door"),
        ("GRANT CREATE ON SCHEMA public TO wangge_figures", "wangge_figures: more than a door"),
    ],
)
def test_whoever_weakens_it_is_told(owner: sa.Connection, statement: str, fault: str) -> None:
    for one in statement.split(";"):
        owner.execute(sa.text(one))
    assert any(told.startswith(fault) for told in row_security.faults(owner))


def test_no_policy_can_be_dropped_unnoticed(owner: sa.Connection) -> None:
    known = row_security.policies(owner)
    assert len(known) > 15
    for policy in known:
        with owner.begin_nested() as undone:
            owner.execute(sa.text(f"DROP POLICY {policy.name} ON {policy.table}"))
            assert row_security.faults(owner), policy
            undone.rollback()


@pytest.mark.parametrize("role", row_security.ROLES)
def test_no_role_has_more_than_its_columns(owner: sa.Connection, role: str) -> None:
    read, written = {}, {}
    for table in row_security.about_people(owner):
        every = row_security.columns(owner, table)
        if may := row_security.columns(owner, table, role):
            read[table] = "*" if may == every else " ".join(may)
        if told := " ".join(_written(owner, table, role, every)):
            written[table] = told
    assert read == row_security.READABLE[role]
    assert written == row_security.WRITABLE[role]


def _written(owner: sa.Connection, table: str, role: str, every: tuple[str, ...]) -> Iterator[str]:
    for command in ("INSERT", "UPDATE"):
        may = row_security.columns(owner, table, role, command)
        if may:
            yield command if may == every else f"{command}({' '.join(may)})"
    if owner.execute(
        sa.text(f"SELECT has_table_privilege('{role}', '{table}', 'DELETE')")
    ).scalar():
        yield "DELETE"
