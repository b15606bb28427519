"""Rows of a batch and what is wrong with them, while their columns are checked one by one."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from pyarrow import compute

from gis.arrays import Bools
from services import formula_cells
from services.imports.batches import Batch
from services.imports.findings import Finding
from services.imports.headings import Columns

_LONGEST_QUOTE: Final = 40
_HIDDEN: Final = "•••"


class Sieve:
    """Holds back the faulty rows of a batch.

    Parameters
    ----------
    batch
        The rows.
    columns
        Which heading is which field.
    personal
        Fields whose values must not be quoted in a message.
    """

    def __init__(
        self, batch: Batch, columns: Columns, personal: frozenset[str] = frozenset()
    ) -> None:
        self.batch = batch
        self.columns = columns
        self.refused: Bools = np.zeros(len(batch.rows), dtype=np.bool_)
        self.findings: list[Finding] = _ragged(batch, columns)
        self._personal = personal

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.batch.rows)

    def heading(self, field: str) -> str:
        """Return the file's own heading of a field, or the field's name."""
        return self.columns.of_field.get(field, field)

    def text(self, field: str) -> Any:
        """Return a field's values as they are meant; null where empty or absent.

        Without the space around them, and without the mark of a text that is no formula.
        """
        heading = self.columns.of_field.get(field)
        if heading is None:
            return pa.nulls(len(self), pa.string())
        bare = formula_cells.bare(compute.utf8_trim_whitespace(self.batch.columns[heading]))
        empty = compute.equal(compute.binary_length(bare), 0)
        if not compute.any(empty).as_py():
            return bare
        return compute.if_else(empty, pa.scalar(None, pa.string()), bare)

    def refuse(
        self,
        where: Bools,
        field: str | None,
        key: str,
        each: dict[str, Sequence[object]],
        **params: object,
    ) -> None:
        """Refuse rows; `each` holds values for all rows of the batch, `params` one for all."""
        if not where.any():
            return
        index = np.flatnonzero(where)
        self.refused |= where
        own = {name: [values[int(i)] for i in index] for name, values in each.items()}
        heading = None if field is None else self.heading(field)
        self.findings.append(Finding(self.batch.rows[index], heading, key, params, own))

    def refuse_values(
        self, where: Bools, field: str, key: str, texts: Any, **params: object
    ) -> None:
        """Refuse rows for a field's value, which is quoted unless it is personal."""
        if not where.any():
            return
        index = np.flatnonzero(where)
        self.refused |= where
        quotes = [_HIDDEN] * len(index)
        if field not in self._personal:
            found = texts.take(pa.array(index)).to_pylist()
            quotes = [_quoted(value) for value in found]
        self.findings.append(
            Finding(self.batch.rows[index], self.heading(field), key, params, {"value": quotes})
        )


def mask(condition: Any) -> Bools:
    """Turn an Arrow condition into a mask; null counts as false."""
    found: Bools = compute.fill_null(condition, False).to_numpy(zero_copy_only=False)
    return found


def _quoted(value: str | None) -> str:
    if value is None:
        return ""
    return value if len(value) <= _LONGEST_QUOTE else value[: _LONGEST_QUOTE - 1] + "…"


def _ragged(batch: Batch, columns: Columns) -> list[Finding]:
    if not batch.ragged:
        return []
    wanted = len(columns.of_field) + len(columns.unused)
    return [
        Finding(
            np.array([row.row for row in batch.ragged], dtype=np.int64),
            None,
            "error.import.row.width",
            {"expected": wanted},
            {"found": [len(row.values) for row in batch.ragged]},
        )
    ]


def drop_blank(batch: Batch) -> Batch:
    """Leave out rows without any value, as spreadsheets have them below the data."""
    blank = np.ones(len(batch.rows), dtype=np.bool_)
    for column in batch.columns.values():
        blank &= column.is_null().to_numpy(zero_copy_only=False) if column.null_count else False
        if not blank.any():
            return batch
    if batch.geometry is not None:
        blank &= np.array([shape is None for shape in batch.geometry])
    if not blank.any():
        return batch
    kept = np.flatnonzero(~blank)
    return Batch(
        batch.rows[kept],
        {name: column.take(pa.array(kept)) for name, column in batch.columns.items()},
        None if batch.geometry is None else batch.geometry[kept],
        None if batch.unclosed is None else batch.unclosed[kept],
        batch.ragged,
    )
