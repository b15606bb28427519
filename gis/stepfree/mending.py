"""Which mending lets most people go: each alone, exactly, without a search for each.

The ways before the mending are known (one search). A mending can only shorten ways that lead
over what it opens, so the shorter distances are spread from there, for all mendings at once, as
far as they improve on what is known and stay within the limit: label correcting (Ford 1956) over
pairs of mending and node.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gis import arrays, attachment
from gis.stepfree import roads, search
from gis.stepfree.traits import State

_AT_ONCE = 256
"""So many mendings are spread together: their labels then stay in the cache."""


@dataclass(frozen=True, eq=False)
class Mendings:
    """What each mending makes passable; pairs in any order.

    Attributes
    ----------
    count
        Number of mendings, k; indices below are smaller.
    section_of, section
        Mending and the section of road it opens, shape (a,).
    supply_of, supply
        Mending and the supply whose entrance it opens, shape (b,).
    door_of, door
        Mending and the door it opens, shape (c,).
    """

    count: int
    section_of: arrays.Int64s
    section: arrays.Int64s
    supply_of: arrays.Int64s
    supply: arrays.Int64s
    door_of: arrays.Int64s
    door: arrays.Int64s

    def __post_init__(self) -> None:
        """Refuse pairs that are none, and mendings that are not there."""
        for of, what in self._pairs:
            if of.shape != what.shape or (len(of) and not 0 <= of.min() <= of.max() < self.count):
                raise ValueError("mendings and what they open do not go together")

    @property
    def _pairs(self) -> tuple[tuple[arrays.Int64s, arrays.Int64s], ...]:
        return (
            (self.section_of, self.section),
            (self.supply_of, self.supply),
            (self.door_of, self.door),
        )

    def some(self, first: int, last: int) -> "Mendings":
        """Give the mendings from `first` up to `last`, numbered anew."""
        picked = []
        for of, what in self._pairs:
            chosen = (of >= first) & (of < last)
            picked += [of[chosen] - first, what[chosen]]
        return Mendings(last - first, *picked)


@dataclass(frozen=True, eq=False)
class Situation:
    """How things are before anything is mended.

    Attributes
    ----------
    ways
        The possible ways of all homes, bounded by no less than the limit.
    homes
        Where homes meet the sections, and the states of their doors.
    door
        Door of each home: homes of one entrance have the same; shape (h,).
    people
        At each home, shape (h,).
    supplies
        What is to be reached.
    limit_m
        Longest way that counts, metres.
    """

    ways: search.Ways
    homes: search.Ends
    door: arrays.Int64s
    people: arrays.Int64s
    supplies: search.Ends
    limit_m: float

    @property
    def roads(self) -> roads.Roads:
        """The sections."""
        return self.ways.open_roads.roads

    @cached_property
    def homes_by_section(self) -> tuple[arrays.Int64s, arrays.Int64s]:
        """Attached homes by section, and the section of each, ascending."""
        place = self.homes.place
        on = np.flatnonzero(place.attached)
        on = on[np.argsort(place.edge[on], kind="stable")]
        return on, place.edge[on].astype(np.int64)


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


@dataclass(frozen=True, eq=False)
class _Labels:
    """Distances of pairs of mending and node, by ascending ``mending * nodes + node``."""

    key: arrays.Int64s
    metres: arrays.Floats

    def at(self, key: arrays.Int64s) -> arrays.Floats:
        """Metres of some pairs, infinite where there is no label."""
        if not len(self.key):
            return np.full(len(key), np.inf)
        where = np.minimum(np.searchsorted(self.key, key), len(self.key) - 1)
        return np.where(self.key[where] == key, self.metres[where], np.inf)

    def joined(self, other: "_Labels") -> "_Labels":
        """Join with labels that are shorter where both have one."""
        kept = self.key[~_is_in(self.key, other.key)]
        metres = self.metres[~_is_in(self.key, other.key)]
        where = np.searchsorted(kept, other.key)
        return _Labels(np.insert(kept, where, other.key), np.insert(metres, where, other.metres))


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
    opening = _Opening.of(now, mendings)
    labels = _spread(now, opening)
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
    both = _is_in(mending * doors + now.door[home], opened)
    return mending[both] * len(now.door) + home[both]


@dataclass(frozen=True, eq=False)
class _Opening:
    """What mendings open, made ready: arcs of opened sections by key, and supplies gained."""

    count: int
    section_of: arrays.Int64s
    section: arrays.Int64s
    arc_key: arrays.Int64s
    arc_end: arrays.Int64s
    arc_m: arrays.Floats
    supply_of: arrays.Int64s
    supply: arrays.Int64s
    is_opened: arrays.Int64s

    @classmethod
    def of(cls, now: Situation, mendings: Mendings) -> "_Opening":
        """Look at what was shut before, and now is not."""
        parts, is_open = now.roads, now.ways.open_roads.is_open
        shut = ~is_open[mendings.section]
        of, section = mendings.section_of[shut], mendings.section[shut]
        n = parts.n_nodes
        ends = np.concatenate([parts.source[section], parts.target[section]]).astype(np.int64)
        others = np.concatenate([parts.target[section], parts.source[section]]).astype(np.int64)
        key = np.concatenate([of, of]) * n + ends
        order = np.argsort(key, kind="stable")
        opened = np.sort(of * parts.n_sections + section)
        gained_of, gained = _gained(now, mendings, opened)
        metres = np.concatenate([parts.length_m[section]] * 2)
        return cls(
            mendings.count, of, section, key[order], others[order], metres[order],
            gained_of, gained, opened,
        )  # fmt: skip

    def opens(self, mending: arrays.Int64s, section: arrays.Int64s, n: int) -> arrays.Bools:
        """Whether mendings open sections, pair by pair; `n` is the number of sections."""
        return _is_in(mending * n + section, self.is_opened)


def _gained(
    now: Situation, mendings: Mendings, opened: arrays.Int64s
) -> tuple[arrays.Int64s, arrays.Int64s]:
    """Pairs of a mending and a supply that can be used after it, and could not before."""
    place, n = now.supplies.place, now.roads.n_sections
    passable = now.supplies.state > State.BLOCKED
    # Supplies on an opened section, and supplies whose entrance is mended.
    on = np.flatnonzero(place.attached)
    on = on[np.argsort(place.edge[on], kind="stable")]
    low = np.searchsorted(place.edge[on], opened % n, side="left")
    counts = np.searchsorted(place.edge[on], opened % n, side="right") - low
    of = np.concatenate([np.repeat(opened // n, counts), mendings.supply_of])
    supply = np.concatenate([on[arrays.ranges(low, counts)], mendings.supply])
    of, supply = _distinct(of, supply, len(passable))
    edge = place.edge[supply].astype(np.int64)
    own = np.sort(mendings.supply_of * max(len(passable), 1) + mendings.supply)
    enters = passable[supply] | _is_in(of * max(len(passable), 1) + supply, own)
    is_open = now.ways.open_roads.is_open[edge] | _is_in(of * n + edge, opened)
    usable = place.attached[supply] & enters & is_open
    usable &= ~(passable[supply] & now.ways.open_roads.is_open[edge])
    return of[usable], supply[usable]


def _distinct(
    of: arrays.Int64s, what: arrays.Int64s, n: int
) -> tuple[arrays.Int64s, arrays.Int64s]:
    key = np.unique(of * max(n, 1) + what)
    return key // max(n, 1), key % max(n, 1)


def _spread(now: Situation, opening: _Opening) -> "_Labels":
    """Spread what gets shorter from what each mending opens."""
    known, n = now.ways.nodes.distance, now.roads.n_nodes
    front = _shortest(*_first(now, opening), now.limit_m, known)
    labels = front
    while len(front.key):
        key, metres = _steps(now, opening, front, n)
        nearer = _shortest(key, metres, now.limit_m, known)
        better = nearer.metres < labels.at(nearer.key)
        front = _Labels(nearer.key[better], nearer.metres[better])
        labels = labels.joined(front)
    return labels


def _first(now: Situation, opening: _Opening) -> tuple[arrays.Int64s, arrays.Floats]:
    """Labels to begin with: over the opened sections, and from the supplies gained."""
    known, n, parts = now.ways.nodes.distance, now.roads.n_nodes, now.roads
    across = opening.arc_key // n * n + opening.arc_end
    over = known[opening.arc_key % n] + opening.arc_m
    place = now.supplies.place.take(opening.supply)
    out = place.offset_m + place.access_m
    back = (parts.length_m[place.edge] - place.offset_m) + place.access_m
    return (
        np.concatenate(
            [
                across,
                opening.supply_of * n + parts.source[place.edge],
                opening.supply_of * n + parts.target[place.edge],
            ]
        ),
        np.concatenate([over, out, back]),
    )


def _steps(
    now: Situation, opening: _Opening, front: _Labels, n: int
) -> tuple[arrays.Int64s, arrays.Floats]:
    """Go one section further from each label: over open sections and those its mending opens."""
    graph = now.ways.open_roads.graph
    node = front.key % n
    counts = graph.indptr[node + 1] - graph.indptr[node]
    arc = arrays.ranges(graph.indptr[node], counts)
    key = np.repeat(front.key - node, counts) + graph.indices[arc]
    metres = np.repeat(front.metres, counts) + graph.data[arc]
    low = np.searchsorted(opening.arc_key, front.key, side="left")
    own = np.searchsorted(opening.arc_key, front.key, side="right") - low
    arc = arrays.ranges(low, own)
    return (
        np.concatenate([key, np.repeat(front.key - node, own) + opening.arc_end[arc]]),
        np.concatenate([metres, np.repeat(front.metres, own) + opening.arc_m[arc]]),
    )


def _shortest(
    key: arrays.Int64s, metres: arrays.Floats, limit_m: float, known: arrays.Floats
) -> "_Labels":
    """Keep the shortest of each pair, where it is within the limit and shorter than known."""
    kept = (metres <= limit_m) & (metres < known[key % len(known)])
    key, metres = key[kept], metres[kept]
    order = np.lexsort((metres, key))
    key, metres = key[order], metres[order]
    first = np.ones(len(key), dtype=np.bool_)
    first[1:] = key[1:] != key[:-1]
    return _Labels(key[first], metres[first])


_Reached = tuple[arrays.Int64s, arrays.Int64s, arrays.Floats]


def _beside(now: Situation, opening: _Opening, labels: _Labels) -> Iterator[_Reached]:
    """Homes on sections at whose ends something got shorter: mending, home, metres."""
    parts, n = now.roads, now.roads.n_nodes
    mending, node = labels.key // n, labels.key % n
    place = now.homes.place
    section, ends, runs = parts.arcs
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
    del ends


def _on_opened(now: Situation, opening: _Opening, labels: _Labels) -> Iterator[_Reached]:
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


def _is_in(values: arrays.Int64s, ordered: arrays.Int64s) -> arrays.Bools:
    """Which values are in an ordered array."""
    if not len(ordered):
        return np.zeros(len(values), dtype=np.bool_)
    where = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    found: arrays.Bools = ordered[where] == values
    return found
