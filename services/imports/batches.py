"""What every kind of file is turned into: batches of text columns, perhaps with geometry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from gis import crs as systems
from gis.arrays import Bools, Int64s, Objects

ROWS = 65_536
"""Rows of a batch, roughly: few enough for little memory, many enough for fast arrays."""


@dataclass(frozen=True)
class RaggedRow:
    """A row with more or fewer values than there are headings."""

    row: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class Batch:
    """Some rows of a file.

    Attributes
    ----------
    rows
        Their numbers as a spreadsheet shows them; of a layer, the features' numbers; shape (n,).
    columns
        Text by heading; null where there is none; shape (n,) each.
    geometry
        Shapely geometries in the file's CRS, None where missing or not readable, shape (n,).
    unclosed
        Where the geometry is not readable because a ring does not close, shape (n,).
    ragged
        Rows that are left out of the arrays since they do not fit the headings.
    """

    rows: Int64s
    columns: Mapping[str, pa.StringArray]
    geometry: Objects | None = None
    unclosed: Bools | None = None
    ragged: tuple[RaggedRow, ...] = ()


class Source(Protocol):
    """A file that was opened; it can be read several times."""

    @property
    def headings(self) -> tuple[str, ...]:
        """Headings of the columns in the file's order."""

    @property
    def crs(self) -> systems.SourceCrs | None:
        """What the file says its coordinates are in."""

    @property
    def has_geometry(self) -> bool:
        """Whether the rows have a geometry of their own, beside the columns."""

    @property
    def total(self) -> int | None:
        """Number of rows, roughly, if known."""

    @property
    def unfinished(self) -> bool:
        """Whether the file ends without the usual end, and may have been cut."""

    def batches(self, columns: tuple[str, ...]) -> Iterator[Batch]:
        """Read some of the columns, from the start."""
