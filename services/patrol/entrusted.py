"""Whose patrols somebody may settle: managers those of their own units, planners all."""

import numpy as np
from numpy.typing import NDArray

from services import errors, units
from services.caller import Role
from services.database import Transaction
from services.patrol.roads import Roads

OWN_SHARE = 0.5
"""Share of a route's metres in one's own units that makes it one's own."""

_BOUND = frozenset({Role.COMMUNITY_MANAGER, Role.TOWNSHIP_MANAGER, Role.GRID_WORKER})


def own(tx: Transaction) -> tuple[str, ...] | None:
    """Return the codes of the units that a caller may settle patrols of; None: of all."""
    if tx.caller.role not in _BOUND:
        return None
    return tuple(unit.code for unit in units.entrusted(tx))


def check_unit(tx: Transaction, code: str) -> None:
    """Refuse to plan for a unit of others.

    Raises
    ------
    errors.ForbiddenError
        It is not among the caller's own.
    """
    mine = own(tx)
    if mine is not None and code not in mine:
        raise errors.ForbiddenError("error.patrol.not_own_unit")


def check_walk(
    tx: Transaction, roads: Roads, edge: NDArray[np.int32], length_m: NDArray[np.float64]
) -> None:
    """Refuse a route that lies for the most part in units of others.

    Raises
    ------
    errors.ForbiddenError
        It is not the caller's to settle.
    """
    if not is_own(length_m, inside(tx, roads, edge)):
        raise errors.ForbiddenError("error.patrol.not_own_route")


def inside(tx: Transaction, roads: Roads, edge: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Tell which sections lie in the caller's own units, shape (k,)."""
    mine = own(tx)
    if mine is None:
        return np.ones(len(edge), np.bool_)
    known = np.array([*(unit.code in mine for unit in roads.tree.units), False])
    return known[roads.unit[edge]]  # no unit, -1, is nobody's


def is_own(length_m: NDArray[np.float64], is_inside: NDArray[np.bool_]) -> bool:
    """Whether sections, by their metres, lie in own units for the most part."""
    return float(length_m[is_inside].sum()) >= OWN_SHARE * float(length_m.sum())
