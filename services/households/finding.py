"""Finding households: near a place, in a box or unit, by address, by who lives there.

Everything goes through row-level security: what is not in the caller's units is not there.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import sqlalchemy as sa

from gis import crs
from services import audit, errors, units
from services.database import Transaction

FARTHEST_M = 20_000.0
LONGEST_PAGE = 200
_LONGEST_TEXT = 100
_EDGE = 16  # points along each side of the box around a circle: its sides bend in degrees

_SELECT = """
    SELECT h.code, h.address, h.building, h.entrance, h.floor, h.room,
           ST_X(h.geom) AS lon, ST_Y(h.geom) AS lat,
           {distance} AS distance_m, p.people, p.names, p.alone, p.oldest
    FROM households h
    CROSS JOIN LATERAL (
        SELECT count(*) AS people, array_agg(r.name ORDER BY r.birth_date) AS names,
               bool_or(r.lives_alone) AS alone, min(r.birth_date) AS oldest
        FROM residents r
        WHERE r.household_id = h.id AND (r.left_on IS NULL OR r.left_on > :day)) p
"""
_METRES = """
    ST_Distance(ST_Transform(h.geom, :epsg),
                ST_Transform(ST_SetSRID(ST_MakePoint(:lon, :lat), 4490), :epsg))
"""
_LIVING = """
    EXISTS (SELECT FROM residents r WHERE r.household_id = h.id
        AND (r.left_on IS NULL OR r.left_on > :day) AND {conditions})
"""
_OVERDUE = """
    (SELECT count(*) FROM visits_due(:day) d WHERE d.household_id = h.id AND d.due_on < :day) > 0
"""
_IN_UNIT = """
    EXISTS (SELECT FROM household_assignments a JOIN units u ON u.id = a.unit_id
        WHERE a.household_id = h.id AND a.valid_from <= :day AND a.valid_to > :day
        AND u.code ~>=~ :unit AND u.code ~<~ (:unit || ':'))
