"""What an import did, or why it was refused."""

import dataclasses
from collections.abc import Mapping

from services import errors
from services.imports.options import ImportKind

SHOWN = 1000
"""Problems that are listed; all are counted."""


@dataclasses.dataclass(frozen=True)
class Problem:
    """Something in a file that its owner should look at.

    Attributes
    ----------
    row
        Row as a spreadsheet shows it (the headings are row 1); in a layer of features the number
        of the feature, from 1; None: the file as a whole.
    field
        Heading of the column, as the file has it.
    key
        Message key.
    params
        What the message names. Never personal data.
    """

    row: int | None
    field: str | None
    key: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class ImportReport:
    """Outcome of an import.

    Attributes
    ----------
    inserted, updated, unchanged, rejected
        Records; of a network, its edges.
    problems, warnings
        The first of them, by row.
    problem_counts
        All of them by message key.
    notes
        What is worth knowing and no fault: parts of a network, columns that were not used.
    run_id
        Row of ``import_runs``.
    applied
        Whether the database was changed.
    """

    kind: ImportKind
    file_name: str
    inserted: int
    updated: int
    unchanged: int
    rejected: int
    problems: tuple[Problem, ...]
    problem_counts: Mapping[str, int]
    warnings: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    dry_run: bool
    run_id: int
    applied: bool


class ImportRefusedError(errors.RefusedError):
    """The file was not imported; `report` says why, row by row."""

    def __init__(self, report: ImportReport, key: str, **params: object) -> None:
        super().__init__(key, **params)
        self.report = report


class FileFaultError(errors.RefusedError):
    """A file cannot be read any further, or makes no sense as a whole."""

    def __init__(
        self, key: str, row: int | None = None, column: str | None = None, **params: object
    ) -> None:
        super().__init__(key, **params)
        self.problem = Problem(row, column, key, params)
