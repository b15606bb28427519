"""Which mending lets most people go: each alone, exactly, without a search for each.

The ways before the mending are known (one search). A mending can only shorten ways that lead
over what it opens, so the shorter distances are spread from there (`_spreading`), and only homes
beside them are looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gis import arrays, attachment
from gis.stepfree import _spreading, roads
from gis.stepfree._spreading import Labels, Opening
from gis.stepfree.situation import Mendings, Situation
from gis.stepfree.traits import State

_AT_ONCE = 256
"""So many mendings are spread together: their labels then stay in the cache."""


@dataclass(frozen=True, eq=False)
class Freed:
    """Homes that a mending lets go, pairs by mending, then home.

    Attributes
    ----------
    mending, home
        Indices, shape (p,).
    """

    mending: arrays.Int64s
    home: arrays.Int64s


def freed(now: Situation, mendings: Mendings) -> Freed:
    """Find the homes that each mending alone lets go.

    A home is let go whose door is passable, with a step-free way within the limit, where not
    both was so before. Ways are possible ones: what is not known counts as passable.

    Parameters
    ----------
    now
        Before the mending.
    mendings
        Each looked at alone.
    """
    found = [
        _freed(now, mendings.some(first, min(first + _AT_ONCE, mendings.count)), first)
        for first in range(0, mendings.count, _AT_ONCE)
    ]
    empty = np.zeros(0, dtype=np.int64)
    return Freed(
        np.concatenate([empty, *(pairs.mending for pairs in found)]),
        np.concatenate([empty, *(pairs.home for pairs in found)]),
    )


def people_freed(now: Situation, pairs: Freed, count: int) -> arrays.Int64s:
    """Count the people that each of `count` mendings lets go, shape (count,)."""
    return np.bincount(pairs.mending, now.people[pairs.home], minlength=count).astype(np.int64)


def _freed(now: Situation, mendings: Mendings, first: int) -> Freed:
    within = now.ways.distance_m <= now.limit_m
    gone = within & (now.homes.state > State.BLOCKED)
    keys = [_by_doors(now, mendings, within & ~gone)]
    opening = _spreading.Opening.of(now, mendings)
    labels = _spreading.spread(now, opening)
    for mending, home, metres in (
        *_beside(now, opening, labels),
        *_on_opened(now, opening, labels),
    ):
        free = (metres <= now.limit_m) & ~gone[home] & (now.homes.state[home] > State.BLOCKED)
        keys.append(mending[free] * len(gone) + home[free])
        shut = (metres <= now.limit_m) & (now.homes.state[home] == State.BLOCKED)
        keys.append(_also_by_door(now, mendings, mending[shut], home[shut]))
    every = np.unique(np.concatenate(keys))
    return Freed(every // max(len(gone), 1) + first, every % max(len(gone), 1))


def _by_doors(now: Situation, mendings: Mendings, waiting: arrays.Bools) -> arrays.Int64s:
    """Homes that only their door keeps in, with the mending of that door, as keys."""
    home = np.flatnonzero(waiting)
    home = home[np.argsort(now.door[home], kind="stable")]
    low = np.searchsorted(now.door[home], mendings.door, side="left")
    counts = np.searchsorted(now.door[home], mendings.door, side="right") - low
    mending = np.repeat(mendings.door_of, counts)
    return mending * len(waiting) + home[arrays.ranges(low, counts)]


def _also_by_door(
    now: Situation, mendings: Mendings, mending: arrays.Int64s, home: arrays.Int64s
) -> arrays.Int64s:
    """Of homes with a blocked door those whose door the same mending opens, as keys."""
    doors = int(now.door.max(initial=-1)) + 1
    opened = np.sort(mendings.door_of * doors + mendings.door)
    both = _spreading.is_in(mending * doors + now.door[home], opened)
    return mending[both] * len(now.door) + home[both]


_Reached = tuple[arrays.Int64s, arrays.Int64s, arrays.Floats]


def _beside(now: Situation, opening: Opening, labels: Labels) -> Iterator[_Reached]:
    """Homes on sections at whose ends something got shorter: mending, home, metres."""
    parts, n = now.roads, now.roads.n_nodes
    mending, node = labels.key // n, labels.key % n
    place = now.homes.place
    section, _, runs = parts.arcs
    counts = runs[node + 1] - runs[node]
    arc = arrays.ranges(runs[node], counts)
    of, metres = np.repeat(mending, counts), np.repeat(labels.metres, counts)
    on = section[arc].astype(np.int64)
    passable = now.ways.open_roads.is_open[on] | opening.opens(of, on, parts.n_sections)
    at_source = parts.source[on] == np.repeat(node, counts)
    of, on, metres, at_source = of[passable], on[passable], metres[passable], at_source[passable]
    home, low, many = _homes_of(now, on)
    of, metres, at_source = (np.repeat(values, many) for values in (of, metres, at_source))
    home = home[arrays.ranges(low, many)]
    yield of, home, metres + _along(parts, place, home, at_source) + place.access_m[home]


def _on_opened(now: Situation, opening: Opening, labels: Labels) -> Iterator[_Reached]:
    """Homes on an opened section, and those on one section with a supply gained."""
    parts, place, n = now.roads, now.homes.place, now.roads.n_nodes
    ordered, low, many = _homes_of(now, opening.section)
    of, home = np.repeat(opening.section_of, many), ordered[arrays.ranges(low, many)]
    for ends, at_source in ((parts.source, True), (parts.target, False)):
        node = ends[place.edge[home]].astype(np.int64)
        metres = np.minimum(now.ways.nodes.distance[node], labels.at(of * n + node))
        side = np.full(len(home), at_source)
        yield of, home, metres + _along(parts, place, home, side) + place.access_m[home]
    supply = now.supplies.place.take(opening.supply)
    ordered, low, many = _homes_of(now, supply.edge.astype(np.int64))
    of, home = np.repeat(opening.supply_of, many), ordered[arrays.ranges(low, many)]
    there = np.repeat(np.arange(len(supply)), many)
    apart = np.abs(place.offset_m[home] - supply.offset_m[there])
    yield of, home, apart + supply.access_m[there] + place.access_m[home]


def _along(
    parts: roads.Roads,
    place: attachment.Attachment,
    home: arrays.Int64s,
    from_source: arrays.Bools,
) -> arrays.Floats:
    """Metres along its section from one end to each home."""
    offset = place.offset_m[home]
    return np.where(from_source, offset, parts.length_m[place.edge[home]] - offset)


def _homes_of(
    now: Situation, section: arrays.Int64s
) -> tuple[arrays.Int64s, arrays.Int64s, arrays.Int64s]:
    """Homes by section, and the run of them on each of some sections: its start and length."""
    on, sections = now.homes_by_section
    low = np.searchsorted(sections, section, side="left")
    return on, low, np.searchsorted(sections, section, side="right") - low
