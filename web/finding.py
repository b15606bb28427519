"""What can be asked of households, as addresses and forms say it."""

from datetime import date
from typing import Annotated

import numpy as np
from fastapi import Depends, Form, Query
from pydantic import BaseModel, ConfigDict, Field

from gis import crs as crs_module
from services import errors, exports
from services.households import finding
from services.households.finding import People
from web.dependencies import Day, Optional

_PAGE = 50
_Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
_Metres = Annotated[float, Field(gt=0, le=finding.FARTHEST_M, allow_inf_nan=False)]
_Age = Annotated[int, Field(ge=0, le=130)]
_Grade = Annotated[int, Field(ge=1, le=4)]
_Text = Annotated[str, Field(max_length=150)]
_Code = Annotated[str, Field(max_length=20, pattern=r"^[0-9]*$")]


class Asked(BaseModel):
    """Which households are asked for; no name: names are sent in forms only."""

    model_config = ConfigDict(frozen=True)

    lon: Annotated[_Degrees | None, Optional] = None
    lat: Annotated[_Degrees | None, Optional] = None
    crs: Annotated[str, Field(pattern=r"^(EPSG:4490|EPSG:4326|GCJ-02|BD-09)$")] = "EPSG:4490"
    radius: Annotated[_Metres | None, Optional] = None
    bbox: Annotated[_Text | None, Optional] = None
    unit: Annotated[_Code | None, Optional] = None
    q: Annotated[str, Field(max_length=1000)] = ""
    min_age: Annotated[_Age | None, Optional] = None
    max_age: Annotated[_Age | None, Optional] = None
    alone: bool = False
    grade: Annotated[_Grade | None, Optional] = None
    tag: Annotated[_Text | None, Optional] = None
    overdue: bool = False
    after: Annotated[_Text | None, Optional] = None
    limit: Annotated[int, Field(ge=1, le=finding.LONGEST_PAGE)] = _PAGE

    def query(self, day: date, name: str = "") -> finding.Query:
        """Return the question as the services know it.

        Raises
        ------
        services.errors.RefusedError
            Something of it cannot be asked.
        """
        box = exports.read_bbox(self.bbox)
        return finding.Query(
            day=day,
            near=self._near(),
            radius_m=self.radius or finding.Query(day).radius_m,
            box=(box.west, box.south, box.east, box.north) if box else None,
            unit=self.unit,
            text=self.q,
            people=People(
                name=name,
                min_age=self.min_age,
                max_age=self.max_age,
                lives_alone=self.alone,
                worst_grade=self.grade,
                tag=self.tag,
            ),
            overdue=self.overdue,
            after=_key(self.after),
            limit=self.limit,
        )

    def _near(self) -> tuple[float, float] | None:
        if self.lon is None and self.lat is None:
            return None
        if self.lon is None or self.lat is None:
            raise errors.RefusedError("error.find.half")
        source = crs_module.parse_crs(self.crs)
        lon, lat = crs_module.to_stored(np.array([[self.lon, self.lat]]), source)[0]
        return float(lon), float(lat)


def key(found: finding.Found) -> str:
    """Return what the next page comes after."""
    return f"{found.distance_m or 0!r}~{found.code}"


def _key(text: str | None) -> tuple[float, str] | None:
    if not text:
        return None
    metres, _, code = text.partition("~")
    try:
        return float(metres), code
    except ValueError as error:
        raise errors.RefusedError("error.find.after") from error


def in_address(asked: Annotated[Asked, Query()], day: Day) -> finding.Query:
    """Return the question that an address asks."""
    return asked.query(day)


InAddress = Annotated[finding.Query, Depends(in_address)]
Name = Annotated[str, Form(max_length=1000)]
