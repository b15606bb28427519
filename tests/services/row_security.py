"""What the catalog of a database says of who may see which row: for tests that hold it to the rule.

Which tables are about people is read from their columns and keys, not from a list: one that is
added later is among them without anybody thinking of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

ROLES: Final = ("wangge_figures", "wangge_people", "wangge_admin", "wangge_gate")
COMMANDS: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")

NO_ROWS_TO_CHOOSE: Final = {
    "accounts": "staff stand by name beside what they did; what logs them in is not granted",
    "account_scopes": "which staff answer for which unit is no secret among staff",
    "sessions": "the gate and the administration alone read it",
    "login_attempts": "the gate and the administration alone read it",
    "api_keys": "the gate and the administration alone read it",
    "audit_log": "the administration alone reads it, one function writes it",
    "patrol_positions": "granted to nobody",
    "network_arrays": "roads, packed",
    "address_forms": "names of streets and estates, without numbers and without homes",
    "facilities": "places; a ramp names the home it serves, and is published with it",
    "entrances": "places; they name the home they serve, and are published with it",
}
"""Tables that look like tables about people and have no row-level security, and why."""

COUNTED_BY_ALL: Final = frozenset(
    {"households", "residents", "household_assignments", "household_attachments"}
)
"""Tables of which figures may count every row, in columns that name nobody."""

ROSTER: Final = frozenset({"grid_workers", "trainings"})
"""Tables of which the administration sees every row."""

AS_OWNER: Final = frozenset(
    {
        "audit_append(text,text,text,jsonb)",
        "is_manager()",
        "scope_units_found()",
        "served_homes()",
    }
)
"""Functions that run with the owner's rights."""

_FIGURES = {
    "households": "id geom",
    "residents": "id household_id sex birth_date lives_alone disability_type disability_grade"
    " tags left_on left_reason",
    "accounts": "id name display_name role",
}
_ALL = [
    "household_assignments",
    "household_attachments",
    "network_arrays",
    "facilities",
    "entrances",
]
_STAFF = "households residents visits notes changes assistance address_forms account_scopes"
READABLE = {
    "wangge_figures": _FIGURES | dict.fromkeys(_ALL, "*"),
    "wangge_people": {
        **dict.fromkeys([*_ALL, *_STAFF.split(), "grid_workers", "trainings"], "*"),
        "accounts": "id name display_name role disabled_at",
    },
    "wangge_admin": dict.fromkeys(
        [
            "accounts",
            "account_scopes",
            "api_keys",
            "grid_workers",
            "trainings",
            "sessions",
            "audit_log",
            "login_attempts",
            "network_arrays",
            "facilities",
            "entrances",
        ],
        "*",
    ),
    "wangge_gate": dict.fromkeys(
        ["accounts", "account_scopes", "api_keys", "sessions", "login_attempts"], "*"
    ),
}
"""The columns of tables about people that each database role reads; none of the others."""
WRITABLE = {
    "wangge_figures": {},
    "wangge_people": {
        "visits": "INSERT",
        "notes": "INSERT",
        "changes": "INSERT UPDATE(state decided_by decided_at reason)",
        "assistance": "INSERT UPDATE(valid reason)",
    },
    "wangge_admin": {
        **dict.fromkeys(
            ["account_scopes", "api_keys", "grid_workers", "trainings", "sessions"],
            "INSERT UPDATE DELETE",
        ),
        "accounts": "INSERT UPDATE",
        "login_attempts": "DELETE",
    },
    "wangge_gate": {
        "accounts": "UPDATE(password_hash must_change_password oidc_subject last_login_at)",
        "api_keys": "UPDATE(last_used_at)",
        "sessions": "INSERT UPDATE DELETE",
        "login_attempts": "INSERT UPDATE DELETE",
    },
}
"""What of them each role writes."""

