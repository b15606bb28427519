"""Where found households are read from, sorted and cut into pages, as SQL.

Each source is a query of rows ``id, value``: a home and what the answer is sorted by; perhaps with
what is told of the home. It is told the homes of the caller or a part of them; row-level security
decides on each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, LiteralString, NamedTuple

import numpy as np
import shapely

from gis import crs
from gis.arrays import Floats
from services.database import Transaction
from services.households.conditions import Conditions
from services.households.found import HOME, Home
from services.households.holdings import Holdings
from services.households.question import Near

# The point comes made, as the boxes do below: a function that makes it counts for the planner at
# each home anew, unless it plans each search anew.
_METRES: Final[LiteralString] = """
    ST_Distance(ST_Transform(h.geom, %(epsg)s), %(here)s::geometry)
"""
_NOTHING: Final[LiteralString] = "0::float8"
_UNIT: Final[LiteralString] = "a.unit_id::float8"
# A home in two boxes is there once. The boxes come made: a function that made them here would
# bar row-level security from the index, as nobody declared it to give nothing away. The limit cuts
# none, but tells the planner that they are few: it keeps one plan then, and does not make one for
# each search, which takes half as long as the search itself.
_BOXES: Final[LiteralString] = """
    SELECT DISTINCT ON (h.id) h.id, {value} AS value {home}
    FROM (SELECT unnest(%(boxes)s::geometry[]) AS box LIMIT %(box_count)s) b
    JOIN households h ON h.geom && b.box
    WHERE true {homes} OFFSET 0
"""
_UNITS: Final[LiteralString] = """
    SELECT h.id, {value} AS value FROM household_assignments a
    JOIN households h ON h.id = a.household_id
    WHERE a.unit_id = ANY (%(units)s::int[]) AND a.valid_from <= %(today)s
      AND a.valid_to > %(today)s {homes}
"""
_ASSIGNED: Final[LiteralString] = """
    SELECT a.household_id AS id, {value} AS value FROM household_assignments a
    WHERE a.unit_id = ANY (%(units)s::int[]) AND a.valid_from <= %(today)s
      AND a.valid_to > %(today)s
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
    SELECT n.* FROM ({source}) n
    WHERE (n.value, n.id) > (%(after_value)s::float8, %(after_id)s) AND n.value <= %(within)s {people}
    ORDER BY n.value, n.id LIMIT %(limit)s
"""
_COUNT: Final[LiteralString] = """
    SELECT count(*) FROM (
        SELECT FROM ({source}) n WHERE n.value <= %(within)s {people} LIMIT %(limit)s) counted
"""


class Row(NamedTuple):
    """A home and what it is sorted by; and what is told of it, where the source tells that."""

    id: int
    value: float
    home: Home | None = None


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
    home
        What is told of each beside, with a comma before it; nothing, where it is empty.
    """

    text: LiteralString
    value: LiteralString
    values: Mapping[str, Any] = field(default_factory=dict)
    home: LiteralString = ""


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

    @property
    def values(self) -> dict[str, Any]:
        """Values of the statements that measure from here."""
        point = shapely.set_srid(shapely.Point(self.x, self.y), self.epsg)
        return {"epsg": self.epsg, "here": shapely.to_wkb(point, hex=True, include_srid=True)}


def in_boxes(origin: Origin, degrees: Floats) -> Source:
    """Homes in boxes ``(n, 4)`` of degrees, by distance."""
    made = shapely.set_srid(shapely.box(*degrees.T), crs.STORED)
    hexes = shapely.to_wkb(made, hex=True, include_srid=True).tolist()
    boxes = {"boxes": "{" + ":".join(hexes) + "}", "box_count": len(hexes)}
    return Source(_BOXES, _METRES, {**origin.values, **boxes})


def homes_in_boxes(origin: Origin, degrees: Floats) -> Source:
    """Homes in boxes, as `in_boxes` does, and what is told of them."""
    return replace(in_boxes(origin, degrees), home=f", {HOME}")


def in_units(own: Holdings) -> Source:
    """Homes of some units, unit by unit."""
    return Source(_UNITS, _UNIT, {"units": own.unit_ids.tolist(), "today": own.today})


def assigned(own: Holdings) -> Source:
    """Homes of some units, unit by unit, where nothing is asked of the homes themselves."""
    return Source(_ASSIGNED, _UNIT, {"units": own.unit_ids.tolist(), "today": own.today})


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
    rows: list[Any] = tx.driver.execute(text, values, prepare=_prepare(asked)).fetchall()
    return [Row(number, value, Home(*home) if home else None) for number, value, *home in rows]


def count(tx: Transaction, source: Source, asked: Conditions, within: float, most: int) -> int:
    """Count homes, up to one more than `most`."""
    text = _COUNT.format(source=_asked(source, asked), people=asked.on_people)
    values = {**source.values, **asked.values, "within": within, "limit": most + 1}
    row: Any = tx.driver.execute(text, values, prepare=_prepare(asked)).fetchone()
    return int(row[0])


def _prepare(asked: Conditions) -> bool | None:
    """Let a plan be kept (None: when it comes again) only if it is good for all values."""
    return False if asked.homes or asked.people else None


def _sorted(text: LiteralString, origin: Origin | None, values: Mapping[str, Any]) -> Source:
    if origin is None:
        return Source(text, _NOTHING, values)
    return Source(text, _METRES, {**values, **origin.values})


def _asked(source: Source, asked: Conditions) -> LiteralString:
    return source.text.format(value=source.value, home=source.home, homes=asked.on_homes)
