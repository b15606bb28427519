"""Filling an empty table: without its indexes, which are then built at once.

A million rows come in several times faster so. The definitions of the indexes are read from the
database and not repeated here. Nobody can read the table meanwhile, which is empty for them.
"""

from typing import Any

import psycopg
from psycopg import sql

from gis.arrays import Int64s
from services.database import Transaction
from services.imports.target import Target

# A primary key stays: others refer to it, and ids that ascend cost it little. So do references
# to other tables: taking one off would lock the other table too.
_INDEXES = """
    SELECT
        CASE WHEN c.oid IS NULL THEN format('DROP INDEX %%I', i.relname)
             ELSE format('ALTER TABLE %%s DROP CONSTRAINT %%I', x.indrelid::regclass, c.conname) END,
        CASE WHEN c.oid IS NULL THEN pg_get_indexdef(x.indexrelid)
             ELSE format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s',
                         x.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) END
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
    LEFT JOIN pg_constraint c ON c.conindid = x.indexrelid AND c.conrelid = x.indrelid
    WHERE x.indrelid = %s::regclass AND NOT x.indisprimary
    ORDER BY i.relname
"""


def is_empty(tx: Transaction, target: Target) -> bool:
    """Whether a table has no row."""
    query = sql.SQL("SELECT NOT EXISTS (SELECT FROM {})").format(sql.Identifier(target.table))
    return bool(_first(tx, query))


def first_free_id(tx: Transaction, target: Target) -> int:
    """Return an id below which none is in use or was given out."""
    query = sql.SQL("SELECT nextval(pg_get_serial_sequence({}, 'id'))").format(target.table)
    return int(_first(tx, query))


def use_up(tx: Transaction, target: Target, highest: int) -> None:
    """Let ids that are given out from now on begin after one."""
    query = sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), {})").format(
        target.table, highest
    )
    tx.driver.execute(query)


def take_off(tx: Transaction, target: Target) -> list[bytes]:
    """Take the indexes off a table; return the statements that make them again."""
    found = tx.driver.execute(_INDEXES, (target.table,)).fetchall()
    for drop, _ in found:
        tx.driver.execute(str(drop).encode())
    return [str(create).encode() for _, create in found]


def put_back(tx: Transaction, definitions: list[bytes]) -> bool:
    """Build the indexes again; False, and none is built, if a code is there twice."""
    try:
        with tx.driver.transaction():
            for definition in definitions:
                tx.driver.execute(definition)
    except psycopg.errors.UniqueViolation:
        return False
    return True


def duplicates(tx: Transaction, target: Target, base: int) -> list[tuple[Any, ...]]:
    """Find rows whose code an earlier row has: row, the earlier row, code; ids are base + row."""
    query = sql.SQL(
        "SELECT t.id - {base}, d.first - {base}, t.code FROM {table} t"
        " JOIN (SELECT code, min(id) AS first FROM {table} GROUP BY code HAVING count(*) > 1) d"
        " ON d.code = t.code AND t.id > d.first ORDER BY t.id"
    ).format(base=base, table=sql.Identifier(target.table))
    return tx.driver.execute(query).fetchall()


def delete(tx: Transaction, target: Target, ids: Int64s) -> None:
    """Take rows out again."""
    query = sql.SQL("DELETE FROM {} WHERE id = ANY(%s::bigint[])").format(
        sql.Identifier(target.table)
    )
    tx.driver.execute(query, (ids.tolist(),))


def _first(tx: Transaction, query: sql.Composed) -> Any:
    row = tx.driver.execute(query).fetchone()
    return None if row is None else row[0]