_OURS = """c.relnamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"""
_ABOUT_PEOPLE = sa.text(rf"""
    WITH RECURSIVE ours AS (
        SELECT c.oid, c.relname, c.relrowsecurity FROM pg_class c
        WHERE c.relkind IN ('r', 'p') AND {_OURS}),
    found AS (
        SELECT o.oid FROM ours o
        WHERE o.relname IN ('households', 'residents', 'accounts') OR EXISTS (
            SELECT FROM pg_attribute a WHERE a.attrelid = o.oid AND a.attnum > 0
            AND NOT a.attisdropped AND (a.atttypid = 'bytea'::regtype
                OR a.attname ~ '(^|_)(household|resident|account)_id$'
                OR a.attname ~ '(^|_)(birth_date|phone|id_number|address|search|serves_code)$'))
        UNION
        SELECT f.child FROM found JOIN (
            SELECT conrelid AS child, confrelid AS parent FROM pg_constraint WHERE contype = 'f'
            UNION ALL SELECT inhrelid, inhparent FROM pg_inherits) f ON f.parent = found.oid)
    SELECT o.relname, o.relrowsecurity FROM ours o JOIN found USING (oid) ORDER BY 1
""")
_COLUMNS = sa.text("""
    SELECT attname FROM pg_attribute WHERE attrelid = CAST(:table AS regclass) AND attnum > 0
    AND NOT attisdropped AND (CAST(:role AS text) IS NULL
        OR has_column_privilege(:role, attrelid, attnum, :command)) ORDER BY attnum
""")
_MAY_DELETE = sa.text("SELECT has_table_privilege(:role, :table, 'DELETE')")
_MAY_EMPTY = sa.text("""
    SELECT has_table_privilege(:role, :table, 'TRUNCATE')
        OR has_table_privilege(:role, :table, 'TRIGGER')
""")
_POLICIES = sa.text("""
    SELECT tablename, policyname, roles::text[] AS roles, cmd, qual, with_check, permissive
    FROM pg_policies WHERE schemaname = 'public' ORDER BY tablename, policyname
""")
_ROLES = sa.text("""
    SELECT rolname, rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole AS mighty,
        EXISTS (SELECT FROM pg_class WHERE relowner = r.oid)
            OR EXISTS (SELECT FROM pg_proc WHERE proowner = r.oid) AS owns,
        EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid) AS takes_on,
        has_schema_privilege(rolname, 'public', 'CREATE') AS makes
    FROM pg_roles r WHERE rolname = ANY (:roles)
""")
_VIEWS = sa.text(f"""
    SELECT c.relname, c.relkind = 'v' AND coalesce(c.reloptions::text ~
        'security_invoker=(true|on|1)', false) AS by_invoker
    FROM pg_class c WHERE c.relkind IN ('v', 'm') AND {_OURS}
""")
_DEFINERS = sa.text("""
    SELECT p.oid::regprocedure::text AS name,
        coalesce('search_path=public, pg_temp' = ANY (p.proconfig), false) AS fixed
    FROM pg_proc p WHERE p.prosecdef AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
""")


@dataclass(frozen=True)
class Policy:
    """A policy of a table; `qual` chooses rows that are there, `with_check` those written."""

    table: str
    name: str
    roles: tuple[str, ...]
    command: str
    qual: str | None
    with_check: str | None
    permissive: str

    def holds_for(self, role: str, command: str) -> bool:
        """Whether it says which rows a role reaches by a command."""
        return role in self.roles and self.command in (command, "ALL")

    @property
    def lets_all_through(self) -> bool:
        """Whether it chooses nothing."""
        return "true" in (self.qual, self.with_check)


def about_people(connection: sa.Connection) -> dict[str, bool]:
    """Return the tables about people, and whether each has row-level security."""
    return {row.relname: row.relrowsecurity for row in connection.execute(_ABOUT_PEOPLE)}


def policies(connection: sa.Connection) -> list[Policy]:
    """Return all policies."""
    rows = connection.execute(_POLICIES)
    return [Policy(row[0], row[1], tuple(row[2]), *row[3:]) for row in rows]


