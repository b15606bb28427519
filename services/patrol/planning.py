"""Plans of patrols for a unit: what is asked, the problem made of it, the plan day by day."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis import crs
from gis.patrol import lateness, planner, plans, problem, weeks
from services import errors, facilities
from services.database import Transaction
from services.facility_kinds import FacilityKind
from services.patrol.figures import Walked
from services.patrol.roads import Roads

MOST_PATROLS: Final = 50
MOST_PASSES: Final = 7
MOST_SECONDS: Final = 300
_AROUND_M: Final = 400.0
_FAR_M: Final = 1000.0
_KM_H: Final = 3.6


@dataclass(frozen=True)
class PlanAsked:
    """What is asked of the planner; refused in the users' words when it makes no sense.

    Attributes
    ----------
    unit
        Code of the unit whose roads are to be walked.
    patrols
        How many walk at the same time on each day.
    speed_km_h, limit_min
        How fast they walk, and minutes that no walk may exceed.
    weekdays
        ISO numbers of the days on which they walk, ascending.
    passes
        How often in a week each section is to be walked.
    seconds
        Time for the planner, all days together.
    start, end
        Longitude and latitude, degrees, EPSG:4490; None: the unit's community office (or where
        most of its roads are), and where the walk started.
    """

    unit: str
    patrols: int = 2
    speed_km_h: float = 4.0
    limit_min: float = 90.0
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    passes: int = 1
    seconds: float = 15.0
    start: tuple[float, float] | None = None
    end: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if not 1 <= self.patrols <= MOST_PATROLS:
            raise errors.RefusedError("error.plan.patrols", most=MOST_PATROLS)
        if not 0.5 <= self.speed_km_h <= 30:
            raise errors.RefusedError("error.plan.speed")
        if not 1 <= self.limit_min <= 24 * 60:
            raise errors.RefusedError("error.plan.limit")
        if not self.weekdays or list(self.weekdays) != sorted({*self.weekdays} & {*range(1, 8)}):
            raise errors.RefusedError("error.route.weekdays")
        if not 1 <= self.passes <= MOST_PASSES:
            raise errors.RefusedError("error.plan.passes", most=MOST_PASSES)
        if not 1 <= self.seconds <= MOST_SECONDS:
            raise errors.RefusedError("error.plan.seconds", most=MOST_SECONDS)

    def to_json(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "PlanAsked":
        """Return what `to_json` wrote down."""
        places = {
            name: None if values[name] is None else (values[name][0], values[name][1])
            for name in ("start", "end")
        }
        return cls(**{**values, **places, "weekdays": tuple(values["weekdays"])})


@dataclass(frozen=True, eq=False)
class Task:
    """A plan to be made: the week's problem, and which edges its sections are.

    Attributes
    ----------
    edges
        Edge of the network of each section, ``(s,)``.
    required
        How many of them are to be walked.
    network
        Id of the network they are of.
    """

    asked: PlanAsked
    week: problem.Problem
    edges: NDArray[np.int64]
    required: int
    network: int


@dataclass(frozen=True, eq=False)
class DayPlan:
    """The best plan so far of one day of the week."""

    weekday: int
    plan: plans.Plan


def prepare(tx: Transaction, roads: Roads, walked: Walked, asked: PlanAsked, day: date) -> Task:
    """Turn a question into a problem.

    Raises
    ------
    errors.RefusedError
        The unit has no road to patrol, or fewer sections than patrols; start or end are far from
        every road.
    """
    wanted = roads.demanded(asked.unit)
    if not len(wanted):
        raise errors.RefusedError("error.plan.no_road", unit=asked.unit)
    if asked.patrols > len(wanted):
        raise errors.RefusedError(
            "error.plan.too_many", patrols=asked.patrols, sections=len(wanted)
        )
    start = _node(roads, wanted, _start(tx, roads, asked, day))
    end = start if asked.end is None else _node(roads, wanted, _metres(roads, asked.end))
    edges = _around(roads, wanted, (start, end))
    nodes, ends = np.unique(
        np.concatenate(
            [roads.stored.network.source[edges], roads.stored.network.target[edges], [start, end]]
        ),
        return_inverse=True,
    )
    count = len(edges)
    passes = np.where(np.isin(edges, wanted), asked.passes, 0).astype(np.int32)
    base = 1.0 + roads.households[edges].astype(np.float64)
    since = np.minimum(walked.days[edges], 1e6)
    sections = problem.Sections(
        len(nodes),
        ends[:count].astype(np.int32),
        ends[count : 2 * count].astype(np.int32),
        roads.length_m[edges],
        passes,
        np.zeros(count, np.int8),
        lateness.weights(base, passes, since),
    )
    team = problem.Team(
        asked.patrols,
        int(ends[-2]),
        int(ends[-1]),
        asked.speed_km_h / _KM_H,
        60.0 * asked.limit_min,
    )
    return Task(asked, problem.Problem(sections, team), edges, len(wanted), roads.stored.id)


def work(task: Task, seed: int = 0) -> Iterator[tuple[DayPlan, ...]]:
    """Plan each day of the week; after every step the best so far of all days.

    A short turn for each day first, so that there is a plan for all of them soon; then the rest
    of the time, where there is something left to win.

    Parameters
    ----------
    seed
        Of the random numbers.
    """
    days = [weekday - 1 for weekday in task.asked.weekdays]
    asked = weeks.days(task.week, days)
    best: dict[int, DayPlan] = {}
    quick = min(2.0, 0.3 * task.asked.seconds) / len(asked)
    until = time.monotonic() + task.asked.seconds
    for turn in (0, 1):
        for number, (day, one) in enumerate(zip(days, asked, strict=True)):
            if not one.sections.passes.any() or (turn and _is_proved(best[day].plan)):
                continue
            left = (until - time.monotonic()) / (len(asked) - number)
            seconds = left if turn else quick
            for plan in planner.plan(one, max(seconds, 0.05), seed):
                if day not in best or _is_better(plan, best[day].plan):
                    best[day] = DayPlan(day + 1, plan)
                yield tuple(best[key] for key in sorted(best))


def _is_proved(plan: plans.Plan) -> bool:
    return plan.gap <= 1e-9 and not plan.left_out.because(plans.Reason.NO_TIME).size


def _is_better(plan: plans.Plan, than: plans.Plan) -> bool:
    """Fewer passes left out first, then the shorter longest walk, then the better bound."""
    key = (len(plan.left_out), plan.longest_m, -plan.bound_m)
    return key <= (len(than.left_out), than.longest_m, -than.bound_m)


def told(task: Task, days: tuple[DayPlan, ...]) -> dict[str, Any]:
    """Return plans as JSON can hold them: edges of the network, and directions."""
    return {
        "network": task.network,
        "required": task.required,
        "days": [
            {
                "weekday": day.weekday,
                "longest_m": day.plan.longest_m,
                "bound_m": day.plan.bound_m,
                "gap": day.plan.gap,
                "walks": [
                    {
                        "edges": task.edges[walk.section].tolist(),
                        "forward": walk.forward.tolist(),
                        "length_m": walk.length_m,
                    }
                    for walk in day.plan.walks
                ],
                "left_out": {
                    reason.name.lower(): task.edges[day.plan.left_out.because(reason)].tolist()
                    for reason in plans.Reason
                },
            }
            for day in days
        ],
    }


def check(task: Task, days: tuple[DayPlan, ...]) -> None:
    """Refuse a plan in which nobody walks anywhere.

    Raises
    ------
    errors.RefusedError
        The limit is too short for any walk, or no road can be reached from the start.
    """
    if any(len(walk.section) for day in days for walk in day.plan.walks):
        return
    reasons = np.concatenate([day.plan.left_out.reason for day in days])
    if len(reasons) and (reasons == plans.Reason.UNREACHABLE).all():
        raise errors.RefusedError("error.plan.unreachable")
    raise errors.RefusedError("error.plan.too_short", minutes=round(task.asked.limit_min))


def _start(tx: Transaction, roads: Roads, asked: PlanAsked, day: date) -> NDArray[np.float64]:
    """Where walks start, metres: what was asked for, else the office, else amid the roads."""
    if asked.start is not None:
        return _metres(roads, asked.start)
    offices = facilities.open_on(tx, day, FacilityKind.COMMUNITY_OFFICE, asked.unit)
    if offices:
        return _metres(roads, (offices[0].lon, offices[0].lat))
    wanted = roads.demanded(asked.unit)
    nodes = roads.stored.network.node_xy[roads.stored.network.source[wanted]]
    middle: NDArray[np.float64] = np.median(nodes, axis=0)
    return middle


def _metres(roads: Roads, lonlat: tuple[float, float]) -> NDArray[np.float64]:
    xy = crs.project(np.array([lonlat]), crs.STORED, roads.stored.metric_epsg)
    place: NDArray[np.float64] = xy[0]
    return place


def _node(roads: Roads, wanted: NDArray[np.int64], xy: NDArray[np.float64]) -> int:
    """Return the node nearest to a place, of those that most of the roads can be reached from.

    Raises
    ------
    errors.RefusedError
        The place is far from every road.
    """
    net = roads.stored.network
    if float(np.hypot(*(net.node_xy - xy).T).min()) > _FAR_M:
        raise errors.RefusedError("error.plan.far_place", metres=round(_FAR_M))
    metres = np.bincount(roads.part[net.source[wanted]], net.length_m[wanted])
    here = np.flatnonzero(roads.part == metres.argmax())
    away = np.hypot(*(net.node_xy[here] - xy).T)
    return int(here[away.argmin()])


def _around(roads: Roads, wanted: NDArray[np.int64], nodes: tuple[int, int]) -> NDArray[np.int64]:
    """Find the sections that a walk may use: those about the wanted ones and both ends."""
    network = roads.stored.network
    own = np.concatenate([network.source[wanted], network.target[wanted], nodes])
    low = network.node_xy[own].min(axis=0) - _AROUND_M
    high = network.node_xy[own].max(axis=0) + _AROUND_M
    inside = ((network.node_xy >= low) & (network.node_xy <= high)).all(axis=1)
    near = np.flatnonzero(inside[network.source] & inside[network.target])
    return np.union1d(near, wanted)
