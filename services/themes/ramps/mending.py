"""Mendings ranked by whom each alone lets go, and the best set of a few, counted anew each time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray
from scipy import spatial

from gis import crs
from gis import network as networks
from gis.stepfree import choosing, mending
from gis.stepfree.situation import Situation
from services.coverage import SMALL
from services.database import Transaction
from services.themes.ramps import candidates
from services.themes.ramps.basis import Basis
from services.themes.ramps.candidates import Items, MendingKind
from services.themes.ramps.query import RampsQuery

_NAMES = sa.text("""
    SELECT id, name FROM network_edges
    WHERE network_id = (SELECT max(id) FROM networks) AND id = ANY(:ids)
""")


@dataclass(frozen=True)
class Mending:
    """Something whose mending lets people go.

    Attributes
    ----------
    code
        Of the entrance, the facility or the barrier; None: a road, or a door without a row.
    people
        Whom it lets go alone, of those on foot within the limit; at least five.
    """

    kind: MendingKind
    code: str | None
    name: str | None
    lon: float
    lat: float
    unit_code: str | None
    unit_name: str | None
    people: int


@dataclass(frozen=True)
class Step:
    """A mending of the best set: whom it frees after those before it, and all of them together."""

    mending: Mending
    people: int
    together: int


@dataclass(frozen=True)
class Ranking:
    """Mendings, most people first.

    Attributes
    ----------
    candidates
        How many there are to be mended.
    fewer
        How many of them let one to four people go: not listed, as small counts are not told.
    """

    ranked: tuple[Mending, ...]
    best: tuple[Step, ...]
    candidates: int
    fewer: int

    @property
    def listed(self) -> tuple[tuple[Mending, Step | None], ...]:
        """The best set in the order of its choice, then the others by whom each frees."""
        chosen = {id(step.mending) for step in self.best}
        others = ((one, None) for one in self.ranked if id(one) not in chosen)
        return (*((step.mending, step) for step in self.best), *others)


def rank(tx: Transaction, basis: Basis, query: RampsQuery, limit_m: float, n: int) -> Ranking:
    """Rank the mendings for the people of a unit, and choose the best set of `n`."""
    now = situation(basis, query.unit, limit_m)
    items = candidates.items(basis, query.mend)
    people = mending.people_freed(now, mending.freed(now, items.mendings), items.mendings.count)
    first = np.argsort(-people, kind="stable")
    first = first[people[first] >= SMALL]
    steps = choosing.best(now, items.mendings, n, least=SMALL)
    shown = np.unique(np.concatenate([first, [step.mending for step in steps]]).astype(np.int64))
    told = dict(zip(shown.tolist(), _told(tx, basis, items, shown, people), strict=True))
    return Ranking(
        tuple(told[int(i)] for i in first),
        tuple(Step(told[step.mending], step.people, step.together) for step in steps),
        items.mendings.count,
        int(((people > 0) & (people < SMALL)).sum()),
    )


def situation(basis: Basis, unit: str | None, limit_m: float) -> Situation:
    """Return how things are, counting the people of a unit only."""
    there = inside(basis, unit)
    return Situation(
        basis.possible,
        basis.homes,
        basis.equipment.doors.of_home,
        np.where(there, basis.people, 0),
        basis.supplies,
        limit_m,
    )


def inside(basis: Basis, unit: str | None) -> NDArray[np.bool_]:
    """Which homes lie in a unit; all when none is named."""
    if unit is None:
        return np.ones(len(basis.position), dtype=bool)
    below = np.array([one.code.startswith(unit) for one in basis.grounds.tree.units])
    return np.asarray((basis.position >= 0) & below[basis.position])


def _told(
    tx: Transaction,
    basis: Basis,
    items: Items,
    chosen: NDArray[np.int64],
    people: NDArray[np.int64],
) -> list[Mending]:
    """Put words and places to mendings."""
    edge = items.edge[chosen]
    xy = items.xy[chosen].copy()
    on = np.flatnonzero(edge >= 0)
    stored = basis.grounds.network
    if stored is not None and len(on):
        lines = networks.lines_of(stored.network, edge[on])
        xy[on] = shapely.get_coordinates(
            shapely.line_interpolate_point(lines, 0.5, normalized=True)
        )
    names = road_names(tx, edge[on])
    lonlat = crs.project(xy, basis.grounds.root.metric_epsg, crs.STORED)
    near = unit_near(basis, xy)
    return [
        Mending(
            items.kind[i],
            items.code[i],
            names.get(int(at)) if at >= 0 else items.name[i],
            float(lon),
            float(lat),
            unit[0],
            unit[1],
            int(people[i]),
        )
        for i, at, (lon, lat), unit in zip(chosen.tolist(), edge, lonlat, near, strict=True)
    ]


def road_names(tx: Transaction, edges: NDArray[np.int64]) -> dict[int, str | None]:
    """Return the names of the roads that some edges are part of, by edge."""
    if not len(edges):
        return {}
    rows = tx.sql.execute(_NAMES, {"ids": edges.tolist()})
    return {row.id: row.name for row in rows}


def unit_near(basis: Basis, xy: NDArray[np.float64]) -> Sequence[tuple[str | None, str | None]]:
    """Return code and name of the unit of the home nearest to each place: it answers for it."""
    homes = basis.grounds.demand.xy
    if not len(homes) or not len(xy):
        return [(None, None)] * len(xy)
    nearest = np.asarray(spatial.cKDTree(homes).query(xy)[1])
    units = basis.grounds.tree.units
    return [
        (units[p].code, units[p].name) if p >= 0 else (None, None)
        for p in basis.position[nearest].tolist()
    ]
