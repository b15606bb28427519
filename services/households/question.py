"""What is asked of the finding of households: where, in which words, who lives there."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
import shapely

from gis import crs
from gis.arrays import Floats
from services import errors, pinyin
from services.households.keys import Key

MOST_VERTICES: Final = 1000
"""Vertices of a drawn area."""
LONGEST_TEXT: Final = 60
"""Characters of a search in words."""
FARTHEST_M: Final = 50_000
FARTHEST_ON_FOOT_M: Final = 5_000
MOST_ON_A_PAGE: Final = 200
_OLDEST: Final = 150
GRADES: Final = frozenset({1, 2, 3, 4})
"""Of a disability, the gravest first."""
_NUL: Final = "\x00"


class Disability(StrEnum):
    """Kinds of disability; the last stands for any."""

    VISUAL = "visual"
    HEARING = "hearing"
    SPEECH = "speech"
    PHYSICAL = "physical"
    INTELLECTUAL = "intellectual"
    MENTAL = "mental"
    MULTIPLE = "multiple"
    ANY = "any"


@dataclass(frozen=True)
class Near:
    """A position from which distances count.

    Attributes
    ----------
    lon, lat
        Degrees, EPSG:4490.
    radius_m
        Only homes within it; None: however far.
    on_foot
        Whether distances are those on foot, by which homes are then sorted.
    """

    lon: float
    lat: float
    radius_m: float | None = None
    on_foot: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no position or no distance."""
        if not (abs(self.lon) <= 180 and abs(self.lat) <= 90):
            raise errors.RefusedError("error.households.position")
        farthest = FARTHEST_ON_FOOT_M if self.on_foot else FARTHEST_M
        if self.radius_m is not None and not 0 < self.radius_m <= farthest:
            raise errors.RefusedError("error.households.radius", farthest=farthest)


@dataclass(frozen=True)
class Persons:
    """Who must live there: one person to whom all of it applies.

    Attributes
    ----------
    min_age, max_age
        Years completed today.
    disabilities, grades
        One of these kinds, one of these grades.
    groups
        One of these tags.
    """

    min_age: int | None = None
    max_age: int | None = None
    lives_alone: bool = False
    disabilities: frozenset[Disability] = frozenset()
    grades: frozenset[int] = frozenset()
    groups: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse ages and grades that nobody has."""
        low, high = self.min_age or 0, _OLDEST if self.max_age is None else self.max_age
        if not 0 <= low <= high <= _OLDEST:
            raise errors.RefusedError("error.households.ages")
        if not self.grades <= GRADES:
            raise errors.RefusedError("error.households.grades")

    @property
    def anybody(self) -> bool:
        """Whether nothing is asked of anybody."""
        return self == Persons()


@dataclass(frozen=True)
class Question:
    """Which households are looked for; what is given applies all together.

    Attributes
    ----------
    area
        In a rectangle or drawn area, EPSG:4490.
    unit
        In the unit of this code.
    text, name
        Parts of an address; of the name of somebody living there. As they are, in pinyin or by
        initials.
    overdue
        With a visit that is overdue.
    no_day_care
        Where somebody of age has no day care within reach.
    after
        Only those after this place of the answer: the next page.
    """

    near: Near | None = None
    area: shapely.Geometry | None = None
    unit: str | None = None
    text: str = ""
    name: str = ""
    persons: Persons = field(default_factory=Persons)
    overdue: bool = False
    no_day_care: bool = False
    limit: int = 50
    after: Key | None = None

    def __post_init__(self) -> None:
        """Refuse words that cannot be looked for."""
        for text in (self.text, self.name):
            if len(text) > LONGEST_TEXT:
                raise errors.RefusedError("error.households.text_long", longest=LONGEST_TEXT)
            if _NUL in text or (text.strip() and not pinyin.tidied(text)):
                raise errors.RefusedError("error.households.text_empty")
        if not 1 <= self.limit <= MOST_ON_A_PAGE:
            raise errors.RefusedError("error.households.limit", most=MOST_ON_A_PAGE)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is asked for, by kind: all that the audit log is told."""
        asked = {
            "near": self.near is not None,
            "on_foot": self.near is not None and self.near.on_foot,
            "area": self.area is not None,
            "unit": self.unit is not None,
            "text": bool(self.text.strip()),
            "name": bool(self.name.strip()),
            "persons": not self.persons.anybody,
            "overdue": self.overdue,
            "no_day_care": self.no_day_care,
        }
        return tuple(kind for kind, given in asked.items() if given)


def position(lon: float, lat: float, source: crs.SourceCrs) -> tuple[float, float]:
    """Return a position, longitude (easting) first, as it is stored: degrees, EPSG:4490.

    Raises
    ------
    errors.RefusedError
        It is none.
    """
    stored = crs.to_stored(np.array([[lon, lat]]), source)[0]
    if not np.isfinite(stored).all():
        raise errors.RefusedError("error.households.position")
    return float(stored[0]), float(stored[1])


def rectangle(box: tuple[float, float, float, float], source: crs.SourceCrs) -> shapely.Geometry:
    """Return a rectangle given by west, south, east and north, as it is stored.

    Raises
    ------
    errors.RefusedError
        It has no inside, or no number stands for one of its sides.
    """
    west, south, east, north = box
    if not (np.isfinite(box).all() and west < east and south < north):
        raise errors.RefusedError("error.households.rectangle")
    return _stored(np.array([[west, south], [east, south], [east, north], [west, north]]), source)


def drawn_area(ring: list[tuple[float, float]], source: crs.SourceCrs) -> shapely.Geometry:
    """Return the area inside a line drawn around it, as it is stored; closed if it is not.

    Raises
    ------
    errors.RefusedError
        It has too many vertices, crosses itself, or has nothing inside.
    """
    if len(ring) > MOST_VERTICES:
        raise errors.RefusedError(
            "error.households.vertices", vertices=len(ring), most=MOST_VERTICES
        )
    if len(set(ring)) < 3 or not np.isfinite(ring).all():
        raise errors.RefusedError("error.households.area")
    drawn = _stored(np.array(ring), source)
    if not drawn.is_valid:
        raise errors.RefusedError("error.households.crossing")
    return drawn


def _stored(ring: Floats, source: crs.SourceCrs) -> shapely.Geometry:
    lonlat = crs.to_stored(ring, source)
    if not (np.isfinite(lonlat).all() and (np.abs(lonlat) <= (180, 90)).all()):
        raise errors.RefusedError("error.households.position")
    made: shapely.Geometry = shapely.polygons(lonlat)
    if not shapely.convex_hull(made).area:
        raise errors.RefusedError("error.households.area")
    return made
