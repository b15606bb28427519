"""Households as a list shows them: where they are, how far, who lives there in figures."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final, LiteralString

from services.database import Transaction

# Tags come as one text: rows of residents are read once for everything that is told of them.
_ROWS: Final[LiteralString] = """
    SELECT h.id, h.code, h.address, h.building, h.entrance, h.floor, h.room,
           ST_X(h.geom), ST_Y(h.geom), u.code,
           p.people, p.names, extract(year FROM age(%(today)s::date, p.oldest))::integer,
           p.alone, p.grade, p.groups
    FROM unnest(%(ids)s::int[]) WITH ORDINALITY AS n (id, place)
    JOIN households h ON h.id = n.id
    JOIN household_assignments a ON a.household_id = h.id
        AND a.valid_from <= %(today)s AND a.valid_to > %(today)s
    JOIN units u ON u.id = a.unit_id
    CROSS JOIN LATERAL (
        SELECT count(*)::integer AS people,
               coalesce(array_agg(r.name ORDER BY r.birth_date, r.id), '{}') AS names,
               min(r.birth_date) AS oldest,
               coalesce(bool_or(r.lives_alone), false) AS alone, min(r.disability_grade) AS grade,
               coalesce(string_agg(array_to_string(r.tags, ';'), ';'), '') AS groups
        FROM residents r WHERE r.household_id = h.id
          AND (r.left_on IS NULL OR r.left_on > %(today)s)) p
    ORDER BY n.place
"""


@dataclass(frozen=True)
class Found:
    """A household that was found.

    Attributes
    ----------
    lon, lat
        EPSG:4490, degrees.
    unit_code
        The lowest unit it lies in.
    people, names
        How many live there, and who, the eldest first.
    oldest
        Age of the oldest; None: nobody lives there.
    lives_alone
        Whether somebody there lives alone.
    grade
        The most severe grade of a disability there.
    groups
        Tags of those who live there.
    metres, walk_m
        How far, by the straight line and on foot; None: not asked for, or there is no way.
    """

    id: int
    code: str
    address: str | None
    building: str | None
    entrance: str | None
    floor: str | None
    room: str | None
    lon: float
    lat: float
    unit_code: str
    people: int
    names: tuple[str, ...]
    oldest: int | None
    lives_alone: bool
    grade: int | None
    groups: tuple[str, ...]
    metres: float | None
    walk_m: float | None


_COLUMNS: Final = tuple(part.name for part in fields(Found))[:-2]


@dataclass(frozen=True)
class Distances:
    """How far a home is: metres by the straight line, and on foot."""

    metres: float | None = None
    walk_m: float | None = None


def rows(tx: Transaction, today: date, homes: Sequence[tuple[int, Distances]]) -> tuple[Found, ...]:
    """Read households by their ids, in this order."""
    values = {"today": today, "ids": [number for number, _ in homes]}
    read: list[Any] = tx.driver.execute(_ROWS, values).fetchall()
    distances = dict(homes)
    return tuple(_found(row, distances[row[0]]) for row in read)


def _found(row: Sequence[Any], far: Distances) -> Found:
    values = dict(zip(_COLUMNS, row, strict=True))
    groups = tuple(sorted(set(values["groups"].split(";")) - {""}))
    lists = {"groups": groups, "names": tuple(values["names"])}
    return Found(**{**values, **lists}, metres=far.metres, walk_m=far.walk_m)
