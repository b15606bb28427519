"""What to look at first where nothing is known: the shortest list that settles most people.

The shortest possible way of a home is settled when everything unknown on it is known. These ways
form a forest rooted at the supplies, so what is to be looked at is chosen parents first, with as
many people for each look as can be: the order of Horn (1972, "Single-machine job sequencing with
treelike precedence ordering and linear delay penalties", SIAM J. Appl. Math. 23), whose every
beginning that ends with a block settles as many people as any list of that length.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gis import arrays
from gis.stepfree import search
from gis.stepfree.traits import State

_TIGHT_M = 1e-6


@dataclass(frozen=True, eq=False)
class Unknowns:
    """What is unknown on the shortest possible ways, as a forest.

    What can be looked at are sections of road, then supplies, then doors, numbered on. Each item
    of the forest means one of them; a section at the beginning or the end of a way is an item of
    its own, beside the one that others pass on their way.

    Attributes
    ----------
    parent
        The item next on the way to the supply, -1: none; shape (items,).
    means
        What has to be looked at for each item, shape (items,).
    of_home
        First unknown item of each home's way; -1: there is none, or no way; shape (h,).
    n_sections, n_supplies
        Where the numbers of supplies and doors begin.
    """

    parent: arrays.Int64s
    means: arrays.Int64s
    of_home: arrays.Int64s
    n_sections: int
    n_supplies: int


@dataclass(frozen=True)
class _Layout:
    """Where each sort of item begins: n sections, m supplies, and doors."""

    n: int
    m: int
    doors: int

    @property
    def door(self) -> int:
        """Doors."""
        return self.n + self.m

    @property
    def approach(self) -> int:
        """The section that each supply stands on."""
        return self.door + self.doors

    @property
    def own(self) -> int:
        """The section that a home stands on, left by its source."""
        return self.approach + self.m

    @property
    def straight(self) -> int:
        """The section that a home shares with a supply."""
        return self.own + 2 * self.n

    @property
    def count(self) -> int:
        """All items."""
        return self.straight + self.m

    def means(self, stands_on: arrays.Int64s) -> arrays.Int64s:
        """Return what each item stands for; `stands_on` is the section of each supply."""
        section = np.arange(self.n)
        plain = np.arange(self.approach)
        return np.concatenate([plain, stands_on, section, section, stands_on])


def unknowns(
    ways: search.Ways,
    section_states: arrays.Int8s,
    homes: search.Ends,
    supplies: search.Ends,
    door: arrays.Int64s,
) -> Unknowns:
    """Find what is unknown on the shortest possible way of each home that has one.

    Parameters
    ----------
    ways
        Possible ways.
    section_states
        A `State` for each section.
    homes, supplies
        As the ways were searched for.
    door
        Door of each home, shape (h,).
    """
    parts, known = ways.open_roads.roads, ways.nodes.distance
    at = _Layout(parts.n_sections, len(supplies.state), int(door.max(initial=-1)) + 1)
    is_vague = section_states == State.UNKNOWN
    stands_on = np.maximum(supplies.place.edge, 0).astype(np.int64)
    parent = np.full(at.count, -1, dtype=np.int64)
    supply = np.where(supplies.state == State.UNKNOWN, at.n + np.arange(at.m), -1)
    parent[at.approach : at.own] = parent[at.straight :] = supply
    root = np.where(is_vague[stands_on], at.approach + np.arange(at.m), supply)
    up, by = _tree(ways)
    anchor = _anchors(ways, up, by, is_vague, root)
    node = np.flatnonzero((by >= 0) & is_vague[by])
    parent[by[node]] = anchor[up[node]]
    parent[at.own : at.own + at.n] = anchor[parts.source]
    parent[at.own + at.n : at.straight] = anchor[parts.target]

    home = np.flatnonzero(np.isfinite(ways.distance_m) & (homes.state > State.BLOCKED))
    edge, offset = homes.place.edge[home].astype(np.int64), homes.place.offset_m[home]
    sides = (
        known[parts.source[edge]] + offset,
        known[parts.target[edge]] + (parts.length_m[edge] - offset),
    )
    is_target = sides[1] < sides[0]
    way = ways.distance_m[home] - homes.place.access_m[home]
    is_straight = way < np.minimum(*sides) - _TIGHT_M
    through = np.where(is_target, anchor[parts.target[edge]], anchor[parts.source[edge]])
    to = ways.supply[home].astype(np.int64)
    beyond = np.where(is_straight, supply[to], through)
    own = np.where(is_straight, at.straight + to, at.own + edge + is_target * at.n)
    first = np.where(is_vague[edge], own, beyond)
    at_door = homes.state[home] == State.UNKNOWN
    parent[at.door + door[home[at_door]]] = first[at_door]
    of_home = np.full(len(door), -1, dtype=np.int64)
    of_home[home] = np.where(at_door, at.door + door[home], first)
    return Unknowns(parent, at.means(stands_on), of_home, at.n, at.m)


def _tree(ways: search.Ways) -> tuple[arrays.Int64s, arrays.Int64s]:
    """Node before each node on its shortest way, and the section between; -1: begins there."""
    parts, known = ways.open_roads.roads, ways.nodes.distance
    section = np.flatnonzero(ways.open_roads.is_open)
    start = np.concatenate([parts.source[section], parts.target[section]])
    end = np.concatenate([parts.target[section], parts.source[section]])
    every = np.concatenate([section, section])
    reached = np.isfinite(known[start]) & np.isfinite(known[end]) & (known[start] < known[end])
    start, end, every = start[reached], end[reached], every[reached]
    tight = np.abs(known[start] + parts.length_m[every] - known[end]) <= _TIGHT_M
    up = np.full(len(known), -1, dtype=np.int64)
    by = np.full(len(known), -1, dtype=np.int64)
    up[end[tight]], by[end[tight]] = start[tight], every[tight]
    return up, by


def _anchors(
    ways: search.Ways,
    up: arrays.Int64s,
    by: arrays.Int64s,
    is_vague: arrays.Bools,
    root: arrays.Int64s,
) -> arrays.Int64s:
    """First unknown item of the way from each node; -1: none. `root`: that of each supply."""
    stops = (by < 0) | is_vague[by]
    to = np.where(stops, np.arange(len(up)), up)
    while (to != to[to]).any():
        to = to[to]
    at_root = np.append(root, -1)[ways.nodes.origin[to]]
    return np.where(by[to] >= 0, by[to], at_root)


def settled(found: Unknowns, looked_at: arrays.Int64s) -> arrays.Bools:
    """Which homes' ways have unknowns, all of them among what is looked at; shape (h,)."""
    is_open = np.append(~np.isin(found.means, looked_at), False)  # the last one stands for -1
    at, fine = found.of_home.copy(), found.of_home >= 0
    while (at >= 0).any():
        fine &= ~is_open[at]
        at = np.where(at >= 0, np.append(found.parent, -1)[at], -1)
    return fine


