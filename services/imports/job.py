"""What the parts of one import share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gis.arrays import Int32s
from services.database import Transaction
from services.imports.findings import ProblemLog
from services.imports.options import ImportOptions, OnError, Progress


@dataclass(frozen=True)
class Job:
    """One import under way.

    Attributes
    ----------
    path
        The file.
    today
        The day it is, for what must not lie in the future.
    run_id
        Row of ``import_runs``.
    sha256
        Of the file.
    """

    tx: Transaction
    path: Path
    options: ImportOptions
    log: ProblemLog
    progress: Progress
    today: date
    run_id: int
    sha256: str

    @property
    def effective(self) -> date:
        """First day of what is imported."""
        return self.options.effective or self.today

    @property
    def rejects(self) -> bool:
        """Whether faulty rows are left out and the others imported."""
        return self.options.on_error is OnError.REJECT

    @property
    def is_refused(self) -> bool:
        """Whether a fault was found that lets nothing be imported."""
        return bool(self.log.total) and not self.rejects


@dataclass(frozen=True)
class Outcome:
    """What was imported, in records."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0


Importer = Callable[[Job], Outcome]
PlacedRows = Callable[[Job, Int32s], None]
