"""What each role may do, and the database role that a transaction takes on for it.

The database decides who sees which household (row-level security, ``0003_rights.sql``); here is
what a role may ask for at all.
"""

from enum import StrEnum
from pathlib import Path

from services import errors
from services.caller import Caller, Role

_FOLDER = Path(__file__).parent.parent / "data" / "migrations"
ROLES = _FOLDER / "roles.sql"
"""Makes the database roles of a server, those that are missing."""
LEAKPROOF = _FOLDER / "leakproof.sql"
"""Lets indexes be used below row-level security; needs a superuser, else does nothing."""


class Right(StrEnum):
    """What can be asked for."""

    FIGURES = "figures"  # aggregates, maps, units, facilities, published collections
    PEOPLE = "people"  # households and residents of one's own units
    DECIDE = "decide"  # approve or return changes, grant assistance, export households
    ROSTER = "roster"  # who works in the grids, as far as one's own units reach
    PATROL = "patrol"  # plan patrols, and settle who walks which route
    LOAD_PLACES = "load_places"  # import units, network, facilities
    LOAD_PEOPLE = "load_people"  # import households and residents
    ACCOUNTS = "accounts"  # accounts, keys, roster
    AUDIT = "audit"  # the audit log


class Door(StrEnum):
    """Database role of a transaction; the value is its name there."""

    OWNER = "none"  # the command line on the server, and the service's own work
    FIGURES = "wangge_figures"
    PEOPLE = "wangge_people"
    ADMIN = "wangge_admin"
    GATE = "wangge_gate"

    @property
    def counts_everybody(self) -> bool:
        """Whether it sees the same, all of it, whoever asks."""
        return self in {Door.OWNER, Door.FIGURES}


_STAFF = frozenset({Right.FIGURES, Right.PEOPLE, Right.ROSTER})
_MANAGERS = _STAFF | {Right.DECIDE, Right.PATROL}
OF_ROLE: dict[Role, frozenset[Right]] = {
    Role.OPERATOR: frozenset(Right),
    Role.GRID_WORKER: _STAFF,
    Role.COMMUNITY_MANAGER: _MANAGERS,
    Role.TOWNSHIP_MANAGER: _MANAGERS,
    Role.PLANNER: frozenset({Right.FIGURES, Right.PATROL, Right.LOAD_PLACES}),
    Role.ADMIN: frozenset(
        {
            *(Right.FIGURES, Right.ACCOUNTS, Right.ROSTER, Right.AUDIT),
            *(Right.PATROL, Right.LOAD_PLACES, Right.LOAD_PEOPLE),
        }
    ),
    Role.DEPARTMENT: frozenset({Right.FIGURES}),
}
"""What each role may ask for."""


def usual_door(role: Role) -> Door:
    """Return the database role of a caller's transactions, unless another is asked for."""
    return Door.OWNER if role is Role.OPERATOR else Door.FIGURES


def demand(caller: Caller, right: Right) -> None:
    """Refuse whoever has not the right.

    Raises
    ------
    errors.ForbiddenError
        The caller's role does not have it.
    """
    if right not in OF_ROLE[caller.role]:
        raise errors.ForbiddenError("error.forbidden")
