"""Which mendings first: one after the other, each the best after those before."""

from dataclasses import dataclass, replace

import numpy as np

from gis import arrays
from gis.stepfree import mending, roads, search
from gis.stepfree.situation import Mendings, Situation
from gis.stepfree.traits import State


@dataclass(frozen=True)
class Choice:
    """One step of the way to a set of mendings.

    Attributes
    ----------
    mending
        The mending chosen.
    people
        Whom it lets go after all those chosen before.
    together
        Whom all chosen so far let go together.
    """

    mending: int
    people: int
    together: int


def applied(now: Situation, mendings: Mendings, chosen: int) -> Situation:
    """Return how things are after one mending, all ways searched anew."""
    is_open = now.ways.open_roads.is_open.copy()
    is_open[mendings.section[mendings.section_of == chosen]] = True
    supply_state = now.supplies.state.copy()
    supply_state[mendings.supply[mendings.supply_of == chosen]] = State.SURE
    doors = mendings.door[mendings.door_of == chosen]
    home_state = np.where(np.isin(now.door, doors), State.SURE, now.homes.state).astype(np.int8)
    supplies = replace(now.supplies, state=supply_state)
    open_roads = roads.opened(now.roads, is_open)
    ways = search.ways(open_roads, now.homes.place, supplies, State.UNKNOWN, now.limit_m)
    return replace(now, ways=ways, homes=replace(now.homes, state=home_state), supplies=supplies)


def gone(now: Situation) -> arrays.Bools:
    """Which homes have a passable door and a step-free way within the limit, shape (h,)."""
    return (now.ways.distance_m <= now.limit_m) & (now.homes.state > State.BLOCKED)


def best(now: Situation, mendings: Mendings, most: int, least: int = 1) -> tuple[Choice, ...]:
    """Choose greedily: after each choice everybody whom each other mending frees is found anew.

    Among equals the first is chosen; it ends early when no single mending frees enough any more.

    Parameters
    ----------
    now
        Before anything is mended.
    mendings
        What can be mended.
    most
        How many are chosen at most.
    least
        Fewest people that a mending is chosen for.
    """
    chosen: list[Choice] = []
    before = int(now.people[gone(now)].sum())
    while len(chosen) < most:
        people = mending.people_freed(now, mending.freed(now, mendings), mendings.count)
        if people.max(initial=0) < least:
            break
        first = int(people.argmax())
        now = applied(now, mendings, first)
        after = int(now.people[gone(now)].sum())
        chosen.append(Choice(first, int(people[first]), after - before))
    return tuple(chosen)
