"""Which unit each point lies in, for every period in which boundaries stood still."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import numpy as np
import shapely
from numpy.typing import NDArray

from gis import codes, location
from services import _copy
from services.database import Transaction

_VERSIONS = """
    SELECT v.unit_id, u.level, lower(v.valid), upper(v.valid), ST_AsBinary(v.geom)
    FROM unit_versions v JOIN units u ON u.id = v.unit_id
    WHERE v.geom && ST_MakeEnvelope(%s, %s, %s, %s, 4490)
    ORDER BY u.code
"""
_EPOCH = date(2000, 1, 1).toordinal()


@dataclass(frozen=True)
class History:
    """Versions of units, by code; days as PostgreSQL counts them (`_copy.DATE`).

    Attributes
    ----------
    unit_id, level, begins, ends, boundary
        Arrays ``(n,)``; boundaries are longitude and latitude, EPSG:4490.
    """

    unit_id: NDArray[np.int32]
    level: NDArray[np.str_]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    boundary: NDArray[np.object_]

    @classmethod
    def of(cls, rows: list[Any]) -> Self:
        """Make arrays of what `read` returned."""
        unit_id, level, begins, ends, wkb = zip(*rows, strict=True) if rows else ((),) * 5
        return cls(
            np.array(unit_id, dtype=np.int32),
            np.array(level, dtype=np.str_),
            np.array([_day(day, _copy.LONG_AGO) for day in begins], dtype=np.int64),
            np.array([_day(day, _copy.FOR_GOOD) for day in ends], dtype=np.int64),
            shapely.from_wkb(np.array(wkb, dtype=object)),
        )


@dataclass(frozen=True)
class Periods:
    """Rows of an assignment: the point's index, the unit, the period [begins, ends).

    Attributes
    ----------
    point, unit_id, begins, ends
        Arrays ``(n,)``, sorted by point, then period.
    ambiguous
        Points on a border of units of one level, today or at any time.
    """

    point: NDArray[np.int64]
    unit_id: NDArray[np.int32]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    ambiguous: int


def load(tx: Transaction, box: NDArray[np.float64]) -> History:
    """Read all versions, past ones included, that reach into west, south, east, north, ``(4,)``."""
    return History.of(read(tx, box))


def read(tx: Transaction, box: NDArray[np.float64]) -> list[Any]:
    """Read the rows that `History.of` makes a history of, as `load` does."""
    with tx.driver.cursor(binary=True) as cursor:
        return list(cursor.execute(_VERSIONS, box.tolist()).fetchall())


def _day(day: object, unbounded: int) -> int:
    return day.toordinal() - _EPOCH if isinstance(day, date) else unbounded


def locate(history: History, points: NDArray[np.float64]) -> Periods:
    """Find the lowest unit of each point for each period.

    Parameters
    ----------
    history
        The versions.
    points
        Longitude and latitude ``(n, 2)``, EPSG:4490.
    """
    bounds = np.unique(np.concatenate([history.begins, history.ends]))
    found: list[tuple[NDArray[np.int32], int, int]] = []
    ambiguous = np.zeros(len(points), dtype=bool)
    for begins, ends in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        alive = np.flatnonzero((history.begins <= begins) & (history.ends >= ends))
        unit, doubtful = _lowest(history, alive, points)
        ambiguous |= doubtful
        if found and np.array_equal(found[-1][0], unit):
            found[-1] = (unit, found[-1][1], ends)
        else:
            found.append((unit, begins, ends))
    return _joined(found, int(ambiguous.sum()))


def _lowest(
    history: History, alive: NDArray[np.int64], points: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Ids of the units, 0 for none: grids first, then upwards for what lies in none of them."""
    unit = np.zeros(len(points), dtype=np.int32)
    ambiguous = np.zeros(len(points), dtype=bool)
    rest: NDArray[np.int64] = np.arange(len(points))
    for level in reversed(codes.LEVELS):
        at = alive[history.level[alive] == level.value]
        if not len(at) or not len(rest):
            continue
        whole = len(rest) == len(points)
        locator = location.Locator(history.boundary[at], expected_points=len(rest))
        place = locator.locate(points if whole else points[rest])
        hit = place.index >= 0
        unit[rest[hit]] = history.unit_id[at][place.index[hit]]
        ambiguous[rest] |= place.ambiguous
        rest = rest[~hit]
    return unit, ambiguous


def _joined(found: list[tuple[NDArray[np.int32], int, int]], ambiguous: int) -> Periods:
    """Rows of all periods; a point that keeps its unit keeps one row."""
    if not found:
        none = np.zeros(0, dtype=np.int64)
        return Periods(none, none.astype(np.int32), none, none, ambiguous)
    units = np.stack([unit for unit, _, _ in found], axis=1)
    starts = np.ones(units.shape, dtype=bool)
    starts[:, 1:] = units[:, 1:] != units[:, :-1]
    begins = np.array([begin for _, begin, _ in found], dtype=np.int64)
    ends = np.array([end for _, _, end in found], dtype=np.int64)
    point, period = np.nonzero(starts)
    last = np.append(period[1:], 0) - 1
    new_point = np.append(point[1:] != point[:-1], True)
    last[new_point] = len(found) - 1
    unit_id = units[point, period]
    kept = unit_id > 0
    return Periods(
        point[kept],
        unit_id[kept].astype(np.int32),
        begins[period][kept],
        ends[last][kept],
        ambiguous,
    )
