"""What people type of patrols: places, and lists of way points, as longitude and latitude."""

import re

import numpy as np
from numpy.typing import NDArray

from services import errors

_MOST_NUMBERS = 10_000


def place(text: str) -> tuple[float, float] | None:
    """Read ``longitude, latitude``, degrees; None: nothing was typed.

    Raises
    ------
    services.errors.RefusedError
        It is no place.
    """
    if not text.strip():
        return None
    try:
        lon, lat = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError as error:
        raise errors.RefusedError("error.plan.place") from error
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise errors.RefusedError("error.plan.place")
    return lon, lat


def points(text: str) -> NDArray[np.float64]:
    """Read way points: longitude, latitude, longitude, ..., between commas, spaces or lines.

    Returns
    -------
    NDArray[np.float64]
        Degrees, shape (n, 2).

    Raises
    ------
    services.errors.RefusedError
        They are none.
    """
    parts = [part for part in re.split(r"[\s,;，；]+", text) if part]
    if len(parts) > _MOST_NUMBERS:
        raise errors.RefusedError("error.route.points")
    try:
        found = np.array([float(part) for part in parts], np.float64).reshape(-1, 2)
    except ValueError as error:
        raise errors.RefusedError("error.route.points") from error
    if not (np.abs(found) <= [180.0, 90.0]).all():
        raise errors.RefusedError("error.route.points")
    return found


def written(found: NDArray[np.float64]) -> str:
    """Write way points as `points` reads them, one a line."""
    return "\n".join(f"{lon:.7f}, {lat:.7f}" for lon, lat in found.tolist())
