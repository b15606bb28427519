"""Barrier-free ramps: at facilities and at homes, some of them too steep or too narrow."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from data.sample import facilities, facts
from data.sample.facilities import Facilities
from data.sample.sites import Sites
from gis.arrays import Floats, Int64s, Objects

RAMP: Final = "ramp"
_SERVED: Final = (facilities.DAY_CARE, facilities.OFFICE, "health_station", "service_hall")
_SERVED_SHARE: Final = 0.8
_AT_HOMES: Final = 7
_FIRST_NUMBER: Final = 501
_FIRST_DAY: Final = np.datetime64("2012-05-01")
_LAST_DAY: Final = np.datetime64("2026-06-01")
_RUNS_PER_RISE: Final = (20.0, 16.0, 12.0, 12.0, 12.0, 10.0, 8.0, 8.0, 6.0, 4.5)
_RISES_M: Final = (0.15, 0.30, 0.30, 0.45, 0.45, 0.60, 0.75, 0.90)
_WIDTHS_M: Final = (0.85, 1.0, 1.2, 1.2, 1.2, 1.5, 1.8)
_BESIDE_DEG: Final = (3.0e-5, 1.0e-5)


@dataclass(frozen=True)
class Ramps:
    """Ramps; columns of shape (r,), ascending by code.

    Attributes
    ----------
    code, name, address
        As of facilities, the numbers counted from 501.
    lonlat
        Degrees (EPSG:4490), shape (r, 2), a few metres from what the ramp leads to.
    opened_on
        datetime64[D].
    rise_m, run_m, width_m
        Metres.
    handrail, landing
        1 or 0.
    serves_code
        The facility, or the lowest household of the entrance, that the ramp leads to.
    """

    code: Objects
    name: Objects
    lonlat: Floats
    opened_on: np.ndarray[tuple[int], np.dtype[np.datetime64]]
    address: Objects
    rise_m: Floats
    run_m: Floats
    width_m: Floats
    handrail: Int64s
    landing: Int64s
    serves_code: Objects


def build(
    served: Facilities, sites: Sites, plan: facts.CommunityPlan, rng: np.random.Generator
) -> Ramps:
    """Put ramps at facilities where many go, and at homes in every residents' community."""
    chance = rng.random(len(served.code)) < _SERVED_SHARE
    at = np.flatnonzero(np.isin(served.kind.astype(np.str_), _SERVED) & chance)
    home = _homes(sites, plan, rng)
    community = np.concatenate((served.community[at], sites.community[home]))
    order = np.argsort(community, kind="stable")
    lonlat = np.concatenate((served.lonlat[at], sites.lonlat[home]))[order]
    words = np.concatenate((served.name[at], np.full(len(home), "住宅", dtype=np.object_)))
    count = len(order)
    rise = rng.choice(_RISES_M, count)
    span = int((_LAST_DAY - _FIRST_DAY).astype(np.int64))
    return Ramps(
        code=facilities.numbered(plan, community[order], _FIRST_NUMBER),
        name=words[order] + "坡道",
        lonlat=np.round(lonlat + np.array(_BESIDE_DEG), 7),
        opened_on=_FIRST_DAY + rng.integers(0, span, count).astype("timedelta64[D]"),
        address=np.concatenate((served.address[at], sites.address[home]))[order],
        rise_m=rise,
        run_m=np.round(rise * rng.choice(_RUNS_PER_RISE, count), 2),
        width_m=rng.choice(_WIDTHS_M, count),
        handrail=(rng.random(count) < 0.65).astype(np.int64),
        landing=(rng.random(count) < 0.75).astype(np.int64),
        serves_code=np.concatenate((served.code[at], sites.first_household[home]))[order],
    )


def _homes(sites: Sites, plan: facts.CommunityPlan, rng: np.random.Generator) -> Int64s:
    """Choose entrances with homes, as many in each residents' community."""
    fits = np.array(plan.is_urban)[sites.community] & (sites.households > 1)
    candidates = np.flatnonzero(fits)
    shuffled = candidates[rng.permutation(len(candidates))]
    shuffled = shuffled[np.argsort(sites.community[shuffled], kind="stable")]
    community = sites.community[shuffled]
    nth = np.arange(len(community)) - np.searchsorted(community, community)
    return shuffled[nth < _AT_HOMES]
