"""Walks made up on a network, and what a phone would have recorded of them: truth to test by.

A walk goes from place to place by ways that are not always the shortest, now and then turns back
and now and then comes round to where it was. Speeds are metres a second, times seconds.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from scipy import signal, sparse
from scipy.sparse import csgraph

from gis import arrays, network
from gis.tracks import along

_PAUSE_S = (15.0, 60.0)

_LEG_M = (150.0, 600.0)
_DETOUR = 0.35  # spread of the logarithm of what a metre costs
_TURN_BACK = 0.2
_COME_ROUND = 0.2


@dataclass(frozen=True, eq=False)
class Walk:
    """A walk, section by section; refused with a ValueError when it does not hold together.

    Attributes
    ----------
    edge
        Edge of each section, shape (k,).
    from_m, to_m
        Metres from the edge's source where it is entered and left; descending when it is walked
        against its direction, shape (k,).
    """

    edge: arrays.Int32s
    from_m: arrays.Floats
    to_m: arrays.Floats

    def __post_init__(self) -> None:
        """Refuse arrays of different lengths and an empty walk."""
        if not self.edge.shape == self.from_m.shape == self.to_m.shape:
            raise ValueError("the arrays of a walk differ in length")
        if not len(self.edge):
            raise ValueError("a walk has at least one section")

    @property
    def length_m(self) -> float:
        """Metres walked."""
        return float(np.abs(self.to_m - self.from_m).sum())


@dataclass(frozen=True)
class Receiver:
    """How positions are recorded.

    Attributes
    ----------
    every_s
        Seconds between positions.
    sigma_m
        Standard deviation of the error in each axis.
    memory_s
        Time in which an error fades to 1/e (first-order autoregression); 0 for independent ones.
    """

    every_s: float
    sigma_m: float
    memory_s: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no receiver does."""
        if not (self.every_s > 0 and self.sigma_m >= 0 and self.memory_s >= 0):
            raise ValueError("a receiver needs a positive interval, errors of zero or more")


@dataclass(frozen=True)
class Pace:
    """How a patrol walks.

    Attributes
    ----------
    speed_m_s
        Mean speed while walking.
    spread
        Standard deviation of the logarithm of the speed.
    memory_s
        Time in which a change of speed fades to 1/e.
    pause_every_s
        Mean time between pauses of a quarter of a minute to a minute; infinite for none.
    """

    speed_m_s: float = 1.2
    spread: float = 0.0
    memory_s: float = 60.0
    pause_every_s: float = np.inf


STEADY = Pace()
NATURAL = Pace(spread=0.15, pause_every_s=400.0)


def walk(net: network.Network, metres: float, rng: np.random.Generator) -> Walk:
    """Wander over the largest connected part of a network for about so many metres.

    Raises
    ------
    ValueError
        When the network has no edge to walk on.
    """
    largest = np.flatnonzero(network.components(net)[1] == 0)
    if len(largest) < 2:
        raise ValueError("a walk needs a network with an edge between two nodes")
    graph = network.adjacency(net)
    nodes, walked = [int(rng.choice(largest))], 0.0
    while walked < metres:
        leg = _leg(graph, nodes[-1], rng)
        if rng.random() < _TURN_BACK:
            part = leg[: rng.integers(2, len(leg) + 1)]
            leg = [*part, *part[-2::-1]]
        elif rng.random() < _COME_ROUND:
            leg = [*leg, *_way(graph, leg[-1], leg[0], rng)[1:]]
        walked += sum(float(graph[a, b]) for a, b in itertools.pairwise(leg))
        nodes += leg[1:]
    return _trimmed(_sections(net, np.array(nodes)), rng)


def positions(place: along.Along, walked: Walk, at_m: arrays.Floats) -> arrays.Floats:
    """Where one is after so many metres of a walk, shape (n, 2)."""
    ends = np.cumsum(np.abs(walked.to_m - walked.from_m))
    section = np.minimum(np.searchsorted(ends, at_m, side="right"), len(ends) - 1)
    begin, end = walked.from_m[section], walked.to_m[section]
    left = np.maximum(ends[section] - at_m, 0.0)
    return place.points(walked.edge[section], end - np.sign(end - begin) * left)


