"""XLSX: codes stay texts, dates are dates, and texts never become formulas or links."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

from services import errors
from services.exports import dataset as datasets
from services.exports import flat
from services.exports.dataset import Dataset
from services.exports.fields import GEOMETRY, Field, FieldType

_MOST_ROWS = 1_048_576  # of a sheet, its heading included; Excel, "specifications and limits"
_ABOUT_SHEET = "about"
_WIDTH = {
    FieldType.TEXT: 20,
    FieldType.INTEGER: 12,
    FieldType.NUMBER: 12,
    FieldType.BOOLEAN: 10,
    FieldType.DATE: 12,
}


def write(dataset: Dataset, path: Path) -> None:
    """Write a workbook: a sheet of rows, and one of what holds of all of them.

    Geometry becomes two columns: the coordinates of a point of the feature.

    Raises
    ------
    services.errors.RefusedError
        There are more rows than a sheet can hold.
    """
    noted = datasets.with_note_column(dataset)
    with xlsxwriter.Workbook(
        str(path),
        # Rows go to disk as they come; cells of text are texts whatever they begin with.
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    ) as book:
        _write_rows(book, noted)
        about = book.add_worksheet(_ABOUT_SHEET)
        about.set_column(0, 1, 30)
        for row, (name, value) in enumerate(dataset.facts.texts().items()):
            about.write_string(row, 0, name)
            about.write_string(row, 1, value)


def _write_rows(book: Any, dataset: Dataset) -> None:
    sheet = book.add_worksheet(dataset.name[:31])
    sheet.freeze_panes(1, 0)
    dates = book.add_format({"num_format": "yyyy-mm-dd"})
    for column, item in enumerate(dataset.fields):
        sheet.set_column(column, column, _WIDTH[item.type])
    names = [*(item.name for item in dataset.fields), *flat.axes(dataset.crs)]
    bold = book.add_format({"bold": True})
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, bold)
    cells = [*(_cell(sheet, item, dates) for item in dataset.fields), *[sheet.write_number] * 2]
    for number, values in enumerate(_values(dataset), start=1):
        if number >= _MOST_ROWS:
            raise errors.RefusedError("error.export.too_many_rows", most=_MOST_ROWS - 1)
        for column, (write_cell, value) in enumerate(zip(cells, values, strict=True)):
            if value is not None:
                write_cell(number, column, value)


def _cell(sheet: Any, item: Field, dates: Any) -> Callable[[int, int, Any], object]:
    """Return what writes a cell of a field, chosen once a column instead of once a cell."""
    writers: dict[FieldType, Callable[[int, int, Any], object]] = {
        FieldType.TEXT: sheet.write_string,
        FieldType.INTEGER: sheet.write_number,
        FieldType.NUMBER: sheet.write_number,
        FieldType.BOOLEAN: sheet.write_boolean,
        FieldType.DATE: lambda row, column, value: sheet.write_datetime(row, column, value, dates),
    }
    return writers[item.type]


def _values(dataset: Dataset) -> Iterator[tuple[object, ...]]:
    for batch in dataset.batches:
        columns = [
            *(batch.column(item.name) for item in dataset.fields),
            *flat.places(batch.column(GEOMETRY), dataset.crs),
        ]
        yield from zip(*(column.to_pylist() for column in columns), strict=True)
