"""Patrols of the sample district, generated: routes about offices, and walks of the past weeks.

Nobody ever walked them. Days are counted back from the day asked for, so that a map of today
always shows something.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from scipy.sparse import csgraph

from gis import crs, network
from gis.arrays import Floats
from gis.patrol import expansion, postman, problem, reachability, roads
from gis.tracks import along, simulated

SEED: Final = 340405
_ZONE: Final = ZoneInfo("Asia/Shanghai")
_REACH_M: Final = 450.0
_LONGEST_M: Final = 4500.0
_WEEKS: Final = 6
_WEEKDAYS: Final = ("1,3,5", "2,4,6", "1,4", "2,5", "3,6", "1,2,3,4,5")
_SHIFTS: Final = {"morning": 8, "afternoon": 15, "evening": 19}
_DILIGENCE: Final = (0.95, 0.85, 0.7, 0.4)
_STRAY_WALKS: Final = 12
PERIOD: Final = timedelta(weeks=_WEEKS)
"""Routes are planned for so long before today."""


@dataclass(frozen=True)
class Start:
    """Where a route begins: name of the community, and degrees."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True)
class PatrolFiles:
    """Paths of the files written, GeoJSON."""

    routes: Path
    tracks: Path


@dataclass(frozen=True, eq=False)
class _Planned:
    """A route under way."""

    name: str
    team: str
    weekdays: str
    shift: str
    walk: simulated.Walk


def write(
    folder: Path,
    net: network.Network,
    metric_epsg: int,
    starts: Sequence[Start],
    today: date,
    seed: int = SEED,
) -> PatrolFiles:
    """Make routes and tracks on a network, and write them.

    Parameters
    ----------
    net
        Metres, ``metric_epsg``.
    starts
        One route begins at each.
    today
        Tracks are of the six weeks before.
    """
    dice = np.random.default_rng(seed)
    planned = [_plan(net, metric_epsg, start, i) for i, start in enumerate(starts)]
    files = PatrolFiles(folder / "patrol-routes.geojson", folder / "patrol-tracks.geojson")
    place = along.lay_out(net)
    _save(files.routes, [_route(net, metric_epsg, i, one) for i, one in enumerate(planned)])
    walks = [*_walked(planned, today, dice), *_strays(net, today, dice)]
    _save(files.tracks, [_track(place, metric_epsg, walk, dice) for walk in walks])
    return files


def _plan(net: network.Network, metric_epsg: int, start: Start, number: int) -> _Planned:
    xy = crs.project(np.array([[start.lon, start.lat]]), crs.STORED, metric_epsg)
    main = np.flatnonzero(network.components(net)[1] == 0)
    node = int(main[np.hypot(*(net.node_xy[main] - xy).T).argmin()])
    return _Planned(
        name=f"{start.name}巡逻线",
        team=f"{start.name}志愿巡逻队",
        weekdays=_WEEKDAYS[number % len(_WEEKDAYS)],
        shift=tuple(_SHIFTS)[number % len(_SHIFTS)],
        walk=_tour(net, node),
    )


def _tour(net: network.Network, node: int) -> simulated.Walk:
    """Walk every section near a node once and come back: a postman's tour."""
    away = csgraph.dijkstra(network.adjacency(net), indices=np.array([node]), limit=_REACH_M)[0]
    far = np.maximum(away[net.source], away[net.target])
    order = np.argsort(far, kind="stable")
    near = order[np.isfinite(far[order]) & (np.cumsum(net.length_m[order]) <= _LONGEST_M)]
    passes = np.zeros(net.n_edges, np.int32)
    passes[near if len(near) else order[:1]] = 1
    local = np.flatnonzero(np.isfinite(np.minimum(away[net.source], away[net.target])))
    nodes, ends = np.unique(
        np.concatenate([net.source[local], net.target[local], [node]]), return_inverse=True
    )
    count = len(local)
    asked = problem.Problem(
        problem.Sections(
            len(nodes),
            ends[:count].astype(np.int32),
            ends[count:-1].astype(np.int32),
            net.length_m[local],
            passes[local],
            np.zeros(count, np.int8),
            np.ones(count),
        ),
        problem.Team(1, int(ends[-1]), int(ends[-1])),
    )
    graph = roads.build(asked.sections)
    legs, _ = reachability.legs_within_reach(asked, graph)
    walked = expansion.walk(asked.sections, graph, legs, postman.tour(asked, legs).route)
    edge, length = local[walked.section], net.length_m[local[walked.section]]
    return simulated.Walk(
        edge.astype(np.int32),
        np.where(walked.forward, 0.0, length),
        np.where(walked.forward, length, 0.0),
    )


