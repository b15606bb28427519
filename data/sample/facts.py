"""What is real about the district: codes and names of its units, and the census' totals.

Codes and names: the statistics bureau's code list, state of 2023-06-30 (codes shortened: district
6 digits, township 9, community 12). People per township, households and the sexes: the district
statistics bureau's bulletin on the census of 2020. Everything else in this package is generated.
"""

import csv
import enum
import functools
from dataclasses import dataclass
from importlib import resources
from typing import Final

import numpy as np

from gis import codes
from gis.arrays import Floats, Int64s

DISTRICT: Final = "340405"
METRIC_EPSG: Final = 4548

PEOPLE_OF_TOWNSHIP: Final = {
    "340405001": 30_330,
    "340405002": 24_969,
    "340405003": 18_145,
    "340405100": 12_510,
    "340405121": 32_216,
    "340405400": 51,
}
PEOPLE: Final = 118_221
HOUSEHOLDS: Final = 48_301
"""Family households. The census' 1,396 collective households stay outside; their people are
counted in the townships' totals and live in family households here."""
MEN: Final = 57_440
WOMEN: Final = 60_781


@dataclass(frozen=True)
class UnitFacts:
    """A unit of the published list."""

    code: str
    name: str
    kind: codes.UnitKind

    @property
    def level(self) -> codes.Level:
        """Level, from the length of the code."""
        return codes.level_of(self.code)

    @property
    def short_name(self) -> str:
        """Name without the committee it is the name of: 治东社区 for 治东社区居委会."""
        return self.name.removesuffix("居委会").removesuffix("村委会")


class Placing(enum.StrEnum):
    """Where in its community a day-care centre is."""

    CORE = "core"
    EDGE = "edge"
    BEYOND_RAIL = "rail"


@dataclass(frozen=True)
class CommunityPlan:
    """Where the generated district puts its communities.

    Attributes
    ----------
    units
        Communities in the order of their codes.
    households
        Households of each, shape (c,).
    seats
        Built-up centre in plan metres (see `data.sample.terrain`), shape (c, 2).
    reach_m
        How much farther than its equals a community reaches into empty land, shape (c,).
    day_care
        Day-care centres of each, the first first; most villages have none.
    """

    units: tuple[UnitFacts, ...]
    households: Int64s
    seats: Floats
    reach_m: Floats
    day_care: tuple[tuple[Placing, ...], ...]

    def __post_init__(self) -> None:
        """Refuse a plan that contradicts the census."""
        if int(self.households.sum()) != HOUSEHOLDS:
            raise ValueError(f"{self.households.sum()} households planned, {HOUSEHOLDS} counted")

    @property
    def is_urban(self) -> tuple[bool, ...]:
        """Whether each is a residents' community, not a village or a farm's area."""
        return tuple(unit.kind is codes.UnitKind.COMMUNITY for unit in self.units)

    @property
    def townships(self) -> tuple[str, ...]:
        """Code of the township of each."""
        return tuple(unit.code[:9] for unit in self.units)


@functools.cache
def units() -> tuple[UnitFacts, ...]:
    """Read the district, its townships and its communities, in the order of their codes."""
    return tuple(
        UnitFacts(row["code"], row["name"], codes.UnitKind(row["kind"]))
        for row in _rows("units.csv")
    )


@functools.cache
def community_plan() -> CommunityPlan:
    """Read where the communities stand in the generated district."""
    rows = _rows("plan.csv")
    by_code = {unit.code: unit for unit in units()}
    columns = ("households", "along_km", "across_km", "reach_m")
    figures = np.array([[float(row[column]) for column in columns] for row in rows])
    return CommunityPlan(
        units=tuple(by_code[row["code"]] for row in rows),
        households=figures[:, 0].astype(np.int64),
        seats=figures[:, 1:3] * 1000.0,
        reach_m=figures[:, 3],
        day_care=tuple(tuple(map(Placing, row["day_care"].split())) for row in rows),
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
