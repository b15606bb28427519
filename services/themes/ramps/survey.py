"""What to look at first: the list that settles most people of whom nothing sure is known."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray

from gis import crs
from gis import network as networks
from gis.stepfree import surveying
from gis.stepfree.search import Outcome
from services.coverage import SMALL
from services.database import Transaction
from services.themes.ramps import mending
from services.themes.ramps.basis import Basis


class LookKind(StrEnum):
    """What has to be looked at."""

    SECTION = "section"
    FACILITY = "facility"
    DOOR = "door"
    DOORS = "doors"  # all along a section of road, where fewer than five wait behind each


@dataclass(frozen=True)
class Look:
    """Something to look at.

    Attributes
    ----------
    code, name
        Of a facility or of an entrance that has a row; the name of a road, if it has one.
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


def shortlist(tx: Transaction, basis: Basis, unit: str | None, limit_m: float, most: int) -> Survey:
    """List at most so much to look at for the people of a unit.

    Where one to four people wait behind a door, all such doors along a road are one thing to look
    at; where they are fewer than five together, they are left to those who know them.
    """
    waiting = mending.inside(basis, unit) & (basis.outcomes(limit_m) == Outcome.UNKNOWN)
    people = np.where(waiting, basis.people, 0)
    found = _unknowns(basis, waiting, people)
    items = surveying.shortlist(found, people, most)
    return Survey(_told(tx, basis, found, items, people), _shown(int(people.sum())))


def _unknowns(
    basis: Basis, waiting: NDArray[np.bool_], people: NDArray[np.int64]
) -> surveying.Unknowns:
    """Find what those who wait, wait for: whom no list need settle must not lengthen it."""
    door = basis.equipment.doors.of_home
    is_shared = (np.bincount(door, people) < SMALL)[door] if len(door) else np.zeros(0, dtype=bool)
    found = surveying.unknowns(
        basis.possible,
        basis.streets.state,
        basis.homes,
        basis.supplies,
        surveying.Doors(door, is_shared),
    )
    found = replace(found, of_home=np.where(waiting, found.of_home, -1))
    few = surveying.waiting(found, people) < SMALL
    few &= found.means >= found.n_sections + found.n_supplies + found.n_doors
    return replace(found, of_home=np.where(np.append(few, False)[found.of_home], -1, found.of_home))


def _shown(people: int) -> int | None:
    return people if people >= SMALL or people == 0 else None


def _told(
    tx: Transaction,
    basis: Basis,
    found: surveying.Unknowns,
    items: NDArray[np.int64],
    people: NDArray[np.int64],
) -> tuple[Look, ...]:
    """Put words and places to what is to be looked at, with the people settled so far."""
    kinds, edges = _kinds(found, items), _edges(basis, found, items)
    xy = _places(basis, found, items, edges)
    lonlat = crs.project(xy, basis.grounds.root.metric_epsg, crs.STORED)
    near = mending.unit_near(basis, xy)
    roads = mending.road_names(tx, edges[edges >= 0])
    settled = _settled(found, items, people)
    looks = []
    for i, item in enumerate(items.tolist()):
        code, name = _named(basis, found, kinds[i], item)
        metres = basis.streets.roads.length_m[item] if kinds[i] is LookKind.SECTION else None
        looks.append(
            Look(
                kinds[i],
                code,
                roads.get(int(edges[i]), name),
                float(lonlat[i, 0]),
                float(lonlat[i, 1]),
                *near[i],
                None if metres is None else round(float(metres), 1),
                settled[i],
            )
        )
    return tuple(looks)


def _settled(
    found: surveying.Unknowns, items: NDArray[np.int64], people: NDArray[np.int64]
) -> list[int | None]:
    """People settled by each beginning of the list; None: it could point to single persons."""
    shown, total = 0, int(people.sum())
    told: list[int | None] = []
    for i in range(len(items)):
        settled = int(people[surveying.settled(found, items[: i + 1])].sum())
        is_told = all(more == 0 or more >= SMALL for more in (settled - shown, total - settled))
        shown = settled if is_told else shown
        told.append(settled if is_told else None)
    return told


def _kinds(found: surveying.Unknowns, items: NDArray[np.int64]) -> list[LookKind]:
    ends = np.cumsum([found.n_sections, found.n_supplies, found.n_doors])
    kinds = tuple(LookKind)
    return [kinds[i] for i in np.searchsorted(ends, items, side="right")]


def _edges(basis: Basis, found: surveying.Unknowns, items: NDArray[np.int64]) -> NDArray[np.int64]:
    """Edge of the network that each is about; -1: a single place."""
    edges = np.full(len(items), -1, dtype=np.int64)
    is_section = items < found.n_sections
    edges[is_section] = basis.streets.roads.edge[items[is_section]]
    first = found.n_sections + found.n_supplies + found.n_doors
    shared = items >= first
    edges[shared] = basis.streets.roads.edge[found.along[items[shared] - first]]
    return edges


def _named(
    basis: Basis, found: surveying.Unknowns, kind: LookKind, item: int
) -> tuple[str | None, str | None]:
    """Code and name of a facility, or of the entrance that a door is known by."""
    if kind is LookKind.FACILITY:
        place = basis.places.found[item - found.n_sections]
        return place.code, place.name
    if kind is LookKind.DOOR:
        owned = basis.equipment
        told = int(owned.doors.told[item - found.n_sections - found.n_supplies])
        return (owned.told.code[told], owned.told.name[told]) if told >= 0 else (None, None)
    return None, None


def _places(
    basis: Basis,
    found: surveying.Unknowns,
    items: NDArray[np.int64],
    edges: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Where each is: a road by the middle of its edge; metres, ``(n, 2)``."""
    n, m = found.n_sections, found.n_supplies
    xy = np.empty((len(items), 2))
    on_road = edges >= 0
    stored = basis.grounds.network
    if stored is not None:
        lines = networks.lines_of(stored.network, edges[on_road])
        middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
        xy[on_road] = shapely.get_coordinates(middle)
    is_facility = ~on_road & (items < n + m)
    is_door = ~on_road & ~is_facility
    xy[is_facility] = basis.places.xy[items[is_facility] - n]
    xy[is_door] = basis.equipment.doors.xy[items[is_door] - n - m]
    return xy
