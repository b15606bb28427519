"""Texts that a spreadsheet would run as formulas: marked on the way out, bare again on the way in.

A spreadsheet takes what a cell of a CSV begins with for the beginning of a formula (OWASP, "CSV
Injection"). An apostrophe before it makes a text of it. Whoever sends such a file back means what
stood there before: the mark is ours and not part of it.
"""

import re
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_MARK = "'"
_FORMULA = r"^[=+\-@\t\r]"
_MARKED = r"^'([=+\-@\t\r])"
_BEGINS = re.compile(_FORMULA)
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")


def guarded(column: pa.Array) -> pa.Array:
    """Return a column in which each text that a spreadsheet would run is marked."""
    if not pa.types.is_string(column.type):
        return column
    marked = pc.binary_join_element_wise(_MARK, column, "")
    return pc.if_else(pc.match_substring_regex(column, _FORMULA), marked, column)


def guarded_row(values: Iterable[object]) -> list[object]:
    """Return a row in which each text that a spreadsheet would run is marked; a number stays one."""
    return [
        _MARK + value
        if isinstance(value, str) and _BEGINS.match(value) and not _NUMBER.fullmatch(value)
        else value
        for value in values
    ]


def bare(texts: Any) -> Any:
    """Return a column of texts without the marks; null stays null."""
    if not pc.any(pc.starts_with(texts, _MARK)).as_py():
        return texts
    return pc.replace_substring_regex(texts, _MARKED, r"\1")