@dataclass(frozen=True, eq=False)
class _Walked:
    """A walk that took place."""

    begun: datetime
    team: str | None
    walk: simulated.Walk


def _walked(planned: Sequence[_Planned], today: date, dice: np.random.Generator) -> list[_Walked]:
    found = []
    for number, route in enumerate(planned):
        chance = _DILIGENCE[number % len(_DILIGENCE)]
        days = {int(day) for day in route.weekdays.split(",")}
        for back in range(7 * _WEEKS, 0, -1):
            day = today - timedelta(days=back)
            if day.isoweekday() not in days or dice.random() > chance:
                continue
            walk = route.walk if dice.random() < 0.85 else _part(route.walk, dice)
            found.append(_Walked(_moment(day, _SHIFTS[route.shift], dice), route.team, walk))
    return found


def _strays(net: network.Network, today: date, dice: np.random.Generator) -> list[_Walked]:
    """Make walks that nobody planned."""
    return [
        _Walked(
            _moment(today - timedelta(days=int(dice.integers(1, 7 * _WEEKS))), 10, dice),
            None,
            simulated.walk(net, 2000.0, dice),
        )
        for _ in range(_STRAY_WALKS)
    ]


def _part(walk: simulated.Walk, dice: np.random.Generator) -> simulated.Walk:
    count = max(1, int(len(walk.edge) * dice.uniform(0.3, 0.7)))
    return simulated.Walk(walk.edge[:count], walk.from_m[:count], walk.to_m[:count])


def _moment(day: date, hour: int, dice: np.random.Generator) -> datetime:
    begun = datetime(day.year, day.month, day.day, hour, tzinfo=_ZONE)
    return begun + timedelta(minutes=int(dice.integers(0, 45)))


def _route(
    net: network.Network, metric_epsg: int, number: int, planned: _Planned
) -> dict[str, Any]:
    lines = network.lines_of(net, planned.walk.edge)
    backward = planned.walk.to_m < planned.walk.from_m
    lines[backward] = shapely.reverse(lines[backward])
    xy = shapely.get_coordinates(lines)
    lonlat = crs.project(xy, metric_epsg, crs.STORED)
    properties = {
        "code": f"R{number + 1}",
        "name": planned.name,
        "team": planned.team,
        "weekdays": planned.weekdays,
        "shift": planned.shift,
    }
    return _feature(lonlat, properties)


def _track(
    place: along.Along, metric_epsg: int, walked: _Walked, dice: np.random.Generator
) -> dict[str, Any]:
    receiver = simulated.Receiver(every_s=5.0, sigma_m=float(dice.uniform(3.0, 9.0)), memory_s=30.0)
    time, xy = simulated.record(place, walked.walk, receiver, dice, simulated.NATURAL)
    begun = walked.begun.astimezone(UTC)
    stamps = np.datetime64(begun.replace(tzinfo=None), "s") + time.astype("timedelta64[s]")
    times = np.char.add(np.datetime_as_string(stamps), "Z").tolist()
    properties = {"team": walked.team, "coordTimes": times}
    return _feature(crs.project(xy, metric_epsg, crs.STORED), properties)


def _feature(lonlat: Floats, properties: dict[str, Any]) -> dict[str, Any]:
    coordinates = np.round(lonlat, 7).tolist()
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "LineString", "coordinates": coordinates},
    }


def _save(path: Path, features: list[dict[str, Any]]) -> None:
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
