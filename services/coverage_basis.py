"""What a coverage question rests on: demand, supply and the walk between them, on one day.

None of it depends on the limit asked for, so another limit costs nothing here.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gis import attachment, coverage, crs, reach
from gis import suppression as suppressing
from services import demand as demands
from services import facilities, hierarchy, network, units
from services.coverage import Limits, Measured, Supply
from services.database import Transaction
from services.facility_kinds import FacilityKind


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


def make(
    root: units.Root,
    tree: hierarchy.Hierarchy,
    stored: network.StoredNetwork | None,
    wanted: demands.Demand,
    places: Places,
) -> Basis:
    """Search the nearest supply of every household, on foot and by straight line."""
    nearest = _nearest(stored, wanted, places)
    measured = Measured(
        tree.positions(wanted.unit_id),
        wanted.people,
        nearest.distance_m,
        reach.straight_line(wanted.xy, places.xy).distance_m,
    )
    return Basis(root, tree, stored, wanted, places, measured, nearest)


def places_on(
    tx: Transaction,
    as_of: date,
    kind: FacilityKind,
    metric_epsg: int,
    stored: network.StoredNetwork | None,
) -> Places:
    """Read the facilities of a kind that are open on a day, and attach them."""
    found = tuple(facilities.open_on(tx, as_of, kind))
    lonlat = np.array([(place.lon, place.lat) for place in found], dtype=np.float64).reshape(-1, 2)
    xy = crs.project(lonlat, crs.STORED, metric_epsg)
    none = np.full(len(found), -1, dtype=np.int32)
    zero = np.zeros(len(found))
    met = network.attach(stored, lonlat) if stored else attachment.Attachment(none, zero, zero)
    return Places(found, met, xy)


def _nearest(
    stored: network.StoredNetwork | None, wanted: demands.Demand, places: Places
) -> reach.Reach:
    if stored is None:
        n = len(wanted.people)
        return reach.Reach(np.full(n, np.nan), np.full(n, -1, dtype=np.int32))
    return reach.nearest(stored.network, wanted.attachment, places.attachment)


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
    m = basis.measured
    load = coverage.rank_supply(
        basis.nearest.supply,
        coverage.Demand(m.position, m.people, m.walk_m),
        coverage.Limits(limits.max_walk_m),
        len(found),
    ).covered
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
