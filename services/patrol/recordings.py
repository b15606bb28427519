"""A track as a file holds it, before anything is asked of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

_MILLISECONDS_FROM = 1e11
"""Numbers above are milliseconds since 1970: as seconds they would be the year 5138."""


@dataclass(frozen=True, eq=False)
class Recording:
    """Positions in the order of the file; refused with a ValueError when arrays do not match.

    Attributes
    ----------
    number
        Which track of the file it is, from 1.
    time_s
        Seconds since 1970, UTC; NaN where the file gives none, shape (n,).
    lonlat
        Degrees as the file has them, longitude first; NaN where it has none, shape (n, 2).
    team
        Who walked, where the file says so.
    """

    number: int
    time_s: NDArray[np.float64]
    lonlat: NDArray[np.float64]
    team: str | None = None

    def __post_init__(self) -> None:
        """Refuse arrays that do not describe the same points."""
        if self.time_s.ndim != 1 or self.lonlat.shape != (len(self.time_s), 2):
            raise ValueError("a recording needs n times and n places of two coordinates")

    def __len__(self) -> int:
        """Count the points."""
        return len(self.time_s)

    @property
    def code(self) -> str:
        """What tells this track from others: the same points at the same times are the same."""
        digest = hashlib.sha256(np.round(self.time_s, 3).tobytes())
        digest.update(np.round(self.lonlat, 7).tobytes())
        return digest.hexdigest()[:32]


def times(values: Sequence[object]) -> NDArray[np.float64]:
    """Read times: ISO 8601 (without a zone: UTC), or numbers of seconds or milliseconds.

    Returns
    -------
    NDArray[np.float64]
        Seconds since 1970; NaN for what is no time, shape (n,).
    """
    texts = [value if isinstance(value, str) else None for value in values]
    if texts and all(text is not None and text.endswith("Z") for text in texts):
        try:
            stamps = np.array([text[:-1] for text in texts if text], dtype="datetime64[ms]")
        except ValueError:
            pass  # some of them are no times: one by one
        else:
            seconds = stamps.astype(np.int64) / 1000.0
            return np.where(np.isnat(stamps), np.nan, seconds)
    return np.array([_seconds(value) for value in values], dtype=np.float64)


def _seconds(value: object) -> float:
    if isinstance(value, bool) or value is None:
        return float("nan")
    if isinstance(value, int | float):
        return value / 1000.0 if abs(value) > _MILLISECONDS_FROM else float(value)
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return float("nan")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
