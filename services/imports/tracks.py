"""Recorded tracks: read, matched to the network, stored as the sections they covered.

A track that cannot be used is refused with its reason, the others are stored; the same track
twice is stored once.
"""

import csv
import os
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gis import crs
from gis.tracks import matching
from gis.tracks.track import Clock, Fate, Track
from services import formula_cells
from services import network as networks
from services.imports.findings import Finding
from services.imports.job import Job, Outcome
from services.imports.report import FileFaultError
from services.network import StoredNetwork
from services.patrol import gpx, track_geojson, tracks
from services.patrol.recordings import Recording
from services.patrol.tracks import Walked

_ZONE: Final = ZoneInfo("Asia/Shanghai")
_AROUND_M: Final = 1000.0
_ONE_PLACE_M: Final = 30.0
_EARLIEST: Final = date(2000, 1, 1)
_DAY_S: Final = 86_400.0
_CLOCKS: Final = {
    Clock.REVERSED: "warning.import.track.reversed",
    Clock.SORTED: "warning.import.track.sorted",
    Clock.SHIFTED: "warning.import.track.shifted",
    Clock.NONE: "warning.import.track.no_times",
}


def load(job: Job) -> Outcome:
    """Import the tracks of a GPX or GeoJSON file.

    Raises
    ------
    FileFaultError
        The file cannot be read, holds no track, or there is no network to match it to.
    """
    sealer = job.options.sealer
    if sealer is None:
        message = "tracks are imported with a sealer only"
        raise ValueError(message)
    stored = networks.load(job.tx)
    if stored is None:
        raise FileFaultError("error.import.track.no_network")
    job.progress("import.step.read", 0, None)
    found = _read(job)
    known = tracks.known(job.tx, [recording.code for recording in found])
    matcher, good, unchanged = matching.prepare(stored.network), 0, 0
    refused: list[Recording] = []
    for done, recording in enumerate(found):
        job.progress("import.step.match", done, len(found))
        if recording.code in known:
            unchanged += 1
            continue
        walked = _matched(job, stored, matcher, recording)
        if walked is None:
            refused.append(recording)
            continue
        known |= {recording.code}
        good += 1
        tracks.store(job.tx, sealer, walked, job.today, job.run_id)
    _write_rejects(job, refused)
    return Outcome(inserted=good, unchanged=unchanged, rejected=len(refused))


def _read(job: Job) -> list[Recording]:
    name = job.path.name.lower()
    if name.endswith(".gpx"):
        found = gpx.recordings(job.path)
    elif name.endswith((".geojson", ".json")):
        found = track_geojson.recordings(job.path)
    else:
        raise FileFaultError("error.import.track.format")
    if not found:
        raise FileFaultError("error.import.track.none")
    source = job.options.crs
    if source is None:
        return found
    system = crs.parse_crs(source)
    return [
        Recording(one.number, one.time_s, crs.to_stored(one.lonlat, system), one.team)
        for one in found
    ]


def _matched(
    job: Job, stored: StoredNetwork, matcher: matching.Matcher, recording: Recording
) -> Walked | None:
    """Match a track; None: it cannot be used, and the log says why."""
    track, day = Track(recording.time_s, _projected(stored, recording.lonlat)), _day(job, recording)
    fault = _fault(job, stored, recording, day)
    if fault is not None or day is None:
        _refuse(job, recording, fault or "no_day", day)
        return None
    match = matcher.match(track)
    if not len(match.covered):
        _refuse(job, recording, _why(track, match), day)
        return None
    _tell(job, recording, match)
    team = recording.team or job.options.team
    return Walked(recording, match, day, team)


def _fault(job: Job, stored: StoredNetwork, recording: Recording, day: date | None) -> str | None:
    """Tell why a track cannot be used, as far as that can be told before it is matched."""
    if not np.isfinite(recording.lonlat).all(axis=1).any():
        return "empty"
    if not _is_here(stored, _projected(stored, recording.lonlat)):
        turned = _projected(stored, recording.lonlat[:, ::-1])
        return "swapped" if _is_here(stored, turned) else "elsewhere"
    if day is None:
        return "no_day"
    return None if _EARLIEST <= day <= job.today else "bad_day"


def _projected(stored: StoredNetwork, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    return crs.project(np.ascontiguousarray(lonlat), crs.STORED, stored.metric_epsg)


def _is_here(stored: StoredNetwork, xy: NDArray[np.float64]) -> bool:
    """Whether a tenth of the points and more lie where the network does."""
    nodes = stored.network.node_xy
    low, high = nodes.min(axis=0) - _AROUND_M, nodes.max(axis=0) + _AROUND_M
    finite = xy[np.isfinite(xy).all(axis=1)]
    inside = ((finite >= low) & (finite <= high)).all(axis=1)
    return bool(len(inside)) and float(inside.mean()) >= 0.1


def _day(job: Job, recording: Recording) -> date | None:
    """Day on which a track began, where it was walked; without times the day given for it."""
    known = recording.time_s[np.isfinite(recording.time_s)]
    known = known[known > 0]
    if 2 * len(known) <= len(recording) or np.ptp(known) == 0:
        return job.options.effective
    middle = float(np.median(known))
    near = known[np.abs(known - middle) <= _DAY_S]  # a clock that jumped tells no day
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=float(near.min()))
    return moment.astimezone(_ZONE).date()


def _refuse(job: Job, recording: Recording, fault: str, day: date | None) -> None:
    rows = np.array([recording.number])
    job.log.add(Finding(rows, None, f"error.import.track.{fault}", {"day": day or ""}))


def _why(track: Track, match: matching.Match) -> str:
    finite = track.xy[np.isfinite(track.xy).all(axis=1)]
    away = np.hypot(*(finite - np.median(finite, axis=0)).T)
    if float(np.quantile(away, 0.9)) <= _ONE_PLACE_M:
        return "one_place"
    counts = match.counts()
    if 2 * counts.get(Fate.STAY, 0) > len(track):
        return "one_place"
    return "off_network" if 2 * counts.get(Fate.OFF_NETWORK, 0) > len(track) else "unusable"


def _tell(job: Job, recording: Recording, match: matching.Match) -> None:
    """Say what was made of a track that is not as it should be."""
    key = _CLOCKS.get(match.clock)
    if key is not None:
        job.log.warning(key, row=recording.number)
    left_out = len(recording) - match.counts().get(Fate.KEPT, 0)
    if 2 * left_out > len(recording):
        job.log.warning(
            "warning.import.track.left_out",
            row=recording.number,
            points=left_out,
            of=len(recording),
        )


def _write_rejects(job: Job, refused: list[Recording]) -> None:
    """Write which tracks were refused and why: for their owner only."""
    if job.options.rejects is None:
        return
    problems = job.log.of_rows(np.array([one.number for one in refused], dtype=np.int64))
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    descriptor = os.open(job.options.rejects, flags, 0o600)
    os.fchmod(descriptor, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["track", "points", "team", "reason"])
        for one in refused:
            reasons = [
                job.options.render(problem) if job.options.render else problem.key
                for problem in problems[one.number]
            ]
            writer.writerow(
                formula_cells.guarded_row(
                    [one.number, len(one), one.team or "", "; ".join(reasons)]
                )
            )
