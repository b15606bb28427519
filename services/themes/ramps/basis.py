"""What an answer rests on: roads cut at barriers, entrances, and three searches of ways.

None of it depends on the limit asked for, as long as that is within what was searched.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gis import attachment
from gis.stepfree import compliance, roads, search, traits
from gis.stepfree.compliance import Findings
from gis.stepfree.traits import State
from services import barriers, coverage_basis, facilities, hierarchy, network, units
from services.barriers import Barriers, Gates
from services.coverage_basis import Places
from services.database import Transaction
from services.demand import Demand
from services.facility_kinds import FacilityKind
from services.profiles import NamedProfile
from services.themes.ramps import entrances, ramps
from services.themes.ramps.entrances import Doors, Told
from services.themes.ramps.query import RampsQuery
from services.themes.ramps.ramps import Ramps


@dataclass(frozen=True, eq=False)
class Grounds:
    """What is read of a day, whoever is on the way and wherever to."""

    root: units.Root
    tree: hierarchy.Hierarchy
    network: network.StoredNetwork | None
    demand: Demand


@dataclass(frozen=True, eq=False)
class Equipment:
    """Ramps, entrances and facilities of a day, for one profile.

    Attributes
    ----------
    entrance_state
        A `State` each of `told`.
    open_facilities
        All but ramps, by code.
    facility_state, facility_told
        A `State` each, and the entrance that tells of it; -1: nothing is told.
    """

    ramps: Ramps
    findings: Findings
    told: Told
    entrance_state: NDArray[np.int8]
    doors: Doors
    open_facilities: tuple[facilities.Facility, ...]
    facility_state: NDArray[np.int8]
    facility_told: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Streets:
    """The roads cut at barriers, and what of them can be passed.

    Attributes
    ----------
    profile
        Who is on the way.
    state
        A `State` for each section.
    """

    profile: NamedProfile
    barriers: Barriers
    gates: Gates
    barrier_state: NDArray[np.int8]
    roads: roads.Roads
    state: NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Basis:
    """Everything a question needs that does not depend on its limit; homes are ``(h,)``.

    Attributes
    ----------
    position
        Position of each home's unit in the tree, -1: in none.
    places
        What is to be reached.
    homes, supplies
        On the sections, with the states of their entrances.
    walk_m
        The ordinary way, with steps; NaN: unattached, infinite: none within what was searched.
    way_out
        A `State` each: out of the door, and on the road before it.
    """

    grounds: Grounds
    equipment: Equipment
    streets: Streets
    places: Places
    position: NDArray[np.int32]
    homes: search.Ends
    supplies: search.Ends
    reach_m: float
    walk_m: NDArray[np.float64]
    sure: search.Ways
    possible: search.Ways
    way_out: NDArray[np.int8]

    def outcomes(self, limit_m: float) -> NDArray[np.int8]:
        """Tell of each home how its people get there, a `search.Outcome` each."""
        return search.outcomes(
            self.homes.state, self.sure.distance_m, self.possible.distance_m, self.walk_m, limit_m
        )

    @cached_property
    def people(self) -> NDArray[np.int64]:
        """People in demand in each home."""
        return self.grounds.demand.people.astype(np.int64)


def equipment(
    tx: Transaction, grounds: Grounds, query: RampsQuery, profile: NamedProfile,
    standard: compliance.Standard,
) -> Equipment:  # fmt: skip
    """Read ramps, entrances and facilities, and judge them."""
    found = ramps.load(tx, query.as_of)
    told, homes = entrances.load(tx, query.as_of, found)
    usable = traits.ramp_states(found.measures.slope_pct, found.measures.width_m, profile.limits)
    state = entrances.states(told, usable, profile.limits)
    metric = grounds.root.metric_epsg
    doors = entrances.doors(grounds.demand.xy, told, state, homes, metric)
    others = tuple(f for f in facilities.open_on(tx, query.as_of) if f.kind != "ramp")
    facility_state, facility_told = entrances.facility_states(others, told, state, metric)
    return Equipment(
        found, compliance.check(found.measures, standard), told, state, doors, others,
        facility_state, facility_told,
    )  # fmt: skip


def streets(
    tx: Transaction, stored: network.StoredNetwork | None, profile: NamedProfile, metric_epsg: int
) -> Streets:
    """Read barriers, cut the roads at them, and judge both."""
    found = barriers.load(tx, metric_epsg)
    net, known = (stored.network, stored.traits) if stored else network.nothing()
    gates = barriers.gates(net, found.xy)
    cut = roads.cut(net, gates.edge, gates.offset_m)
    of_barrier = traits.threshold_states(found.known, profile.limits)
    of_edge = traits.road_states(known, profile.limits)
    state = of_edge[cut.edge]
    is_gate = cut.gate >= 0
    state[is_gate] = of_barrier[gates.barrier[cut.gate[is_gate]]]
    return Streets(profile, found, gates, of_barrier, cut, state)


def make(
    tx: Transaction, grounds: Grounds, owned: Equipment, cut: Streets, query: RampsQuery,
    reach_m: float,
) -> Basis:  # fmt: skip
    """Search the ordinary, the possible and the sure way of every home."""
    metric, stored = grounds.root.metric_epsg, grounds.network
    kind = facilities_kind(query)
    places = coverage_basis.places_on(tx, (query.as_of, kind), metric, stored)
    states = {f.code: s for f, s in zip(owned.open_facilities, owned.facility_state, strict=True)}
    of_place = np.array([states[place.code] for place in places.found], dtype=np.int8)
    home = cut.roads.moved(grounds.demand.attachment)
    supplies = search.Ends(cut.roads.moved(places.attachment), of_place)
    homes = search.Ends(home, owned.doors.state[owned.doors.of_home])
    anyhow = search.Ends(supplies.place, np.full(len(of_place), State.SURE, dtype=np.int8))
    walk = _ways(cut, home, anyhow, State.BLOCKED, reach_m)
    return Basis(
        grounds, owned, cut, places,
        grounds.tree.positions(grounds.demand.unit_id),
        homes, supplies, reach_m, walk.distance_m,
        _ways(cut, home, supplies, State.SURE, reach_m),
        _ways(cut, home, supplies, State.UNKNOWN, reach_m),
        search.ways_out(homes.state, home, cut.state),
    )  # fmt: skip


def facilities_kind(query: RampsQuery) -> FacilityKind:
    """Return the kind of facility that is to be reached."""
    return FacilityKind(query.to.value)


def _ways(
    cut: Streets,
    homes: attachment.Attachment,
    supplies: search.Ends,
    least: State,
    reach_m: float,
) -> search.Ways:
    open_roads = roads.opened(cut.roads, cut.state >= least)
    return search.ways(open_roads, homes, supplies, least, reach_m)
