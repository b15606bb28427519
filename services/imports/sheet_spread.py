"""How far apart the cells of a workbook stand, found without taking its sheets into memory.

A sheet is read into a table from its first to its last row and column: a single value typed into
the last cell of a sheet would ask for 17 thousand million places, which ends the process. Only
XLSX is looked at here; the reader keeps to the same limit itself in other formats.
Source: ECMA-376-1, 18.3.1.4 (cell) and 18.18.7 (reference).
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from services.imports.report import FileFaultError

MOST_PLACES = 100_000_000
"""Rows times columns, as calamine has it for ODS."""
# A literal beginning makes the search five times as fast: XML's other ways to write it are made one.
_REFERENCE = re.compile(rb'r="([A-Za-z]{1,7})([0-9]{1,10})"')
_ONE_QUOTE = bytes.maketrans(b"'", b'"')
_SPACES = b" \t\r\n"
_BLOCK = 1 << 20
_LONGEST = 32  # bytes of a reference
_LETTERS = 26


def check(path: Path) -> None:
    """Refuse a workbook of which one sheet has too many places between its first and last cell.

    Raises
    ------
    FileFaultError
        Names the last row and column, or says that the file is damaged.
    """
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as book:
            for member in book.namelist():
                _check_part(_references(book, member))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise FileFaultError("error.import.file.damaged", reason=str(error)) from error


def _check_part(blocks: Iterator[list[tuple[bytes, bytes]]]) -> None:
    rows, last = 0, b""
    for found in blocks:
        columns, numbers = zip(*found, strict=True)
        rows = max(rows, *map(int, numbers))
        last = max(last, *set(columns), key=_number)
        if rows * _number(last) > MOST_PLACES:
            cell = f"{last.decode().upper()}{rows}"
            raise FileFaultError("error.import.file.spread", cell=cell)


def _references(book: zipfile.ZipFile, member: str) -> Iterator[list[tuple[bytes, bytes]]]:
    """Give the column and row of each cell of a part, block by block."""
    rest = b""
    with book.open(member) as part:
        while block := part.read(_BLOCK):
            content = rest + block.translate(_ONE_QUOTE, _SPACES)
            if found := _REFERENCE.findall(content):
                yield found
            rest = content[-_LONGEST:]


def _number(column: bytes) -> int:
    """Return the number of a column, A is 1; none is 0."""
    number = 0
    for letter in column.upper():
        number = number * _LETTERS + letter - ord("A") + 1
    return number
