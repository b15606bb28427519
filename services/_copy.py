"""Rows of fixed width between PostgreSQL and numpy, in binary.

A million rows of numbers come or go in a fraction of a second, since nothing is parsed: the
bytes on the wire are the array. Rows are read as one aggregated value, because a driver hands
over COPY's rows one by one; they are written by COPY, in one piece. Layout: PostgreSQL
documentation, COPY, "Binary Format".
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from services.database import Transaction

_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_CHUNK_ROWS = 200_000

INT = "integer"
BIGINT = "bigint"
DOUBLE = "double"
DATE = "date"
"""Days since 2000-01-01; `LONG_AGO` and `FOR_GOOD` are PostgreSQL's -infinity and infinity."""

_SEND: dict[str, LiteralString] = {
    INT: "int4send",
    BIGINT: "int8send",
    DOUBLE: "float8send",
    DATE: "date_send",
}
_WIRE = {INT: ">i4", BIGINT: ">i8", DOUBLE: ">f8", DATE: ">i4"}

LONG_AGO = int(np.iinfo(np.int32).min)
FOR_GOOD = int(np.iinfo(np.int32).max)

Fields = Sequence[tuple[str, str]]


def _layout(fields: Fields) -> np.dtype[Any]:
    parts: list[tuple[str, str]] = [("#", ">i2")]
    for name, kind in fields:
        parts += [(f"#{name}", ">i4"), (name, _WIRE[kind])]
    return np.dtype(parts)


def read(
    tx: Transaction, query: LiteralString, fields: Fields, params: Sequence[object] = ()
) -> dict[str, NDArray[Any]]:
    """Read a query's rows as one array per column.

    Parameters
    ----------
    query
        A SELECT, or a statement with RETURNING, whose columns are never null and of the very
        types of `fields`.
    fields
        Name and type (`INT`, `BIGINT`, `DOUBLE`, `DATE`) of each column.
    params
        Values of the query's ``%s``.

    Returns
    -------
    dict
        Native arrays ``(n,)`` by column name.
    """
    names = [sql.Identifier(name) for name, _ in fields]
    sends = [
        sql.SQL("{}({})").format(sql.SQL(_SEND[kind]), name)
        for (_, kind), name in zip(fields, names, strict=True)
    ]
    statement = sql.SQL(
        "WITH rows ({}) AS ({})"
        " SELECT count(*), coalesce(string_agg({}, ''::bytea), ''::bytea) FROM rows"
    ).format(sql.SQL(", ").join(names), sql.SQL(query), sql.SQL(" || ").join(sends))
    layout = np.dtype([(name, _WIRE[kind]) for name, kind in fields])
    with tx.driver.cursor(binary=True) as cursor:
        # A plan for any array looks its rows up one by one, which many rows are not worth.
        cursor.execute(statement, params or None, prepare=False)
        row = cursor.fetchone()
    count, data = (0, b"") if row is None else (int(str(row[0])), row[1])
    if not isinstance(data, bytes) or len(data) != count * layout.itemsize:
        message = "the query returned a null or a column of another type"
        raise ValueError(message)
    rows = np.frombuffer(data, dtype=layout)
    return {name: rows[name].astype(rows.dtype[name].newbyteorder("=")) for name, _ in fields}


def write(
    tx: Transaction,
    table: LiteralString,
    fields: Fields,
    columns: Sequence[NDArray[Any]],
) -> None:
    """Append rows to a table.

    Parameters
    ----------
    table
        Its name.
    fields
        Name and type of each column that is written.
    columns
        An array ``(n,)`` for each of them, without nulls.
    """
    send(tx, table, fields, packed(fields, columns))


def packed(fields: Fields, columns: Sequence[NDArray[Any]]) -> Iterator[bytes]:
    """Put rows, as `write` takes them, into the form that `send` takes, part by part."""
    layout = _layout(fields)
    for start in range(0, len(columns[0]), _CHUNK_ROWS):
        part = [column[start : start + _CHUNK_ROWS] for column in columns]
        rows = np.empty(len(part[0]), dtype=layout)
        rows["#"] = len(fields)
        for (name, _), values in zip(fields, part, strict=True):
            rows[f"#{name}"] = layout[name].itemsize
            rows[name] = values
        yield rows.tobytes()


def send(tx: Transaction, table: LiteralString, fields: Fields, parts: Iterable[bytes]) -> None:
    """Append rows that were packed to a table."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(name) for name, _ in fields)
    )
    with tx.driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_SIGNATURE)
        for part in parts:
            copy.write(part)
        copy.write(_TRAILER)
