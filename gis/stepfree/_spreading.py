"""Shorter distances spread from what mendings open, for all of them at once.

Label correcting (Ford 1956) over pairs of mending and node: as far as they improve on what is
known before, and stay within the limit.
"""

from dataclasses import dataclass

import numpy as np

from gis import arrays
from gis.stepfree.situation import Mendings, Situation
from gis.stepfree.traits import State


@dataclass(frozen=True, eq=False)
class Labels:
    """Distances of pairs of mending and node, by ascending ``mending * nodes + node``."""

    key: arrays.Int64s
    metres: arrays.Floats

    def at(self, key: arrays.Int64s) -> arrays.Floats:
        """Metres of some pairs, infinite where there is no label."""
        if not len(self.key):
            return np.full(len(key), np.inf)
        where = np.minimum(np.searchsorted(self.key, key), len(self.key) - 1)
        return np.where(self.key[where] == key, self.metres[where], np.inf)

    def joined(self, other: "Labels") -> "Labels":
        """Join with labels that are shorter where both have one."""
        kept = self.key[~is_in(self.key, other.key)]
        metres = self.metres[~is_in(self.key, other.key)]
        where = np.searchsorted(kept, other.key)
        return Labels(np.insert(kept, where, other.key), np.insert(metres, where, other.metres))


@dataclass(frozen=True, eq=False)
class Opening:
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
    def of(cls, now: Situation, mendings: Mendings) -> "Opening":
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
        return is_in(mending * n + section, self.is_opened)


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
    enters = passable[supply] | is_in(of * max(len(passable), 1) + supply, own)
    is_open = now.ways.open_roads.is_open[edge] | is_in(of * n + edge, opened)
    usable = place.attached[supply] & enters & is_open
    usable &= ~(passable[supply] & now.ways.open_roads.is_open[edge])
    return of[usable], supply[usable]


def _distinct(
    of: arrays.Int64s, what: arrays.Int64s, n: int
) -> tuple[arrays.Int64s, arrays.Int64s]:
    key = np.unique(of * max(n, 1) + what)
    return key // max(n, 1), key % max(n, 1)


def spread(now: Situation, opening: Opening) -> "Labels":
    """Spread what gets shorter from what each mending opens."""
    known, n = now.ways.nodes.distance, now.roads.n_nodes
    front = _shortest(*_first(now, opening), now.limit_m, known)
    labels = front
    while len(front.key):
        key, metres = _steps(now, opening, front, n)
        nearer = _shortest(key, metres, now.limit_m, known)
        better = nearer.metres < labels.at(nearer.key)
        front = Labels(nearer.key[better], nearer.metres[better])
        labels = labels.joined(front)
    return labels


def _first(now: Situation, opening: Opening) -> tuple[arrays.Int64s, arrays.Floats]:
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
    now: Situation, opening: Opening, front: Labels, n: int
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
) -> "Labels":
    """Keep the shortest of each pair, where it is within the limit and shorter than known."""
    kept = (metres <= limit_m) & (metres < known[key % len(known)])
    key, metres = key[kept], metres[kept]
    order = np.lexsort((metres, key))
    key, metres = key[order], metres[order]
    first = np.ones(len(key), dtype=np.bool_)
    first[1:] = key[1:] != key[:-1]
    return Labels(key[first], metres[first])


def is_in(values: arrays.Int64s, ordered: arrays.Int64s) -> arrays.Bools:
    """Which values are in an ordered array."""
    if not len(ordered):
        return np.zeros(len(values), dtype=np.bool_)
    where = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    found: arrays.Bools = ordered[where] == values
    return found
