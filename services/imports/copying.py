"""Rows on their way into a table: Arrow columns written as CSV straight into COPY."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import sql
from pyarrow import csv

from services.database import Transaction

_OPTIONS = csv.WriteOptions(include_header=False, quoting_style="needed")


class Copying:
    """An open COPY into a table."""

    def __init__(self, copy: psycopg.Copy) -> None:
        self._copy = copy

    def write(self, record: Any) -> None:
        """Append the rows of an Arrow record batch."""
        buffer = pa.BufferOutputStream()
        csv.write_csv(record, buffer, _OPTIONS)
        self._copy.write(memoryview(buffer.getvalue()))


@contextmanager
def into(tx: Transaction, table: str, columns: Sequence[str]) -> Iterator[Copying]:
    """Open a COPY into some columns of a table."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    )
    with tx.driver.cursor() as cursor, cursor.copy(statement) as copy:
        yield Copying(copy)
