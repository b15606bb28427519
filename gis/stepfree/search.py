"""Step-free ways to the nearest supply: those that are sure, and those that are possible.

A way is sure where everything on it is known to be passable, and possible where nothing on it is
known not to be. Two bounded searches tell the two apart; what lies between them is unknown.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from gis import arrays, attachment, reach
from gis.stepfree import roads
from gis.stepfree.traits import State


class Outcome(IntEnum):
    """How somebody gets to what they want to reach within a walking distance."""

    SURE = 0
    UNKNOWN = 1
    BLOCKED = 2  # on foot within the distance, but on no step-free way
    BEYOND = 3  # farther than the distance, or without a way, even with steps
    UNATTACHED = 4


@dataclass(frozen=True, eq=False)
class Ends:
    """Places with an entrance: where they meet the roads, and whether one can get in.

    Attributes
    ----------
    place
        On the sections of `roads.Roads`.
    state
        A `State` each, shape (n,).
    """

    place: attachment.Attachment
    state: arrays.Int8s

    def __post_init__(self) -> None:
        """Refuse arrays of different lengths."""
        if self.state.shape != self.place.edge.shape:
            raise ValueError("each place needs a state")


@dataclass(frozen=True, eq=False)
class Ways:
    """The shortest step-free way of each home, of one kind.

    Attributes
    ----------
    open_roads
        What may be passed.
    nodes
        The way from each node.
    distance_m
        Metres from the home's entrance, whatever the state of that; NaN: unattached, infinite:
        none; shape (n,).
    supply
        Which supply it leads to, -1: none; shape (n,).
    """

    open_roads: roads.OpenRoads
    nodes: reach.NodeReach
    distance_m: arrays.Floats
    supply: arrays.Int32s


def ways(
    open_roads: roads.OpenRoads,
    homes: attachment.Attachment,
    supplies: Ends,
    least: State,
    limit_m: float,
) -> Ways:
    """Search the shortest way of each home to a supply whose entrance is at least in a state.

    Parameters
    ----------
    open_roads
        What may be passed.
    homes
        On the sections.
    supplies
        What is to be reached.
    least
        Worst state of an entrance that counts.
    limit_m
        Ways longer than this are not looked for.
    """
    usable = usable_supplies(open_roads, supplies, least)
    nodes = reach.node_distances(open_roads, usable, limit_m)
    found = reach.nearest(open_roads, homes, usable, nodes)
    shut = homes.attached & ~open_roads.passes(homes)
    too_far = shut | (found.distance_m > limit_m)
    return Ways(
        open_roads,
        nodes,
        np.where(too_far, np.inf, found.distance_m),
        np.where(too_far, -1, found.supply).astype(np.int32),
    )


def usable_supplies(
    open_roads: roads.OpenRoads, supplies: Ends, least: State
) -> attachment.Attachment:
    """Detach the supplies whose entrance, or the road before it, cannot be passed."""
    place = supplies.place
    usable = open_roads.passes(place) & (supplies.state >= least)
    edge = np.where(usable, place.edge, -1).astype(np.int32)
    return attachment.Attachment(edge, place.offset_m, place.access_m)


def outcomes(
    doors: arrays.Int8s,
    sure_m: arrays.Floats,
    possible_m: arrays.Floats,
    walk_m: arrays.Floats,
    limit_m: float,
) -> arrays.Int8s:
    """Tell of each home how its people get there.

    Parameters
    ----------
    doors
        `State` of each home's entrance, shape (n,).
    sure_m, possible_m, walk_m
        Metres of the shortest sure, possible and ordinary way, see `Ways`; shape (n,).
    limit_m
        Longest way that counts.

    Returns
    -------
    Int8s
        An `Outcome` each, shape (n,).
    """
    sure = (doors == State.SURE) & (sure_m <= limit_m)
    possible = (doors >= State.UNKNOWN) & (possible_m <= limit_m)
    on_foot = walk_m <= limit_m
    # A way without steps is a way, whatever roundings say of its length.
    found = np.select(
        [np.isnan(walk_m), sure, possible, on_foot],
        [Outcome.UNATTACHED, Outcome.SURE, Outcome.UNKNOWN, Outcome.BLOCKED],
        Outcome.BEYOND,
    )
    return found.astype(np.int8)


def ways_out(
    doors: arrays.Int8s, homes: attachment.Attachment, section_states: arrays.Int8s
) -> arrays.Int8s:
    """Tell of each home whether its people get out: through the door and on the road before it.

    Returns
    -------
    Int8s
        A `State` each; an unattached home's is unknown unless its door is blocked; shape (n,).
    """
    before = np.zeros(len(doors), dtype=np.int8)
    on = homes.attached
    before[on] = section_states[homes.edge[on]]
    return np.minimum(doors, before)
