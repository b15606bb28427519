"""Rows of fixed width between PostgreSQL and numpy, by binary COPY.

A million rows of numbers come or go in a fraction of a second, since nothing is parsed: the
bytes on the wire are the array. Layout: PostgreSQL documentation, COPY, "Binary Format".
"""

from collections.abc import Sequence
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from services.database import Transaction

_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_CHUNK_ROWS = 200_000

INT = ">i4"
BIGINT = ">i8"
DOUBLE = ">f8"
DATE = ">i4"
"""Days since 2000-01-01; `LONG_AGO` and `FOR_GOOD` are PostgreSQL's -infinity and infinity."""

LONG_AGO = int(np.iinfo(np.int32).min)
FOR_GOOD = int(np.iinfo(np.int32).max)

Fields = Sequence[tuple[str, str]]


def _layout(fields: Fields) -> np.dtype[Any]:
    parts: list[tuple[str, str]] = [("#", ">i2")]
    for name, kind in fields:
        parts += [(f"#{name}", ">i4"), (name, kind)]
    return np.dtype(parts)


def read(
    tx: Transaction, query: LiteralString, fields: Fields, params: Sequence[object] = ()
) -> dict[str, NDArray[Any]]:
    """Read a query's rows as one array per column.

    Parameters
    ----------
    query
        A SELECT whose columns are never null and of the very types of `fields`.
    fields
        Name and type (`INT`, `BIGINT`, `DOUBLE`, `DATE`) of each column.
    params
        Values of the query's ``%s``.

    Returns
    -------
    dict
        Native arrays ``(n,)`` by column name.
    """
    layout = _layout(fields)
    statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(sql.SQL(query))
    with tx.driver.cursor() as cursor, cursor.copy(statement, params or None) as copy:
        data = b"".join(copy)
    start, end = len(_SIGNATURE), len(data) - len(_TRAILER)
    if (end - start) % layout.itemsize:
        message = "the query returned a null or a column of another type"
        raise ValueError(message)
    rows = np.frombuffer(data, dtype=layout, count=(end - start) // layout.itemsize, offset=start)
    return {
        name: rows[name].astype(np.dtype(kind).newbyteorder("="), copy=True)
        for name, kind in fields
    }


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
    layout = _layout(fields)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(name) for name, _ in fields)
    )
    with tx.driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_SIGNATURE)
        for start in range(0, len(columns[0]), _CHUNK_ROWS):
            part = [column[start : start + _CHUNK_ROWS] for column in columns]
            rows = np.empty(len(part[0]), dtype=layout)
            rows["#"] = len(fields)
            for (name, kind), values in zip(fields, part, strict=True):
                rows[f"#{name}"] = np.dtype(kind).itemsize
                rows[name] = values
            copy.write(rows.tobytes())
        copy.write(_TRAILER)