def order(parent: arrays.Int64s, people: arrays.Int64s) -> Iterator[tuple[list[int], int]]:
    """Give items in the best order, block by block: the items, parents first, and their people.

    Parameters
    ----------
    parent
        Parent of each item, -1: none; shape (n,).
    people
        People who wait for the item last, shape (n,).
    """
    blocks = {i: [i] for i in range(len(parent))}
    weight = people.astype(np.int64).tolist()
    of = list(range(len(parent)))
    above = parent.tolist()

    def root(item: int) -> int:
        while of[item] != item:
            of[item] = of[of[item]]
            item = of[item]
        return item

    heap = [(-weight[i] / 1, i, 1) for i in blocks]
    heapq.heapify(heap)
    given: set[int] = set()
    while heap:
        _, head, size = heapq.heappop(heap)
        if of[head] != head or head in given or size != len(blocks[head]):
            continue
        before = -1 if above[head] < 0 else root(above[head])
        if before < 0 or before in given:
            given.add(head)
            yield blocks[head], weight[head]
            continue
        blocks[before] += blocks.pop(head)
        weight[before] += weight[head]
        of[head] = before
        size = len(blocks[before])
        heapq.heappush(heap, (-weight[before] / size, before, size))


def shortlist(found: Unknowns, people: arrays.Int64s, most: int) -> arrays.Int64s:
    """Choose what to look at: at most so much, to settle as many people as can be.

    Parameters
    ----------
    found
        What is unknown.
    people
        In each home, those left out that need no settling; shape (h,).
    most
        Longest list.
    """
    waiting = np.bincount(
        np.maximum(found.of_home, 0), np.where(found.of_home >= 0, people, 0), len(found.parent)
    ).astype(np.int64)
    used = _used(found)
    number = np.full(len(found.parent) + 1, -1, dtype=np.int64)
    number[used] = np.arange(len(used))
    chosen: list[int] = []
    for block, gained in order(number[found.parent[used]], waiting[used]):
        if not gained or len(chosen) + len(block) > most:
            break
        chosen += block
    looked_at = found.means[used[np.array(chosen, dtype=np.int64)]]
    return looked_at[np.sort(np.unique(looked_at, return_index=True)[1])]


def _used(found: Unknowns) -> arrays.Int64s:
    """Items that are on the way of some home, ascending."""
    seen = np.zeros(len(found.parent) + 1, dtype=np.bool_)
    at = np.unique(found.of_home)
    while len(at := at[(at >= 0) & ~seen[at]]):
        seen[at] = True
        at = np.unique(np.append(found.parent, -1)[at])
    return np.flatnonzero(seen[:-1])
