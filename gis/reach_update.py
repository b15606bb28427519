"""Distances after a supply was added, without searching the whole network again.

Only what lies nearer to the new supply than to any other changes. The search from it goes on only
from places that it is nearest to: behind any other, that other one's supply is nearer, too.
"""

from __future__ import annotations

import numpy as np

from gis import arrays, attachment, network, reach


def extend_nodes(
    net: network.Network,
    before: reach.NodeReach,
    supply: attachment.Attachment,
    added: arrays.AnyInts,
) -> reach.NodeReach:
    """Distances of the nodes when some supplies are new, the same as a search from all finds.

    Meant for supplies that are the nearest of a small part: the search goes step by step, with all
    nodes at once that lately got nearer (as Moore 1959, The shortest path through a maze).

    Parameters
    ----------
    net
        The network.
    before
        The distances without them; origins are indices into `supply` already.
    supply
        All supplies, the new ones included.
    added
        Indices of the new ones, shape (k,).
    """
    nodes = reach.NodeReach(before.distance.copy(), before.origin.copy())
    for one in np.asarray(added)[supply.attached[added]]:
        edge, offset = supply.edge[one], supply.offset_m[one]
        ends = np.array([net.source[edge], net.target[edge]])
        metres = supply.access_m[one] + np.array([offset, net.length_m[edge] - offset])
        _spread(net, nodes, ends, metres, one)
    return nodes


def _spread(
    net: network.Network,
    nodes: reach.NodeReach,
    node: arrays.AnyInts,
    metres: arrays.Floats,
    origin: int,
) -> None:
    """Lower, in place, the distances of nodes and of all that are nearer through them."""
    graph, distance = network.adjacency(net), nodes.distance
    while len(node):
        is_closer = metres < distance[node]
        node, metres = node[is_closer], metres[is_closer]
        np.minimum.at(distance, node, metres)
        node = node[metres == distance[node]]  # who came by a longer way at the same time is out
        nodes.origin[node] = origin
        first = graph.indptr[node]
        count = graph.indptr[node + 1] - first
        way = arrays.ranges(first, count)
        metres = np.repeat(distance[node], count) + graph.data[way]
        node = graph.indices[way]


def extend(
    net: network.Network,
    demand: attachment.Attachment,
    before: tuple[reach.Reach, reach.NodeReach],
    supply: attachment.Attachment,
    added: arrays.AnyInts,
) -> tuple[reach.Reach, reach.NodeReach]:
    """Nearest supply of each place of demand when some supplies are new.

    Equal to `reach.nearest` over all of them, but for the name of the supply where two are
    equally far.

    Parameters
    ----------
    net
        The network.
    demand
        Places on it.
    before
        The answer without the new supplies, and the distances of the nodes; supplies are named
        by their indices in `supply` already.
    supply
        All supplies, the new ones included.
    added
        Indices of the new ones, shape (k,).
    """
    old, old_nodes = before
    nodes = extend_nodes(net, old_nodes, supply, added)
    changed = nodes.distance != old_nodes.distance
    edge_changed = changed[net.source] | changed[net.target]
    edge_changed[supply.edge[added][supply.attached[added]]] = True
    touched = np.flatnonzero(demand.attached & edge_changed[demand.edge])
    few = reach.nearest(net, demand.take(touched), supply, nodes)
    metres, named = old.distance_m.copy(), old.supply.copy()
    metres[touched], named[touched] = few.distance_m, few.supply
    return reach.Reach(metres, named), nodes


def extend_straight(
    before: arrays.Floats, demand_xy: arrays.Floats, added_xy: arrays.Floats
) -> arrays.Floats:
    """Straight metres to the nearest supply when some are new; shapes (n,), (n, 2), (k, 2)."""
    metres = before.copy()
    for x, y in added_xy:
        across = demand_xy[:, 0] - x
        near = np.flatnonzero(np.abs(across, out=across) < metres)
        along = demand_xy[near, 1] - y
        metres[near] = np.minimum(metres[near], np.sqrt(across[near] ** 2 + along**2))
    return metres
