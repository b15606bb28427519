"""What to look at first where nothing is known: the list of a length that settles most people.

The shortest possible way of a home is settled when everything unknown on it is known. These ways
form a forest rooted at the supplies: what is to be looked at is chosen so that with each thing
all is looked at that lies between it and the supply (`gis.stepfree.precedence`).
"""

from dataclasses import dataclass, replace

import numpy as np

from gis import arrays, attachment
from gis.stepfree import precedence, search
from gis.stepfree.traits import State

_TIGHT_M = 1e-6


@dataclass(frozen=True, eq=False)
class Doors:
    """Doors of homes, and which of them are looked at together.

    Attributes
    ----------
    of_home
        Door of each home, shape (h,).
    is_shared
        Homes whose door is looked at with others along the same section of road, not by itself:
        where it must not be told that somebody waits behind a certain door; shape (h,).
    """

    of_home: arrays.Int64s
    is_shared: arrays.Bools

    @property
    def count(self) -> int:
        """Number of doors."""
        return int(self.of_home.max(initial=-1)) + 1


@dataclass(frozen=True, eq=False)
class Unknowns:
    """What is unknown on the shortest possible ways, as a forest.

    What can be looked at are sections of road, then supplies, then doors, then all shared doors
    along a section, numbered on. Each item of the forest means one of them; a section that homes
    leave towards another end than those who pass it is an item of its own beside theirs.

    Attributes
    ----------
    parent
        The item next on the way to the supply, -1: none; shape (items,).
    means
        What has to be looked at for each item, shape (items,).
    of_home
        First unknown item of each home's way; -1: there is none, or no way; shape (h,).
    n_sections, n_supplies, n_doors
        How many there are of each, and so where the next begin.
    along
        The section of each group of shared doors, shape (g,).
    """

    parent: arrays.Int64s
    means: arrays.Int64s
    of_home: arrays.Int64s
    n_sections: int
    n_supplies: int
    n_doors: int
    along: arrays.Int64s


@dataclass(frozen=True)
class _Layout:
    """Where each sort of item begins: n sections, m supplies, and doors; groups of doors follow."""

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
        """The section that a home stands on, left by its source; then left by its target."""
        return self.approach + self.m

    @property
    def count(self) -> int:
        """All items."""
        return self.own + 2 * self.n

    def means(self, stands_on: arrays.Int64s) -> arrays.Int64s:
        """Return what each item stands for; `stands_on` is the section of each supply."""
        section = np.arange(self.n)
        return np.concatenate([np.arange(self.approach), stands_on, section, section])


