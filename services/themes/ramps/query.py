"""What can be asked about ways without a step."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from services import profiles, ramp_rules, rules
from services.facility_kinds import FacilityKind

MOBILITY: Final = ("physical", "multiple")
"""Kinds of disability that count as one of mobility."""
OLD_AGE: Final = 80
REACH_M: Final = 1000.0
"""Ways are searched so far at least, so that another limit below costs no search."""


class Destination(StrEnum):
    """What is to be reached: kinds of facility that everybody needs."""

    DAY_CARE = FacilityKind.DAY_CARE.value
    HEALTH_STATION = FacilityKind.HEALTH_STATION.value
    COMMUNITY_OFFICE = FacilityKind.COMMUNITY_OFFICE.value


class Mend(StrEnum):
    """What may be mended."""

    RAMPS = "ramps"  # where a ramp helps: entrances, kerbs, steps and stairways
    ALL = "all"  # gates and roads that are steep, narrow or badly surfaced, too


@dataclass(frozen=True)
class RampsQuery:
    """A question about ways without a step.

    Attributes
    ----------
    as_of
        The day it is asked for.
    max_walk_m
        Longest way that counts, metres; None: the rule set's radius.
    unit
        Code of the unit to answer for, with all below it; None: the district.
    min_age
        Age from which a resident counts besides those with a mobility disability, years.
    to
        What is to be reached.
    profile
        Name of who is on the way, see `services.profiles`.
    edition
        Name of the standard that ramps are held against, see `services.ramp_rules`.
    rules
        Name of the rule set of distances.
    mend
        What may be mended.
    """

    as_of: date
    max_walk_m: float | None = None
    unit: str | None = None
    min_age: int = OLD_AGE
    to: Destination = Destination.DAY_CARE
    profile: str = profiles.DEFAULT
    edition: str = ramp_rules.DEFAULT
    rules: str = rules.DEFAULT
    mend: Mend = Mend.RAMPS

    def __post_init__(self) -> None:
        """Refuse a limit or an age that makes no sense."""
        if self.max_walk_m is not None and not 0 < self.max_walk_m <= 20_000:
            message = "max_walk_m must lie in (0, 20000]"
            raise ValueError(message)
        if not 0 <= self.min_age <= 130:
            message = "min_age must lie in [0, 130]"
            raise ValueError(message)
