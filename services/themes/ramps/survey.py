"""The shortest list of what to look at that settles most people of whom nothing sure is known."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray

from gis import crs
from gis import network as networks
from gis.stepfree import surveying
from gis.stepfree.search import Outcome
from services.coverage import SMALL
from services.themes.ramps import mending
from services.themes.ramps.basis import Basis


class LookKind(StrEnum):
    """What has to be looked at."""

    SECTION = "section"
    FACILITY = "facility"
    DOOR = "door"


@dataclass(frozen=True)
class Look:
    """Something to look at.

    Attributes
    ----------
    code, name
        Of a facility; None: a road or a door.
    metres
        Length of a road section; None: a single place.
    settled
        People settled by the list up to here, if all is found passable; None: so few more than
        where it was told last, or fewer than all, that it could point to single persons.
    """

    kind: LookKind
    code: str | None
    name: str | None
    lon: float
    lat: float
    unit_code: str | None
    unit_name: str | None
    metres: float | None
    settled: int | None


@dataclass(frozen=True)
class Survey:
    """What to look at, in order; `unknown`: all people that wait to be settled.

    Attributes
    ----------
    unknown
        None: fewer than five.
    """

    looks: tuple[Look, ...]
    unknown: int | None


def shortlist(basis: Basis, unit: str | None, limit_m: float, most: int) -> Survey:
    """List at most so much to look at for the people of a unit."""
    waiting = mending.inside(basis, unit) & (basis.outcomes(limit_m) == Outcome.UNKNOWN)
    people = np.where(waiting, basis.people, 0)
    door = basis.equipment.doors.of_home
    found = surveying.unknowns(
        basis.possible, basis.streets.state, basis.homes, basis.supplies, door
    )
    # Whom no list need settle must not lengthen it.
    found = surveying.Unknowns(
        found.parent,
        found.means,
        np.where(waiting, found.of_home, -1),
        found.n_sections,
        found.n_supplies,
    )
    items = surveying.shortlist(found, people, most)
    return Survey(_told(basis, found, items, people), _shown(int(people.sum())))


def _shown(people: int) -> int | None:
    return people if people >= SMALL or people == 0 else None


def _told(
    basis: Basis,
    found: surveying.Unknowns,
    items: NDArray[np.int64],
    people: NDArray[np.int64],
) -> tuple[Look, ...]:
    xy = _places(basis, found, items)
    lonlat = crs.project(xy, basis.grounds.root.metric_epsg, crs.STORED)
    near = mending.unit_near(basis, xy)
    looks, shown, total = [], 0, int(people.sum())
    for i, item in enumerate(items.tolist()):
        settled = int(people[surveying.settled(found, items[: i + 1])].sum())
        is_told = all(more == 0 or more >= SMALL for more in (settled - shown, total - settled))
        shown = settled if is_told else shown
        supply = item - found.n_sections
        kind = (
            LookKind.SECTION
            if supply < 0
            else LookKind.FACILITY
            if supply < found.n_supplies
            else LookKind.DOOR
        )
        place = basis.places.found[supply] if kind is LookKind.FACILITY else None
        length = basis.streets.roads.length_m[item] if kind is LookKind.SECTION else None
        looks.append(
            Look(
                kind,
                place.code if place else None,
                place.name if place else None,
                float(lonlat[i, 0]),
                float(lonlat[i, 1]),
                *near[i],
                None if length is None else round(float(length), 1),
                settled if is_told else None,
            )
        )
    return tuple(looks)


def _places(
    basis: Basis, found: surveying.Unknowns, items: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Where each is: a road by the middle of its edge; metres, ``(n, 2)``."""
    n, m = found.n_sections, found.n_supplies
    xy = np.empty((len(items), 2))
    is_section, is_door = items < n, items >= n + m
    stored = basis.grounds.network
    if stored is not None:
        lines = networks.lines_of(stored.network, basis.streets.roads.edge[items[is_section]])
        middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
        xy[is_section] = shapely.get_coordinates(middle)
    between = ~is_section & ~is_door
    xy[between] = basis.places.xy[items[between] - n]
    xy[is_door] = basis.equipment.doors.xy[items[is_door] - n - m]
    return xy
