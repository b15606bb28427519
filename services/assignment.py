"""Assignment: the lowest unit each household, facility and entrance lies in, for every period.

Derived from where places are and how boundaries ran, never edited. Kept in narrow tables of
their own: rewriting a million of their rows is cheap, and places themselves are not touched when
a border moves. A place on a shared border belongs to the unit with the lowest code.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, LiteralString, Self

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray
from psycopg import sql

from gis import crs, location
from gis.moved_borders import Areas, MovedBorders
from services import _arrays, _boundary_history, _copy, units
from services._places import ENTRANCES, EVERY, FACILITIES, HOUSEHOLDS, POINT, PlaceTables
from services.database import Transaction

Progress = Callable[[str, int, int | None], None]

_MANY = 100_000
"""So many rows are worth their place among all the others, in its indexes."""


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
    """Recompute the assignment of every household, facility and entrance."""
    report = AssignmentReport(0, 0, 0, 0)
    for place in EVERY:
        if progress:
            progress(f"job.step.assign_{place.subject}", 0, None)
        report += _assign(tx, place, _points(tx, place.everywhere), None)
        if place.bring_back and not _is_empty(tx, place.moved):
            tx.driver.execute(place.bring_back)
    return report


def assign_households(tx: Transaction, ids: NDArray[Any]) -> AssignmentReport:
    """Recompute households, by id ``(n,)``: new ones and those that moved."""
    return _assign_some(tx, HOUSEHOLDS, ids)


def assign_facilities(tx: Transaction, ids: NDArray[Any]) -> AssignmentReport:
    """Recompute facilities, by id ``(n,)``: new ones and those that moved."""
    return _assign_some(tx, FACILITIES, ids)


def assign_entrances(tx: Transaction, ids: NDArray[Any]) -> AssignmentReport:
    """Recompute entrances, by id ``(n,)``: new ones and those that moved."""
    return _assign_some(tx, ENTRANCES, ids)


def assign_where_borders_moved(tx: Transaction, moved: MovedBorders, unit_ids: NDArray[Any]) -> int:
    """Recompute only what lies where borders moved since every assignment was right.

    Parameters
    ----------
    moved
        Borders before and now, EPSG:4490.
    unit_ids
        The units whose borders they are.

    Returns
    -------
    int
        Places whose rows were written anew: all that came into another unit, and those few that
        lie as near to where a border was or is.
    """
    if moved.is_nothing:
        return 0
    # What needs no server is worked out beside, while it is asked.
    with ThreadPoolExecutor(1) as beside:
        sweeping = beside.submit(lambda: moved.areas().boxes())
        versions = _boundary_history.read(tx, moved.bounds)
        boxes = sweeping.result()
        preparing = beside.submit(_Change.prepared, moved, versions, boxes, unit_ids)
        edges = [_arrays.Doubles(edge) for edge in boxes.T]
        holding = [
            beside.submit(lambda found: _held(preparing.result().areas, found), found)
            for found in (_points(tx, place.within, edges) for place in EVERY)
        ]
        change = preparing.result()
        return sum(
            change.follow(tx, place, held.result(), beside)
            for place, held in zip(EVERY, holding, strict=True)
        )


def _touched(history: _boundary_history.History, boxes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Versions that can reach into some box, by their own boxes."""
    tree = shapely.STRtree(shapely.box(*boxes.T))
    own = shapely.box(*shapely.bounds(history.boundary).T)
    found: NDArray[np.int64] = np.unique(tree.query(own)[0])
    return found


def _held(areas: Areas, points: dict[str, Any]) -> dict[str, Any]:
    """Leave out points outside, and those that are there twice, since boxes touch; order by id."""
    inside = np.flatnonzero(areas.hold(_xy(points)))
    order = inside[np.argsort(points["id"][inside])]
    once = order[np.diff(points["id"][order], prepend=-1) != 0]
    return {name: values[once] for name, values in points.items()}


def _assign_some(tx: Transaction, place: PlaceTables, ids: NDArray[Any]) -> AssignmentReport:
    every = tx.sql.execute(_COUNTS[place.subject]).scalar_one()
    if len(ids) >= every:
        return _assign(tx, place, _points(tx, place.everywhere), None)
    return _assign(tx, place, _points(tx, place.some, (_arrays.Ints(ids),)), ids)


_COUNTS = {
    "household": sa.text("SELECT count(*) FROM households"),
    "facility": sa.text("SELECT count(*) FROM facilities"),
    "entrance": sa.text("SELECT count(*) FROM entrances"),
}


def _points(tx: Transaction, query: Any, params: Sequence[object] = ()) -> dict[str, Any]:
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
    xy = _xy(points)
    new, counted = _located(_boundary_history.load(tx, _box(xy)), points["id"], xy)
    if ids is None:
        old = _read(tx, place, place.stored)
    else:
        old = _read(tx, place, place.stored_some, (_arrays.Ints(ids),))
    return replace(counted, changed=_store(tx, place, old, new))


