"""The roads that are patrolled: which unit each section is in, where homes are, who is along it."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from gis import codes, crs, location
from gis import network as networks
from gis.tracks import along, waypoints
from services import _copy, hierarchy, units
from services.database import Transaction
from services.hierarchy import Hierarchy
from services.network import StoredNetwork

ALONG_M: Final = 50.0
"""Homes within so many metres of a section are along it, and make it one of a residential area."""

_HOMES = """
    SELECT coalesce(a.unit_id, 0), coalesce(t.edge, -1), coalesce(t.access_m, 0),
           ST_X(h.geom), ST_Y(h.geom)
    FROM households h
    LEFT JOIN household_assignments a
        ON a.household_id = h.id AND a.valid_from <= %s::date AND a.valid_to > %s::date
    LEFT JOIN household_attachments t ON t.household_id = h.id
"""
_FIELDS = (
    ("unit_id", _copy.INT),
    ("edge", _copy.INT),
    ("access_m", _copy.DOUBLE),
    ("lon", _copy.DOUBLE),
    ("lat", _copy.DOUBLE),
)
_NAMES = sa.text("""
    SELECT id, name FROM network_edges
    WHERE network_id = (SELECT max(id) FROM networks) AND name IS NOT NULL
""")


@dataclass(frozen=True, eq=False)
class Homes:
    """Households, and which sections they are along.

    Attributes
    ----------
    unit
        Position in the hierarchy of each, -1 for none, ``(n,)``.
    place
        Where each is: households at one entrance are in one place, ``(n,)``.
    near_place, near_edge, near_m
        Sections within `ALONG_M` of a place, and where along them it is nearest, ``(p,)``.
    """

    unit: NDArray[np.int32]
    place: NDArray[np.int64]
    near_place: NDArray[np.int64]
    near_edge: NDArray[np.int64]
    near_m: NDArray[np.float64]

    @property
    def is_along(self) -> NDArray[np.bool_]:
        """Which of them are along any section, ``(n,)``."""
        return self.of_places(np.ones(len(self.near_place), np.int64)) > 0

    def of_places(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give each household the greatest of the values of the sections it is along, ``(n,)``."""
        best = np.zeros(int(self.place.max(initial=-1)) + 1, np.int64)
        np.maximum.at(best, self.near_place, values)
        return best[self.place]


@dataclass(frozen=True, eq=False)
class Roads:
    """The network of a day as patrols see it; arrays by edge, ``(e,)``.

    Attributes
    ----------
    unit
        Position in the hierarchy of the lowest unit that the middle of each section lies in,
        the lowest code on a border; -1 for none.
    is_residential
        Whether a home lies along it.
    households
        How many have it as their nearest section, within `ALONG_M`.
    names
        Name of the road; None where it has none.
    """

    stored: StoredNetwork
    tree: Hierarchy
    homes: Homes
    unit: NDArray[np.int32]
    is_residential: NDArray[np.bool_]
    households: NDArray[np.int64]
    names: NDArray[np.object_]

    @property
    def length_m(self) -> NDArray[np.float64]:
        """Metres of each section."""
        return self.stored.network.length_m

    @cached_property
    def joiner(self) -> waypoints.Joiner:
        """Joins way points along them."""
        return waypoints.prepare(self.stored.network)

    @cached_property
    def part(self) -> NDArray[np.int32]:
        """Connected part of each node, ``(n,)``; 0 is that with most metres."""
        return networks.components(self.stored.network)[1]

    def demanded(self, unit: str | None = None) -> NDArray[np.int64]:
        """Find the sections of residential areas in a unit, or in the district."""
        return np.flatnonzero(self.is_residential & self.inside(unit))

    def inside(self, unit: str | None = None) -> NDArray[np.bool_]:
        """Tell which sections lie in a unit, or in any, shape (e,)."""
        if unit is None:
            return self.unit >= 0
        mine = np.array([known.code.startswith(unit) for known in self.tree.units])
        return np.asarray((self.unit >= 0) & mine[np.maximum(self.unit, 0)])


def load(tx: Transaction, as_of: date, stored: StoredNetwork, tree: Hierarchy) -> Roads:
    """Work out the roads of a day."""
    rows = _copy.read(tx, _HOMES, _FIELDS, (as_of, as_of))
    homes = _homes(stored, tree.positions(rows["unit_id"]), rows)
    nearest = rows["edge"][(rows["edge"] >= 0) & (rows["access_m"] <= ALONG_M)]
    count = stored.network.n_edges
    names = np.full(count, None, dtype=object)
    for row in tx.sql.execute(_NAMES):
        names[row.id] = row.name
    return Roads(
        stored=stored,
        tree=tree,
        homes=homes,
        unit=_units(tx, as_of, stored, tree),
        is_residential=np.bincount(homes.near_edge, minlength=count) > 0,
        households=np.bincount(nearest, minlength=count),
        names=names,
    )


def _units(
    tx: Transaction, as_of: date, stored: StoredNetwork, tree: Hierarchy
) -> NDArray[np.int32]:
    """Locate the middle of each section in the lowest level, then in the one above."""
    network = stored.network
    place = along.lay_out(network)
    middles = place.points(np.arange(network.n_edges), network.length_m / 2)
    lonlat = crs.project(middles, stored.metric_epsg, crs.STORED)
    found = np.full(network.n_edges, -1, np.int32)
    position = {unit.code: i for i, unit in enumerate(tree.units)}
    for level in reversed(codes.LEVELS):
        here, shapes = units.geometries(tx, as_of, level=level)
        left = np.flatnonzero(found < 0)
        if not len(here) or not len(left):
            continue
        at = np.array([position[unit.code] for unit in here], dtype=np.int32)
        index = location.Locator(shapes, expected_points=len(left)).locate(lonlat[left]).index
        found[left] = np.where(index >= 0, at[index], -1)
    return found


def _homes(stored: StoredNetwork, unit: NDArray[np.int32], rows: dict[str, NDArray[Any]]) -> Homes:
    lonlat = np.column_stack([rows["lon"], rows["lat"]])
    places, place = np.unique(lonlat, axis=0, return_inverse=True)
    points = shapely.points(crs.project(places, crs.STORED, stored.metric_epsg))
    lines = stored.network.lines
    at, edge = stored.network.line_index.query(points, predicate="dwithin", distance=ALONG_M)
    along_m = shapely.line_locate_point(lines[edge], points[at])
    return Homes(unit, place.ravel(), at, edge, np.minimum(along_m, stored.network.length_m[edge]))


def added_up(tree: hierarchy.Hierarchy, own: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add what each unit has itself ``(n, k)`` to all units it lies in."""
    whole = np.zeros_like(own)
    for level in tree.at_level:
        inside = level >= 0
        np.add.at(whole, level[inside], own[inside])
    return whole
