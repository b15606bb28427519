"""Who asks, and how far their rights reach: every service call takes a caller."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a caller is; what a role may do is in `services.rights`."""

    OPERATOR = "operator"  # the command line on the server itself, and work done for it
    GRID_WORKER = "grid_worker"  # the households of own grids
    COMMUNITY_MANAGER = "community_manager"  # those of own communities
    TOWNSHIP_MANAGER = "township_manager"  # those of own towns and streets
    PLANNER = "planner"  # aggregates of the district, no person
    ADMIN = "admin"  # accounts, keys, audit; no resident
    DEPARTMENT = "department"  # an API key: the published collections it was granted


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes
    ----------
    name
        What the log, the audit and the import history call them.
    role
        What they are.
    account_id
        Their account; None: they have none (the operator, a department's key).
    """

    name: str
    role: Role
    account_id: int | None = None

    def __post_init__(self) -> None:
        """Refuse values that make no sense."""
        if not self.name:
            message = "a caller has a name"
            raise ValueError(message)


def operator() -> Caller:
    """Return the one who sits at the server's command line."""
    return Caller("operator", Role.OPERATOR)


def gatekeeper() -> Caller:
    """Return the service itself while it finds out who asks."""
    return Caller("gate", Role.OPERATOR)