"""


@dataclass(frozen=True)
class People:
    """Who has to live there: somebody for whom all that is given holds.

    Attributes
    ----------
    worst_grade
        A disability of this grade or a graver one (a lower number).
    """

    name: str = ""
    min_age: int | None = None
    max_age: int | None = None
    lives_alone: bool = False
    worst_grade: int | None = None
    tag: str | None = None

    @property
    def is_anybody(self) -> bool:
        """Whether nothing is asked of who lives there."""
        return self == People()


@dataclass(frozen=True)
class Query:
    """Which households are asked for; all that is given must hold.

    Attributes
    ----------
    near
        Longitude, latitude, EPSG:4490: those within `radius_m`, the nearest first.
    box
        West, south, east, north, degrees of EPSG:4490.
    text
        Part of the address.
    overdue
        Somebody there should have been visited before the day.
    after
        The last one of the page before: its distance (0 without `near`) and code.
    """

    day: date
    near: tuple[float, float] | None = None
    radius_m: float = 500.0
    box: tuple[float, float, float, float] | None = None
    unit: str | None = None
    text: str = ""
    people: People = People()
    overdue: bool = False
    after: tuple[float, str] | None = None
    limit: int = 50

    def __post_init__(self) -> None:
        """Refuse what cannot be asked.

        Raises
        ------
        errors.RefusedError
            A radius, a text or a box that cannot be.
        """
        if not 0 < self.radius_m <= FARTHEST_M:
            raise errors.RefusedError("error.find.radius", most=FARTHEST_M)
        if max(len(self.text), len(self.people.name)) > _LONGEST_TEXT:
            raise errors.RefusedError("error.find.text", most=_LONGEST_TEXT)
        if self.box and not (self.box[0] < self.box[2] and self.box[1] < self.box[3]):
            raise errors.RefusedError("error.export.bbox")


@dataclass(frozen=True)
class Found:
    """A household that fits.

    Attributes
    ----------
    distance_m
        Straight metres from the place asked for; None: none was.
    """

    code: str
    address: str | None
    building: str | None
    entrance: str | None
    floor: str | None
    room: str | None
    lon: float
    lat: float
    distance_m: float | None
    people: int
    names: tuple[str, ...]
    lives_alone: bool
    oldest: date | None


def find(tx: Transaction, query: Query) -> tuple[Found, ...]:
    """Return a page of households, the nearest first, else by code; the search is audited.

    Parameters
    ----------
    tx
        Through the door of people.
    """
    values: dict[str, Any] = {"day": query.day, "limit": min(query.limit, LONGEST_PAGE)}
    conditions = _conditions(tx, query, values)
    distance = _METRES if query.near else "CAST(NULL AS float8)"
    where = " WHERE " + " AND ".join(conditions) if conditions else ""
    parts = ("SELECT * FROM (", _SELECT.format(distance=distance), where, ") found")
    statement = "".join((*parts, _page(query, values)))
    rows = tx.sql.execute(sa.text(statement), values).all()
    audit.append(tx, "household_search", found=len(rows), asked=_asked(query))
    return tuple(_found(row) for row in rows)


def _conditions(tx: Transaction, query: Query, values: dict[str, Any]) -> list[str]:
    conditions = []
    if query.near is not None:
        epsg = units.root(tx, query.day).metric_epsg
        values.update(epsg=epsg, lon=query.near[0], lat=query.near[1])
        conditions.append(_box("near", _around(query.near, query.radius_m, epsg), values))
    if query.box is not None:
        conditions.append(_box("box", query.box, values))
    if query.unit is not None:
        values["unit"] = query.unit
        conditions.append(_IN_UNIT)
    if query.text.strip():
        values["text"] = _part(query.text)
        conditions.append("h.address LIKE :text")
    if not query.people.is_anybody:
        conditions.append(_living(query.people, values))
    if query.overdue:
        conditions.append(_OVERDUE)
    return conditions


def _living(people: People, values: dict[str, Any]) -> str:
    conditions = []
    if people.name.strip():
        values["name"] = _part(people.name)
        conditions.append("r.name LIKE :name")
    if people.min_age is not None:
        values["min_age"] = people.min_age
        conditions.append("r.birth_date <= CAST(:day AS date) - make_interval(years => :min_age)")
    if people.max_age is not None:
        values["beyond"] = people.max_age + 1
        conditions.append("r.birth_date > CAST(:day AS date) - make_interval(years => :beyond)")
    if people.lives_alone:
        conditions.append("r.lives_alone")
    if people.worst_grade is not None:
        values["grade"] = people.worst_grade
        conditions.append("r.disability_grade <= :grade")
    if people.tag is not None:
        values["tag"] = people.tag
        conditions.append(":tag = ANY (r.tags)")
    return _LIVING.format(conditions=" AND ".join(conditions))


def _page(query: Query, values: dict[str, Any]) -> str:
    clauses = []
    if query.near is not None:
        values["radius"] = query.radius_m
        clauses.append("distance_m <= :radius")
    if query.after is not None:
        values.update(after_m=query.after[0], after_code=query.after[1])
        clauses.append("(coalesce(distance_m, 0), code) > (:after_m, :after_code)")
    where = " WHERE " + " AND ".join(clauses) if clauses else ""
    return where + " ORDER BY coalesce(distance_m, 0), code LIMIT :limit"


def _around(
    near: tuple[float, float], radius_m: float, epsg: int
) -> tuple[float, float, float, float]:
    """Return the box in degrees that holds all within a distance."""
    centre = crs.project(np.array([near]), crs.STORED, epsg)[0]
    side = np.linspace(-radius_m, radius_m, _EDGE)
    edge = np.full(_EDGE, radius_m)
    offsets = [(side, -edge), (side, edge), (-edge, side), (edge, side)]
    ring = centre + np.concatenate([np.column_stack(pair) for pair in offsets])
    lonlat = crs.project(ring, epsg, crs.STORED)
    west, south = lonlat.min(axis=0)
    east, north = lonlat.max(axis=0)
    return float(west), float(south), float(east), float(north)


def _box(name: str, box: tuple[float, float, float, float], values: dict[str, Any]) -> str:
    names = [f"{name}_{side}" for side in ("west", "south", "east", "north")]
    values.update(zip(names, box, strict=True))
    return f"h.geom && ST_MakeEnvelope({', '.join(f':{side}' for side in names)}, 4490)"


def _part(text: str) -> str:
    """Return a pattern for a part of a text; what stands for anything in patterns is itself."""
    plain = text.strip().replace("\x00", "").replace("\\", r"\\")
    return "%" + plain.replace("%", r"\%").replace("_", r"\_") + "%"


def _asked(query: Query) -> list[str]:
    """Name what was asked by, without what was asked for."""
    asked = [name for name in ("near", "box", "unit", "text", "overdue") if getattr(query, name)]
    return asked + [f"people.{name}" for name, value in vars(query.people).items() if value]


def _found(row: sa.Row[Any]) -> Found:
    return Found(
        code=row.code,
        address=row.address,
        building=row.building,
        entrance=row.entrance,
        floor=row.floor,
        room=row.room,
        lon=row.lon,
        lat=row.lat,
        distance_m=row.distance_m,
        people=row.people,
        names=tuple(row.names or ()),
        lives_alone=bool(row.alone),
        oldest=row.oldest,
    )
