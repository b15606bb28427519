"""Distances after a supply was added, without searching the whole network again.

Only what lies nearer to the new supply than to any other changes. The search from it is bounded,
and the bound doubled until nothing that changed lies at its edge: beyond, every way leads through
places that stayed as they were.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csgraph

from gis import arrays, attachment, network, reach

_LEAST_LIMIT_M = 500.0


def extend_nodes(
    net: network.Network,
    before: reach.NodeReach,
    supply: attachment.Attachment,
    added: arrays.AnyInts,
) -> reach.NodeReach:
    """Distances of the nodes when some supplies are new.

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
    on = np.asarray(added)[supply.attached[added]]
    if not len(on):
        return before
    graph, n = reach.with_sources(net, supply, on), net.n_nodes
    # About as far as the others were from here, its own customers will end.
    rivals = before.distance[
        np.concatenate([net.source[supply.edge[on]], net.target[supply.edge[on]]])
    ]
    limit = max(_LEAST_LIMIT_M, float(rivals[np.isfinite(rivals)].max(initial=0.0)))
    while True:
        found, _, source = csgraph.dijkstra(
            graph,
            indices=np.arange(n, n + len(on)),
            min_only=True,
            return_predecessors=True,
            limit=limit,
        )
        metres = found[:n]
        closer = metres < before.distance
        beyond = ~np.isfinite(metres)
        a, b = net.source, net.target
        if not ((closer[a] & beyond[b]) | (closer[b] & beyond[a])).any():
            break
        limit *= 2
    origin = before.origin.copy()
    origin[closer] = on[source[:n][closer] - n]
    return reach.NodeReach(np.where(closer, metres, before.distance), origin)


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
    metres = before
    for x, y in added_xy:
        metres = np.minimum(metres, np.hypot(demand_xy[:, 0] - x, demand_xy[:, 1] - y))
    return metres
