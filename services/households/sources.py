"""Where found households are read from, sorted and cut into pages, as SQL.

Each source is a query of rows ``id, value``: a home and what the answer is sorted by. It is told
the homes of the caller or a part of them; row-level security decides on each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString

import numpy as np

from gis import crs
from gis.arrays import Floats
from services.database import Transaction
from services.households.conditions import Conditions
from services.households.holdings import Holdings
from services.households.question import Near

_METRES: Final[LiteralString] = """
    ST_Distance(ST_Transform(h.geom, %(epsg)s), ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), %(epsg)s))
"""
_NOTHING: Final[LiteralString] = "0::float8"
_RANK: Final[LiteralString] = """
    (array_position(%(ranked)s::bigint[], address_form(h.address, h.building)) - 1)::float8
"""

# A home in two boxes is there once.
_BOXES: Final[LiteralString] = """
    SELECT DISTINCT h.id, {value} AS value
    FROM unnest(%(west)s::float8[], %(south)s::float8[], %(east)s::float8[], %(north)s::float8[])
        AS b (west, south, east, north)
    JOIN households h ON h.geom && ST_MakeEnvelope(b.west, b.south, b.east, b.north, 4490)
    WHERE true {homes}
"""
_UNITS: Final[LiteralString] = """
    SELECT h.id, {value} AS value FROM household_assignments a
    JOIN households h ON h.id = a.household_id
    WHERE a.unit_id = ANY (%(units)s::int[]) AND a.valid_from <= %(today)s
      AND a.valid_to > %(today)s AND a.household_id > %(from_id)s {homes}
"""
_LISTED: Final[LiteralString] = """
    SELECT h.id, {value} AS value FROM households h WHERE h.id = ANY (%(ids)s::int[]) {homes}
"""
_PLACED: Final[LiteralString] = """
    SELECT h.id, {value} AS value FROM households h WHERE h.id > %(from_id)s {homes}
"""
_RANKED: Final[LiteralString] = """
    SELECT h.id, {value} AS value
    FROM unnest(%(ranked)s::bigint[], %(ranks)s::float8[]) AS f (form, rank)
    JOIN households h ON address_form(h.address, h.building) = f.form
    WHERE true {homes}
"""
_PAGE: Final[LiteralString] = """
    SELECT n.id, n.value FROM ({source}) n
    WHERE (n.value, n.id) > (%(after_value)s::float8, %(after_id)s) AND n.value <= %(within)s {people}
    ORDER BY n.value, n.id LIMIT %(limit)s
"""
_COUNT: Final[LiteralString] = """
    SELECT count(*) FROM (
        SELECT FROM ({source}) n WHERE n.value <= %(within)s {people} LIMIT %(limit)s) counted
"""

Row = tuple[int, float]
"""A home and its value."""


@dataclass(frozen=True)
class Span:
    """Which part of a source: after a value and id, up to a value, so many."""

    after_value: float
    after_id: int
    within: float
    limit: int


@dataclass(frozen=True)
class Source:
    """Homes, and what they are sorted by.

    Attributes
    ----------
    text
        The query, without what is asked of homes.
    value
        What they are sorted by.
    """

    text: LiteralString
    value: LiteralString
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Origin:
    """A position in metres of the district's CRS, from which distances count."""

    x: float
    y: float
    epsg: int

    @classmethod
    def of(cls, near: Near, epsg: int) -> "Origin":
        """Return a position given in degrees."""
        ((x, y),) = crs.project(np.array([[near.lon, near.lat]]), crs.STORED, epsg).tolist()
        return cls(x, y, epsg)


def in_boxes(origin: Origin, degrees: Floats) -> Source:
    """Homes in boxes ``(n, 4)`` of degrees, by distance."""
    west, south, east, north = degrees.T.tolist()
    sides = {"west": west, "south": south, "east": east, "north": north}
    return Source(_BOXES, _METRES, {**vars(origin), **sides})


def in_units(
    own: Holdings, origin: Origin | None, from_id: int = 0, ranked: Sequence[int] = ()
) -> Source:
    """Homes of some units, by distance; else by the rank of their form; else by id, after one."""
    given = {"units": own.unit_ids.tolist(), "from_id": from_id, "today": own.today}
    if origin is None and ranked:
        return Source(_UNITS, _RANK, {**given, "ranked": list(ranked)})
    return _sorted(_UNITS, origin, given)


def listed(ids: Sequence[int], origin: Origin | None) -> Source:
    """Homes by their ids, by distance or by id."""
    return _sorted(_LISTED, origin, {"ids": list(ids)})


def anywhere(from_id: int = 0) -> Source:
    """Homes, by id, after one: for questions whose conditions say where."""
    return _sorted(_PLACED, None, {"from_id": from_id})


def of_forms(forms: Mapping[int, int], origin: Origin | None) -> Source:
    """Homes whose address has one of some forms, by distance or by the rank of the form.

    Parameters
    ----------
    forms
        Form by rank.
    """
    given = {"ranked": list(forms.values()), "ranks": [float(rank) for rank in forms]}
    if origin is None:
        return Source(_RANKED, "f.rank", given)
    return _sorted(_RANKED, origin, given)


def page(tx: Transaction, source: Source, asked: Conditions, span: Span) -> list[Row]:
    """Return homes in order."""
    text = _PAGE.format(source=_asked(source, asked), people=asked.on_people)
    values = {**source.values, **asked.values, **vars(span)}
    with tx.driver.cursor() as cursor:
        rows: list[Any] = cursor.execute(text, values).fetchall()
    return rows


def count(tx: Transaction, source: Source, asked: Conditions, within: float, most: int) -> int:
    """Count homes, up to one more than `most`."""
    text = _COUNT.format(source=_asked(source, asked), people=asked.on_people)
    values = {**source.values, **asked.values, "within": within, "limit": most + 1}
    row: Any = tx.driver.execute(text, values).fetchone()
    return int(row[0])


def _sorted(text: LiteralString, origin: Origin | None, values: Mapping[str, Any]) -> Source:
    if origin is None:
        return Source(text, _NOTHING, values)
    return Source(text, _METRES, {**values, **vars(origin)})


def _asked(source: Source, asked: Conditions) -> LiteralString:
    return source.text.format(value=source.value, homes=asked.on_homes)
