"""Who asks, and how far their rights reach: every service call takes a caller."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a caller may do at all."""

    OPERATOR = "operator"  # the command line on the server itself
    PLANNER = "planner"  # aggregates of the district, no person


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes
    ----------
    name
        What the log and the import history call them.
    role
        What they may do.
    scope
        Code of the unit whose data they may see, with all below it; None: everything here.
    """

    name: str
    role: Role
    scope: str | None = None

    def __post_init__(self) -> None:
        """Refuse values that make no sense."""
        if not self.name:
            message = "a caller has a name"
            raise ValueError(message)


def operator() -> Caller:
    """Return the one who sits at the server's command line."""
    return Caller("operator", Role.OPERATOR)


def local_planner() -> Caller:
    """Return whoever opens the pages while the service is bound to loopback only."""
    return Caller("local", Role.PLANNER)
