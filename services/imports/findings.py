"""Faults found in rows, gathered as arrays: a file may have a million of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gis.arrays import Int64s
from services.imports.report import SHOWN, Problem


@dataclass(frozen=True)
class Finding:
    """The same fault in several rows.

    Attributes
    ----------
    rows
        Their numbers, shape (n,).
    column
        Heading of the column.
    key
        Message key.
    params
        What the message names, the same for all rows.
    each
        What it names row by row: a sequence of n values for each name.
    """

    rows: Int64s
    column: str | None
    key: str
    params: Mapping[str, object] = field(default_factory=dict)
    each: Mapping[str, Sequence[object]] = field(default_factory=dict)

    def problem(self, index: int) -> Problem:
        """Return one of the rows as a problem."""
        own = {name: values[index] for name, values in self.each.items()}
        return Problem(int(self.rows[index]), self.column, self.key, {**self.params, **own})


class ProblemLog:
    """Gathers problems, warnings and notes during an import."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.counts: Counter[str] = Counter()
        self.warnings: list[Problem] = []
        self.notes: list[Problem] = []

    def add(self, *findings: Finding) -> None:
        """Note faulty rows."""
        for finding in findings:
            if len(finding.rows):
                self.findings.append(finding)
                self.counts[finding.key] += len(finding.rows)

    def warning(self, key: str, row: int | None = None, **params: object) -> None:
        """Note what should be looked at and does not stop the import."""
        if len(self.warnings) < SHOWN:
            self.warnings.append(Problem(row, None, key, params))

    def note(self, key: str, **params: object) -> None:
        """Note what is worth knowing."""
        self.notes.append(Problem(None, None, key, params))

    @property
    def total(self) -> int:
        """Number of problems, warnings not counted."""
        return sum(self.counts.values())

    def refused_rows(self) -> Int64s:
        """Numbers of the rows with a fault, ascending, each once."""
        if not self.findings:
            return np.zeros(0, dtype=np.int64)
        return np.unique(np.concatenate([finding.rows for finding in self.findings]))

    def first(self) -> tuple[Problem, ...]:
        """Return the first problems by row."""
        shown: list[Problem] = []
        for finding in self.findings:
            shown.extend(finding.problem(i) for i in range(min(len(finding.rows), SHOWN)))
            if len(shown) > 4 * SHOWN:
                shown = _by_row(shown)
        return tuple(_by_row(shown))

    def of_rows(self, rows: Int64s) -> dict[int, list[Problem]]:
        """Return every problem of some rows, for the file of refused rows."""
        found: dict[int, list[Problem]] = {}
        for finding in self.findings:
            for index in np.flatnonzero(np.isin(finding.rows, rows)):
                problem = finding.problem(int(index))
                found.setdefault(int(finding.rows[index]), []).append(problem)
        return found


def _by_row(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: problem.row or 0)[:SHOWN]
