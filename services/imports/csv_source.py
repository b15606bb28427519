"""Reads CSV of any size in constant memory: every value as text, row numbers kept."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from gis import crs as systems
from gis.arrays import Int64s
from services.imports import encoding
from services.imports.batches import Batch, RaggedRow
from services.imports.report import FileFaultError

_BLOCK = 4 << 20
_DELIMITERS = ",\t;"
_HEAD_CHARACTERS = 1 << 20
_LONGEST_VALUE = 1000


@dataclass(frozen=True)
class CsvSource:
    """A CSV file; see `batches.Source`."""

    path: Path
    facts: encoding.TextFacts
    delimiter: str
    headings: tuple[str, ...]
    crs: systems.SourceCrs | None = None
    has_geometry: bool = False

    @property
    def total(self) -> int:
        """Number of rows, roughly: a value may contain line ends."""
        return max(self.facts.lines - 1 + self.facts.unfinished, 0)

    @property
    def unfinished(self) -> bool:
        """Whether the last row has no line end."""
        return self.facts.unfinished

    def batches(self, columns: tuple[str, ...]) -> Iterator[Batch]:
        """Read some of the columns, from the start.

        Raises
        ------
        FileFaultError
            A quotation mark is never closed, a row is longer than a block, or the last is cut off.
        """
        reading = _Reading(len(self.headings), self.delimiter, self.facts)
        places = [self.headings.index(name) for name in columns]
        with encoding.utf8_stream(self.path, self.facts.encoding) as stream:
            yield from reading.batches(stream, columns, places)
        if self.facts.odd_quotes and (reading.ended_ragged or reading.ended_in_lines):
            raise FileFaultError("error.import.file.open_quote", row=reading.row)
        if self.facts.unfinished and reading.ended_ragged:
            raise FileFaultError("error.import.file.cut_row", row=reading.row)


class _Reading:
    """One pass through a CSV.

    Attributes
    ----------
    row
        Where it is.
    ended_ragged
        Whether the last row does not fit the headings.
    ended_in_lines
        Whether a value of the last row has a line end in it.
    """

    def __init__(self, width: int, delimiter: str, facts: encoding.TextFacts) -> None:
        self.row = 1
        self.ended_ragged = False
        self.ended_in_lines = False
        self._names = [f"c{i}" for i in range(width)]
        self._delimiter = delimiter
        self._suspicious = facts.odd_quotes
        self._ragged: list[RaggedRow] = []

    def batches(self, stream: Any, columns: tuple[str, ...], places: list[int]) -> Iterator[Batch]:
        try:
            for record in self._open(stream, places):
                yield self._batch(record, columns, places)
        except pa.ArrowInvalid as error:
            # Arrow names no row here; what it cannot do is find the end of a row in a block.
            if self._suspicious:
                raise FileFaultError("error.import.file.open_quote", row=self.row + 1) from error
            most = _BLOCK >> 20
            raise FileFaultError(
                "error.import.file.long_row", row=self.row + 1, most=most
            ) from error
        if self._ragged:
            self.ended_ragged = self._ragged[-1].row > self.row
            self.row = max(self.row, self._ragged[-1].row)
            yield Batch(
                np.zeros(0, dtype=np.int64),
                {name: pa.array([], pa.string()) for name in columns},
                ragged=tuple(self._ragged),
            )

    def _open(self, stream: Any, places: list[int]) -> Any:
        # An open quotation mark may swallow the rest of the file in a column nobody asked for.
        kept = self._names if self._suspicious else [self._names[place] for place in places]
        return arrow_csv.open_csv(
            stream,
            # Row numbers are known only when parsing is not spread over threads.
            arrow_csv.ReadOptions(
                column_names=self._names,
                skip_rows_after_names=1,
                block_size=_BLOCK,
                use_threads=False,
            ),
            arrow_csv.ParseOptions(
                delimiter=self._delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=self._set_aside,
            ),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(self._names, pa.string()),
                include_columns=kept,
                strings_can_be_null=True,
                null_values=[""],
            ),
        )

    def _set_aside(self, invalid: Any) -> str:
        try:
            values = next(csv.reader(io.StringIO(invalid.text), delimiter=self._delimiter), [])
        except csv.Error:  # a value of more than 128 KB, which an open quotation mark makes
            values = [invalid.text[:_LONGEST_VALUE]]
        self._ragged.append(RaggedRow(int(invalid.number), tuple(values)))
        return "skip"

    def _batch(self, record: Any, columns: tuple[str, ...], places: list[int]) -> Batch:
        rows = self._numbers(record.num_rows)
        end = int(rows[-1]) if len(rows) else self.row
        passed = tuple(ragged for ragged in self._ragged if ragged.row <= end)
        self._ragged = self._ragged[len(passed) :]
        self.row = end
        texts = {
            name: record.column(self._names[place])
            for name, place in zip(columns, places, strict=True)
        }
        if record.num_rows and self._suspicious:
            last = [column[-1].as_py() for column in record.columns]
            self.ended_in_lines = any("\n" in value for value in last if value is not None)
        return Batch(rows, texts, ragged=passed)

    def _numbers(self, count: int) -> Int64s:
        aside = np.array([ragged.row for ragged in self._ragged], dtype=np.int64)
        candidates = np.arange(self.row + 1, self.row + 1 + count + len(aside))
        return candidates[~np.isin(candidates, aside)][:count]


def open_csv(path: Path) -> CsvSource:
    """Find out encoding, delimiter and headings of a CSV.

    Raises
    ------
    FileFaultError
        The file is empty, not text, or in no encoding that is understood.
    """
    facts = encoding.examine(path)
    with path.open(encoding=facts.encoding.value, newline="") as stream:
        text = stream.read(_HEAD_CHARACTERS)
    first_line = text.splitlines()[0] if text.strip() else ""
    delimiter = max(_DELIMITERS, key=first_line.count)
    headings = next(csv.reader(io.StringIO(text), delimiter=delimiter), [])
    if not any(heading.strip() for heading in headings):
        raise FileFaultError("error.import.file.no_headings", row=1)
    return CsvSource(path, facts, delimiter, tuple(headings))
