"""Gaps: stretches of road that were not patrolled for long, most homes first."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from services.patrol.figures import LATE_DAYS, Walked
from services.patrol.roads import Roads

MOST: Final = 50


@dataclass(frozen=True)
class Gap:
    """Connected late sections of one road in one community.

    Attributes
    ----------
    edges
        The sections.
    households
        How many live along them.
    days
        Days since the last pass of that passed longest ago; None: not in the last year.
    """

    edges: tuple[int, ...]
    name: str | None
    unit_code: str
    unit_name: str
    length_m: float
    households: int
    days: int | None


def find(roads: Roads, done: Walked, unit: str | None, most: int = MOST) -> tuple[Gap, ...]:
    """Find gaps in a unit: those with most homes along them, then the longest."""
    edges = roads.demanded(unit)
    late = edges[~(done.days[edges] <= LATE_DAYS)]
    if not len(late):
        return ()
    of = _parts(roads, late)
    count = int(of.max()) + 1
    homes = np.bincount(of, roads.households[late], minlength=count)
    metres = np.bincount(of, roads.length_m[late], minlength=count)
    best = np.lexsort((-metres, -homes))[:most]
    return tuple(_gap(roads, done, late[of == part]) for part in best.tolist())


def _parts(roads: Roads, edges: NDArray[np.int64]) -> NDArray[np.int32]:
    """Give touching sections of the same name, in the same community, the same number."""
    network = roads.stored.network
    community = _community(roads)[roads.unit[edges]]
    names, name = np.unique(
        np.array([roads.names[i] or "" for i in edges.tolist()], dtype=np.str_),
        return_inverse=True,
    )
    kind = community.astype(np.int64) * len(names) + name
    ends = np.stack([network.source[edges], network.target[edges]], axis=1).astype(np.int64)
    keys = kind[:, None] * network.n_nodes + ends
    places, at = np.unique(keys.ravel(), return_inverse=True)
    n = len(edges)
    rows = np.repeat(np.arange(n), 2)
    graph = sparse.coo_matrix((np.ones(2 * n), (rows, n + at)), shape=(n + len(places),) * 2)
    label = csgraph.connected_components(graph, directed=False)[1][:n]
    return np.unique(label, return_inverse=True)[1].astype(np.int32)


def _community(roads: Roads) -> NDArray[np.int32]:
    """Community of each unit; a larger unit stands for itself."""
    community = roads.tree.at_level[2]
    return np.where(community >= 0, community, np.arange(len(community), dtype=np.int32))


def _gap(roads: Roads, done: Walked, edges: NDArray[np.int64]) -> Gap:
    unit = roads.tree.units[int(_community(roads)[roads.unit[edges[0]]])]
    longest = float(done.days[edges].max())
    return Gap(
        edges=tuple(edges.tolist()),
        name=roads.names[int(edges[0])],
        unit_code=unit.code,
        unit_name=unit.name,
        length_m=float(roads.length_m[edges].sum()),
        households=int(roads.households[edges].sum()),
        days=int(longest) if np.isfinite(longest) else None,
    )
