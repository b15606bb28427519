"""Mendings ranked by whom each alone lets go, and the best set of a few, counted anew each time."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray
from scipy import sparse, spatial
from scipy.sparse import csgraph

from gis import crs
from gis import network as networks
from gis.stepfree import choosing, mending
from gis.stepfree.mending import Mendings, Situation
from gis.stepfree.traits import State, Steps
from services.coverage import SMALL
from services.database import Transaction
from services.themes.ramps.basis import Basis

_NAMES = sa.text("""
    SELECT id, name FROM network_edges
    WHERE network_id = (SELECT max(id) FROM networks) AND id = ANY(:ids)
""")


class MendingKind(StrEnum):
    """What is mended."""

    DOOR = "door"
    FACILITY = "facility"
    BARRIER = "barrier"
    STAIRS = "stairs"
    STEEP = "steep"
    NARROW = "narrow"
    SURFACE = "surface"
    SECTION = "section"


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


@dataclass(frozen=True, eq=False)
class _Items:
    """Candidates one below the other: kind, code, name and place in metres of each."""

    kind: list[MendingKind]
    code: list[str | None]
    name: list[str | None]
    xy: NDArray[np.float64]
    edge: NDArray[np.int64]
    mendings: Mendings


def rank(tx: Transaction, basis: Basis, unit: str | None, limit_m: float, n: int) -> Ranking:
    """Rank the mendings for the people of a unit, and choose the best set of `n`."""
    now = situation(basis, unit, limit_m)
    items = _items(basis)
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


def _items(basis: Basis) -> _Items:
    """List what is known to be in the way: doors, facilities, barriers, stairways, roads."""
    owned, cut = basis.equipment, basis.streets
    doors = np.flatnonzero(owned.doors.state == State.BLOCKED)
    shut = np.flatnonzero(basis.supplies.state == State.BLOCKED)
    barriers = np.flatnonzero(cut.barrier_state == State.BLOCKED)
    barriers = barriers[np.isin(barriers, cut.gates.barrier)]
    group, section = _stretches(basis)
    groups = int(group.max(initial=-1)) + 1
    starts = np.cumsum([0, len(doors), len(shut), len(barriers)])
    is_gate = np.flatnonzero(cut.roads.gate >= 0)
    of_gate = cut.gates.barrier[cut.roads.gate[is_gate]]
    place_of = np.full(len(cut.barrier_state), -1, dtype=np.int64)
    place_of[barriers] = np.arange(len(barriers))
    gated = place_of[of_gate] >= 0
    first = np.unique(group, return_index=True)[1]
    edge = np.full(starts[3] + groups, -1, dtype=np.int64)
    edge[starts[3] :] = cut.roads.edge[section[first]]
    told = owned.doors.told[doors]
    return _Items(
        [
            *[MendingKind.DOOR] * len(doors),
            *[MendingKind.FACILITY] * len(shut),
            *[MendingKind.BARRIER] * len(barriers),
            *_reasons(basis, edge[starts[3] :]),
        ],
        [
            *owned.told.code[told].tolist(),
            *(basis.places.found[i].code for i in shut),
            *cut.barriers.code[barriers].tolist(),
            *[None] * groups,
        ],
        [
            *owned.told.name[told].tolist(),
            *(basis.places.found[i].name for i in shut),
            *cut.barriers.name[barriers].tolist(),
            *[None] * groups,
        ],
        np.concatenate(
            [
                owned.doors.xy[doors],
                basis.places.xy[shut],
                cut.barriers.xy[barriers],
                np.full((groups, 2), np.nan),
            ]
        ),
        edge,
        Mendings(
            int(starts[3]) + groups,
            np.concatenate([starts[2] + place_of[of_gate[gated]], starts[3] + group]),
            np.concatenate([is_gate[gated], section]),
            starts[1] + np.arange(len(shut)),
            shut,
            np.arange(len(doors)),
            doors,
        ),
    )


def _reasons(basis: Basis, edge: NDArray[np.int64]) -> list[MendingKind]:
    """Tell what blocks each of some roads, the heaviest reason first."""
    stored, limits = basis.grounds.network, basis.streets.profile.limits
    if stored is None:
        return []
    known = stored.traits.take(edge)
    refused = np.array([*(name in limits.refused for name in known.surface_names), False])
    which = np.select(
        [
            known.steps == Steps.PLAIN,
            known.incline_pct > limits.incline_pct,
            known.width_m < limits.width_m,
            refused[known.surface],
        ],
        [0, 1, 2, 3],
        4,
    )
    kinds = (
        MendingKind.STAIRS,
        MendingKind.STEEP,
        MendingKind.NARROW,
        MendingKind.SURFACE,
        MendingKind.SECTION,
    )
    return [kinds[i] for i in which]


def _steps_of(basis: Basis) -> NDArray[np.bool_]:
    """Which edges are stairways."""
    stored = basis.grounds.network
    if stored is None:
        return np.zeros(0, dtype=bool)
    return np.asarray(stored.traits.steps == Steps.PLAIN)


def _stretches(basis: Basis) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Blocked sections of road, those of one stairway together: group and section, by group."""
    cut = basis.streets
    roads = np.flatnonzero((cut.state == State.BLOCKED) & (cut.roads.gate < 0))
    is_steps = _steps_of(basis)[cut.roads.edge[roads]]
    stairs = roads[is_steps]
    n = cut.roads.n_nodes
    ends = (cut.roads.source[stairs], cut.roads.target[stairs])
    graph = sparse.coo_matrix((np.ones(len(stairs)), ends), shape=(n, n))
    label = csgraph.connected_components(graph, directed=False)[1] if n else np.zeros(0, np.int32)
    # Sections cut at a barrier are pieces of one edge: they are mended together, too.
    own = n + cut.roads.edge[roads].astype(np.int64)
    own[is_steps] = label[ends[0]]
    group = np.unique(own, return_inverse=True)[1].astype(np.int64)
    order = np.argsort(group, kind="stable")
    return group[order], roads[order]


def _told(
    tx: Transaction,
    basis: Basis,
    items: _Items,
    chosen: NDArray[np.int64],
    people: NDArray[np.int64],
) -> list[Mending]:
    """Put words and places to mendings."""
    edge = items.edge[chosen]
    xy = items.xy[chosen].copy()
    on = np.flatnonzero(edge >= 0)
    names: dict[int, str | None] = {}
    stored = basis.grounds.network
    if stored is not None and len(on):
        lines = networks.lines_of(stored.network, edge[on])
        xy[on] = shapely.get_coordinates(
            shapely.line_interpolate_point(lines, 0.5, normalized=True)
        )
        rows = tx.sql.execute(_NAMES, {"ids": edge[on].tolist()})
        names = {row.id: row.name for row in rows}
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
