"""Columns as JSON text, by the column: no Python object is made for a value.

A text per row is a list of pieces, the same words in every row or a column of them, and is put
together once, so that no half of it is copied.
"""

from typing import TypeAlias

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

Piece: TypeAlias = "str | pa.Array"

_NULL = "null"
# What RFC 8259, section 7, wants escaped; in UTF-8 no other character has a byte of these.
_SPECIAL = np.isin(np.arange(256), [*range(0x20), ord('"'), ord("\\")])


def value(column: pa.Array) -> list[Piece]:
    """Return the JSON text of a column's values; what is missing or no number is ``null``."""
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))
    if column.null_count == len(column):
        return [_NULL]
    if pa.types.is_string(column.type):
        return _strings(column)
    texts = pc.cast(column, pa.string())
    return _quoted(texts) if pa.types.is_date(column.type) else [pc.fill_null(texts, _NULL)]


def members(batch: pa.RecordBatch, n_columns: int) -> list[Piece]:
    """Return a JSON object, of the first columns by name."""
    pieces: list[Piece] = ["{"]
    for index, name in enumerate(batch.schema.names[:n_columns]):
        comma = "," if index else ""
        pieces += [f"{comma}{orjson.dumps(name).decode()}:", *value(batch.column(index))]
    return [*pieces, "}"]


def lines(pieces: list[Piece]) -> bytes:
    """Return the texts of all rows, one after the other; at least one piece is a column."""
    merged: list[Piece] = []
    for piece in pieces:
        if merged and isinstance(piece, str) and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    return _content(pc.binary_join_element_wise(*merged, "")).tobytes()


def _strings(column: pa.Array) -> list[Piece]:
    if not _SPECIAL[np.frombuffer(_content(column), np.uint8)].any():
        return _quoted(column)
    escaped = [
        _NULL if text is None else orjson.dumps(text).decode() for text in column.to_pylist()
    ]
    return [pa.array(escaped, pa.string())]


def _quoted(column: pa.Array) -> list[Piece]:
    if not column.null_count:
        return ['"', column, '"']
    return [pc.fill_null(pc.binary_join_element_wise('"', column, '"', ""), _NULL)]


def _content(texts: pa.Array) -> memoryview:
    """Return the bytes of all texts of an array, without a copy."""
    _, ends, data = texts.buffers()
    offsets = np.frombuffer(ends, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return memoryview(data or b"")[offsets[0] : offsets[-1]]
