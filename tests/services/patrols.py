"""Routes and tracks put straight into the tables, for tests of what reads them."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from gis.tracks import intervals, matching, sections
from gis.tracks.track import Clock
from services import network
from services.database import Transaction
from services.patrol import routes, tracks
from services.patrol.recordings import Recording
from services.patrol.routes import Origin, Schedule
from services.sealing import Sealer

SEALER = Sealer(b"k" * 32, b"h" * 32)
Stretches = Sequence[tuple[int, float, float]]
"""Edge, and metres from its source where it is entered and left."""


def walk(stretches: Stretches) -> sections.Sections:
    edge, begin, end = (np.array(column) for column in zip(*stretches, strict=True))
    seconds = np.arange(len(stretches), dtype=np.float64)
    piece = np.zeros(len(stretches), np.int64)
    return sections.Sections(
        piece, edge.astype(np.int32), begin.astype(float), end.astype(float), seconds, seconds + 1
    )


def add_route(
    tx: Transaction,
    code: str,
    stretches: Stretches,
    valid_from: date,
    weekdays: tuple[int, ...] = routes.WEEKDAYS,
) -> int:
    stored = network.load(tx)
    assert stored is not None
    schedule = Schedule(f"路线{code}", weekdays, valid_from, None, "一队")
    return routes.store(tx, stored, code, schedule, walk(stretches), Origin())


def add_track(tx: Transaction, day: date, stretches: Stretches, number: int = 0) -> int:
    walked = walk(stretches)
    seconds = np.array([float(number), number + 1.0])
    recording = Recording(1, seconds, np.array([[116.8, 32.6], [116.81, 32.6]]))
    covered = intervals.union(intervals.of_walk(walked.edge, walked.from_m, walked.to_m))
    match = matching.Match(walked, covered, np.zeros(2, np.int8), Clock.GOOD, 3.0)
    return tracks.store(tx, SEALER, tracks.Walked(recording, match, day, "一队"), day, None)
