"""What it costs to have gone from one candidate to one of the next observation.

After Newson and Krumm (2009): the negative logarithm of an exponential distribution of how much the
way on the network differs from the straight line between the observations. On foot and with errors
as large as the steps that line is longer than the way as often as not, so the way is also held
against what was walked at the pace of those minutes, and made to cost what it winds.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from gis import arrays
from gis.tracks import along, candidates, clocks, nearness
from gis.tracks.thinning import Observations

_STRAIGHT = 0.5  # weight of the difference from the straight line
_STRAIGHT_M = 3.0  # its scale: this, and the error of an observation
_PACE_M = 2.0  # scale of the difference from the pace: this, ...
_PACE_SHARE = 0.25  # ... a share of the metres expected ...
_PACE_SIGMA = 0.2  # ... and of the error
_WINDING = 0.05  # cost of a metre that the way is longer than straight

_PACE_S = 40.0  # the pace is that of so many seconds
_KNOWN = 0.3  # spread of what displacements tell of the square of the speed, at best
_SUPPOSED = 0.5  # spread of what is known of it before
_SLOWEST = 0.05  # of a walker's speed
_FASTEST_M_S = 7.0


@dataclass(frozen=True, eq=False)
class Lattice:
    """Observations, their candidates, and the ways between those of one and of the next.

    Attributes
    ----------
    seen
        Observations, each with a candidate.
    places
        Their candidates.
    xy
        Where the candidates are, shape (c, 2).
    ends
        Rows and columns of `between` for the source and target of each candidate's edge, (c, 2).
    to_ends
        Metres from each candidate to those, shape (c, 2).
    between
        Metres between nodes, infinite beyond the limit, shape (k, k).
    pair_start
        Pairs with candidates of the observation before, counted up to each, shape (n + 1,).
    """

    seen: Observations
    places: candidates.Candidates
    xy: arrays.Floats
    ends: arrays.Int64s
    to_ends: arrays.Float32s
    between: arrays.Float32s
    pair_start: arrays.Int64s

    def pairs(self, low: int, high: int) -> tuple[arrays.Int64s, arrays.Int64s]:
        """Candidates before and after, of the pairs of observations ``low`` to ``high - 1``."""
        start, counts = self.places.start, np.diff(self.pair_start)
        row = np.arange(start[low], start[high])
        of = np.repeat(np.arange(low, high), np.diff(start[low : high + 1]))
        columns = np.where(counts[of] > 0, np.diff(start)[of - 1], 0)
        return arrays.ranges(start[of - 1], columns), np.repeat(row, columns)

    def ways(self, before: arrays.Int64s, after: arrays.Int64s) -> arrays.Float32s:
        """Metres of the shortest way by each pair of ends, and along a common edge: shape (5, p).

        In turn: along the edge; source to source, source to target, target to source, target to
        target.
        """
        found = np.full((5, len(before)), np.inf, np.float32)
        edge, size = self.places.edge, len(self.between)
        same = np.flatnonzero(edge[before] == edge[after])
        offset = self.places.offset_m
        found[0, same] = np.abs(offset[before[same]] - offset[after[same]])
        flat = self.between.ravel()
        for row, (a, b) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1)), start=1):
            way = flat[self.ends[before, a] * size + self.ends[after, b]]
            np.add(way, self.to_ends[before, a], out=way)
            np.add(way, self.to_ends[after, b], out=found[row])
        return found


def lay(
    place: along.Along,
    near: nearness.Nearness,
    seen: Observations,
    places: candidates.Candidates,
) -> Lattice:
    """Gather what the costs of transitions are worked out from."""
    net = place.net
    both = np.stack([net.source[places.edge], net.target[places.edge]], axis=1)
    nodes, ends = np.unique(both, return_inverse=True)
    to_ends = np.stack([places.offset_m, net.length_m[places.edge] - places.offset_m], axis=1)
    counts = np.diff(places.start)
    pairs = np.where(seen.begins, 0, counts * np.concatenate([[0], counts[:-1]]))
    return Lattice(
        seen=seen,
        places=places,
        xy=place.points(places.edge, places.offset_m),
        ends=ends.reshape(-1, 2).astype(np.int64),
        to_ends=np.maximum(to_ends, 0.0).astype(np.float32),
        between=near.matrix(nodes),
        pair_start=arrays.offsets(pairs),
    )


@dataclass(frozen=True, eq=False)
class Costs:
    """Costs of the transitions of a lattice.

    Attributes
    ----------
    lattice
        What they are worked out from.
    straight_m
        Between each observation and the one before, shape (n,).
    expected_m
        What was walked between them at the pace of those minutes, shape (n,).
    """

    lattice: Lattice
    straight_m: arrays.Float32s
    expected_m: arrays.Float32s

    def __call__(self, low: int, high: int) -> arrays.Float32s:
        """Costs of the pairs of observations ``low`` to ``high - 1``."""
        lattice = self.lattice
        before, after = lattice.pairs(low, high)
        metres = lattice.ways(before, after).min(axis=0)
        step = lattice.xy[after] - lattice.xy[before]
        counts = np.diff(lattice.pair_start[low : high + 1])
        sigma = lattice.seen.sigma_m
        expected = self.expected_m[low:high]
        scale = _PACE_SHARE * expected + np.float32(_PACE_M + _PACE_SIGMA * sigma)
        cost = np.abs(metres - np.repeat(expected, counts)) / np.repeat(scale, counts)
        cost += np.abs(metres - np.repeat(self.straight_m[low:high], counts)) * np.float32(
            _STRAIGHT / (_STRAIGHT_M + sigma)
        )
        winding = metres - np.hypot(step[:, 0], step[:, 1]).astype(np.float32)
        cost += np.maximum(winding, 0) * np.float32(_WINDING)
        return np.asarray(cost, np.float32)


def costs(lattice: Lattice) -> Costs:
    """Prepare the costs of a lattice."""
    seen = lattice.seen
    straight = np.zeros(len(seen))
    straight[1:] = np.hypot(*np.diff(seen.xy, axis=0).T)
    seconds = np.diff(seen.time_s, prepend=seen.time_s[:1])
    inner = ~seen.begins
    expected = np.zeros(len(seen))
    expected[inner] = _expected_m(straight[inner], seconds[inner], seen.sigma_m)
    return Costs(lattice, straight.astype(np.float32), expected.astype(np.float32))


def _expected_m(straight_m: arrays.Floats, seconds: arrays.Floats, sigma_m: float) -> arrays.Floats:
    """Metres walked in each step, from displacements about it and what is known of walkers.

    Squared displacements exceed squared metres by four variances (two axes, two ends); what is
    left is averaged over `_PACE_S` and weighed against a walker's speed by their variances.
    """
    if not len(straight_m):
        return straight_m
    usual = clocks.WALKING_M_S * seconds
    over = max(1, round(_PACE_S / float(np.median(seconds)))) | 1
    told = (straight_m**2 - 4 * sigma_m**2) / usual**2
    told = ndimage.uniform_filter1d(told, over, mode="nearest")
    unsure = (8 * (sigma_m / usual) ** 2 + 16 * (sigma_m / usual) ** 4) / over + _KNOWN**2
    square = (told / unsure + 1 / _SUPPOSED**2) / (1 / unsure + 1 / _SUPPOSED**2)
    fastest = (_FASTEST_M_S / clocks.WALKING_M_S) ** 2
    metres: arrays.Floats = np.sqrt(np.clip(square, _SLOWEST**2, fastest)) * usual
    return metres
