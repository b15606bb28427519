"""Columns as JSON text, by the column: no Python object is made for a value."""

import orjson
import pyarrow as pa
import pyarrow.compute as pc

_SPECIAL = r'["\\\x00-\x1f]'  # what RFC 8259, section 7, wants escaped
_NULL = "null"


def values(column: pa.Array) -> pa.Array:
    """Return each value of a column as its JSON text; what is missing or no number is ``null``."""
    if pa.types.is_string(column.type):
        return pc.fill_null(_strings(column), _NULL)
    if pa.types.is_date(column.type):
        return pc.fill_null(_quoted(pc.cast(column, pa.string())), _NULL)
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))
    return pc.fill_null(pc.cast(column, pa.string()), _NULL)


def objects(batch: pa.RecordBatch, n_columns: int) -> pa.Array:
    """Return a JSON object per row, of the first columns by name."""
    members = [
        pc.binary_join_element_wise(
            orjson.dumps(batch.schema.names[index]).decode() + ":", values(batch.column(index)), ""
        )
        for index in range(n_columns)
    ]
    return pc.binary_join_element_wise("{", pc.binary_join_element_wise(*members, ","), "}", "")


def _strings(column: pa.Array) -> pa.Array:
    if not pc.any(pc.match_substring_regex(column, _SPECIAL)).as_py():
        return _quoted(column)
    escaped = [
        None if value is None else orjson.dumps(value).decode() for value in column.to_pylist()
    ]
    return pa.array(escaped, pa.string())


def _quoted(column: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise('"', column, '"', "")
