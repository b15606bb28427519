"""Values of workbooks and layers, which have types, as the text a CSV would have."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from pyarrow import compute


def from_values(values: Sequence[object]) -> pa.StringArray:
    """Turn the cells of a workbook's column into text; empty ones are null."""
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == datetime.min.time():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)


def from_arrow(column: Any) -> pa.StringArray:
    """Turn a typed Arrow column into text: whole numbers without a point, dates as ISO 8601."""
    if pa.types.is_floating(column.type):
        return _from_floats(column)
    if pa.types.is_timestamp(column.type):
        return compute.strftime(column, format="%Y-%m-%d")
    if pa.types.is_binary(column.type) or pa.types.is_nested(column.type):
        return from_values([None if value is None else str(value) for value in column.to_pylist()])
    text = column.cast(pa.string())
    return compute.if_else(compute.equal(text, ""), pa.scalar(None, pa.string()), text)


def _from_floats(column: Any) -> pa.StringArray:
    wide = column.cast(pa.float64())
    whole = compute.and_(
        compute.equal(compute.round(wide), wide), compute.less(compute.abs(wide), 2.0**53)
    )
    integers = compute.if_else(whole, wide, 0.0).cast(pa.int64()).cast(pa.string())
    return compute.if_else(whole, integers, wide.cast(pa.string()))
