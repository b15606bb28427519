"""Assignment: the lowest unit each household and facility lies in, for every period.

Derived from where places are and how boundaries ran, never edited. Kept in narrow tables of
their own: rewriting a million of their rows is cheap, and places themselves are not touched when
a border moves. A place on a shared border belongs to the unit with the lowest code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from gis import crs, location
from services import _boundary_history, _copy, units
from services._places import FACILITIES, HOUSEHOLDS, POINT, PlaceTables
from services.database import Transaction

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class AssignmentReport:
    """What an assignment did.

    Attributes
    ----------
    assigned
        Places in some unit.
    outside
        Places in no unit; they are kept, see `outside`.
    ambiguous
        Places on a border that units share, given to the lowest code.
    changed
        Places whose assignment was written.
    """

    assigned: int
    outside: int
    ambiguous: int
    changed: int

    def __add__(self, other: "AssignmentReport") -> "AssignmentReport":
        """Add up two reports."""
        return AssignmentReport(
            self.assigned + other.assigned,
            self.outside + other.outside,
            self.ambiguous + other.ambiguous,
            self.changed + other.changed,
        )


@dataclass(frozen=True)
class OutsidePlace:
    """A place in no unit, and the nearest one."""

    subject: str
    code: str
    nearest_code: str
    nearest_name: str
    distance_m: float


def assign_all(tx: Transaction, progress: Progress | None = None) -> AssignmentReport:
    """Recompute the assignment of every household and facility."""
    report = AssignmentReport(0, 0, 0, 0)
    for place in (HOUSEHOLDS, FACILITIES):
        if progress:
            progress(f"job.step.assign_{place.subject}", 0, None)
        report += _assign(tx, place, _points(tx, place.everywhere), None)
    return report


def assign_households(tx: Transaction, ids: NDArray[Any]) -> AssignmentReport:
    """Recompute households, by id ``(n,)``: new ones and those that moved."""
    return _assign_some(tx, HOUSEHOLDS, ids)


def assign_facilities(tx: Transaction, ids: NDArray[Any]) -> AssignmentReport:
    """Recompute facilities, by id ``(n,)``: new ones and those that moved."""
    return _assign_some(tx, FACILITIES, ids)


def assign_changed_areas(tx: Transaction, areas: NDArray[np.object_]) -> AssignmentReport:
    """Recompute only what lies in areas ``(k,)``, EPSG:4490, where boundaries changed."""
    report = AssignmentReport(0, 0, 0, 0)
    wkb = shapely.to_wkb(areas).tolist()
    for place in (HOUSEHOLDS, FACILITIES):
        found = _points(tx, place.within, (wkb,))
        _, once = np.unique(found["id"], return_index=True)  # areas overlap
        points = {name: values[once] for name, values in found.items()}
        report += _assign(tx, place, points, points["id"])
    return report


def _assign_some(tx: Transaction, place: PlaceTables, ids: NDArray[Any]) -> AssignmentReport:
    every = tx.sql.execute(_COUNTS[place.subject]).scalar_one()
    if len(ids) >= every:
        return _assign(tx, place, _points(tx, place.everywhere), None)
    return _assign(tx, place, _points(tx, place.some, (_copy.listed(ids),)), ids)


_COUNTS = {
    "household": sa.text("SELECT count(*) FROM households"),
    "facility": sa.text("SELECT count(*) FROM facilities"),
}


def _points(tx: Transaction, query: Any, params: tuple[object, ...] = ()) -> dict[str, Any]:
    return _copy.read(tx, query, POINT, params)


def _rows(place: PlaceTables) -> tuple[tuple[str, str], ...]:
    return (
        (place.key, _copy.INT),
        ("unit_id", _copy.INT),
        ("valid_from", _copy.DATE),
        ("valid_to", _copy.DATE),
    )


def _assign(
    tx: Transaction, place: PlaceTables, points: dict[str, Any], ids: NDArray[Any] | None
) -> AssignmentReport:
    """Locate points and store what differs; `ids` None means: every place there is."""
    xy = np.column_stack([points["lon"], points["lat"]])
    periods = _boundary_history.locate(_boundary_history.load(tx, xy), xy)
    new = np.column_stack(
        [points["id"][periods.point], periods.unit_id, periods.begins, periods.ends]
    ).astype(np.int64)
    if ids is None:
        old = _copy.read(tx, place.stored, _rows(place))
    else:
        old = _copy.read(tx, place.stored_some, _rows(place), (_copy.listed(ids),))
    changed = _store(tx, place, np.column_stack(list(old.values())).astype(np.int64), new)
    assigned = int(np.count_nonzero(np.diff(periods.point, prepend=-1)))
    return AssignmentReport(assigned, len(xy) - assigned, periods.ambiguous, changed)


def _store(
    tx: Transaction, place: PlaceTables, old: NDArray[np.int64], new: NDArray[np.int64]
) -> int:
    """Write the rows of places whose assignment differs; return how many places these are."""
    dirty = _differing(old, new)
    if not len(dirty):
        return 0
    driver = tx.driver
    if not len(old) and _is_empty(tx, place):
        driver.execute(place.drop_indexes)
        _copy.write(tx, place.table, _rows(place), list(new.T))
        driver.execute(place.make_indexes)
        return len(dirty)
    driver.execute(place.forget, (_copy.listed(dirty),))
    rows = new[np.isin(new[:, 0], dirty)]
    _copy.write(tx, place.table, _rows(place), list(rows.T))
    return len(dirty)


def _is_empty(tx: Transaction, place: PlaceTables) -> bool:
    query = _EMPTY[place.subject]
    return bool(tx.sql.execute(query).scalar_one())


_EMPTY = {
    "household": sa.text("SELECT NOT EXISTS (SELECT FROM household_assignments)"),
    "facility": sa.text("SELECT NOT EXISTS (SELECT FROM facility_assignments)"),
}


def _differing(old: NDArray[np.int64], new: NDArray[np.int64]) -> NDArray[np.int64]:
    """Ids (first column) whose rows are not the same in both."""
    if old.shape == new.shape:
        order_old, order_new = np.lexsort(old.T[[2, 0]]), np.lexsort(new.T[[2, 0]])
        if np.array_equal(old[order_old], new[order_new]):
            return np.zeros(0, dtype=np.int64)
    if not len(old):
        ids: NDArray[np.int64] = np.sort(new[:, 0])
        fresh: NDArray[np.int64] = ids[np.diff(ids, prepend=-1) != 0]
        return fresh
    both, count = np.unique(np.concatenate([old, new]), axis=0, return_counts=True)
    return np.unique(both[count == 1, 0])


_OUTSIDE = sa.text("""
    SELECT 'household' AS subject, h.code, ST_X(h.geom) AS lon, ST_Y(h.geom) AS lat
    FROM households h WHERE NOT EXISTS (
        SELECT FROM household_assignments a
        WHERE a.household_id = h.id AND a.valid_from <= :as_of AND a.valid_to > :as_of)
    UNION ALL
    SELECT 'facility', f.code, ST_X(f.geom), ST_Y(f.geom)
    FROM facilities f WHERE NOT EXISTS (
        SELECT FROM facility_assignments a
        WHERE a.facility_id = f.id AND a.valid_from <= :as_of AND a.valid_to > :as_of)
    ORDER BY 1, 2 LIMIT :limit
""")


def outside(tx: Transaction, as_of: date, limit: int = 1000) -> list[OutsidePlace]:
    """Return places that lie in no unit, with the nearest community (or larger unit) to each."""
    rows = tx.sql.execute(_OUTSIDE, {"as_of": as_of, "limit": limit}).all()
    if not rows:
        return []
    root = units.root(tx, as_of)
    found, boundaries = units.geometries(tx, as_of)
    lowest = [i for i, unit in enumerate(found) if not _has_children(unit, found)]
    xy = crs.project(np.array([(r.lon, r.lat) for r in rows]), crs.STORED, root.metric_epsg)
    shapes = crs.project_geometries(boundaries[lowest], crs.STORED, root.metric_epsg)
    index, distance = location.nearest_polygon(xy, shapes)
    return [
        OutsidePlace(
            row.subject, row.code, found[lowest[i]].code, found[lowest[i]].name, float(metres)
        )
        for row, i, metres in zip(rows, index, distance, strict=True)
    ]


def _has_children(unit: units.Unit, others: list[units.Unit]) -> bool:
    return any(other.parent_code == unit.code for other in others)
