"""Facilities of the communities, placed unevenly: some among the people, some beyond the rails."""

import csv
from dataclasses import dataclass
from importlib import resources
from typing import Final

import numpy as np

from data.sample import facts
from gis.arrays import Bools, Floats, Int64s, Objects

DAY_CARE: Final = "day_care"
OFFICE: Final = "community_office"
_NO_DATE: Final = np.datetime64("NaT", "D")
_FIRST_DAY: Final = np.datetime64("2009-03-01")
_LAST_USUAL_DAY: Final = np.datetime64("2023-10-01")
_LATE_CENTRES: Final = {3: "2024-05-20", 9: "2025-03-18", 14: "2026-04-08", 30: "2026-10-12"}
"""Day-care centres opened lately, by the community's place in the plan: as-of dates matter."""
_SMALL_OFFICES: Final = {1: 215.0, 6: 262.5, 12: 180.0, 17: 284.0, 38: 240.0}
_SECOND_CENTRES: Final = (0, 8, 12, 28)
_CLOSED_SECOND_CENTRE: Final = (8, "2025-07-01")


@dataclass(frozen=True)
class Kind:
    """How often a kind of facility occurs, and of what size it is.

    `stray_m` is how far, as a standard deviation, it is from where the people live.
    """

    kind: str
    name: str
    urban_share: float
    village_share: float
    area_low: float
    area_high: float
    capacity_low: int
    capacity_high: int
    stray_m: float


@dataclass(frozen=True)
class Facilities:
    """Facilities; columns of shape (f,), ascending by code.

    Attributes
    ----------
    code
        ``F``, the community's code and three digits.
    kind, name, address
        Texts.
    lonlat
        Degrees (EPSG:4490), shape (f, 2).
    floor_area
        Square metres, NaN where it does not apply.
    capacity
        People at once, -1 where it does not apply.
    opened_on, closed_on
        datetime64[D], NaT where unknown or still open.
    community
        Index of the community in the plan.
    """

    code: Objects
    kind: Objects
    name: Objects
    lonlat: Floats
    floor_area: Floats
    capacity: Int64s
    opened_on: np.ndarray[tuple[int], np.dtype[np.datetime64]]
    closed_on: np.ndarray[tuple[int], np.dtype[np.datetime64]]
    address: Objects
    community: Int64s


@dataclass(frozen=True)
class Sites:
    """Where facilities can be: ground floors at the entrances; columns of shape (n,).

    `xy` is in plan metres, `households` how many live there, `first_household` the code of the
    one lowest down, empty where nobody lives.
    """

    xy: Floats
    lonlat: Floats
    community: Int64s
    households: Int64s
    address: Objects
    first_household: Objects

    def at(self, chosen: Bools) -> "Sites":
        """Keep some of the sites."""
        return Sites(
            self.xy[chosen],
            self.lonlat[chosen],
            self.community[chosen],
            self.households[chosen],
            self.address[chosen],
            self.first_household[chosen],
        )


@dataclass(frozen=True)
class _Choice:
    """Facilities chosen, before they get ramps; shape (f,)."""

    community: Int64s
    kind: Int64s
    site: Int64s
    is_second: Bools


def kinds() -> tuple[Kind, ...]:
    """Read the kinds of facility and how they occur."""
    text = resources.files(__package__).joinpath("facilities.csv").read_text(encoding="utf-8")
    return tuple(
        Kind(
            kind=row["kind"],
            name=row["name"],
            urban_share=float(row["urban_share"]),
            village_share=float(row["village_share"]),
            area_low=float(row["area_low"]),
            area_high=float(row["area_high"]),
            capacity_low=int(row["capacity_low"] or -1),
            capacity_high=int(row["capacity_high"] or -1),
            stray_m=float(row["stray_m"]),
        )
        for row in csv.DictReader(text.splitlines())
    )


def place(sites: Sites, plan: facts.CommunityPlan, rng: np.random.Generator) -> Facilities:
    """Place the facilities of every community."""
    return _built(_choose(sites, plan, rng), sites, plan, rng)


def numbered(plan: facts.CommunityPlan, community: Int64s, first: int) -> Objects:
    """Give codes: ``F``, the code of the community, and three digits counted within it.

    Parameters
    ----------
    plan
        The communities.
    community
        Community of each facility, ascending, shape (f,).
    first
        Number of the first in each community.
    """
    nth = np.arange(len(community)) - np.searchsorted(community, community) + first
    prefix = np.array([f"F{unit.code}" for unit in plan.units])[community]
    written: Objects = np.strings.add(prefix, np.strings.zfill(nth.astype(np.str_), 3)).astype(
        np.object_
    )
    return written


