"""Rows from a server-side cursor as record batches: constant memory, one snapshot."""

from collections.abc import Iterator, Mapping
from typing import LiteralString

import pyarrow as pa
from psycopg import ServerCursor, sql

from services.database import Transaction

BATCH = 4096
_AT_ONCE = 512


def batches(
    tx: Transaction, query: LiteralString, params: Mapping[str, object], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """Read a query's rows batch by batch.

    Parameters
    ----------
    query
        SQL with named placeholders; its columns are those of the schema, in their order.
    params
        Values of the placeholders.
    schema
        Columns, the geometry as WKB included.

    Yields
    ------
    pa.RecordBatch
        At most `BATCH` rows.
    """
    with tx.driver.cursor(name="export", binary=True) as cursor:
        cursor.execute(query, params)
        while (columns := _columns(cursor, len(schema)))[0]:
            arrays = [
                pa.array(values, column.type)
                for values, column in zip(columns, schema, strict=True)
            ]
            yield pa.record_batch(arrays, schema=schema)


def count(tx: Transaction, query: LiteralString, params: Mapping[str, object]) -> int:
    """Count the rows that `batches` would read."""
    counting = sql.SQL("SELECT count(*) FROM ({}) counted").format(sql.SQL(query))
    row = tx.driver.execute(counting, params).fetchone()
    return int(str(row[0])) if row else 0


def _columns(cursor: ServerCursor[tuple[object, ...]], width: int) -> list[list[object]]:
    """Read the rows of a batch by the column.

    A few at a time: a batch of tuples outlives the young generations of Python's garbage
    collector, which would then look through every object of the process every few batches.
    """
    columns: list[list[object]] = [[] for _ in range(width)]
    for _ in range(BATCH // _AT_ONCE):
        rows = cursor.fetchmany(_AT_ONCE)
        if not rows:
            break
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
    return columns
