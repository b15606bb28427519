"""What is asked for in an export, checked at birth."""

import math
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gis import codes
from gis import crs as crs_module
from services import errors, profiles, ramp_rules
from services.facility_kinds import FacilityKind
from services.themes.ramps.query import Mend

DEFAULT_CRS = crs_module.SourceCrs(crs_module.CrsKind.EPSG, crs_module.WGS84)
_LONGEST_WALK_M = 20_000
_OLDEST = 130
_LONGEST_PERIOD_DAYS = 366
_MOST_PASSES = 1000
MOST_LISTED = 200


class Format(StrEnum):
    """File formats, by the names that the command line and addresses use."""

    GEOJSON = "geojson"
    GEOJSONSEQ = "geojsonseq"
    GPKG = "gpkg"
    FGB = "fgb"
    SHP = "shp"
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


@dataclass(frozen=True)
class Bbox:
    """A box in degrees of CRS84, whatever CRS is given out.

    Raises
    ------
    services.errors.RefusedError
        It is no box on Earth, or crosses the antimeridian.
    """

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        """Refuse what is no box."""
        corners = (self.west, self.south, self.east, self.north)
        ordered = -180 <= self.west < self.east <= 180 and -90 <= self.south < self.north <= 90
        if not (all(map(math.isfinite, corners)) and ordered):
            raise errors.RefusedError("error.export.bbox")


@dataclass(frozen=True)
class ExportOptions:
    """How a collection is given out.

    Attributes
    ----------
    as_of
        The day whose state is asked for.
    crs
        CRS of the coordinates given out; longitude or easting first in every one.
    bbox
        Only what touches this box.
    unit
        Only what lies in this unit, and the unit itself.
    max_walk_m, min_age, rules
        Of coverage: limit in metres (None: the rule set's), age from which people count (None: the
        theme's), rule set.
    level
        Of units and of figures of units: only those of this level.
    kind
        Of facilities: only those of this kind.
    after, key
        Of units, facilities and network: only those that come after this one in the order of what
        identifies them; only this one.
    to, profile, edition
        Of ways without a step: what is reached, who is on the way, and the standard for ramps.
    mend, n
        Of what to mend and to look at first: what may be mended, how many are chosen (None: 5 to
        mend, 20 to look at).
    days, passes
        Of patrols: length of the period that ends on the day, and how often in it counts.
    """

    as_of: date
    format: Format = Format.GEOJSON
    crs: crs_module.SourceCrs = DEFAULT_CRS
    bbox: Bbox | None = None
    unit: str | None = None
    max_walk_m: float | None = None
    min_age: int | None = None
    rules: str = "gb50180-2018"
    level: codes.Level | None = None
    kind: FacilityKind | None = None
    after: str | None = None
    key: str | None = None
    to: str = FacilityKind.DAY_CARE.value
    profile: str = profiles.DEFAULT
    edition: str = ramp_rules.DEFAULT
    mend: str = Mend.RAMPS.value
    n: int | None = None
    days: int = 28
    passes: int = 1

    def __post_init__(self) -> None:
        """Refuse a limit or an age that makes no sense."""
        if self.max_walk_m is not None and not 0 < self.max_walk_m <= _LONGEST_WALK_M:
            raise errors.RefusedError("error.export.max_walk", most=_LONGEST_WALK_M)
        if self.min_age is not None and not 0 <= self.min_age <= _OLDEST:
            raise errors.RefusedError("error.export.min_age", most=_OLDEST)
        if self.n is not None and not 1 <= self.n <= MOST_LISTED:
            raise errors.RefusedError("error.export.n", most=MOST_LISTED)
        if not 1 <= self.days <= _LONGEST_PERIOD_DAYS:
            raise errors.RefusedError("error.export.days", most=_LONGEST_PERIOD_DAYS)
        if not 1 <= self.passes <= _MOST_PASSES:
            raise errors.RefusedError("error.export.passes", most=_MOST_PASSES)


def read_format(text: str) -> Format:
    """Read a format's name.

    Raises
    ------
    services.errors.RefusedError
        There is no such format; the error lists those there are.
    """
    try:
        return Format(text.strip().lower())
    except ValueError:
        raise errors.RefusedError(
            "error.export.format", format=text, known=", ".join(Format)
        ) from None


def read_crs(text: str | None) -> crs_module.SourceCrs:
    """Read a CRS's name (``4490``, ``EPSG:4548``, ``GCJ-02``, ``BD-09``); None: CRS84.

    Raises
    ------
    services.errors.RefusedError
        It is none of these.
    """
    if text is None or not text.strip():
        return DEFAULT_CRS
    try:
        return crs_module.parse_crs(text)
    except ValueError:
        raise errors.RefusedError("error.export.crs", crs=text) from None


def read_bbox(text: str | None) -> Bbox | None:
    """Read ``west,south,east,north`` in degrees; None and empty text: no box.

    Raises
    ------
    services.errors.RefusedError
        It is no box.
    """
    if text is None or not text.strip():
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise errors.RefusedError("error.export.bbox") from None
    return Bbox(west, south, east, north)
