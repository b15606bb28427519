"""The staging table: rows as they were read, compared with those stored, and merged."""

from dataclasses import dataclass
from typing import Any, Final, LiteralString

import numpy as np
from psycopg import sql

from gis.arrays import Int32s, Int64s
from services import _copy
from services.database import Transaction
from services.imports.target import Closed, Column, Reference, Target

TABLE = "import_stage"
PLACE = "geom"

_DUPLICATES = """
    SELECT s.row, d.first, s.code
    FROM import_stage s
    JOIN (SELECT code, min(row) AS first FROM import_stage GROUP BY code HAVING count(*) > 1) d
        ON d.code = s.code AND s.row > d.first
    ORDER BY s.row
"""
_FORGET = "DELETE FROM import_stage WHERE row = ANY(%s::bigint[])"
_MOVED = "SELECT id FROM import_change WHERE moved AND id IS NOT NULL"
_COUNT = "SELECT count(*) FROM import_stage"
_ADDED: Final[LiteralString] = "SELECT id FROM {} WHERE id > %s"


@dataclass(frozen=True)
class Merged:
    """What a merge did.

    Attributes
    ----------
    placed
        Ids of rows that are new or lie elsewhere than before, shape (n,).
    """

    inserted: int
    updated: int
    unchanged: int
    placed: Int32s


def create(tx: Transaction, columns: tuple[Column, ...], reference: Reference | None) -> list[str]:
    """Make the staging table of this transaction; return its columns in COPY's order."""
    types = [("row", "bigint"), ("code", "text")]
    if reference is not None:
        types.append((reference.staged, "text"))
    types += [(column.name, column.type) for column in columns]
    definition = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in types
    )
    tx.driver.execute(
        sql.SQL("CREATE TEMP TABLE import_stage ({}) ON COMMIT DROP").format(definition)
    )
    return [name for name, _ in types]


def duplicates(tx: Transaction) -> list[tuple[Any, ...]]:
    """Find rows whose code an earlier row has: row, the earlier row, code."""
    tx.driver.execute("ANALYZE import_stage")
    return tx.driver.execute(_DUPLICATES).fetchall()


def unknown(tx: Transaction, reference: Reference) -> list[tuple[Any, ...]]:
    """Find rows that refer to something not there: row, the code they name."""
    query = sql.SQL(
        "SELECT s.row, s.{staged} FROM import_stage s"
        " WHERE NOT EXISTS (SELECT FROM {table} t WHERE t.code = s.{staged}) ORDER BY s.row"
    ).format(staged=sql.Identifier(reference.staged), table=sql.Identifier(reference.table))
    return tx.driver.execute(query).fetchall()


def closed(tx: Transaction, target: Target, rule: Closed) -> list[tuple[Any, ...]]:
    """Find rows whose code belongs to one that is written no more: row, code."""
    query = sql.SQL(
        "SELECT s.row, s.code FROM import_stage s JOIN {table} t ON t.code = s.code"
        " WHERE t.{column} IS NOT NULL ORDER BY s.row"
    ).format(table=sql.Identifier(target.table), column=sql.Identifier(rule.column))
    return tx.driver.execute(query).fetchall()


def forget(tx: Transaction, rows: Int64s) -> None:
    """Take rows out of the staging table."""
    if len(rows):
        tx.driver.execute(_FORGET, (rows.tolist(),))


def merge(tx: Transaction, target: Target, columns: tuple[Column, ...]) -> Merged:
    """Insert the new, update the changed, leave the same."""
    parts = _Parts(target, columns)
    newest = _one(tx, parts.newest)
    tx.driver.execute(parts.compare)
    moved = _ids(tx, _MOVED)
    updated = tx.driver.execute(parts.update).rowcount
    inserted = tx.driver.execute(parts.insert).rowcount
    added = _ids(tx, _ADDED.format(target.table), newest)
    return Merged(
        inserted,
        updated,
        _one(tx, sql.SQL(_COUNT)) - inserted - updated,
        np.concatenate([moved, added]),
    )


def _ids(tx: Transaction, query: LiteralString, *params: object) -> Int32s:
    ids: Int32s = _copy.read(tx, query, (("id", _copy.INT),), params)["id"]
    return ids


def _one(tx: Transaction, query: sql.Composable) -> int:
    row = tx.driver.execute(sql.Composed([query])).fetchone()
    return int(str(row[0])) if row else 0


class _Parts:
    """The statements of a merge into a target."""

    def __init__(self, target: Target, columns: tuple[Column, ...]) -> None:
        self._table = sql.Identifier(target.table)
        self._reference = target.reference
        self._columns = columns

    @property
    def _source(self) -> sql.Composed:
        """Rows of the staging table with the ids of what they refer to."""
        if self._reference is None:
            return sql.Composed([sql.SQL("import_stage s")])
        return sql.SQL("import_stage s JOIN {table} r ON r.code = s.{staged}").format(
            table=sql.Identifier(self._reference.table),
            staged=sql.Identifier(self._reference.staged),
        )

    @property
    def _pairs(self) -> list[tuple[sql.Identifier, sql.Composed, bool]]:
        """Column of the target, where its value comes from, whether it is compared."""
        pairs = [
            (
                sql.Identifier(column.name),
                sql.SQL("s.{}").format(sql.Identifier(column.name)),
                column.compared,
            )
            for column in self._columns
        ]
        if self._reference is not None:
            own = sql.Identifier(self._reference.column)
            pairs.insert(0, (own, sql.Composed([sql.SQL("r.id")]), True))
        return pairs

    @property
    def newest(self) -> sql.Composed:
        return sql.SQL("SELECT coalesce(max(id), 0) FROM {}").format(self._table)

    @property
    def compare(self) -> sql.Composed:
        """List the staged rows that differ from what is stored, or are not stored at all."""
        comma = sql.SQL(", ")
        compared = [(own, new) for own, new, is_compared in self._pairs if is_compared]
        has_place = any(column.name == PLACE for column in self._columns)
        return sql.SQL(
            "CREATE TEMP TABLE import_change ON COMMIT DROP AS"
            " SELECT s.row, t.id, {moved} AS moved FROM {source}"
            " LEFT JOIN {table} t ON t.code = s.code"
            " WHERE t.id IS NULL OR ROW({old}) IS DISTINCT FROM ROW({new})"
        ).format(
            moved=sql.SQL("t.geom IS DISTINCT FROM s.geom" if has_place else "false"),
            source=self._source,
            table=self._table,
            old=comma.join(sql.SQL("t.{}").format(own) for own, _ in compared),
            new=comma.join(new for _, new in compared),
        )

    @property
    def update(self) -> sql.Composed:
        return sql.SQL(
            "UPDATE {table} t SET {settings} FROM {source}"
            " JOIN import_change c ON c.row = s.row WHERE t.id = c.id"
        ).format(
            table=self._table,
            settings=sql.SQL(", ").join(
                sql.SQL("{} = {}").format(own, new) for own, new, _ in self._pairs
            ),
            source=self._source,
        )

    @property
    def insert(self) -> sql.Composed:
        comma = sql.SQL(", ")
        return sql.SQL(
            "INSERT INTO {table} (code, {own}) SELECT s.code, {new} FROM {source}"
            " JOIN import_change c ON c.row = s.row WHERE c.id IS NULL ORDER BY s.row"
        ).format(
            table=self._table,
            own=comma.join(own for own, _, _ in self._pairs),
            new=comma.join(new for _, new, _ in self._pairs),
            source=self._source,
        )
