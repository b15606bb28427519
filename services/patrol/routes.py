"""Planned routes: which sections in which order, on which days, by which team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from gis import crs
from gis.tracks import sections
from services import _arrays, _copy, errors
from services.database import Transaction
from services.network import StoredNetwork
from services.patrol import snapping

WEEKDAYS = (1, 2, 3, 4, 5, 6, 7)
"""ISO 8601: Monday is 1."""


class Shift(StrEnum):
    """When on its days a route is walked."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


@dataclass(frozen=True)
class Schedule:
    """When and by whom a route is walked.

    Attributes
    ----------
    weekdays
        ISO numbers, ascending, at least one.
    team
        Name of the team; None: not settled.
    valid_from
        First day of the plan.
    valid_to
        First day on which it is not walked any more; None: until further notice.
    """

    name: str
    weekdays: tuple[int, ...]
    valid_from: date
    shift: Shift | None = None
    team: str | None = None
    valid_to: date | None = None

    def __post_init__(self) -> None:
        """Refuse days that are none."""
        if not self.weekdays or list(self.weekdays) != sorted({*self.weekdays} & {*WEEKDAYS}):
            raise errors.RefusedError("error.route.weekdays")
        if not self.name.strip():
            raise errors.RefusedError("error.route.name")
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise errors.RefusedError("error.route.period")


@dataclass(frozen=True)
class Route:
    """A planned route as it is stored.

    Attributes
    ----------
    valid_to
        First day on which it is not planned any more; None: until further notice.
    is_drawn
        Whether it was drawn on the map, so that its way points are known.
    """

    id: int
    code: str
    name: str
    team: str | None
    weekdays: tuple[int, ...]
    shift: Shift | None
    valid_from: date | None
    valid_to: date | None
    length_m: float
    generated: bool
    is_drawn: bool

    def on(self, day: date) -> bool:
        """Whether it is to be walked on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        ended = self.valid_to is not None and self.valid_to <= day
        return begun and not ended and day.isoweekday() in self.weekdays


@dataclass(frozen=True, eq=False)
class Sections:
    """Sections of routes in the order of walking; arrays ``(k,)``.

    Attributes
    ----------
    from_m, to_m
        Metres from the edge's source; descending where it is walked against its direction.
    """

    route_id: NDArray[np.int32]
    edge: NDArray[np.int32]
    from_m: NDArray[np.float64]
    to_m: NDArray[np.float64]


_SECTION = (
    ("route_id", _copy.INT),
    ("edge", _copy.INT),
    ("from_m", _copy.DOUBLE),
    ("to_m", _copy.DOUBLE),
)
_LISTING = sa.text("""
    SELECT r.id, r.code, r.name, r.team, r.weekdays, r.shift, r.length_m,
           lower(r.valid) AS valid_from, upper(r.valid) AS valid_to, r.drawn IS NOT NULL AS is_drawn,
           coalesce(i.generated, false) AS generated
    FROM patrol_routes r LEFT JOIN import_runs i ON i.id = r.import_run_id
    WHERE CAST(:first AS date) IS NULL
       OR r.valid && daterange(CAST(:first AS date), CAST(:last AS date), '[]')
    ORDER BY r.name, r.code
""")
_READ = """
    SELECT s.route_id, s.edge, s.from_m, s.to_m FROM patrol_route_sections s
    WHERE s.route_id = ANY(%s::int[]) ORDER BY s.route_id, s.position
"""
_INSERT = sa.text("""
    INSERT INTO patrol_routes (code, name, team, weekdays, shift, valid, length_m, geom, drawn,
                               plan_id, import_run_id)
    VALUES (:code, :name, :team, CAST(:weekdays AS smallint[]), :shift,
            daterange(CAST(:valid_from AS date), CAST(:valid_to AS date)), :length_m,
            ST_Multi(ST_GeomFromWKB(:wkb, 4490)), ST_GeomFromWKB(:drawn, 4490), :plan_id, :run_id)
    ON CONFLICT (code) DO UPDATE SET name = excluded.name, team = excluded.team,
        weekdays = excluded.weekdays, shift = excluded.shift, length_m = excluded.length_m,
        geom = excluded.geom, drawn = excluded.drawn, import_run_id = excluded.import_run_id
    RETURNING id
""")
_CHANGE = sa.text("""
    UPDATE patrol_routes SET name = :name, team = :team, weekdays = CAST(:weekdays AS smallint[]),
        shift = :shift, valid = daterange(CAST(:valid_from AS date), CAST(:valid_to AS date))
    WHERE id = :id
""")
_WAY_POINTS = sa.text("SELECT ST_AsBinary(drawn) FROM patrol_routes WHERE id = :id")
_CLEAR = sa.text("DELETE FROM patrol_route_sections WHERE route_id = :id")
_END = sa.text("""
    UPDATE patrol_routes SET valid = daterange(lower(valid), CAST(:day AS date))
    WHERE id = :id AND (lower_inf(valid) OR lower(valid) < :day)
""")
_DELETE = sa.text("DELETE FROM patrol_routes WHERE id = :id")
_GEOMETRY = sa.text("SELECT ST_AsBinary(geom) FROM patrol_routes WHERE id = :id")
_SHAPES = sa.text("SELECT id, ST_AsBinary(geom) AS wkb FROM patrol_routes WHERE id = ANY(:ids)")
_NEXT = sa.text("""
    SELECT coalesce(max(substring(code FROM '^R([0-9]{1,9})$')::integer), 0) + 1 FROM patrol_routes
