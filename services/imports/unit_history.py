"""Versions of units: which periods a new boundary takes over, and what is left of the old ones."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import shapely

_SAME_DEGREES = 1e-9  # 0.1 mm: what a round trip through a file format may change


@dataclass(frozen=True)
class Period:
    """Days from `lower` up to, not including, `upper`; None: without end."""

    lower: date | None = None
    upper: date | None = None

    def __post_init__(self) -> None:
        """Refuse a period without a day."""
        if not _before(self.lower or date.min, self.upper):
            raise ValueError(f"no day from {self.lower} to {self.upper}")

    def covers(self, other: "Period") -> bool:
        """Whether every day of the other is a day of this one."""
        begins = self.lower is None or (other.lower is not None and self.lower <= other.lower)
        ends = self.upper is None or (other.upper is not None and other.upper <= self.upper)
        return begins and ends

    def contains(self, day: date) -> bool:
        """Whether a day is in it."""
        return (self.lower is None or self.lower <= day) and _before(day, self.upper)

    def overlaps(self, other: "Period") -> bool:
        """Whether they have a day in common."""
        return _before(self.lower or date.min, other.upper) and _before(
            other.lower or date.min, self.upper
        )

    def minus(self, other: "Period") -> list["Period"]:
        """Return what is left without the days of the other: none, one or two periods."""
        if not self.overlaps(other):
            return [self]
        left = []
        if other.lower is not None and (self.lower is None or self.lower < other.lower):
            left.append(Period(self.lower, other.lower))
        if other.upper is not None and _before(other.upper, self.upper):
            left.append(Period(other.upper, self.upper))
        return left


def _before(day: date, end: date | None) -> bool:
    return end is None or day < end


@dataclass(frozen=True)
class Version:
    """Name, kind and boundary of a unit during a period.

    Attributes
    ----------
    id
        Where it is stored; None for what is new.
    run_id
        The import it came with.
    """

    period: Period
    name: str
    kind: str
    geometry: shapely.MultiPolygon
    id: int | None = None
    run_id: int | None = None

    def says_the_same(self, other: "Version") -> bool:
        """Whether name, kind and boundary are the same, whatever the period."""
        return (
            self.name == other.name
            and self.kind == other.kind
            and bool(
                shapely.equals_exact(
                    self.geometry, other.geometry, tolerance=_SAME_DEGREES, normalize=True
                )
            )
        )


def default_period(versions: Iterable[Version], day: date) -> Period | None:
    """Return the period of a boundary that is valid from a day on, for a unit with versions.

    It lasts as long as the version it takes over, or until the next one begins. None if the unit
    has no version at all.
    """
    known = sorted(versions, key=lambda version: version.period.lower or date.min)
    if not known:
        return None
    current = next((v for v in known if v.period.contains(day)), None)
    if current is not None:
        return Period(day, current.period.upper)
    later = [v.period.lower for v in known if v.period.lower is not None and v.period.lower > day]
    return Period(day, later[0] if later else None)


def is_known(versions: Iterable[Version], new: Version) -> bool:
    """Whether a new version says nothing new: one with the same content covers its period."""
    return any(
        version.period.covers(new.period) and version.says_the_same(new) for version in versions
    )


def put(versions: Iterable[Version], new: Version) -> list[Version]:
    """Give a period to a new version; others keep the days they have outside it."""
    result = [new]
    for version in versions:
        pieces = version.period.minus(new.period)
        for number, piece in enumerate(pieces):
            # The first piece stays the row it was; a second one is a new row.
            kept = version.id if number == 0 else None
            result.append(replace(version, period=piece, id=kept))
    return sorted(result, key=lambda version: version.period.lower or date.min)


def cover(periods: Iterable[Period], wanted: Period) -> bool:
    """Whether periods together have every day of a wanted one."""
    left = [wanted]
    for period in periods:
        left = [rest for piece in left for rest in piece.minus(period)]
    return not left
