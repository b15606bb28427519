"""The units of a day as arrays: which unit each one belongs to, at every level."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gis import codes
from services import units
from services.database import Transaction


@dataclass(frozen=True)
class Hierarchy:
    """Units by code, their parents as positions.

    Attributes
    ----------
    units
        All units of the day, ordered by code.
    parent
        Position of each one's parent, -1 for the root, ``(n,)``.
    at_level
        Position of the unit of each level that a unit lies in, itself included; -1 where the
        unit is larger than the level. Shape ``(levels, n)``, in the order of `codes.LEVELS`.
    """

    units: tuple[units.Unit, ...]
    parent: NDArray[np.int32]
    at_level: NDArray[np.int32]

    def positions(self, unit_ids: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the position of each unit id ``(k,)``; -1 for 0 and for units of other days."""
        ids = np.array([unit.id for unit in self.units], dtype=np.int64)
        table = np.full(int(max(ids.max(initial=0), unit_ids.max(initial=0))) + 1, -1, np.int32)
        table[ids] = np.arange(len(ids), dtype=np.int32)
        found: NDArray[np.int32] = table[unit_ids]
        return found


def load(tx: Transaction, as_of: date) -> Hierarchy:
    """Read the units of a day."""
    found = tuple(units.listing(tx, as_of))
    position = {unit.code: i for i, unit in enumerate(found)}
    parent = np.array([position.get(unit.parent_code or "", -1) for unit in found], dtype=np.int32)
    at_level = np.full((len(codes.LEVELS), len(found)), -1, dtype=np.int32)
    for depth, level in enumerate(codes.LEVELS):
        length = codes.CODE_LENGTH[level]
        for i, unit in enumerate(found):
            if len(unit.code) >= length:
                at_level[depth, i] = position.get(unit.code[:length], -1)
    return Hierarchy(found, parent, at_level)
