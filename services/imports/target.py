"""Tables that rows are imported into, matched by code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString


@dataclass(frozen=True)
class Column:
    """A column of a target.

    Attributes
    ----------
    type
        Of the staging table.
    field
        Field of the file that it comes from: a column whose field the file lacks keeps its value.
    compared
        Whether another value makes a row a changed one. What is sealed never is the same twice.
    """

    name: LiteralString
    type: LiteralString
    field: str
    compared: bool = True


RUN = Column("import_run_id", "integer", "", compared=False)
"""Which import a row was last written by: it tells generated places from real ones."""


@dataclass(frozen=True)
class Reference:
    """A column of the file that holds the code of a row in another table.

    Attributes
    ----------
    staged
        Column of the staging table with that code.
    column
        Column of the target that gets the other row's id.
    """

    staged: LiteralString
    table: LiteralString
    column: LiteralString
    field: str
    unknown_key: str


@dataclass(frozen=True)
class Closed:
    """Rows that are written no more: those in which a column has a value."""

    column: LiteralString
    key: str


@dataclass(frozen=True)
class Target:
    """A table, its columns beside ``id`` and ``code``, what it refers to, what stays as it is."""

    table: LiteralString
    columns: tuple[Column, ...]
    reference: Reference | None = None
    closed: Closed | None = None

    def present(self, of_field: Mapping[str, str]) -> tuple[Column, ...]:
        """Return the columns that a file with some fields can fill."""
        return tuple(
            column for column in self.columns if column.field == "" or column.field in of_field
        )
