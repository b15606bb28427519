"""Parameters that several routes take, checked at the edge."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from gis import codes
from services import exports, profiles, ramp_rules, rules
from services.exports import ExportOptions, Format
from services.facility_kinds import FacilityKind
from services.themes import patrol
from services.themes.day_care import OLD_AGE, DayCareQuery
from services.themes.patrol import PatrolQuery
from services.themes.ramps import Destination, Mend, RampsQuery
from services.themes.ramps import query as ramps_query
from web.dependencies import Day, Optional

_FARTHEST_M = 20_000
_OLDEST = 130
_MOST_PASSES = 1000
_Code = Annotated[str, Field(max_length=20, pattern=r"^[0-9]*$")]
_Metres = Annotated[float, Field(gt=0, le=_FARTHEST_M)]
_Age = Annotated[int, Field(ge=0, le=_OLDEST)]
_Text = Annotated[str, Field(max_length=120)]


class Coverage(BaseModel):
    """What can be asked of a theme."""

    model_config = ConfigDict(frozen=True)

    unit: Annotated[_Code | None, Optional] = None
    max_walk: Annotated[_Metres | None, Optional] = None
    min_age: Annotated[_Age | None, Optional] = None
    rules: Annotated[str, Field(max_length=60)] = rules.DEFAULT
    level: Annotated[codes.Level | None, Optional] = None


def question(asked: Annotated[Coverage, Query()], as_of: Day) -> DayCareQuery:
    """Return the question about day care that an address asks."""
    return DayCareQuery(
        as_of=as_of,
        max_walk_m=asked.max_walk,
        unit=asked.unit,
        min_age=OLD_AGE if asked.min_age is None else asked.min_age,
        rules=asked.rules,
    )


Question = Annotated[DayCareQuery, Depends(question)]


class Stepless(Coverage):
    """What can be asked of ways without a step."""

    to: Destination = Destination.DAY_CARE
    profile: Annotated[str, Field(max_length=60)] = profiles.DEFAULT
    edition: Annotated[str, Field(max_length=60)] = ramp_rules.DEFAULT
    mend: Mend = Mend.RAMPS


def stepless(asked: Annotated[Stepless, Query()], as_of: Day) -> RampsQuery:
    """Return the question about ways without a step that an address asks."""
    return RampsQuery(
        as_of=as_of,
        max_walk_m=asked.max_walk,
        unit=asked.unit,
        min_age=ramps_query.OLD_AGE if asked.min_age is None else asked.min_age,
        to=asked.to,
        profile=asked.profile,
        edition=asked.edition,
        rules=asked.rules,
        mend=asked.mend,
    )


SteplessQuestion = Annotated[RampsQuery, Depends(stepless)]


class Cut(Stepless):
    """What can be asked of a collection: how it is given out, and which part of it."""

    format: Annotated[str, Field(max_length=20)] = Format.GEOJSON.value
    crs: Annotated[_Text | None, Optional] = None
    bbox: Annotated[_Text | None, Optional] = None
    kind: Annotated[FacilityKind | None, Optional] = None
    n: Annotated[int | None, Field(ge=1, le=exports.MOST_LISTED), Optional] = None
    days: Annotated[int, Field(ge=1, le=patrol.LOOK_BACK_DAYS)] = patrol.DAYS
    passes: Annotated[int, Field(ge=1, le=_MOST_PASSES)] = 1


def cut(asked: Annotated[Cut, Query()], as_of: Day) -> ExportOptions:
    """Return how a collection is to be given out."""
    return ExportOptions(
        as_of=as_of,
        format=exports.read_format(asked.format),
        crs=exports.read_crs(asked.crs),
        bbox=exports.read_bbox(asked.bbox),
        unit=asked.unit,
        max_walk_m=asked.max_walk,
        min_age=asked.min_age,
        rules=asked.rules,
        level=asked.level,
        kind=asked.kind,
        to=asked.to.value,
        profile=asked.profile,
        edition=asked.edition,
        mend=asked.mend.value,
        n=asked.n,
        days=asked.days,
        passes=asked.passes,
    )


Options = Annotated[ExportOptions, Depends(cut)]


class Patrolled(BaseModel):
    """What can be asked about patrols."""

    model_config = ConfigDict(frozen=True)

    unit: Annotated[_Code | None, Optional] = None
    days: Annotated[int, Field(ge=1, le=patrol.LOOK_BACK_DAYS)] = patrol.DAYS
    passes: Annotated[int, Field(ge=1, le=_MOST_PASSES)] = 1


def patrolled(asked: Annotated[Patrolled, Query()], as_of: Day) -> PatrolQuery:
    """Return the question about patrols that an address asks."""
    return PatrolQuery(as_of, asked.days, asked.passes, asked.unit)


PatrolQuestion = Annotated[PatrolQuery, Depends(patrolled)]