def _choose(sites: Sites, plan: facts.CommunityPlan, rng: np.random.Generator) -> _Choice:
    table = kinds()
    urban = np.array(plan.is_urban)
    share = np.array([[kind.village_share, kind.urban_share] for kind in table])
    inhabited = plan.households > facts.HOUSEHOLDS // 1000
    occurs = rng.random((len(urban), len(table))) < share[:, urban.astype(np.int64)].T
    community, kind = np.nonzero(occurs & inhabited[:, None])
    extra = np.array(_SECOND_CENTRES)
    day_care = next(index for index, each in enumerate(table) if each.kind == DAY_CARE)
    community = np.concatenate((community, extra))
    kind = np.concatenate((kind, np.full(len(extra), day_care)))
    is_second = np.arange(len(community)) >= len(community) - len(extra)
    order = np.lexsort((is_second, kind, community))
    community, kind, is_second = community[order], kind[order], is_second[order]
    stray = np.array([each.stray_m for each in table])[kind] * np.where(is_second, 2.2, 1.0)
    wanted = (
        _centres(sites, len(urban))[community] + rng.normal(0, 1, (len(kind), 2)) * stray[:, None]
    )
    return _Choice(community, kind, _nearest_site(wanted, community, sites), is_second)


def _centres(sites: Sites, count: int) -> Floats:
    people = np.bincount(sites.community, sites.households, minlength=count)
    sums = [
        np.bincount(sites.community, sites.households * sites.xy[:, axis], minlength=count)
        for axis in (0, 1)
    ]
    return np.column_stack(sums) / np.maximum(people, 1)[:, None]


def _nearest_site(wanted: Floats, community: Int64s, sites: Sites) -> Int64s:
    """Find the nearest site of the same community for each place wanted."""
    result = np.empty(len(wanted), dtype=np.int64)
    for each in np.unique(community):
        own, asked = np.flatnonzero(sites.community == each), np.flatnonzero(community == each)
        apart = np.linalg.norm(sites.xy[own][None] - wanted[asked][:, None], axis=2)
        result[asked] = own[np.argmin(apart, axis=1)]
    return result


def _built(
    choice: _Choice, sites: Sites, plan: facts.CommunityPlan, rng: np.random.Generator
) -> Facilities:
    table, count = kinds(), len(choice.kind)
    low, high, least, most = (
        np.array([getattr(kind, field) for kind in table])[choice.kind]
        for field in ("area_low", "area_high", "capacity_low", "capacity_high")
    )
    kind = np.array([each.kind for each in table], dtype=np.object_)[choice.kind]
    word = np.array([each.name for each in table], dtype=np.object_)[choice.kind]
    unit = np.array([each.short_name for each in plan.units], dtype=np.object_)
    area = np.round(low * (high / low) ** rng.random(count), 1)
    for community, small in _SMALL_OFFICES.items():
        area[(kind == OFFICE) & (choice.community == community)] = small
    opened, closed = _dates(choice, kind, rng)
    return Facilities(
        code=numbered(plan, choice.community, 1),
        kind=kind,
        name=unit[choice.community] + np.where(choice.is_second, "第二", "") + word,
        lonlat=sites.lonlat[choice.site],
        floor_area=area,
        capacity=np.where(
            most < 0, -1, (least + (most - least) * rng.random(count)).astype(np.int64)
        ),
        opened_on=opened,
        closed_on=closed,
        address=sites.address[choice.site],
        community=choice.community,
    )


def _dates(choice: _Choice, kind: Objects, rng: np.random.Generator) -> tuple[
    np.ndarray[tuple[int], np.dtype[np.datetime64]], np.ndarray[tuple[int], np.dtype[np.datetime64]]
]:  # fmt: skip
    span = int((_LAST_USUAL_DAY - _FIRST_DAY).astype(np.int64))
    opened = _FIRST_DAY + rng.integers(0, span, len(kind)).astype("timedelta64[D]")
    closed = np.full(len(kind), _NO_DATE)
    centre = (kind == DAY_CARE) & ~choice.is_second
    for community, day in _LATE_CENTRES.items():
        opened[centre & (choice.community == community)] = np.datetime64(day)
    community, day = _CLOSED_SECOND_CENTRE
    closed[choice.is_second & (choice.community == community)] = np.datetime64(day)
    return opened, closed
