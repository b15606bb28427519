"""What is known to be in the way, and so can be mended: doors, facilities, barriers, roads."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from gis.stepfree import situation
from gis.stepfree.situation import Mendings
from gis.stepfree.traits import State, Steps
from services.barriers import BarrierKind
from services.themes.ramps.basis import Basis
from services.themes.ramps.query import Mend


class MendingKind(StrEnum):
    """What is mended."""

    DOOR = "door"
    FACILITY = "facility"
    KERB = "kerb"
    STEPS = "steps"
    BARRIER = "barrier"
    STAIRS = "stairs"
    STEEP = "steep"
    NARROW = "narrow"
    SURFACE = "surface"
    SECTION = "section"


BY_RAMP: Final = frozenset(
    [
        MendingKind.DOOR,
        MendingKind.FACILITY,
        MendingKind.KERB,
        MendingKind.STEPS,
        MendingKind.STAIRS,
    ]
)
"""What a ramp mends."""
_NONE: Final = np.zeros(0, dtype=np.int64)
_OF_BARRIER: Final = {
    BarrierKind.KERB.value: MendingKind.KERB,
    BarrierKind.STEPS.value: MendingKind.STEPS,
}


@dataclass(frozen=True, eq=False)
class Items:
    """Candidates one below the other: kind, code, name and place in metres of each."""

    kind: list[MendingKind]
    code: list[str | None]
    name: list[str | None]
    xy: NDArray[np.float64]
    edge: NDArray[np.int64]
    mendings: Mendings

    def only(self, kinds: frozenset[MendingKind]) -> "Items":
        """Give those of some kinds."""
        kept = np.array([kind in kinds for kind in self.kind], dtype=bool)
        at = np.flatnonzero(kept)
        return Items(
            [self.kind[i] for i in at],
            [self.code[i] for i in at],
            [self.name[i] for i in at],
            self.xy[at],
            self.edge[at],
            self.mendings.only(kept),
        )


def items(basis: Basis, mend: Mend) -> Items:
    """List what is known to be in the way and may be mended."""
    found = _items(basis)
    return found if mend is Mend.ALL else found.only(BY_RAMP)


def _items(basis: Basis) -> Items:
    parts = (_doors(basis), _facilities(basis), _barriers(basis), _roads(basis))
    return Items(
        [kind for part in parts for kind in part.kind],
        [code for part in parts for code in part.code],
        [name for part in parts for name in part.name],
        np.concatenate([part.xy for part in parts]),
        np.concatenate([part.edge for part in parts]),
        situation.joined([part.mendings for part in parts]),
    )


def _doors(basis: Basis) -> Items:
    owned = basis.equipment
    doors = np.flatnonzero(owned.doors.state == State.BLOCKED)
    told, n = owned.doors.told[doors], len(doors)
    return Items(
        [MendingKind.DOOR] * n,
        owned.told.code[told].tolist(),
        owned.told.name[told].tolist(),
        owned.doors.xy[doors],
        np.full(n, -1),
        Mendings(n, _NONE, _NONE, _NONE, _NONE, np.arange(n), doors),
    )


def _facilities(basis: Basis) -> Items:
    shut = np.flatnonzero(basis.supplies.state == State.BLOCKED)
    n = len(shut)
    return Items(
        [MendingKind.FACILITY] * n,
        [basis.places.found[i].code for i in shut],
        [basis.places.found[i].name for i in shut],
        basis.places.xy[shut],
        np.full(n, -1),
        Mendings(n, _NONE, _NONE, np.arange(n), shut, _NONE, _NONE),
    )


def _barriers(basis: Basis) -> Items:
    """Barriers on a road; one may part several sections."""
    cut = basis.streets
    found = np.flatnonzero(cut.barrier_state == State.BLOCKED)
    found = found[np.isin(found, cut.gates.barrier)]
    n = len(found)
    number = np.full(len(cut.barrier_state), -1, dtype=np.int64)
    number[found] = np.arange(n)
    section = np.flatnonzero(cut.roads.gate >= 0)
    of = number[cut.gates.barrier[cut.roads.gate[section]]]
    return Items(
        [_OF_BARRIER.get(kind, MendingKind.BARRIER) for kind in cut.barriers.kind[found]],
        cut.barriers.code[found].tolist(),
        cut.barriers.name[found].tolist(),
        cut.barriers.xy[found],
        np.full(n, -1),
        Mendings(n, of[of >= 0], section[of >= 0], _NONE, _NONE, _NONE, _NONE),
    )


def _roads(basis: Basis) -> Items:
    """Stretches of blocked road; their places and names are those of the first edge."""
    group, section = _stretches(basis)
    edge = basis.streets.roads.edge[section[np.unique(group, return_index=True)[1]]]
    n = len(edge)
    return Items(
        _reasons(basis, edge.astype(np.int64)),
        [None] * n,
        [None] * n,
        np.full((n, 2), np.nan),
        edge.astype(np.int64),
        Mendings(n, group, section, _NONE, _NONE, _NONE, _NONE),
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
