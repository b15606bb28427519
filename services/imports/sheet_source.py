"""Reads workbooks (XLSX, XLS, ODS): the first sheet that is shown, or a named one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import python_calamine as calamine

from gis import crs as systems
from services.imports import batches, cells, sheet_spread
from services.imports.report import FileFaultError


@dataclass(frozen=True)
class SheetSource:
    """A sheet of a workbook; see `batches.Source`. Row numbers begin with 1 at its top."""

    sheet: calamine.CalamineSheet = field(repr=False)
    headings: tuple[str, ...]
    heading_row: int
    crs: systems.SourceCrs | None = None
    has_geometry: bool = False
    unfinished: bool = False

    @property
    def total(self) -> int:
        """Number of rows."""
        return max(int(self.sheet.total_height) - self.heading_row, 0)

    def batches(self, columns: tuple[str, ...]) -> Iterator[batches.Batch]:
        """Read some of the columns, from the start; empty rows come as rows of nulls."""
        places = [self.headings.index(name) for name in columns]
        records = islice(self.sheet.iter_rows(), self.heading_row, None)
        first = self.heading_row + 1
        while rows := list(islice(records, batches.ROWS)):
            yield batches.Batch(
                np.arange(first, first + len(rows), dtype=np.int64),
                {
                    name: cells.from_values([row[place] for row in rows])
                    for name, place in zip(columns, places, strict=True)
                },
            )
            first += len(rows)


def open_sheet(path: Path, name: str | None) -> SheetSource:
    """Open a workbook.

    Raises
    ------
    FileFaultError
        It is damaged, protected by a password, empty, has no sheet of that name, or a cell too far
        from the others.
    """
    if path.stat().st_size == 0:
        raise FileFaultError("error.import.file.empty")
    sheet_spread.check(path)
    try:
        workbook = calamine.CalamineWorkbook.from_path(path)
        chosen = _choose(workbook, name)
        sheet = workbook.get_sheet_by_name(chosen)
    except calamine.PasswordError as error:
        raise FileFaultError("error.import.file.password") from error
    except calamine.CalamineError as error:
        raise FileFaultError("error.import.file.damaged", reason=str(error)) from error
    # Rows above the headings may be empty.
    for number, row in enumerate(sheet.iter_rows(), start=1):
        headings = tuple(str(heading) for heading in row)
        if any(heading.strip() for heading in headings):
            return SheetSource(sheet, headings, number)
    raise FileFaultError("error.import.file.empty")


def _choose(workbook: calamine.CalamineWorkbook, name: str | None) -> str:
    if name is not None:
        if name not in workbook.sheet_names:
            raise FileFaultError(
                "error.import.file.no_layer", layer=name, layers=", ".join(workbook.sheet_names)
            )
        return name
    shown = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == calamine.SheetVisibleEnum.Visible
        and sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    if not shown:
        raise FileFaultError("error.import.file.empty")
    return shown[0]