def unknowns(
    ways: search.Ways,
    section_states: arrays.Int8s,
    homes: search.Ends,
    supplies: search.Ends,
    doors: Doors,
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
    doors
        Of the homes.
    """
    parts = ways.open_roads.roads
    at = _Layout(parts.n_sections, len(supplies.state), doors.count)
    is_vague = section_states == State.UNKNOWN
    stands_on = np.maximum(supplies.place.edge, 0).astype(np.int64)
    supply = np.where(supplies.state == State.UNKNOWN, at.n + np.arange(at.m), -1)
    root = np.where(is_vague[stands_on], at.approach + np.arange(at.m), supply)
    up, by = _tree(ways)
    anchor = _anchors(ways, up, by, is_vague, root)
    parent = np.full(at.count, -1, dtype=np.int64)
    parent[at.approach : at.own] = supply
    node = np.flatnonzero((by >= 0) & is_vague[by])
    parent[by[node]] = anchor[up[node]]
    parent[at.own :] = np.concatenate([anchor[parts.source], anchor[parts.target]])

    home = np.flatnonzero(np.isfinite(ways.distance_m) & (homes.state > State.BLOCKED))
    edge = homes.place.edge[home].astype(np.int64)
    to_target, is_straight = _leaving(ways, homes.place.take(home), ways.distance_m[home])
    end = np.where(to_target, parts.target[edge], parts.source[edge])
    other = np.where(to_target, parts.source[edge], parts.target[edge])
    to = ways.supply[home].astype(np.int64)
    # Who goes the way of those who pass the whole section waits for the same look at it.
    passed = np.where(by[other] == edge, edge, at.own + edge + to_target * at.n)
    own = np.where(is_straight, at.approach + to, passed)
    beyond = np.where(is_straight, supply[to], anchor[end])
    first = np.where(is_vague[edge], own, beyond)
    found = Unknowns(
        parent, at.means(stands_on), np.full(len(homes.state), -1, dtype=np.int64),
        at.n, at.m, at.doors, np.zeros(0, dtype=np.int64),
    )  # fmt: skip
    found.of_home[home] = first
    at_door = home[homes.state[home] == State.UNKNOWN]
    return _with_doors(found, doors, at_door, homes.place.edge[at_door].astype(np.int64))


def _leaving(
    ways: search.Ways, place: attachment.Attachment, distance_m: arrays.Floats
) -> tuple[arrays.Bools, arrays.Bools]:
    """Which homes leave their section by its target, and which reach a supply on it straight."""
    parts, known = ways.open_roads.roads, ways.nodes.distance
    by_source = known[parts.source[place.edge]] + place.offset_m
    by_target = known[parts.target[place.edge]] + (parts.length_m[place.edge] - place.offset_m)
    way = distance_m - place.access_m
    return by_target < by_source, way < np.minimum(by_source, by_target) - _TIGHT_M


def _with_doors(
    found: Unknowns, doors: Doors, home: arrays.Int64s, edge: arrays.Int64s
) -> Unknowns:
    """Put the unknown doors of some homes, on those edges, before the rest of their ways."""
    first = found.of_home[home]
    shared = doors.is_shared[home]
    item = found.n_sections + found.n_supplies + doors.of_home[home]
    groups, group = np.unique(np.stack([first[shared], edge[shared]]), axis=1, return_inverse=True)
    n = len(found.parent)
    item[shared] = n + group.reshape(-1)
    parent, of_home = np.concatenate([found.parent, groups[0]]), found.of_home.copy()
    parent[item[~shared]] = first[~shared]
    of_home[home] = item
    numbers = found.n_sections + found.n_supplies + found.n_doors + np.arange(groups.shape[1])
    means = np.concatenate([found.means, numbers])
    return replace(found, parent=parent, means=means, of_home=of_home, along=groups[1])


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


def waiting(found: Unknowns, people: arrays.Int64s) -> arrays.Int64s:
    """Count the people whose way begins with each item, shape (items,)."""
    at = found.of_home >= 0
    return np.bincount(found.of_home[at], people[at], len(found.parent)).astype(np.int64)


def shortlist(found: Unknowns, people: arrays.Int64s, most: int) -> arrays.Int64s:
    """Choose what to look at: at most so much, to settle as many people as can be.

    What settles more people for each look comes first, as far as what it needs lets it.

    Parameters
    ----------
    found
        What is unknown.
    people
        In each home, those left out that need no settling; shape (h,).
    most
        Longest list.
    """
    used = _used(found)
    number = np.full(len(found.parent) + 1, -1, dtype=np.int64)
    number[used] = np.arange(len(used))
    weight = waiting(found, people)
    chosen = used[precedence.best_set(number[found.parent[used]], weight[used], most)]
    number[:] = -1
    number[chosen] = np.arange(len(chosen))
    blocks = precedence.order(number[found.parent[chosen]], weight[chosen])
    ordered = np.array([i for block, _ in blocks for i in block], dtype=np.int64)
    looked_at = found.means[chosen[ordered]]
    return looked_at[np.sort(np.unique(looked_at, return_index=True)[1])]


def _used(found: Unknowns) -> arrays.Int64s:
    """Items that are on the way of some home, ascending."""
    seen = np.zeros(len(found.parent) + 1, dtype=np.bool_)
    at = np.unique(found.of_home)
    while len(at := at[(at >= 0) & ~seen[at]]):
        seen[at] = True
        at = np.unique(np.append(found.parent, -1)[at])
    return np.flatnonzero(seen[:-1])
