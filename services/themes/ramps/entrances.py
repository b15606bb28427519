"""Entrances: what is known of getting in, by what was measured and by the ramps that lead there.

An entrance is told of by a row of its own, by a ramp that serves a facility or a home, or both.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from scipy import spatial

from gis import crs
from gis.stepfree import traits
from gis.stepfree.traits import Profile, State, Thresholds
from services.barriers import metres_of, said_of
from services.database import Transaction
from services.facilities import Facility
from services.themes.ramps.ramps import Ramps

NEAR_M: Final = 15.0
"""An entrance that is not said to serve anything serves what is nearest within this."""
_SAME_M: Final = 0.05

_ROWS = sa.text("""
    SELECT e.code, e.name, e.serves_code, e.step_free, e.steps, e.rise_m, e.width_m,
           ST_X(e.geom) AS lon, ST_Y(e.geom) AS lat, u.code AS unit_code
    FROM entrances e
    LEFT JOIN entrance_assignments a
        ON a.entrance_id = e.id AND a.valid_from <= :as_of AND a.valid_to > :as_of
    LEFT JOIN units u ON u.id = a.unit_id
    ORDER BY e.code
""")
_HOMES = sa.text("SELECT code, lon, lat FROM served_homes()")


@dataclass(frozen=True, eq=False)
class Told:
    """What is told of entrances; arrays ``(n,)``.

    Attributes
    ----------
    serves
        Code of the facility or home that each leads to; None: not said.
    unit
        Code of its unit; None: in none.
    known
        What was measured, ramps left out.
    ramps
        Indices of the ramps at each.
    """

    code: NDArray[np.object_]
    name: NDArray[np.object_]
    serves: NDArray[np.object_]
    unit: NDArray[np.object_]
    lonlat: NDArray[np.float64]
    known: Thresholds
    ramps: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, eq=False)
class Homes:
    """Homes that are named as served: code, and the place in degrees, ``(n, 2)``."""

    code: NDArray[np.object_]
    lonlat: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Doors:
    """Where people get out: homes of one place share a door; arrays ``(d,)``.

    Attributes
    ----------
    of_home
        Door of each home, ``(h,)``.
    xy
        Metres, ``(d, 2)``.
    told
        Index of the entrance that tells of it, -1: nothing is told.
    state
        A `State` each.
    """

    of_home: NDArray[np.int64]
    xy: NDArray[np.float64]
    told: NDArray[np.int64]
    state: NDArray[np.int8]


def load(tx: Transaction, as_of: date, ramps: Ramps) -> tuple[Told, Homes]:
    """Read entrances, with those that only a ramp tells of, and the homes they name."""
    rows = tx.sql.execute(_ROWS, {"as_of": as_of}).all()
    found = tx.sql.execute(_HOMES).all()
    homes = Homes(
        np.array([row.code for row in found], dtype=object),
        np.array([(row.lon, row.lat) for row in found], dtype=np.float64).reshape(-1, 2),
    )
    at, alone = _led_to([row.code for row in rows], [row.serves_code for row in rows], ramps)
    own = [ramps.serves[r[0]] for r in alone]
    blank: list[float | None] = [None] * len(alone)
    steps = [row.steps for row in rows]
    rise = metres_of([*(row.rise_m for row in rows), *blank])
    said = said_of([*(row.step_free for row in rows), *[None] * len(alone)])
    for i, count in enumerate(steps):
        if count is not None and said[i] == 0 and np.isnan(rise[i]):
            rise[i], said[i] = 0.0, -1 if count else 0
    known = Thresholds(
        said, rise, metres_of([*(row.width_m for row in rows), *blank]), np.full(len(said), np.nan)
    )
    first = [ramp[0] for ramp in alone]
    places = np.array([(row.lon, row.lat) for row in rows], dtype=np.float64).reshape(-1, 2)
    told = Told(
        np.array([*(row.code for row in rows), *ramps.code[first]], dtype=object),
        np.array([*(row.name for row in rows), *ramps.name[first]], dtype=object),
        np.array([*(row.serves_code for row in rows), *own], dtype=object),
        np.array([*(row.unit_code for row in rows), *ramps.unit[first]], dtype=object),
        np.concatenate([places, ramps.lonlat[first]]),
        known,
        (*at, *alone),
    )
    return told, homes


def _led_to(
    codes: list[str], serves: list[str | None], ramps: Ramps
) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Ramps at each entrance, and of what no entrance tells: the ramps there, place by place."""
    by_code = {code: [i] for i, code in enumerate(codes)}
    by_target: dict[str, list[int]] = defaultdict(list)
    for i, target in enumerate(serves):
        if target is not None:
            by_target[target].append(i)
    at: list[list[int]] = [[] for _ in codes]
    alone: dict[str, list[int]] = defaultdict(list)
    for ramp, target in enumerate(ramps.serves):
        if target is None:
            continue
        entrances = by_code.get(target) or by_target.get(target)
        if not entrances:
            alone[target].append(ramp)
        for i in entrances or ():
            at[i].append(ramp)
    return [tuple(r) for r in at], [tuple(r) for r in alone.values()]


