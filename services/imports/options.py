"""What an import is asked to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from services.sealing import Sealer

if TYPE_CHECKING:
    from services.imports.report import Problem


class ImportKind(StrEnum):
    """What a file holds."""

    UNITS = "units"
    NETWORK = "network"
    HOUSEHOLDS = "households"
    RESIDENTS = "residents"
    FACILITIES = "facilities"
    ENTRANCES = "entrances"
    BARRIERS = "barriers"
    ROUTES = "routes"
    TRACKS = "tracks"

    @property
    def is_of_people(self) -> bool:
        """Whether its rows are people, or where people live."""
        return self in {ImportKind.HOUSEHOLDS, ImportKind.RESIDENTS}

    def file_name(self, given: str) -> str:
        """Return what a file is called in the history: one of people may be called after somebody.

        Parameters
        ----------
        given
            What its owner calls it.
        """
        return f"{self}{PurePath(given).suffix.lower()}" if self.is_of_people else given


class OnError(StrEnum):
    """What becomes of a file with faults."""

    ABORT = "abort"
    """Nothing is changed."""
    REJECT = "reject"
    """The faulty rows are left out, the others imported."""


Progress = Callable[[str, int, int | None], None]
"""Told a step's message key, how much is done, and of how much if known. May raise
`services.errors.CancelledError`: then nothing is changed."""


def no_progress(step_key: str, done: int, total: int | None) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class ImportOptions:
    """How a file is to be imported.

    Attributes
    ----------
    crs
        What the coordinates are in (``EPSG:4548``, ``GCJ-02``, ``BD-09``); None: what the file
        says, and for tables longitude and latitude of CGCS2000 or WGS 84.
    mapping
        Heading of the file by field, where they are not the known ones.
    dry_run
        Do everything, report, and keep nothing.
    rejects
        Where the refused rows go, with a reason each: the user's own rows, personal data included.
    effective
        Units: first day of the new boundaries; routes: of the plan; None: today. Tracks: day of
        those without times; None: they are refused.
    generated
        The data is made up and must be labelled so wherever it shows.
    layer
        Layer of a GeoPackage, sheet of a workbook.
    sealer
        Seals id numbers, phones and positions; residents and tracks cannot be imported without.
    team
        Tracks and routes: who walked or walks, where the file does not say so.
    render
        Puts a problem into words, for the reasons in the file of refused rows.
    """

    crs: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    on_error: OnError = OnError.ABORT
    rejects: Path | None = None
    effective: date | None = None
    generated: bool = False
    layer: str | None = None
    sealer: Sealer | None = None
    team: str | None = None
    render: "Callable[[Problem], str] | None" = None
