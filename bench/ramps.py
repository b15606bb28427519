"""Ways without a step beside the day-care search, and what a thousand mendings are worth."""

from dataclasses import dataclass

import numpy as np
import psycopg

from bench import arena, coverage, data, report, timing, town
from gis import attachment, crs, network, reach
from gis.stepfree import choosing, mending, roads, search
from gis.stepfree.situation import Mendings, Situation
from gis.stepfree.traits import State
from services.database import Database
from services.themes.day_care import DayCare
from services.themes.ramps import Ramps, RampsQuery

_HOUSEHOLDS = 200_000
_FACILITIES = 50
_MENDINGS = 1000
_LIMIT_M = 1000.0
_BLOCKED, _SURE = 0.03, 0.6
_SEED = 5


@dataclass(frozen=True)
class _Town:
    """A network part of which is blocked, with homes and places to reach."""

    laid: network.Network
    homes: attachment.Attachment
    supply: attachment.Attachment
    cut: roads.Roads
    states: np.ndarray

    def plain(self, limit_m: float = np.inf) -> reach.Reach:
        """Search as day care does, which tells far from unreachable and so knows no limit."""
        nodes = reach.node_distances(self.laid, self.supply, limit_m)
        return reach.nearest(self.laid, self.homes, self.supply, nodes)

    def ways(self, *wanted: State) -> list[search.Ways]:
        """Search ways of some kinds, homes and supplies attached to the cut roads first."""
        free = search.Ends(self.cut.moved(self.supply), np.ones(len(self.supply), np.int8))
        homes = self.cut.moved(self.homes)
        return [
            search.ways(roads.opened(self.cut, self.states >= least), homes, free, least, _LIMIT_M)
            for least in wanted
        ]


def run(place: arena.Arena, size: arena.Size) -> report.Section:
    """Measure coverage, search and mendings."""
    drawn = _town()
    now, mendings = _situation(drawn)
    taken = timing.medians(
        {
            "day-care search": timing.Contestant(drawn.plain),
            "the same, but no farther than the step-free search": timing.Contestant(
                lambda: drawn.plain(_LIMIT_M)
            ),
            "step-free search, sure and possible": timing.Contestant(
                lambda: drawn.ways(State.SURE, State.UNKNOWN)
            ),
            f"{_MENDINGS:,} single mendings": timing.Contestant(
                lambda: mending.freed(now, mendings)
            ),
        },
        9 if size.full else 5,
    )
    anew = timing.once(lambda: _anew(now, mendings, 10)) / 10 * _MENDINGS
    taken["the same by a search for each (of 10, counted up)"] = anew
    taken |= _coverage(place, 7 if size.full else 3)
    one = taken["day-care search"]
    return report.Section(
        "ramps",
        f"Ways without a step, {drawn.laid.n_nodes:,} nodes, {len(drawn.homes):,} homes,"
        f" within {_LIMIT_M:g} m",
        [(name, report.seconds(seconds)) for name, seconds in taken.items()],
        [
            report.Claim(
                "step-free search: at most 1.5 times the day-care search",
                taken["step-free search, sure and possible"] / one,
                1.5,
            ),
            report.Claim(
                f"{_MENDINGS:,} single mendings: at most 20 times one search",
                taken[f"{_MENDINGS:,} single mendings"] / one,
                20,
            ),
            report.Claim(
                "ramp coverage, cold: at most 1.5 times day care",
                taken["ramp coverage, cold"] / taken["day-care coverage, cold"],
                1.5,
            ),
        ],
        [
            f"{_BLOCKED:.0%} of the sections are blocked, {_SURE:.0%} known to be free of steps.",
            "Every mending opens a blocked section; whom each frees is exact, held to new searches by tests.",
            "Cold: nothing kept in Python; 1,000 kerbs and 2,000 entrances, every household in demand.",
        ],
    )


def _town() -> _Town:
    laid = data.paths()
    rng = np.random.default_rng(_SEED)
    homes = crs.project(data.homes(_HOUSEHOLDS), crs.STORED, data.METRIC)
    places = crs.project(data.homes(_FACILITIES, seed=1), crs.STORED, data.METRIC)
    edge = rng.integers(0, laid.n_edges, _MENDINGS)
    cut = roads.cut(laid, edge, rng.random(_MENDINGS) * laid.length_m[edge])
    chance = rng.random(cut.n_sections)
    states = np.where(chance < _SURE, State.SURE, State.UNKNOWN).astype(np.int8)
    states[chance > 1 - _BLOCKED] = State.BLOCKED
    return _Town(laid, attachment.attach(laid, homes), attachment.attach(laid, places), cut, states)


def _situation(drawn: _Town) -> tuple[Situation, Mendings]:
    """Open each of a thousand blocked sections near what is to be reached, alone."""
    (ways,) = drawn.ways(State.UNKNOWN)
    count = len(drawn.homes)
    known = np.isfinite(ways.nodes.distance)
    near = known[drawn.cut.source] | known[drawn.cut.target]
    blocked = np.flatnonzero((drawn.states == State.BLOCKED) & near)[:_MENDINGS]
    none = np.zeros(0, dtype=np.int64)
    mendings = Mendings(len(blocked), np.arange(len(blocked)), blocked, none, none, none, none)
    homes = search.Ends(drawn.cut.moved(drawn.homes), np.ones(count, np.int8))
    supplies = search.Ends(drawn.cut.moved(drawn.supply), np.ones(len(drawn.supply), np.int8))
    people = np.ones(count, dtype=np.int64)
    return Situation(ways, homes, np.arange(count), people, supplies, _LIMIT_M), mendings


def _anew(now: Situation, mendings: Mendings, count: int) -> None:
    for chosen in range(count):
        choosing.gone(choosing.applied(now, mendings, chosen))


def _coverage(place: arena.Arena, repetitions: int) -> dict[str, float]:
    with town.built(place, _HOUSEHOLDS, elderly_in_every=1) as database:
        _store_thresholds(database)
        return timing.medians(
            {
                "day-care coverage, cold": timing.Contestant(
                    lambda: coverage.answer(database, DayCare(), 300.0)
                ),
                "ramp coverage, cold": timing.Contestant(lambda: _answer(database)),
            },
            repetitions,
        )


def _answer(database: Database) -> None:
    with arena.transaction(database) as tx:
        Ramps().coverage(tx, RampsQuery(data.DAY, 300.0, min_age=60))


def _store_thresholds(database: Database) -> None:
    kerbs, doors = data.homes(1000, seed=7), data.homes(2000)
    with psycopg.connect(database.url) as connection, connection.cursor() as cursor:
        for number, (lon, lat) in enumerate(kerbs.tolist()):
            cursor.execute(
                "INSERT INTO barriers (code, kind, height_m, geom) VALUES"
                " (%s, 'kerb', 0.12, ST_SetSRID(ST_MakePoint(%s, %s), 4490))",
                (f"B{number}", lon, lat),
            )
        for number, (lon, lat) in enumerate(doors.tolist()):
            cursor.execute(
                "INSERT INTO entrances (code, steps, geom) VALUES"
                " (%s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4490))",
                (f"E{number}", number % 3, lon, lat),
            )
    arena.settle(database)
