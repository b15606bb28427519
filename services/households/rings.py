"""Nearest homes: in a circle that is expected to hold enough of them, else in a wider one.

How wide, the homes of each unit and its box tell. Searched is only where the circle meets boxes of
own units, so that neither homes of others nearby nor a position far from one's own cost more. The
distances are exact, and a page begins where the last one ended.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from gis import crs
from gis.arrays import Floats
from services.database import Transaction
from services.households import sources
from services.households.conditions import Conditions
from services.households.holdings import Holdings
from services.households.sources import Origin, Row, Source, Span

_SMALLEST_M: Final = 4.0
_WIDER: Final = 1.25
_STEPS: Final = 64  # up to 4 m * 1.25 ** 63, the width of a continent
_MORE: Final = 1.3  # how many more homes than asked for a circle should hold
_AND_SOME: Final = 8
_CORNERS: Final = 24
_SLACK_M: Final = 0.01

_RADII: Final = _SMALLEST_M * _WIDER ** np.arange(_STEPS)
_TURNS: Final = np.arange(_CORNERS) * (2 * np.pi / _CORNERS)
# Outside the circle: its sides touch it.
_AROUND: Final = np.column_stack([np.cos(_TURNS), np.sin(_TURNS)]) / np.cos(np.pi / _CORNERS)


@dataclass(frozen=True)
class Ring:
    """Homes farther than a distance (or as far, with a higher id), up to another; metres."""

    after_m: float
    after_id: int
    radius_m: float
    limit: int


Look = Callable[[Origin, Floats], Source]
"""Makes a source of the homes in boxes, `sources.in_boxes` or another."""


def page(
    tx: Transaction, look: Look, origin: Origin, holdings: Holdings, asked: Conditions, ring: Ring
) -> list[Row]:
    """Return the nearest homes of a ring, with metres, the nearest first; equally far ones by id."""
    nearest, farthest = _reach(origin, holdings.metres)
    end = min(ring.radius_m, float(farthest.max(initial=0.0)) + 1.0)
    radius = min(_expected(origin, holdings, ring), end)
    while True:
        touched = (nearest <= radius) & (farthest >= ring.after_m)
        span = Span(ring.after_m, ring.after_id, radius, ring.limit)
        boxes = _clipped(origin, holdings.degrees[touched], span.within)
        found = sources.page(tx, look(origin, boxes), asked, span) if len(boxes) else []
        if len(found) >= ring.limit or radius >= end:
            return found
        missing = ring.limit / max(len(found), 1)
        radius = min(end, radius * float(np.clip(np.sqrt(1.5 * missing), 1.5, 4.0)))


def boxes(origin: Origin, holdings: Holdings, radius_m: float) -> Floats:
    """Return boxes in degrees ``(n, 4)`` in which every own home within a distance lies."""
    nearest, _ = _reach(origin, holdings.metres)
    return _clipped(origin, holdings.degrees[nearest <= radius_m], radius_m)


def _clipped(origin: Origin, degrees: Floats, radius_m: float) -> Floats:
    """Cut boxes to what a circle spans; one box in place of many if it is no larger."""
    corners = (origin.x, origin.y) + _AROUND * (radius_m + _SLACK_M)
    lonlat = crs.project(corners, origin.epsg, crs.STORED)
    low, high = lonlat.min(axis=0), lonlat.max(axis=0)
    if not np.isfinite(lonlat).all():  # wider than what can be projected
        return degrees
    cut = np.column_stack([np.maximum(degrees[:, :2], low), np.minimum(degrees[:, 2:], high)])
    cut = cut[(cut[:, :2] <= cut[:, 2:]).all(axis=1)]
    if len(cut) < 2:
        return cut
    whole = np.concatenate([cut[:, :2].min(axis=0), cut[:, 2:].max(axis=0)])[None]
    return whole if _areas(whole).sum() <= _areas(cut).sum() else cut


def _areas(found: Floats) -> Floats:
    sides: Floats = found[:, 2:] - found[:, :2]
    product: Floats = sides[:, 0] * sides[:, 1]
    return product


def _reach(origin: Origin, metres: Floats) -> tuple[Floats, Floats]:
    """Distance of the nearest and of the farthest place of each box, metres ``(n,)``."""
    here = np.array([origin.x, origin.y])
    low, high = metres[:, :2] - here, metres[:, 2:] - here
    nearest = np.hypot(*np.maximum(np.maximum(low, -high), 0).T)
    farthest = np.hypot(*np.maximum(np.abs(low), np.abs(high)).T)
    return nearest, farthest


def _expected(origin: Origin, holdings: Holdings, ring: Ring) -> float:
    """Return the radius of a circle that should hold what is asked for beyond the last page."""
    here = np.array([origin.x, origin.y])
    low, high = holdings.metres[:, :2] - here, holdings.metres[:, 2:] - here
    density = holdings.homes / _areas(holdings.metres)
    radii = _RADII[:, None]
    # A square of the circle's area stands for it.
    half = radii * np.sqrt(np.pi) / 2
    across = np.clip(np.minimum(high[:, 0], half) - np.maximum(low[:, 0], -half), 0, None)
    along = np.clip(np.minimum(high[:, 1], half) - np.maximum(low[:, 1], -half), 0, None)
    homes = (across * along) @ density
    before = float(np.interp(ring.after_m, _RADII, homes)) if ring.after_m > 0 else 0.0
    wanted = before + _MORE * ring.limit + _AND_SOME
    radius = float(np.interp(wanted, homes, _RADII))
    return max(radius, ring.after_m * 1.02 + _SMALLEST_M)
