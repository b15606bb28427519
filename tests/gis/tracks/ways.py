"""Networks and tracks to match, and places along walks."""

import numpy as np

from gis import network
from gis.tracks.track import Track
from tests.gis import walking


def grid(side: int = 6, step: float = 100.0) -> network.Network:
    """Streets of a chess board: side x side crossings."""
    far = (side - 1) * step
    stops = [k * step for k in range(side)]
    rows = [[(x, y) for x in stops] for y in stops]
    columns = [[(x, y) for y in stops] for x in stops]
    assert far > 0
    return walking.network_of(rows + columns)


def track(corners: list[tuple[float, float]], every_s: float = 5.0, speed: float = 1.2) -> Track:
    """Walk from corner to corner at an even speed, without errors."""
    line = np.array(corners, float)
    ends = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    time = np.arange(0.0, ends[-1] / speed + 1e-6, every_s)
    xy = np.stack([np.interp(time * speed, ends, axis) for axis in line.T], axis=1)
    return Track(time, xy)


def shaken(recorded: Track, sigma_m: float, seed: int = 0) -> Track:
    """The same with normal errors."""
    rng = np.random.default_rng(seed)
    return Track(recorded.time_s, recorded.xy + rng.normal(0, sigma_m, recorded.xy.shape))
