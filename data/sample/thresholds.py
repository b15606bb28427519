"""Entrances with their steps, barriers on the way, slopes of roads: all of it made up."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from data.sample.facilities import Facilities
from data.sample.roads import Network
from data.sample.sites import Sites
from gis.arrays import Floats, Int64s, Objects

_HOMES_KNOWN: Final = 0.7
_HOMES_WITH_STEPS: Final = 0.45
_SERVED_KNOWN: Final = 0.85
_SERVED_WITH_STEPS: Final = 0.3
_MOST_STEPS: Final = 6
_STEP_M: Final = 0.15
_WIDTHS_M: Final = (0.75, 0.85, 0.9, 1.0, 1.2, 1.5)
_SLOPES_KNOWN: Final = 0.85
_STEEP: Final = ("9%", "11%", "14%", "18%")
_GENTLE: Final = ("0%", "1%", "2%", "3%", "4%", "5%", "6%")
_STEEP_SHARE: Final = 0.03
_BARRIER_SHARE: Final = 0.035
_KERBS_M: Final = (0.0, 0.02, 0.03, 0.08, 0.12, 0.15, np.nan)
_GATES_M: Final = (0.7, 0.9, 1.2, np.nan)
_ON_PATHS: Final = ("footway", "path", "living_street", "service", "residential")


@dataclass(frozen=True)
class Entrances:
    """Entrances of which something is known; columns of shape (n,).

    Attributes
    ----------
    lonlat
        Degrees (EPSG:4490), shape (n, 2).
    serves_code
        The facility, or the lowest household, that the entrance leads to.
    steps, rise_m, width_m
        Their number, what they rise, and the door's width; metres.
    """

    code: Objects
    lonlat: Floats
    serves_code: Objects
    steps: Int64s
    rise_m: Floats
    width_m: Floats


@dataclass(frozen=True)
class Barriers:
    """Kerbs and gates on roads; columns of shape (n,); NaN: not measured.

    Attributes
    ----------
    kind
        ``kerb``, ``gate`` or ``narrow``.
    """

    code: Objects
    kind: Objects
    lonlat: Floats
    height_m: Floats
    width_m: Floats


@dataclass(frozen=True)
class Thresholds:
    """What has to be passed on the way; `incline` of each road section, empty: not known."""

    entrances: Entrances
    barriers: Barriers
    incline: Objects


def build(
    served: Facilities, sites: Sites, network: Network, rng: np.random.Generator
) -> Thresholds:
    """Put steps before doors and kerbs across paths, by chance."""
    entrances = _entrances(served, sites, rng)
    return Thresholds(entrances, _barriers(network, rng), _inclines(len(network.highway), rng))


def _entrances(served: Facilities, sites: Sites, rng: np.random.Generator) -> Entrances:
    home = np.flatnonzero(
        (sites.households > 0) & (rng.random(len(sites.households)) < _HOMES_KNOWN)
    )
    place = np.flatnonzero(rng.random(len(served.code)) < _SERVED_KNOWN)
    many = np.where(rng.random(len(home)) < _HOMES_WITH_STEPS, 1, 0)
    few = np.where(rng.random(len(place)) < _SERVED_WITH_STEPS, 1, 0)
    steps = np.concatenate([many, few]) * rng.integers(1, _MOST_STEPS, len(home) + len(place))
    numbers = np.strings.zfill(np.arange(1, len(steps) + 1).astype(np.str_), 6)
    return Entrances(
        code=np.strings.add("E", numbers).astype(np.object_),
        lonlat=np.concatenate([sites.lonlat[home], served.lonlat[place]]),
        serves_code=np.concatenate([sites.first_household[home], served.code[place]]),
        steps=steps,
        rise_m=np.round(steps * _STEP_M, 2),
        width_m=rng.choice(_WIDTHS_M, len(steps), p=(0.03, 0.17, 0.3, 0.2, 0.2, 0.1)),
    )


def _barriers(network: Network, rng: np.random.Generator) -> Barriers:
    """Stand them a few metres from where a path begins."""
    fits = np.isin(network.highway.astype(np.str_), _ON_PATHS)
    at = np.flatnonzero(fits & (rng.random(len(fits)) < _BARRIER_SHARE))
    points = shapely.line_interpolate_point(network.lines[at], 0.2, normalized=True)
    is_kerb = rng.random(len(at)) < 0.75
    numbers = np.strings.zfill(np.arange(1, len(at) + 1).astype(np.str_), 5)
    height = rng.choice(_KERBS_M, len(at))
    width = rng.choice(_GATES_M, len(at))
    return Barriers(
        code=np.strings.add("B", numbers).astype(np.object_),
        kind=np.where(is_kerb, "kerb", rng.choice(["gate", "narrow"], len(at))).astype(np.object_),
        lonlat=np.round(shapely.get_coordinates(points), 7),
        height_m=np.where(is_kerb, height, np.nan),
        width_m=np.where(is_kerb, np.nan, width),
    )


def _inclines(count: int, rng: np.random.Generator) -> Objects:
    slope = np.where(
        rng.random(count) < _STEEP_SHARE, rng.choice(_STEEP, count), rng.choice(_GENTLE, count)
    )
    known: Objects = np.where(rng.random(count) < _SLOPES_KNOWN, slope, "").astype(np.object_)
    return known
