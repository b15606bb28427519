"""Recorded tracks in the database: day, team and covered sections for good, positions for days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from gis.tracks import coverage, intervals
from gis.tracks.matching import Match
from gis.tracks.track import Fate
from services import _arrays, _copy
from services.database import Transaction
from services.patrol import positions
from services.patrol.recordings import Recording
from services.sealing import Sealer

_EPOCH = date(2000, 1, 1)
_COVERED = (
    ("track_id", _copy.INT),
    ("edge", _copy.INT),
    ("from_m", _copy.DOUBLE),
    ("to_m", _copy.DOUBLE),
)
_KNOWN = sa.text("SELECT code FROM patrol_tracks WHERE code = ANY(:codes)")
_INSERT = sa.text("""
    INSERT INTO patrol_tracks
        (code, day, team, points, used, clock, walked_m, sigma_m, import_run_id)
    VALUES (:code, :day, :team, :points, :used, :clock, :walked_m, :sigma_m, :run_id)
    RETURNING id
""")
_DAYS = "SELECT id, day FROM patrol_tracks WHERE day >= %s::date AND day <= %s::date"
_READ = """
    SELECT c.track_id, c.edge, c.from_m, c.to_m FROM patrol_covered c
    JOIN patrol_tracks t ON t.id = c.track_id
    WHERE t.day >= %s::date AND t.day <= %s::date AND NOT t.id = ANY(%s::int[])
    ORDER BY c.track_id
"""


@dataclass(frozen=True, eq=False)
class Walked:
    """A track that was matched.

    Attributes
    ----------
    day
        The day on which it began, where it was walked.
    """

    recording: Recording
    match: Match
    day: date
    team: str | None


def known(tx: Transaction, codes: Sequence[str]) -> frozenset[str]:
    """Return those of some codes whose tracks are stored."""
    return frozenset(tx.sql.execute(_KNOWN, {"codes": list(codes)}).scalars())


def store(tx: Transaction, sealer: Sealer, walked: Walked, today: date, run_id: int | None) -> int:
    """Store a track, its positions sealed, and return its id."""
    recording, match = walked.recording, walked.match
    counts = match.counts()
    track_id: int = tx.sql.execute(
        _INSERT,
        {
            "code": recording.code,
            "day": walked.day,
            "team": walked.team,
            "points": len(recording),
            "used": counts.get(Fate.KEPT, 0),
            "clock": match.clock.value,
            "walked_m": float(match.walked.length_m.sum()),
            "sigma_m": match.sigma_m,
            "run_id": run_id,
        },
    ).scalar_one()
    covered = match.covered
    ids = np.full(len(covered), track_id)
    _copy.write(tx, "patrol_covered", _COVERED, [ids, covered.edge, covered.from_m, covered.to_m])
    positions.store(tx, sealer, track_id, today, recording)
    return track_id


def number(day: date) -> int:
    """Return a day as records count them: days since 2000-01-01."""
    return (day - _EPOCH).days


def record(
    tx: Transaction, first: date, last: date, before: coverage.Record | None = None
) -> coverage.Record:
    """Read what the tracks of a period covered, both days included.

    Parameters
    ----------
    before
        What was read before; tracks that it holds are not read again, those gone are left out.
    """
    listed = _copy.read(tx, _DAYS, (("id", _copy.INT), ("day", _copy.DATE)), (first, last))
    here = np.zeros(0, np.int64) if before is None else np.unique(before.walk)
    kept = here[np.isin(here, listed["id"])]
    rows = _copy.read(tx, _READ, _COVERED, (first, last, _arrays.Ints(kept)))
    stretches = intervals.Stretches(rows["edge"], rows["from_m"], rows["to_m"])
    fresh = coverage.Record(
        stretches, rows["track_id"].astype(np.int64), _days_of(listed, rows["track_id"])
    )
    if before is None or not len(kept):
        return fresh
    old = np.isin(before.walk, kept)
    return _joined(before, old, fresh)


def _days_of(listed: dict[str, NDArray[np.int32]], tracks: NDArray[np.int32]) -> NDArray[np.int32]:
    order = np.argsort(listed["id"])
    at = order[np.searchsorted(listed["id"][order], tracks)]
    return np.asarray(listed["day"][at], np.int32)


def _joined(
    before: coverage.Record, old: NDArray[np.bool_], fresh: coverage.Record
) -> coverage.Record:
    kept = before.stretches.take(old)
    return coverage.Record(
        intervals.Stretches(
            np.concatenate([kept.edge, fresh.stretches.edge]),
            np.concatenate([kept.from_m, fresh.stretches.from_m]),
            np.concatenate([kept.to_m, fresh.stretches.to_m]),
        ),
        np.concatenate([before.walk[old], fresh.walk]),
        np.concatenate([before.day[old], fresh.day]),
    )


@dataclass(frozen=True)
class TrackLine:
    """What is kept of a track, for maps and lists.

    Attributes
    ----------
    edges
        Sections it touched.
    """

    id: int
    day: date
    team: str | None
    walked_m: float
    points: int
    used: int
    clock: str
    edges: tuple[int, ...]


_LATEST = sa.text("""
    SELECT t.id, t.day, t.team, t.walked_m, t.points, t.used, t.clock,
           array_agg(DISTINCT c.edge ORDER BY c.edge) AS edges
    FROM patrol_tracks t JOIN patrol_covered c ON c.track_id = t.id
    WHERE t.day BETWEEN :first AND :last
    GROUP BY t.id
    HAVING array_agg(c.edge) && CAST(:edges AS integer[])
    ORDER BY t.day DESC, t.id DESC LIMIT :most
""")


def latest(
    tx: Transaction, first: date, last: date, edges: NDArray[np.int64], most: int
) -> tuple[TrackLine, ...]:
    """Return the latest tracks of a period that touch some sections."""
    asked = {"first": first, "last": last, "edges": edges.tolist(), "most": most}
    return tuple(
        TrackLine(
            id=row.id,
            day=row.day,
            team=row.team,
            walked_m=row.walked_m,
            points=row.points,
            used=row.used,
            clock=row.clock,
            edges=tuple(row.edges),
        )
        for row in tx.sql.execute(_LATEST, asked)
    )