def record(
    place: along.Along,
    walked: Walk,
    receiver: Receiver,
    rng: np.random.Generator,
    pace: Pace = STEADY,
) -> tuple[arrays.Floats, arrays.Floats]:
    """Record a walk: times from 0, shape (n,), and places, shape (n, 2)."""
    at = _progress(walked.length_m, pace, rng)
    time = np.arange(0.0, len(at) - 1 + receiver.every_s / 2, receiver.every_s)
    true = positions(place, walked, np.interp(time, np.arange(len(at)), at))
    return time, true + errors(len(time), receiver, rng)


def _progress(metres: float, pace: Pace, rng: np.random.Generator) -> arrays.Floats:
    """Metres walked after each second, from 0 to all of them."""
    seconds = int(4 * metres / pace.speed_m_s) + 1000
    swing = _fading(rng.normal(0.0, pace.spread, (seconds, 1)), 1.0 / pace.memory_s)[:, 0]
    speed = pace.speed_m_s * np.exp(swing - pace.spread**2 / 2)
    for start in np.flatnonzero(rng.random(seconds) < 1.0 / pace.pause_every_s).tolist():
        speed[start : start + int(rng.uniform(*_PAUSE_S))] = 0.0
    at = np.concatenate([[0.0], np.cumsum(speed)])
    return np.asarray(np.minimum(at[: int(np.searchsorted(at, metres)) + 1], metres), np.float64)


def errors(count: int, receiver: Receiver, rng: np.random.Generator) -> arrays.Floats:
    """Draw errors of so many positions, metres, shape (n, 2)."""
    white = rng.normal(0.0, receiver.sigma_m, (count, 2))
    return _fading(white, receiver.every_s / receiver.memory_s) if receiver.memory_s else white


def _fading(white: arrays.Floats, pace: float) -> arrays.Floats:
    """First-order autoregression of the same spread, whose memory fades by 1/e in 1/pace rows."""
    kept = float(np.exp(-pace))
    fresh = float(np.sqrt(1 - kept**2))
    scaled = np.concatenate([white[:1] / fresh, white[1:]])  # the first error as large as others
    return np.asarray(signal.lfilter([fresh], [1.0, -kept], scaled, axis=0), np.float64)


def _leg(graph: sparse.csr_matrix, start: int, rng: np.random.Generator) -> list[int]:
    """Way to some place neither near nor far, or as far as one gets."""
    distance = csgraph.dijkstra(graph, indices=np.array([start]), limit=_LEG_M[1])[0]
    goals = np.flatnonzero(np.isfinite(distance) & (distance >= _LEG_M[0]))
    if not len(goals):
        goals = np.flatnonzero(np.isfinite(distance) & (distance > 0))
    return _way(graph, start, int(rng.choice(goals)), rng)


def _way(graph: sparse.csr_matrix, start: int, goal: int, rng: np.random.Generator) -> list[int]:
    """Nodes of a way that would be shortest if each metre cost what chance says."""
    dear = graph.copy()
    dear.data = graph.data * np.exp(rng.normal(0.0, _DETOUR, len(graph.data)))
    _, before = csgraph.dijkstra(dear, indices=np.array([start]), return_predecessors=True)
    nodes = [goal]
    while nodes[-1] != start:
        nodes.append(int(before[0, nodes[-1]]))
    return nodes[::-1]


def _sections(net: network.Network, nodes: arrays.Int64s) -> Walk:
    """Edges between consecutive nodes, of parallel ones the shortest."""
    n = net.n_nodes
    tail = np.concatenate([net.source, net.target]).astype(np.int64)
    head = np.concatenate([net.target, net.source]).astype(np.int64)
    edge = np.tile(np.arange(net.n_edges), 2)
    order = np.lexsort((net.length_m[edge], tail * n + head))
    keys = (tail * n + head)[order]
    found = order[np.searchsorted(keys, nodes[:-1] * n + nodes[1:])]
    forward, length = found < net.n_edges, net.length_m[edge[found]]
    return Walk(
        edge[found].astype(np.int32),
        np.where(forward, 0.0, length),
        np.where(forward, length, 0.0),
    )


def _trimmed(whole: Walk, rng: np.random.Generator) -> Walk:
    """Start and end somewhere along an edge, as people do."""
    from_m, to_m = whole.from_m.copy(), whole.to_m.copy()
    from_m[0] += (to_m[0] - from_m[0]) * rng.uniform(0, 0.9)
    if len(from_m) > 1:
        to_m[-1] -= (to_m[-1] - from_m[-1]) * rng.uniform(0, 0.9)
    return Walk(whole.edge, from_m, to_m)