@dataclass(frozen=True)
class _Change:
    """Where borders moved, and what to know of it.

    Attributes
    ----------
    areas
        They hold every place that may have come into another unit.
    history
        Of all units that lie there.
    units_there
        These and those whose borders moved. Rows of a unit are on few pages: the server finds
        them by unit with a fraction of the look-ups that it would take by place.
    """

    areas: Areas
    history: _boundary_history.History
    units_there: _arrays.Ints

    @classmethod
    def prepared(
        cls,
        moved: MovedBorders,
        versions: list[Any],
        boxes: NDArray[np.float64],
        unit_ids: NDArray[Any],
    ) -> Self:
        """Prepare what is known before places are: from versions as read and the moved areas."""
        history = _boundary_history.History.of(versions)
        there = np.union1d(history.unit_id[_touched(history, boxes)], unit_ids)
        return cls(moved.narrow_areas(), history, _arrays.Ints(there))

    def follow(
        self, tx: Transaction, place: PlaceTables, held: dict[str, Any], beside: ThreadPoolExecutor
    ) -> int:
        """Locate places most of which have come into another unit, and write their rows anew."""
        ids = held["id"]
        if not len(ids):
            return 0
        if len(ids) > _MANY:
            return _assign(tx, place, held, ids).changed
        packing = beside.submit(self._packed, place, held)
        tx.driver.execute(place.take_out, (_arrays.Ints(ids), self.units_there), prepare=False)
        _copy.send(tx, place.moved, _rows(place), packing.result())
        return len(ids)

    def _packed(self, place: PlaceTables, held: dict[str, Any]) -> list[bytes]:
        rows, _ = _located(self.history, held["id"], _xy(held))
        return list(_copy.packed(_rows(place), list(rows.T)))


def _xy(points: dict[str, Any]) -> NDArray[np.float64]:
    return np.column_stack([points["lon"], points["lat"]])


def _box(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([xy.min(axis=0), xy.max(axis=0)]) if len(xy) else np.zeros(4)


def _located(
    history: _boundary_history.History, ids: NDArray[Any], xy: NDArray[np.float64]
) -> tuple[NDArray[np.int64], AssignmentReport]:
    """Rows ``(n, 4)`` as they shall be stored, by place and period, and what there is to count."""
    periods = _boundary_history.locate(history, xy)
    rows = np.column_stack(
        [ids[periods.point], periods.unit_id, periods.begins, periods.ends]
    ).astype(np.int64)
    assigned = int(np.count_nonzero(np.diff(periods.point, prepend=-1)))
    return rows, AssignmentReport(assigned, len(xy) - assigned, periods.ambiguous, 0)


def _read(
    tx: Transaction, place: PlaceTables, query: Any, params: Sequence[object] = ()
) -> NDArray[np.int64]:
    columns = _copy.read(tx, query, _rows(place), params)
    return np.column_stack(list(columns.values())).astype(np.int64)


def _store(
    tx: Transaction, place: PlaceTables, old: NDArray[np.int64], new: NDArray[np.int64]
) -> int:
    """Write the rows of places whose assignment differs; return how many places these are."""
    driver = tx.driver
    if not len(old):
        _write_first(tx, place, new)
        return int(np.count_nonzero(np.diff(new[:, 0], prepend=-1)))  # by place already
    dirty = _differing(old, new)
    if not len(dirty):
        return 0
    driver.execute(place.forget, (_arrays.Ints(dirty),))
    rows = new[np.isin(new[:, 0], dirty)]
    _copy.write(tx, place.table, _rows(place), list(rows.T))
    return len(dirty)


def _write_first(tx: Transaction, place: PlaceTables, new: NDArray[np.int64]) -> None:
    """Write the rows of places that have none yet."""
    columns = list(_by_unit(new).T)
    if not len(new) or not _is_empty(tx, place.table):
        _copy.write(tx, place.table, _rows(place), columns)
        return
    tx.driver.execute(place.drop_indexes)
    _copy.write(tx, place.table, _rows(place), columns)
    tx.driver.execute(place.make_indexes)


def _by_unit(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put rows of the same unit side by side: what a border moves is then on few pages."""
    # Only the order of ids above 65535 is lost by the cut, and 16 bits are sorted by counting.
    order = np.argsort(rows[:, 1].astype(np.uint16), kind="stable")
    side_by_side: NDArray[np.int64] = np.take(rows, order, axis=0)
    return side_by_side


def _is_empty(tx: Transaction, table: LiteralString) -> bool:
    query = sql.SQL("SELECT NOT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
    row = tx.driver.execute(query).fetchone()
    return row is None or bool(row[0])


def _differing(old: NDArray[np.int64], new: NDArray[np.int64]) -> NDArray[np.int64]:
    """Ids (first column) whose rows are not the same in both."""
    rows = np.concatenate([old, new])
    # Equal rows, one from each side, come to stand side by side: ids and days are of 32 bits.
    rows = np.take(rows, np.argsort((rows[:, 0] << 32) + rows[:, 2], kind="stable"), axis=0)
    alike = (rows[1:] == rows[:-1]).all(axis=1)
    alone = np.ones(len(rows), dtype=np.bool_)
    alone[1:] &= ~alike
    alone[:-1] &= ~alike
    ids: NDArray[np.int64] = rows[alone, 0]
    once: NDArray[np.int64] = ids[np.diff(ids, prepend=-1) != 0]
    return once


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
    UNION ALL
    SELECT 'entrance', e.code, ST_X(e.geom), ST_Y(e.geom)
    FROM entrances e WHERE NOT EXISTS (
        SELECT FROM entrance_assignments a
        WHERE a.entrance_id = e.id AND a.valid_from <= :as_of AND a.valid_to > :as_of)
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