def columns(
    connection: sa.Connection, table: str, role: str | None = None, command: str = "SELECT"
) -> tuple[str, ...]:
    """Return the columns of a table; those that a role may use by a command, if one is given."""
    asked = {"table": table, "role": role, "command": command}
    return tuple(connection.execute(_COLUMNS, asked).scalars())


def _may(connection: sa.Connection, table: str, role: str, command: str) -> bool:
    if command == "DELETE":
        return bool(connection.execute(_MAY_DELETE, {"role": role, "table": table}).scalar_one())
    return bool(columns(connection, table, role, command))


def faults(connection: sa.Connection) -> list[str]:
    """Return what breaks the rule, a line for each; an empty list: nothing does."""
    return [
        *_of_tables(connection),
        *_of_policies(connection),
        *_of_roles(connection),
        *_of_views_and_functions(connection),
    ]


def _of_tables(connection: sa.Connection) -> Iterator[str]:
    found, rules = about_people(connection), policies(connection)
    for table in NO_ROWS_TO_CHOOSE:
        if found.get(table) is not False:
            yield f"{table}: listed as an exception, and is none"
    for table, secured in found.items():
        if not secured and table not in NO_ROWS_TO_CHOOSE:
            yield f"{table}: no row-level security"
        for role in ROLES:
            if connection.execute(_MAY_EMPTY, {"role": role, "table": table}).scalar_one():
                yield f"{table}: {role} may pass by its policies"
            for command in COMMANDS:
                told = any(p.table == table and p.holds_for(role, command) for p in rules)
                if secured and not told and _may(connection, table, role, command):
                    yield f"{table}: {role} may {command}, and no policy says which rows"


def _of_policies(connection: sa.Connection) -> Iterator[str]:
    known = {(table, "wangge_figures", "SELECT") for table in COUNTED_BY_ALL}
    known |= {(table, "wangge_admin", "ALL") for table in ROSTER}
    found = set()
    for policy in policies(connection):
        if policy.permissive != "PERMISSIVE" or not set(policy.roles) <= set(ROLES):
            yield f"{policy.table}: policy {policy.name} is for others than the doors"
        if policy.lets_all_through:
            found |= {(policy.table, role, policy.command) for role in policy.roles}
    for table, role, command in sorted(found ^ known):
        yield f"{table}: every row or not every row to {role} by {command}"


def _of_roles(connection: sa.Connection) -> Iterator[str]:
    rows = connection.execute(_ROLES, {"roles": list(ROLES)}).all()
    if len(rows) != len(ROLES):
        yield "a role is missing"
    for row in rows:
        if row.mighty or row.owns or row.takes_on or row.makes:
            yield f"{row.rolname}: more than a door"


def _of_views_and_functions(connection: sa.Connection) -> Iterator[str]:
    for view in connection.execute(_VIEWS):
        if not view.by_invoker:
            yield f"{view.relname}: seen with the rights of its owner"
    made = {row.name: row.fixed for row in connection.execute(_DEFINERS)}
    for name in sorted(AS_OWNER ^ set(made)):
        yield f"{name}: runs as the owner or no longer does"
    for name, fixed in made.items():
        if not fixed:
            yield f"{name}: looks names up where its caller says"


def weakened(policy: Policy) -> Iterator[tuple[str, str]]:
    """Yield each condition of a policy, and the clause that is without it."""
    for word, text in (("USING", policy.qual), ("WITH CHECK", policy.with_check)):
        for start, end in _conditions(text or ""):
            assert text is not None
            yield text[start:end], f"{word} ({text[:start]}true{text[end:]})"


def _conditions(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the operands of each AND, and of each THEN, stand in an expression."""
    opened: list[list[int]] = []
    for found in re.finditer(r"'[^']*'|\(|\)| AND ", text):
        if found[0] == "(":
            opened.append([found.end()])
        elif found[0] == " AND ":
            opened[-1] += [found.start(), found.end()]
        elif found[0] == ")":
            ends = [*opened.pop(), found.start()]
            if len(ends) > 2:
                yield from zip(ends[::2], ends[1::2], strict=True)
    for found in re.finditer(r"THEN (\([^()]*\))", text):
        yield found.span(1)
