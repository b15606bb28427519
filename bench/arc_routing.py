"""Published arc-routing instances, and optima computed by other means than the planner's.

The instances lie beside the checkout where there are any: vertices and edges, then for each edge
its ends, cost and demand, white-space separated. The first vertex is the depot; an edge without
demand need not be walked.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import networkx as nx
import numpy as np
from scipy import optimize, sparse
from scipy.sparse import csgraph
from scipy.spatial import Delaunay

from gis.patrol import plans, problem

_FOLDER = Path(__file__).parents[2] / "shared" / "data" / "arc_routing"
_SECONDS = 60.0


@dataclass(frozen=True)
class Instance:
    """Sections by the name of their instance; the depot is node 0."""

    name: str
    sections: problem.Sections

    @property
    def whole(self) -> bool:
        """Whether every section is required."""
        return bool((self.sections.passes > 0).all())

    def problem(self, patrols: int) -> problem.Problem:
        """Ask for closed walks from the depot."""
        return problem.Problem(self.sections, problem.Team(patrols, 0, 0))

    def distances(self) -> np.ndarray:
        """Metres between all nodes."""
        parts, n = self.sections, self.sections.n_nodes
        table = np.full((n, n), np.inf)
        np.minimum.at(table, (parts.source, parts.target), parts.length_m)
        return csgraph.shortest_path(np.minimum(table, table.T), method="FW")


def published() -> list[Instance]:
    """Read all instances that are at hand."""
    return [_read(path) for path in sorted(_FOLDER.glob("*.dat"))]


def half_required(whole: Instance, seed: int) -> Instance:
    """Require a random half of the sections only."""
    required = np.random.default_rng(seed).random(len(whole.sections)) < 0.5
    return Instance(f"half of {whole.name}", _requiring(whole.sections, required))


def town(edges: int, seed: int = 0) -> problem.Sections:
    """Make crossings at random places with paths between neighbours, 1.45 for each crossing."""
    rng = np.random.default_rng(seed)
    n = int(edges / 1.45)
    xy = rng.uniform(0.0, 80.0 * math.sqrt(n), (n, 2))
    triangles = Delaunay(xy).simplices
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])
    sides = np.unique(np.sort(sides, axis=1), axis=0)
    metres = np.hypot(*(xy[sides[:, 0]] - xy[sides[:, 1]]).T)
    graph = sparse.csr_matrix((metres, sides.T), shape=(n, n))
    tree = csgraph.minimum_spanning_tree(graph).tocoo()
    key = sides[:, 0].astype(np.int64) * n + sides[:, 1]
    in_tree = np.isin(key, tree.row.astype(np.int64) * n + tree.col)
    rest = np.flatnonzero(~in_tree)
    rest = rest[np.argsort(metres[rest] * rng.uniform(0.5, 1.5, len(rest)))]
    kept = np.concatenate([np.flatnonzero(in_tree), rest])[:edges]
    return problem.all_once(n, sides[kept, 0], sides[kept, 1], metres[kept])


def optimum(instance: Instance) -> float | None:
    """Length of the shortest single walk, if it is known: the Chinese or the rural postman's."""
    return postman_optimum(instance) if instance.whole else rural_optimum(instance)


def postman_optimum(instance: Instance) -> float:
    """Length of the Chinese postman's walk, by networkx's matching of the odd nodes."""
    parts, far = instance.sections, instance.distances()
    meet = np.bincount(np.concatenate([parts.source, parts.target]), minlength=parts.n_nodes)
    graph = nx.Graph()
    for a, b in itertools.combinations(np.flatnonzero(meet % 2).tolist(), 2):
        graph.add_edge(a, b, weight=far[a, b])
    pairs = nx.min_weight_matching(graph)
    return float(parts.length_m.sum() + sum(far[a, b] for a, b in pairs))


def farthest(instance: Instance) -> float:
    """Length of the longest walk that must go to one section and back."""
    parts, far = instance.sections, instance.distances()[0]
    alone = far[parts.source] + parts.length_m + far[parts.target]
    return float(alone[parts.passes > 0].max(initial=0.0))


def flaws(instance: Instance, walks: Sequence[plans.Walk]) -> int:
    """Count walks that do not hang together or are not as long as told, and sections missed."""
    parts, missed, broken = instance.sections, instance.sections.passes > 0, 0
    for walk in walks:
        missed[walk.section] = False
        tail = np.where(walk.forward, parts.source[walk.section], parts.target[walk.section])
        head = np.where(walk.forward, parts.target[walk.section], parts.source[walk.section])
        told = math.isclose(walk.length_m, parts.length_m[walk.section].sum())
        broken += not (told and np.array_equal(np.insert(head, 0, 0), np.append(tail, 0)))
    return int(missed.sum()) + broken


def rural_optimum(instance: Instance) -> float | None:
    """Length of the rural postman's walk by HiGHS, if it proves it in time.

    Passes in each direction are whole numbers, balanced at every node; a flow from the depot, one
    unit for each node with something required, runs along sections that are passed only.
    """
    parts, n = instance.sections, instance.sections.n_nodes
    tail = np.concatenate([parts.source, parts.target])
    head = np.concatenate([parts.target, parts.source])
    e, needy = len(parts), np.unique(tail[np.tile(parts.passes > 0, 2)])
    supply = np.zeros(n)
    supply[needy] -= 1.0
    supply[0] -= supply.sum()
    arcs = np.arange(2 * e)
    leave = sparse.csr_matrix((np.ones(2 * e), (tail, arcs)), shape=(n, 2 * e))
    leave -= sparse.csr_matrix((np.ones(2 * e), (head, arcs)), shape=(n, 2 * e))
    both = sparse.hstack([sparse.identity(e), sparse.identity(e)])
    most = float(len(needy))
    rows = sparse.bmat(
        [
            [leave, None],
            [both, sparse.csr_matrix((e, 2 * e))],
            [None, leave],
            [-most * sparse.identity(2 * e), sparse.identity(2 * e)],
        ],
        format="csr",
    )
    low = np.concatenate([np.zeros(n), parts.passes, supply, np.full(2 * e, -np.inf)])
    high = np.concatenate([np.zeros(n), np.full(e, np.inf), supply, np.zeros(2 * e)])
    found = optimize.milp(
        np.concatenate([np.tile(parts.length_m, 2), np.zeros(2 * e)]),
        integrality=np.repeat([1, 0], 2 * e),
        constraints=optimize.LinearConstraint(rows, low, high),
        options={"time_limit": _SECONDS, "mip_rel_gap": 0.0},
    )
    return float(found.fun) if found.status == 0 else None


def _requiring(sections: problem.Sections, required: np.ndarray) -> problem.Sections:
    return replace(sections, passes=required.astype(np.int32))


def _read(path: Path) -> Instance:
    numbers = np.array(path.read_text(encoding="ascii").split(), dtype=np.float64)
    n, m = numbers[:2].astype(int)
    table = numbers[2 : 2 + 4 * m].reshape(m, 4)
    ends = table[:, :2].astype(np.int32)
    sections = problem.all_once(int(n), ends[:, 0], ends[:, 1], table[:, 2])
    return Instance(path.stem, _requiring(sections, table[:, 3] > 0))