""")


def listing(
    tx: Transaction, first: date | None = None, last: date | None = None
) -> tuple[Route, ...]:
    """Return the routes planned for any day of a period, by name; without a period all."""
    rows = tx.sql.execute(_LISTING, {"first": first, "last": last})
    return tuple(_route(row) for row in rows)


def find(tx: Transaction, code: str) -> Route:
    """Return one route.

    Raises
    ------
    errors.NotFoundError
        There is none of that code.
    """
    found = next((route for route in listing(tx) if route.code == code), None)
    if found is None:
        raise errors.NotFoundError("error.route.unknown", code=code)
    return found


def sections_of(tx: Transaction, routes: Sequence[Route]) -> Sections:
    """Return the sections of some routes."""
    ids = _arrays.Ints(np.array([route.id for route in routes], dtype=np.int64))
    rows = _copy.read(tx, _READ, _SECTION, (ids,))
    return Sections(rows["route_id"], rows["edge"], rows["from_m"], rows["to_m"])


def next_code(tx: Transaction) -> str:
    """Return a code that no route has: R and a number."""
    return f"R{tx.sql.execute(_NEXT).scalar_one()}"


@dataclass(frozen=True)
class Origin:
    """Where a route came from: an import, a plan, or the way points it was drawn with."""

    run_id: int | None = None
    plan_id: int | None = None
    drawn: shapely.LineString | None = None


def store(
    tx: Transaction,
    stored: StoredNetwork,
    code: str,
    schedule: Schedule,
    walked: sections.Sections,
    origin: Origin,
) -> int:
    """Store a route in place of one of the same code, and return its id."""
    drawn = snapping.lines(stored, walked.edge, walked.from_m, walked.to_m)
    merged = shapely.line_merge(shapely.MultiLineString(list(drawn)))
    route_id: int = tx.sql.execute(
        _INSERT,
        {
            "code": code,
            **_scheduled(schedule),
            "length_m": float(walked.length_m.sum()),
            "wkb": shapely.to_wkb(shapely.set_srid(merged, 0)),
            "drawn": None if origin.drawn is None else shapely.to_wkb(origin.drawn),
            "plan_id": origin.plan_id,
            "run_id": origin.run_id,
        },
    ).scalar_one()
    tx.sql.execute(_CLEAR, {"id": route_id})
    fields = (_SECTION[0], ("position", _copy.INT), *_SECTION[1:])
    count = len(walked)
    columns = [np.full(count, route_id), np.arange(count), walked.edge, walked.from_m, walked.to_m]
    _copy.write(tx, "patrol_route_sections", fields, columns)
    return route_id


def change(tx: Transaction, route: Route, schedule: Schedule) -> None:
    """Let a route be walked on other days, by others, in another period; its way stays."""
    tx.sql.execute(_CHANGE, {"id": route.id, **_scheduled(schedule)})


def way_points(tx: Transaction, route: Route) -> NDArray[np.float64]:
    """Return the way points a route was drawn with, degrees, shape (n, 2); none: it was not."""
    wkb = tx.sql.execute(_WAY_POINTS, {"id": route.id}).scalar_one()
    if wkb is None:
        return np.zeros((0, 2))
    points: NDArray[np.float64] = shapely.get_coordinates(shapely.from_wkb(bytes(wkb)))
    return points


def _scheduled(schedule: Schedule) -> dict[str, Any]:
    return {
        "name": schedule.name.strip(),
        "team": schedule.team,
        "weekdays": list(schedule.weekdays),
        "shift": schedule.shift.value if schedule.shift else None,
        "valid_from": schedule.valid_from,
        "valid_to": schedule.valid_to,
    }


def end(tx: Transaction, route: Route, day: date) -> None:
    """Plan a route no more from a day on; one that never was to be walked is gone."""
    if tx.sql.execute(_END, {"id": route.id, "day": day}).rowcount == 0:
        tx.sql.execute(_DELETE, {"id": route.id})


def shape(tx: Transaction, route: Route) -> shapely.Geometry:
    """Return a route's line, degrees, EPSG:4490."""
    wkb = tx.sql.execute(_GEOMETRY, {"id": route.id}).scalar_one()
    return shapely.from_wkb(bytes(wkb))


def shapes(tx: Transaction, listed: Sequence[Route]) -> dict[int, shapely.Geometry]:
    """Return the lines of some routes by their id, degrees, EPSG:4490."""
    rows = tx.sql.execute(_SHAPES, {"ids": [route.id for route in listed]})
    return {row.id: shapely.from_wkb(bytes(row.wkb)) for row in rows}


def bounds(stored: StoredNetwork) -> tuple[float, float, float, float]:
    """Return the box of the network, degrees."""
    low, high = stored.network.node_xy.min(axis=0), stored.network.node_xy.max(axis=0)
    corners = crs.project(np.stack([low, high]), stored.metric_epsg, crs.STORED)
    west, south, east, north = (float(value) for value in corners.ravel())
    return west, south, east, north


def _route(row: sa.Row[Any]) -> Route:
    return Route(
        id=row.id,
        code=row.code,
        name=row.name,
        team=row.team,
        weekdays=tuple(row.weekdays),
        shift=Shift(row.shift) if row.shift else None,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        length_m=row.length_m,
        generated=row.generated,
        is_drawn=row.is_drawn,
    )
