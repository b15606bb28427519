"""Day-care centres: most where their people are, some at the edge or beyond the railway."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from data.sample import facts, partition
from data.sample.facts import Placing
from data.sample.sites import Sites
from gis import attachment, network, reach
from gis.arrays import Bools, Floats, Int64s, Objects

_ROUNDS: Final = 12
_EDGE_QUANTILE: Final = 0.96
_LOOK_AROUND_M: Final = 110.0
_WALK_M: Final = 300.0
_OFFERS: Final = 16


@dataclass(frozen=True)
class Ways:
    """What leads to a centre, and what cuts it off: road sections and railway, plan metres."""

    sections: Objects
    rail: shapely.Geometry


@dataclass(frozen=True)
class _Community:
    """The sites of one community, where they meet the network, and their households."""

    xy: Floats
    on: attachment.Attachment
    people: Floats


def choose(sites: Sites, plan: facts.CommunityPlan, ways: Ways) -> tuple[Int64s, ...]:
    """Choose the sites of the day-care centres of each community, in the plan's order.

    Parameters
    ----------
    sites
        Where a centre can be.
    plan
        How many centres each community has, and how well they are placed.
    ways
        How people walk.
    """
    shapely.prepare(ways.rail)
    net = _network(ways.sections)
    on = attachment.attach(net, sites.xy)
    found = []
    for index, placings in enumerate(plan.day_care):
        own = np.flatnonzero(sites.community == index)
        people = np.maximum(sites.households[own], 1e-9)
        place = _Community(sites.xy[own], on.take(own), people)
        found.append(own[_of_community(place, placings, net, ways.rail)])
    return tuple(found)


def _network(sections: Objects) -> network.Network:
    unknown = np.zeros(len(sections), dtype=np.int8)
    attributes = network.WayAttributes(unknown, unknown.astype(np.int16), ("",))
    return network.build_from_lines(sections, attributes)


def _of_community(
    place: _Community,
    placings: tuple[Placing, ...],
    net: network.Network,
    rail: shapely.Geometry,
) -> Int64s:
    cores = iter(_best_reached(place, placings.count(Placing.CORE), net))
    found = []
    for placing in placings:
        match placing:
            case Placing.CORE:
                found.append(next(cores))
            case Placing.EDGE:
                found.append(_at_edge(place))
            case Placing.BEYOND_RAIL:
                found.append(_beyond(place, rail))
    return np.array(found, dtype=np.int64)


def _best_reached(place: _Community, count: int, net: network.Network) -> list[int]:
    """Find, near the middle of each group of neighbours, the site that most of it walk to."""
    if not count:
        return []
    label, middles = _groups(place, count)
    return [
        _most_walked_to(place, _around(place.xy, middle), label == group, net)
        for group, middle in enumerate(middles)
    ]


def _around(xy: Floats, middle: Floats) -> Int64s:
    """Offer some sites around a place, the nearest among them."""
    away = np.linalg.norm(xy - middle, axis=1)
    order = np.argsort(away, kind="stable")
    near = order[: max(1, int((away <= _LOOK_AROUND_M).sum()))]
    return near[:: max(1, len(near) // _OFFERS)]


def _most_walked_to(place: _Community, offers: Int64s, group: Bools, net: network.Network) -> int:
    pairs = reach.pairs(net, place.on, place.on.take(offers), _WALK_M)
    people = (place.people * group)[pairs.demand]
    return int(offers[np.argmax(np.bincount(pairs.supply, people, minlength=len(offers)))])


def _groups(place: _Community, count: int) -> tuple[Int64s, Floats]:
    """Group neighbours and find the middles (k-means, from an even division)."""
    label = partition.evenly(place.xy, place.people, count)
    for _ in range(_ROUNDS):
        size = np.bincount(label, place.people, minlength=count)
        sums = [np.bincount(label, place.people * of, minlength=count) for of in place.xy.T]
        middles: Floats = np.column_stack(sums) / size[:, None]
        label = np.argmin(np.linalg.norm(place.xy[:, None] - middles, axis=2), axis=1)
    return label, middles


def _at_edge(place: _Community) -> int:
    """Find the site that nearly all live nearer to the core than."""
    away = np.linalg.norm(place.xy - _groups(place, 1)[1], axis=1)
    order = np.argsort(away, kind="stable")
    share = np.cumsum(place.people[order]) / place.people.sum()
    return int(order[np.searchsorted(share, _EDGE_QUANTILE)])


def _beyond(place: _Community, rail: shapely.Geometry) -> int:
    """Find the site nearest to the core beyond the railway; where there is none, one at the edge."""
    core = _groups(place, 1)[1]
    ends = np.stack((np.broadcast_to(core, place.xy.shape), place.xy), axis=1)
    beyond = np.flatnonzero(shapely.intersects(rail, shapely.linestrings(ends)))
    if not len(beyond):
        return _at_edge(place)
    return int(beyond[np.argmin(np.linalg.norm(place.xy[beyond] - core, axis=1))])
