"""What a caller answers for today: units, how many homes each has, and where they lie.

A search goes to the places where own homes can be, and passes over everybody else's. What is kept
here says nothing of any home, and is worked out again when units, assignments or the caller's
units are others; whom the caller sees, the database decides at each statement anew.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis import crs
from gis.arrays import Floats, Int32s, Int64s
from services import units
from services.database import Transaction
from services.memo import Memo

_ASKED: Final = """
    SELECT scope_units(), wangge_today(), array(
        SELECT version FROM data_versions WHERE subject = ANY(%s) ORDER BY subject)
"""
_SUBJECTS: Final = ["household_assignments", "unit_versions"]
_COUNTS: Final = """
    SELECT unit_id, count(*) FROM household_assignments
    WHERE unit_id = ANY(%(units)s::int[]) AND valid_from <= %(today)s AND valid_to > %(today)s
    GROUP BY unit_id
"""
_SHAPES: Final = """
    SELECT id, code, ST_AsBinary(geom) FROM units_at(%(today)s) WHERE id = ANY(%(units)s::int[])
    ORDER BY id
"""
_PADDING_M: Final = 1.0


@dataclass(frozen=True)
class Holdings:
    """The units of a caller in which somebody lives; arrays ``(n,)`` but for boxes ``(n, 4)``.

    Attributes
    ----------
    key
        Tells these holdings from any others.
    metric_epsg
        In which metres are measured.
    unit_ids, codes, homes
        Each unit, and how many households are assigned to it.
    degrees, metres
        Boxes of the units: west, south, east, north. Every home of a unit lies in its box.
    """

    key: Hashable
    today: date
    metric_epsg: int
    unit_ids: Int32s
    codes: tuple[str, ...]
    homes: Int64s
    degrees: Floats
    metres: Floats

    @property
    def total(self) -> int:
        """All homes."""
        return int(self.homes.sum())

    def within(self, unit: str) -> "Holdings":
        """Return the part that lies in a unit."""
        taken = np.array([code.startswith(unit) for code in self.codes], dtype=np.bool_)
        return self.some(np.flatnonzero(taken), unit)

    def some(self, taken: NDArray[np.intp], label: Hashable) -> "Holdings":
        """Return some units, by position; the label tells them from other parts."""
        return Holdings(
            (self.key, label),
            self.today,
            self.metric_epsg,
            self.unit_ids[taken],
            tuple(self.codes[at] for at in taken.tolist()),
            self.homes[taken],
            self.degrees[taken],
            self.metres[taken],
        )


def of_caller(tx: Transaction, memo: Memo) -> Holdings:
    """Return what the caller of a transaction through the door of people answers for.

    Raises
    ------
    errors.NotFoundError
        There is no district.
    """
    row: Any = tx.driver.execute(_ASKED, (_SUBJECTS,)).fetchone()
    scope, today, versions = row
    key = ("holdings", tuple(scope), today, *versions)
    return memo.get(key, lambda: _read(tx, key, scope, today))


def _read(tx: Transaction, key: Hashable, scope: list[int], today: date) -> Holdings:
    root = units.root(tx, today)
    values = {"today": today, "units": scope}
    # A plan made for these units: of a few the rows are looked up, of a whole district read through.
    pairs: list[Any] = tx.driver.execute(_COUNTS, values, prepare=False).fetchall()
    counted: dict[int, int] = dict(pairs)
    rows: list[Any] = tx.driver.execute(_SHAPES, values).fetchall()
    rows = [row for row in rows if counted.get(row[0])]
    shapes = shapely.from_wkb(np.array([row[2] for row in rows], dtype=object))
    metric = crs.project_areas(shapes, root.metric_epsg) if rows else shapes
    boxes = shapely.bounds(metric).reshape(-1, 4)
    return Holdings(
        key=key,
        today=today,
        metric_epsg=root.metric_epsg,
        unit_ids=np.array([row[0] for row in rows], dtype=np.int32),
        codes=tuple(row[1] for row in rows),
        homes=np.array([counted[row[0]] for row in rows], dtype=np.int64),
        degrees=shapely.bounds(shapes).reshape(-1, 4),
        metres=boxes + np.array([-_PADDING_M, -_PADDING_M, _PADDING_M, _PADDING_M]),
    )
