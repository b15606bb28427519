"""What a coverage question rests on: demand, supply and the walk between them, on one day.

None of it depends on the limit asked for, so another limit costs nothing here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gis import attachment, crs, reach, reach_update
from gis import suppression as suppressing
from services import demand as demands
from services import facilities, hierarchy, network, units
from services.coverage_counts import Limits, Supply
from services.database import Transaction
from services.facility_kinds import FacilityKind
from services.measured import Measured

_FEW_PLACES = 8
"""With more new places than these, the whole network is searched again."""


@dataclass(frozen=True)
class Centre:
    """A day-care centre; `load` counts the people whose nearest it is within the limit."""

    code: str
    name: str
    lon: float
    lat: float
    capacity: int | None
    floor_area: float | None
    opened_on: date | None
    closed_on: date | None
    unit_code: str | None
    load: int | None


@dataclass(frozen=True)
class Places:
    """Centres of a day, and where they meet the network."""

    found: tuple[facilities.Facility, ...]
    attachment: attachment.Attachment
    xy: NDArray[np.float64]


@dataclass(frozen=True)
class Basis:
    """Everything a question needs that does not depend on its limit."""

    root: units.Root
    tree: hierarchy.Hierarchy
    network: network.StoredNetwork | None
    demand: demands.Demand
    places: Places
    measured: Measured
    nearest: reach.Reach
    nodes: reach.NodeReach | None


def make(
    root: units.Root,
    tree: hierarchy.Hierarchy,
    wanted: demands.Demand,
    places: Places,
    stored: network.StoredNetwork | None,
    before: Basis | None = None,
) -> Basis:
    """Search the nearest supply of every household, on foot and by straight line.

    Parameters
    ----------
    before
        An earlier basis. When it only lacks a few of the places, what it found is kept, and
        searched anew is only where a new place is the nearest.
    """
    is_alike = before is not None and before.tree is tree and before.demand is wanted
    added = _added(before, places, stored) if before is not None and is_alike else None
    if before is None or added is None:
        walk, nodes = _searched(stored, wanted, places)
        straight = reach.straight_line(wanted.xy, places.xy).distance_m
        position = tree.positions(wanted.unit_id)
        measured = Measured(position, wanted.people, walk.distance_m, straight)
    else:
        walk, nodes = _extended(before, places, added)
        straight = reach_update.extend_straight(
            before.measured.straight_m, wanted.xy, places.xy[added]
        )
        measured = before.measured.moved(walk.distance_m, straight)
    return Basis(root, tree, stored, wanted, places, measured, walk, nodes)


def _searched(
    stored: network.StoredNetwork | None, wanted: demands.Demand, places: Places
) -> tuple[reach.Reach, reach.NodeReach | None]:
    if stored is None:
        n = len(wanted.people)
        return reach.Reach(np.full(n, np.nan), np.full(n, -1, dtype=np.int32)), None
    nodes = reach.node_distances(stored.network, places.attachment)
    return reach.nearest(stored.network, wanted.attachment, places.attachment, nodes), nodes


def _added(
    before: Basis, places: Places, stored: network.StoredNetwork | None
) -> NDArray[np.intp] | None:
    """Which places are new; None where more has changed than a few of them coming."""
    if before.nodes is None or before.network is not stored or not before.places.found:
        return None
    known = {_spot(place) for place in before.places.found}
    new = [i for i, place in enumerate(places.found) if _spot(place) not in known]
    if len(places.found) - len(new) < len(known) or len(new) > _FEW_PLACES:
        return None
    return np.array(new, dtype=np.intp)


def _extended(
    before: Basis, places: Places, added: NDArray[np.intp]
) -> tuple[reach.Reach, reach.NodeReach]:
    if before.network is None or before.nodes is None:
        message = "there is nothing to extend"
        raise ValueError(message)
    # Places are named by position, and the new ones have moved the others; the last stands for -1.
    kept = np.delete(np.arange(len(places.found), dtype=np.int32), added)
    renamed = np.append(kept, np.int32(-1))
    nodes = reach.NodeReach(before.nodes.distance, renamed[before.nodes.origin])
    walk = reach.Reach(before.nearest.distance_m, renamed[before.nearest.supply])
    return reach_update.extend(
        before.network.network,
        before.demand.attachment,
        (walk, nodes),
        places.attachment,
        added,
    )


def _spot(place: facilities.Facility) -> tuple[str, float, float]:
    return place.code, place.lon, place.lat


def places_on(
    tx: Transaction,
    query: tuple[date, FacilityKind],
    metric_epsg: int,
    stored: network.StoredNetwork | None,
    before: Basis | None = None,
) -> Places:
    """Read the facilities of a kind that are open on a day, and attach those not known before."""
    found = tuple(facilities.open_on(tx, *query))
    lonlat = np.array([(place.lon, place.lat) for place in found], dtype=np.float64).reshape(-1, 2)
    xy = crs.project(lonlat, crs.STORED, metric_epsg)
    edge = np.full(len(found), -1, dtype=np.int32)
    offset, access = np.zeros(len(found)), np.zeros(len(found))
    if stored is not None:
        known = _known_spots(before, stored)
        old = np.array([known.get(_spot(place), -1) for place in found], dtype=np.intp)
        new = np.flatnonzero(old < 0)
        for rows, met in _attachments(before, stored, old, lonlat[new], new):
            edge[rows], offset[rows], access[rows] = met.edge, met.offset_m, met.access_m
    return Places(found, attachment.Attachment(edge, offset, access), xy)


def _known_spots(
    before: Basis | None, stored: network.StoredNetwork
) -> dict[tuple[str, float, float], int]:
    if before is None or before.network is not stored:
        return {}
    return {_spot(place): i for i, place in enumerate(before.places.found)}


def _attachments(
    before: Basis | None,
    stored: network.StoredNetwork,
    old: NDArray[np.intp],
    lonlat: NDArray[np.float64],
    new: NDArray[np.intp],
) -> Iterator[tuple[NDArray[np.intp], attachment.Attachment]]:
    """Rows and attachments: those known before, then those searched now."""
    if before is not None and (old >= 0).any():
        yield np.flatnonzero(old >= 0), before.places.attachment.take(old[old >= 0])
    if len(new):
        yield new, network.attach(stored, lonlat)


def supply(basis: Basis) -> Supply:
    """Places and number of centres of every unit, at all levels."""
    n = len(basis.tree.units)
    position = {unit.code: i for i, unit in enumerate(basis.tree.units)}
    at = np.array([position.get(p.unit_code or "", -1) for p in basis.places.found], dtype=np.int64)
    room = np.array([p.capacity or 0 for p in basis.places.found], dtype=np.int64)
    places, centres = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for level in basis.tree.at_level:
        unit = np.where(at >= 0, level[at], -1) if n else at
        hit = unit >= 0
        np.add.at(places, unit[hit], room[hit])
        np.add.at(centres, unit[hit], 1)
    return Supply(places, centres)


def centres(basis: Basis, limits: Limits) -> tuple[Centre, ...]:
    """Tell of each supply how many people have it as their nearest within the limit."""
    found = basis.places.found
    if not found:
        return ()
    near = np.flatnonzero(basis.measured.walk_m <= limits.max_walk_m)
    load = np.bincount(
        basis.nearest.supply[near], basis.measured.people[near], minlength=len(found)
    ).astype(np.int64)
    hidden = suppressing.suppress(load[None, :], np.zeros(1, dtype=np.int32)).cells[0]
    return tuple(
        Centre(
            place.code,
            place.name,
            place.lon,
            place.lat,
            place.capacity,
            place.floor_area,
            place.opened_on,
            place.closed_on,
            place.unit_code,
            None if hide or basis.network is None else int(people),
        )
        for place, people, hide in zip(found, load, hidden, strict=True)
    )


def inside(basis: Basis, code: str | None) -> NDArray[np.bool_]:
    """Which households lie in a unit; all of them when none is named."""
    if code is None:
        return np.ones(len(basis.measured.people), dtype=bool)
    below = np.array([unit.code.startswith(code) for unit in basis.tree.units])
    return np.asarray((basis.measured.position >= 0) & below[basis.measured.position])
