"""Where volunteers were, second by second: sealed, kept for days, to match again on other roads."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import sqlalchemy as sa

from services import errors
from services.database import Transaction
from services.patrol.recordings import Recording
from services.sealing import Sealer

_INSERT = """
    INSERT INTO patrol_positions (track_id, received_on, sealed) VALUES (%s, %s, %b)
"""
_IDS = sa.text("SELECT track_id FROM patrol_positions ORDER BY track_id")
_READ = sa.text("SELECT sealed FROM patrol_positions WHERE track_id = :id")
_BYTES_A_POINT = 24


@dataclass(frozen=True, eq=False)
class Kept:
    """Positions of a stored track, as the file had them."""

    track_id: int
    recording: Recording


def store(
    tx: Transaction, sealer: Sealer, track_id: int, today: date, recording: Recording
) -> None:
    """Keep a track's positions, sealed."""
    lonlat = np.ascontiguousarray(recording.lonlat, np.float64)
    sealed = sealer.seal_bytes(recording.time_s.astype(np.float64).tobytes() + lonlat.tobytes())
    with tx.driver.cursor() as cursor:
        cursor.execute(_INSERT, (track_id, today, sealed))


def kept(tx: Transaction, sealer: Sealer) -> Iterator[Kept]:
    """Open the positions that are still kept, track by track; those no key here opens are left."""
    for track_id in tx.sql.execute(_IDS).scalars().all():
        sealed: bytes = tx.sql.execute(_READ, {"id": track_id}).scalar_one()
        try:
            opened = sealer.open_bytes(bytes(sealed))
        except errors.RefusedError:
            continue
        yield Kept(track_id, _recording(opened))


def _recording(opened: bytes) -> Recording:
    values = np.frombuffer(opened, np.float64)
    count = len(opened) // _BYTES_A_POINT
    return Recording(1, values[:count], values[count:].reshape(count, 2))
