"""Rows from a server-side cursor as record batches: constant memory, one snapshot."""

from collections.abc import Iterator, Mapping
from typing import LiteralString

import pyarrow as pa

from services.database import Transaction

BATCH = 4096


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
        while rows := cursor.fetchmany(BATCH):
            columns = zip(*rows, strict=True)
            arrays = [
                pa.array(values, column.type)
                for values, column in zip(columns, schema, strict=True)
            ]
            yield pa.record_batch(arrays, schema=schema)
