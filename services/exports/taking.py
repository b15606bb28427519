"""Who takes which file along: a line of the audit log, before the first byte leaves."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from services import audit
from services.caller import Caller, Role
from services.database import Database
from services.exports import catalogue
from services.exports.options import ExportOptions
from services.rights import Door

OF_HOMES: Final = frozenset({*catalogue.PERSONAL, "demand-day-care", "demand-ramps"})
"""Files with a row for each household; all others hold places and figures."""


@dataclass(frozen=True)
class Taken:
    """A file that somebody takes along.

    Attributes
    ----------
    collection
        Its collection, or what else it holds.
    format
        As in addresses and verbs; ``html`` is a map that stands alone.
    unit
        All of it lies there; None: in the district.
    as_of
        The day whose state it holds; None: as was asked.
    """

    collection: str
    format: str
    unit: str | None
    as_of: date | None

    @classmethod
    def of(cls, collection: str, options: ExportOptions) -> Self:
        """Return what it is by what was asked for."""
        return cls(collection, options.format.value, options.unit, options.as_of)


def keep_taken(database: Database, caller: Caller, taken: Taken) -> None:
    """Write to the audit log that somebody takes a file along, before they do."""
    details = {"format": taken.format, "as_of": taken.as_of}
    with database.transaction(caller, door_of(caller, taken.collection)) as tx:
        if taken.collection in OF_HOMES:
            audit.append(tx, "household_export", taken.collection, taken.unit, **details)
        else:
            audit.append(tx, "export", taken.collection, taken.unit, **details)
        tx.commit()


def door_of(caller: Caller, collection: str) -> Door | None:
    """Return by which door a collection is read; None: the caller's usual one."""
    if collection in catalogue.PERSONAL and caller.role is not Role.OPERATOR:
        return Door.PEOPLE
    return None
