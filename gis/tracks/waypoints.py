"""A walk through way points: each on its nearest road, joined by the shortest ways on the network.

Dijkstra (1959), from one way point to the next, along edges exactly.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csgraph

from gis import arrays, attachment, network
from gis.tracks import along, routes, sections

NEAR_M: Final = 100.0
"""Way points farther from every road than this lie on none."""

_SPUR_M: Final = 12.0
"""A way point beside a crossing is meant to be the crossing, not so many metres of a side road."""

_SAME_M: Final = 1e-3
_DETOUR: Final = 3.0
_LEAST_M: Final = 1000.0


class NoRoadError(ValueError):
    """A way point lies near no road; ``point`` tells which, from 0."""

    def __init__(self, point: int) -> None:
        super().__init__(f"way point {point} is near no road")
        self.point = point


class NoWayError(ValueError):
    """No way leads from way point ``point``, from 0, to the next."""

    def __init__(self, point: int) -> None:
        super().__init__(f"no way leads on from way point {point}")
        self.point = point


@dataclass(frozen=True, eq=False)
class Joiner:
    """A network ready to join way points on; see `prepare`."""

    net: network.Network
    out: routes.Ways


def prepare(net: network.Network) -> Joiner:
    """Make ready to join way points on a network."""
    return Joiner(net, routes.ways(net))


def join(joiner: Joiner, xy: arrays.Floats) -> sections.Sections:
    """Walk through way points in their order.

    Parameters
    ----------
    xy
        Way points, metres in the network's CRS, shape (n, 2).

    Returns
    -------
    Sections
        One piece; times are metres walked. Nothing where all way points are in one place.

    Raises
    ------
    NoRoadError, NoWayError
        A way point is near no road, or none leads on from it.
    """
    places = attachment.attach(joiner.net, xy, NEAR_M)
    lost = np.flatnonzero(~places.attached)
    if len(lost):
        raise NoRoadError(int(lost[0]))
    legs = [_leg(joiner, places, i) for i in range(len(places) - 1)]
    if not legs:
        return sections.none()
    edge, begin, end = (np.concatenate(column) for column in zip(*legs, strict=True))
    metres = np.concatenate([[0.0], np.cumsum(np.abs(end - begin))])
    walked = sections.joined(
        sections.Sections(
            np.zeros(len(edge), np.int64),
            edge.astype(np.int32),
            begin,
            end,
            metres[:-1],
            metres[1:],
        )
    )
    return sections.without_spurs(walked, joiner.net.length_m, _SPUR_M)


_Leg = tuple[arrays.AnyInts, arrays.Floats, arrays.Floats]


def _leg(joiner: Joiner, places: attachment.Attachment, i: int) -> _Leg:
    """Shortest way between two neighbouring way points: edges, where they are entered and left."""
    net = joiner.net
    first, last = (int(edge) for edge in places.edge[i : i + 2])
    begin, end = (float(metres) for metres in places.offset_m[i : i + 2])
    tails, heads = _ends(net, first), _ends(net, last)
    to_tail = np.array([begin, net.length_m[first] - begin])
    from_head = np.array([end, net.length_m[last] - end])
    metres, before = _search(net, tails, heads)
    whole = to_tail[:, None] + metres[:, heads] + from_head[None, :]
    if first == last and abs(end - begin) <= whole.min():
        return np.array([first]), np.array([begin]), np.array([end])
    if not np.isfinite(whole).any():
        raise NoWayError(i)
    leaves, enters = np.unravel_index(int(whole.argmin()), whole.shape)
    nodes = _walk_back(before[leaves], int(tails[leaves]), int(heads[enters]))
    edge, onwards = _edges(joiner, nodes)
    length = net.length_m[edge]
    return (
        np.concatenate([[first], edge, [last]]),
        np.concatenate(
            [
                [begin],
                np.where(onwards, 0.0, length),
                [0.0 if enters == 0 else net.length_m[last]],
            ]
        ),
        np.concatenate(
            [
                [0.0 if leaves == 0 else net.length_m[first]],
                np.where(onwards, length, 0.0),
                [end],
            ]
        ),
    )


def _ends(net: network.Network, edge: int) -> arrays.Int64s:
    return np.array([net.source[edge], net.target[edge]], dtype=np.int64)


def _search(
    net: network.Network, tails: arrays.Int64s, heads: arrays.Int64s
) -> tuple[arrays.Floats, arrays.AnyInts]:
    """Distances from two nodes and the nodes before each; near by first, then everywhere."""
    graph = network.adjacency(net)
    straight = float(np.hypot(*(net.node_xy[tails[0]] - net.node_xy[heads[0]])))
    for limit in (_LEAST_M + _DETOUR * straight, np.inf):
        metres, before = csgraph.dijkstra(
            graph, indices=tails, return_predecessors=True, limit=limit
        )
        if np.isfinite(metres[:, heads]).all():
            break
    return metres, before


def _walk_back(before: arrays.AnyInts, tail: int, head: int) -> arrays.Int64s:
    nodes = [head]
    while nodes[-1] != tail:
        nodes.append(int(before[nodes[-1]]))
    return np.array(nodes[::-1], dtype=np.int64)


def _edges(joiner: Joiner, nodes: arrays.Int64s) -> tuple[arrays.Int64s, arrays.Bools]:
    """Find the shortest edge between each node and the next, and whether it leads that way."""
    out, net = joiner.out, joiner.net
    found = np.empty(len(nodes) - 1, np.int64)
    for k, (tail, head) in enumerate(zip(nodes[:-1].tolist(), nodes[1:].tolist(), strict=True)):
        low, high = out.start[tail], out.start[tail + 1]
        at = low + int(np.searchsorted(out.node[low:high], head))
        found[k] = out.edge[at]
    return found, np.asarray(net.source[found] == nodes[:-1], np.bool_)


def outline(joiner: Joiner, walked: sections.Sections) -> arrays.Floats:
    """Find few way points through which the shortest ways are a given walk.

    The longest stretches that are shortest ways themselves are found one after the other; parts of
    shortest ways are shortest ways, so each by bisection.

    Returns
    -------
    Floats
        Metres, shape (n, 2); joined they give the walk again, up to ways of the same length.
    """
    if not len(walked):
        return np.zeros((0, 2))
    edge = np.concatenate([walked.edge[:1], np.repeat(walked.edge, 2)])
    middle = (walked.from_m + walked.to_m) / 2
    offset = np.concatenate([walked.from_m[:1], np.stack([middle, walked.to_m], axis=1).ravel()])
    metres = np.concatenate([[0.0], np.cumsum(np.repeat(walked.length_m / 2, 2))])
    stops = _Stops(joiner, attachment.Attachment(edge, offset, np.zeros(len(edge))), metres)
    chosen, last = [0], len(edge) - 1
    while chosen[-1] < last:
        chosen.append(_farthest(stops, chosen[-1], last))
    return along.lay_out(joiner.net).points(edge[chosen], offset[chosen])


@dataclass(frozen=True, eq=False)
class _Stops:
    """Places along a walk, and metres walked until each."""

    joiner: Joiner
    places: attachment.Attachment
    metres: arrays.Floats


def _farthest(stops: _Stops, first: int, last: int) -> int:
    """Find the last place to which the walk is the shortest way; at least the next."""
    good, step = first + 1, 2
    while first + step <= last and _is_shortest(stops, first, first + step):
        good, step = first + step, 2 * step
    bad = min(first + step, last + 1)
    while bad - good > 1:
        middle = (good + bad) // 2
        if _is_shortest(stops, first, middle):
            good = middle
        else:
            bad = middle
    return good


def _is_shortest(stops: _Stops, first: int, last: int) -> bool:
    try:
        leg = _leg(stops.joiner, stops.places.take(np.array([first, last])), 0)
    except NoWayError:
        return False
    edge, metres = leg[0], np.abs(leg[2] - leg[1])
    walked = float(stops.metres[last] - stops.metres[first])
    if abs(float(metres.sum()) - walked) > _SAME_M:
        return False
    along_it = _runs(edge[metres > _SAME_M])
    return np.array_equal(along_it, _runs(stops.places.edge[first : last + 1]))


def _runs(edge: arrays.AnyInts) -> arrays.AnyInts:
    """Leave out repetitions."""
    kept: arrays.AnyInts = edge[np.diff(edge, prepend=-1) != 0]
    return kept
