"""A drawn or imported line as a walk on the network: section after section, in its direction."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import ops

from gis import crs
from gis.tracks import along, cleaning, intervals, matching, noise, sections
from gis.tracks.track import Fate, Track
from services.network import StoredNetwork

_STEP_M = 10.0
_DRAWN = noise.Errors(8.0)
"""Lines are drawn about so exactly, in metres."""
_PATIENT = cleaning.Rules(stay_s=1e7)
_WALKING_M_S = 1.2


@dataclass(frozen=True, eq=False)
class Snapped:
    """A line on the network.

    Attributes
    ----------
    walked
        Sections in order; nothing where the line is not near the network.
    drawn_m
        Metres of the line.
    off_m
        How many of them are not near any road.
    """

    walked: sections.Sections
    drawn_m: float
    off_m: float

    @property
    def length_m(self) -> float:
        """Metres to be walked."""
        return float(self.walked.length_m.sum())

    @property
    def pieces(self) -> int:
        """Number of unbroken parts."""
        return len(np.unique(self.walked.piece))


def snap(stored: StoredNetwork, matcher: matching.Matcher, lonlat: NDArray[np.float64]) -> Snapped:
    """Lay a line, degrees ``(n, 2)``, on the network, as if someone had walked it with a phone."""
    finite = lonlat[np.isfinite(lonlat).all(axis=1)]
    xy = crs.project(finite, crs.STORED, stored.metric_epsg)
    if len(xy) < 2:
        return Snapped(sections.none(), 0.0, 0.0)
    line = shapely.LineString(xy)
    at = np.linspace(0.0, line.length, max(int(line.length / _STEP_M) + 1, 2))
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    track = Track(at / _WALKING_M_S, points)
    found = matcher.match(track, _DRAWN, _PATIENT)
    share = 1.0 - found.counts().get(Fate.KEPT, 0) / len(track)
    return Snapped(found.walked, float(line.length), share * float(line.length))


def lines(
    stored: StoredNetwork,
    edge: NDArray[np.int32],
    begin: NDArray[np.float64],
    end: NDArray[np.float64],
) -> NDArray[np.object_]:
    """Draw stretches of edges, metres from their sources, as lines in degrees, shape (k,)."""
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    whole = stored.network.lines[edge]
    cut = (low > 0) | (high < stored.network.length_m[edge])
    parts = whole.copy()
    for i in np.flatnonzero(cut).tolist():
        parts[i] = ops.substring(whole[i], low[i], high[i])
    backward = np.flatnonzero(begin > end)
    parts[backward] = shapely.reverse(parts[backward])
    drawn: NDArray[np.object_] = crs.project_geometries(parts, stored.metric_epsg, crs.STORED)
    return drawn


def ends(stored: StoredNetwork, walked: sections.Sections) -> NDArray[np.float64]:
    """Where a walk starts and ends, degrees, shape (2, 2)."""
    place = along.lay_out(stored.network)
    edge = walked.edge[[0, -1]]
    xy = place.points(edge, np.array([walked.from_m[0], walked.to_m[-1]]))
    return crs.project(xy, stored.metric_epsg, crs.STORED)


def stretches(walked: sections.Sections) -> intervals.Stretches:
    """Metres of a walk, without order."""
    return intervals.of_walk(walked.edge, walked.from_m, walked.to_m)