def states(told: Told, ramp_states: NDArray[np.int8], profile: Profile) -> NDArray[np.int8]:
    """Tell of each entrance whether one gets in, over the threshold or by a ramp.

    Returns
    -------
    ndarray
        A `State` each, ``(n,)``.
    """
    known = told.known
    blank = np.full(len(known), np.nan)
    rise = Thresholds(known.said, known.height_m, blank, known.incline_pct)
    over = traits.threshold_states(rise, profile)
    narrow = known.width_m < profile.width_m
    by_ramp = np.full(len(over), State.BLOCKED, dtype=np.int8)
    for i, ramps in enumerate(told.ramps):
        if ramps:
            by_ramp[i] = ramp_states[list(ramps)].max()
    # Where nothing is known of the threshold, and a ramp is unusable, there is a step.
    only_ramp = (over == State.UNKNOWN) & np.array([bool(r) for r in told.ramps], dtype=bool)
    best = np.where(only_ramp, by_ramp, np.maximum(over, by_ramp))
    return np.where(narrow, State.BLOCKED, best).astype(np.int8)


def facility_states(
    facilities: Iterable[Facility], told: Told, state: NDArray[np.int8], metric_epsg: int
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Tell of each facility whether one gets in, and which entrance says so (-1: none)."""
    places = list(facilities)
    best = _by_code(told, state)
    lonlat = np.array([(place.lon, place.lat) for place in places]).reshape(-1, 2)
    chosen = _nearest_unsaid(told, crs.project(lonlat, crs.STORED, metric_epsg), metric_epsg)
    for i, place in enumerate(places):
        chosen[i] = best.get(place.code, chosen[i])
    return _state_at(state, chosen), chosen


def doors(
    homes_xy: NDArray[np.float64],
    told: Told,
    state: NDArray[np.int8],
    named: Homes,
    metric_epsg: int,
) -> Doors:
    """Put homes of one place behind one door, and find what is told of it."""
    of_home, xy = _places(homes_xy)
    chosen = _nearest_unsaid(told, xy, metric_epsg)
    best = _by_code(told, state)
    at = [(i, best[code]) for i, code in enumerate(named.code) if code in best]
    if at and len(xy):
        places = crs.project(named.lonlat[[i for i, _ in at]], crs.STORED, metric_epsg)
        metres, door = spatial.cKDTree(xy).query(places)
        same = np.flatnonzero(metres <= _SAME_M)
        chosen[np.asarray(door)[same]] = np.array([told for _, told in at])[same]
    return Doors(of_home, xy, chosen, _state_at(state, chosen))


def _places(xy: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the places of points, to a decimetre: that of each point, and one point of each."""
    cell = np.round(xy * 10).astype(np.int64)
    _, first, of = np.unique(
        cell[:, 0] * (1 << 32) + cell[:, 1], return_index=True, return_inverse=True
    )
    return of.astype(np.int64), xy[first]


def _by_code(told: Told, state: NDArray[np.int8]) -> dict[str, int]:
    """Return the best entrance of each facility or home that is said to be served."""
    best: dict[str, int] = {}
    for i, target in enumerate(told.serves):
        if target is not None and (target not in best or state[i] > state[best[target]]):
            best[target] = i
    return best


def _nearest_unsaid(told: Told, xy: NDArray[np.float64], metric_epsg: int) -> NDArray[np.int64]:
    """Of the entrances that are not said to serve anything, the nearest to each place."""
    chosen = np.full(len(xy), -1, dtype=np.int64)
    unsaid = np.flatnonzero([target is None for target in told.serves])
    if len(unsaid) and len(xy):
        tree = spatial.cKDTree(crs.project(told.lonlat[unsaid], crs.STORED, metric_epsg))
        metres, nearest = tree.query(xy, distance_upper_bound=NEAR_M)
        near = np.isfinite(metres)
        chosen[near] = unsaid[np.asarray(nearest)[near]]
    return chosen


def _state_at(state: NDArray[np.int8], chosen: NDArray[np.int64]) -> NDArray[np.int8]:
    with_unknown = np.append(state, np.int8(State.UNKNOWN))
    return with_unknown[chosen]
