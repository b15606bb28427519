"""Households as a list shows them: where they are, how far, who lives there in figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, LiteralString, NamedTuple

from services.database import Transaction

HOME: Final[LiteralString] = """
    h.code, h.address, h.building, h.entrance, h.floor, h.room, ST_X(h.geom), ST_Y(h.geom)
"""
"""What is told of a household ``h`` by itself: the columns of `Home`."""
_HOMES: Final[LiteralString] = """
    SELECT h.id, {home} FROM households h WHERE h.id = ANY (%s::int[])
"""
# Tags come as one text: rows of residents are read once for everything that is told of them.
_PEOPLE: Final[LiteralString] = """
    SELECT a.household_id, u.code, p.people, p.names,
           extract(year FROM age(%(today)s::date, p.oldest))::integer, p.alone, p.grade, p.groups
    FROM unnest(%(ids)s::int[]) AS n (id)
    JOIN household_assignments a ON a.household_id = n.id
        AND a.valid_from <= %(today)s AND a.valid_to > %(today)s
    JOIN units u ON u.id = a.unit_id
    CROSS JOIN LATERAL (
        SELECT count(*)::integer AS people,
               coalesce(array_agg(r.name ORDER BY r.birth_date, r.id), '{}') AS names,
               min(r.birth_date) AS oldest,
               coalesce(bool_or(r.lives_alone), false) AS alone, min(r.disability_grade) AS grade,
               coalesce(string_agg(array_to_string(r.tags, ';'), ';'), '') AS groups
        FROM residents r WHERE r.household_id = n.id
          AND (r.left_on IS NULL OR r.left_on > %(today)s)) p
"""


class Home(NamedTuple):
    """What is told of a household by itself; longitude and latitude of EPSG:4490, degrees."""

    code: str
    address: str | None
    building: str | None
    entrance: str | None
    floor: str | None
    room: str | None
    lon: float
    lat: float


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


@dataclass(frozen=True)
class Distances:
    """How far a home is: metres by the straight line, and on foot."""

    metres: float | None = None
    walk_m: float | None = None


@dataclass(frozen=True)
class Place:
    """A home in the order of an answer.

    Attributes
    ----------
    value
        What it is sorted by.
    home
        What is told of it, if that is known by now: row-level security looks at each home that is
        read, so that none is read twice without need.
    """

    id: int
    value: float
    far: Distances
    home: Home | None = None


def rows(tx: Transaction, today: date, places: Sequence[Place]) -> tuple[Found, ...]:
    """Read households in this order."""
    known = {place.id: place.home for place in places if place.home}
    unread = [place.id for place in places if not place.home]
    if unread:
        read: list[Any] = tx.driver.execute(_HOMES.format(home=HOME), (unread,)).fetchall()
        known |= {row[0]: Home(*row[1:]) for row in read}
    values = {"today": today, "ids": [place.id for place in places if place.id in known]}
    living: list[Any] = tx.driver.execute(_PEOPLE, values).fetchall()
    people = {row[0]: row[1:] for row in living}
    return tuple(
        _found(place, known[place.id], people[place.id]) for place in places if place.id in people
    )


def _found(place: Place, home: Home, living: Sequence[Any]) -> Found:
    unit_code, people, names, oldest, alone, grade, groups = living
    return Found(
        id=place.id,
        **home._asdict(),
        unit_code=unit_code,
        people=people,
        names=tuple(names),
        oldest=oldest,
        lives_alone=alone,
        grade=grade,
        groups=tuple(sorted(set(groups.split(";")) - {""})),
        metres=place.far.metres,
        walk_m=place.far.walk_m,
    )
