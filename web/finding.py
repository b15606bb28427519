"""What can be asked of households, as addresses, forms and programs say it."""

from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from gis import crs as systems
from gis.arrays import Int32s
from services import errors, exports
from services.caller import Caller
from services.database import Transaction
from services.households import finding
from services.households import question as questions
from services.households.finding import Count
from services.households.finding import Page as Answer
from services.households.keys import Key
from services.households.question import Disability, Near, Persons, Question
from services.themes.day_care import DayCareQuery
from web import days
from web.dependencies import Optional
from web.state import State

SYSTEMS: Final = ("EPSG:4490", "EPSG:4326", "GCJ-02", "BD-09")
"""Coordinate systems that positions may be said in."""
_PAGE: Final = 50
_GRAVEST_TO_LIGHTEST: Final = 4
_VERTEX: Final = 2


def _listed(value: object) -> object:
    """Read fields of a form that were left empty as not sent, and one value as a list of one."""
    values = value if isinstance(value, list | tuple | set | frozenset) else [value]
    return [one for one in values if one not in ("", None)]


Several = BeforeValidator(_listed)
_Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
_Metres = Annotated[float, Field(gt=0, le=questions.FARTHEST_M, allow_inf_nan=False)]
_Age = Annotated[int, Field(ge=0, le=130)]
_Grade = Annotated[int, Field(ge=1, le=_GRAVEST_TO_LIGHTEST)]
_Text = Annotated[str, Field(max_length=150)]
_Code = Annotated[str, Field(max_length=20, pattern=r"^[0-9]*$")]
_Tag = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
_Tags = Annotated[list[_Tag], Several, Field(max_length=20)]
_Kinds = Annotated[list[Disability], Several, Field(max_length=8)]
_Number = Annotated[float, Field(allow_inf_nan=False)]
_Ring = Annotated[list[tuple[_Number, _Number]], Field(max_length=200_000)]


class Asked(BaseModel):
    """Which households are asked for; no name: names are sent in bodies only."""

    model_config = ConfigDict(frozen=True)

    lon: Annotated[_Degrees | None, Optional] = None
    lat: Annotated[_Degrees | None, Optional] = None
    crs: Annotated[str, Field(pattern=rf"^({'|'.join(SYSTEMS)})$")] = SYSTEMS[0]
    radius: Annotated[_Metres | None, Optional] = None
    walk: bool = False
    bbox: Annotated[_Text | None, Optional] = None
    area: Annotated[str, Field(max_length=50_000)] = ""
    unit: Annotated[_Code | None, Optional] = None
    q: Annotated[str, Field(max_length=1000)] = ""
    min_age: Annotated[_Age | None, Optional] = None
    max_age: Annotated[_Age | None, Optional] = None
    alone: bool = False
    disability: _Kinds = []
    grade: Annotated[_Grade | None, Optional] = None
    tag: _Tags = []
    overdue: bool = False
    no_day_care: bool = False
    after: Annotated[_Text | None, Optional] = None
    limit: Annotated[int, Field(ge=1, le=questions.MOST_ON_A_PAGE)] = _PAGE
    count: bool = False

    def question(
        self, name: str = "", polygon: list[tuple[float, float]] | None = None
    ) -> Question:
        """Return the question as the services know it.

        Parameters
        ----------
        polygon
            A line around an area, in the coordinate system asked for.

        Raises
        ------
        services.errors.RefusedError
            Something of it cannot be asked.
        """
        source = systems.parse_crs(self.crs)
        grades = range(1, self.grade + 1) if self.grade else ()
        return Question(
            near=self._near(source),
            area=self._area(source, polygon),
            unit=self.unit,
            text=self.q,
            name=name,
            persons=Persons(
                min_age=self.min_age,
                max_age=self.max_age,
                lives_alone=self.alone,
                disabilities=frozenset(self.disability),
                grades=frozenset(grades),
                groups=frozenset(self.tag),
            ),
            overdue=self.overdue,
            no_day_care=self.no_day_care,
            limit=self.limit,
            after=Key.read(self.after) if self.after else None,
        )

    def _near(self, source: systems.SourceCrs) -> Near | None:
        if self.lon is None and self.lat is None:
            if self.radius is not None or self.walk:
                raise errors.RefusedError("error.find.nowhere")
            return None
        if self.lon is None or self.lat is None:
            raise errors.RefusedError("error.find.half")
        lon, lat = questions.position(self.lon, self.lat, source)
        return Near(lon, lat, self.radius, self.walk)

    def _area(self, source: systems.SourceCrs, polygon: list[tuple[float, float]] | None) -> Any:
        box = exports.read_bbox(self.bbox)
        given = [polygon, self.area, box]
        if sum(map(bool, given)) > 1:
            raise errors.RefusedError("error.households.areas")
        if box is not None:
            return questions.rectangle((box.west, box.south, box.east, box.north), source)
        ring = polygon or _ring(self.area)
        return questions.drawn_area(ring, source) if ring else None


class Sought(Asked):
    """Which households are asked for, in a body: also by name, and in a drawn area."""

    name: Annotated[str, Field(max_length=1000)] = ""
    polygon: Annotated[_Ring | None, Optional] = None


InAddress = Annotated[Asked, Query()]


def answer(held: State, asker: Caller, tx: Transaction, question: Question) -> Answer:
    """Return a page of households; the search is in the audit log when the transaction is kept."""
    return finding.find(tx, held.memo, question, lambda: _unserved(held, asker))


def count(held: State, asker: Caller, tx: Transaction, question: Question) -> Count:
    """Count what is found on all pages."""
    return finding.count(tx, held.memo, question, lambda: _unserved(held, asker))


def _unserved(held: State, asker: Caller) -> Int32s:
    """Return the homes of elderly people without day care; by the door of figures, as maps do."""
    with held.database.snapshot(asker) as figures:
        return held.day_care.unserved(figures, DayCareQuery(days.today()))


def _ring(text: str) -> list[tuple[float, float]]:
    """Read ``lon,lat,lon,lat,…``."""
    if not text.strip():
        return []
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if not numbers or len(numbers) % _VERTEX:
        raise errors.RefusedError("error.households.area")
    return list(zip(numbers[::2], numbers[1::2], strict=True))
