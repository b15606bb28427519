"""The roads that are patrolled: which unit each section is in, where homes are, who is along it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from gis import codes, crs, location
from gis.tracks import along
from services import _copy, hierarchy, units
from services.database import Transaction
from services.hierarchy import Hierarchy
from services.network import StoredNetwork

ALONG_M: Final = 50.0
"""Homes within so many metres of a section are along it, and make it one of a residential area."""

_HOMES = """
    SELECT coalesce(a.unit_id, 0), coalesce(t.edge, -1), coalesce(t.offset_m, 0),
           coalesce(t.access_m, 0), ST_X(h.geom), ST_Y(h.geom)
    FROM households h
    LEFT JOIN household_assignments a
        ON a.household_id = h.id AND a.valid_from <= %s::date AND a.valid_to > %s::date
    LEFT JOIN household_attachments t ON t.household_id = h.id
"""
_FIELDS = (
    ("unit_id", _copy.INT),
    ("edge", _copy.INT),
    ("offset_m", _copy.DOUBLE),
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
    """Households; arrays ``(n,)``.

    Attributes
    ----------
    unit
        Position in the hierarchy, -1 for none.
    edge, offset_m
        Where each meets the network.
    is_along
        Whether that section is within `ALONG_M`.
    """

    unit: NDArray[np.int32]
    edge: NDArray[np.int32]
    offset_m: NDArray[np.float64]
    is_along: NDArray[np.bool_]


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
        How many meet the network on it, within `ALONG_M`.
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
    lonlat = np.column_stack([rows["lon"], rows["lat"]])
    is_along = (rows["edge"] >= 0) & (rows["access_m"] <= ALONG_M)
    homes = Homes(tree.positions(rows["unit_id"]), rows["edge"], rows["offset_m"], is_along)
    count = stored.network.n_edges
    names = np.full(count, None, dtype=object)
    for row in tx.sql.execute(_NAMES):
        names[row.id] = row.name
    return Roads(
        stored=stored,
        tree=tree,
        homes=homes,
        unit=_units(tx, as_of, stored, tree),
        is_residential=_near_homes(stored, lonlat),
        households=np.bincount(homes.edge[is_along], minlength=count),
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


def _near_homes(stored: StoredNetwork, lonlat: NDArray[np.float64]) -> NDArray[np.bool_]:
    network = stored.network
    is_near = np.zeros(network.n_edges, np.bool_)
    if len(lonlat):
        xy = crs.project(np.unique(lonlat, axis=0), crs.STORED, stored.metric_epsg)
        tree = shapely.STRtree(shapely.points(xy))
        lines, _ = tree.query_nearest(network.lines, max_distance=ALONG_M, all_matches=False)
        is_near[lines] = True
    return is_near


def added_up(tree: hierarchy.Hierarchy, own: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add what each unit has itself ``(n, k)`` to all units it lies in."""
    whole = np.zeros_like(own)
    for level in tree.at_level:
        inside = level >= 0
        np.add.at(whole, level[inside], own[inside])
    return whole
