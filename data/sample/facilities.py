"""Facilities of the communities, placed unevenly around where the people live."""

import csv
from dataclasses import dataclass
from importlib import resources
from typing import Final

import numpy as np

from data.sample import centres, facts
from data.sample.sites import Sites
from gis.arrays import Floats, Int64s, Objects

DAY_CARE: Final = "day_care"
OFFICE: Final = "community_office"
_NO_DATE: Final = np.datetime64("NaT", "D")
_FIRST_DAY: Final = np.datetime64("2009-03-01")
_LAST_USUAL_DAY: Final = np.datetime64("2023-10-01")
_LATE_CENTRES: Final = {3: "2024-05-20", 9: "2025-03-18", 14: "2026-04-08", 30: "2026-10-12"}
"""Day-care centres opened lately, by the community's place in the plan: as-of dates matter."""
_SMALL_OFFICES: Final = {1: 215.0, 6: 262.5, 12: 180.0, 17: 284.0, 38: 240.0}
_CLOSED_SECOND_CENTRE: Final = (8, "2025-07-01")
_ORDINALS: Final = np.array(["", "第二", "第三"], dtype=np.object_)


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
class _Choice:
    """Facilities chosen, ascending by community and kind, shape (f,).

    `nth` counts those of a kind in a community from 0.
    """

    community: Int64s
    kind: Int64s
    site: Int64s
    nth: Int64s


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


def place(
    sites: Sites, plan: facts.CommunityPlan, ways: centres.Ways, rng: np.random.Generator
) -> Facilities:
    """Place the facilities of every community.

    Parameters
    ----------
    sites
        Where they can be.
    plan
        The communities, and where their day-care centres are.
    ways
        How people walk to a day-care centre.
    rng
        Source of chance.
    """
    choice = _with_centres(_choose(sites, plan, rng), centres.choose(sites, plan, ways))
    return _built(choice, sites, plan, rng)


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
    stray = np.array([each.stray_m for each in table])[kind]
    wanted = (
        _centres(sites, len(urban))[community] + rng.normal(0, 1, (len(kind), 2)) * stray[:, None]
    )
    site = _nearest_site(wanted, community, sites)
    return _Choice(community, kind, site, np.zeros_like(community))


def _with_centres(others: _Choice, centre: tuple[Int64s, ...]) -> _Choice:
    """Add the day-care centres of each community."""
    count = np.array([len(sites) for sites in centre])
    community = np.repeat(np.arange(len(centre)), count)
    nth = np.concatenate([np.arange(len(sites)) for sites in centre])
    day_care = next(index for index, each in enumerate(kinds()) if each.kind == DAY_CARE)
    more = (community, np.full(len(community), day_care), np.concatenate(centre), nth)
    before = (others.community, others.kind, others.site, others.nth)
    joined = [np.concatenate(pair) for pair in zip(before, more, strict=True)]
    order = np.lexsort((joined[3], joined[1], joined[0]))
    return _Choice(*(column[order] for column in joined))


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
        name=unit[choice.community] + _ORDINALS[choice.nth] + word,
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
    centre = (kind == DAY_CARE) & (choice.nth == 0)
    for community, day in _LATE_CENTRES.items():
        opened[centre & (choice.community == community)] = np.datetime64(day)
    community, day = _CLOSED_SECOND_CENTRE
    closed[(choice.nth == 1) & (choice.community == community)] = np.datetime64(day)
    return opened, closed
