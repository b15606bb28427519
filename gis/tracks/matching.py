"""Matching recorded tracks to the walking network by a hidden Markov model.

Newson and Krumm, Hidden Markov Map Matching Through Noise and Sparseness, ACM GIS 2009. Hidden is
the place on the network, seen are positions with normal errors; how likely a step is follows from
how its length on the network fits what was seen.
"""

from dataclasses import dataclass

import numpy as np

from gis import arrays, network
from gis.tracks import (
    along,
    candidates,
    cleaning,
    intervals,
    nearness,
    noise,
    routes,
    sections,
    thinning,
    transitions,
    viterbi,
)
from gis.tracks.track import Clock, Fate, Pieces, Track

LIMIT_M = 300.0
"""Longest way between two observations that is looked for."""

_RADIUS_M = 20.0  # candidates lie within this distance, or ...
_RADIUS_SIGMAS = 3.0  # ... so many standard deviations of an observation
_WIDEST_M = 150.0
_SURPRISED = 1.4  # what was matched lies off by so much more than supposed: errors are larger
_GROWN = 1.5
_AGAIN = 2
_SPUR_SIGMAS = 1.0
_SPUR_M = 3.0


@dataclass(frozen=True, eq=False)
class Match:
    """What of a track was matched, and what became of its points.

    Attributes
    ----------
    walked
        Sections in the order they were walked. Times are those of the track; where it had none
        (`Clock.NONE`), seconds of a walker from its first point.
    covered
        Metres walked at least once, disjoint and sorted by edge.
    fate
        What became of each point, values of `Fate`, shape (n,).
    clock
        How far the track's times could be trusted.
    sigma_m
        Standard deviation of the errors of what was matched, means over windows of time, in each
        axis; 0 when nothing was.
    """

    walked: sections.Sections
    covered: intervals.Stretches
    fate: arrays.Int8s
    clock: Clock
    sigma_m: float

    def counts(self) -> dict[Fate, int]:
        """Count the points by what became of them."""
        found = np.bincount(self.fate, minlength=len(Fate)).tolist()
        return {fate: found[fate] for fate in Fate if found[fate]}


@dataclass(frozen=True, eq=False)
class Matcher:
    """A network made ready for matching; see `prepare`. Distances are worked out as needed."""

    place: along.Along
    index: candidates.EdgeIndex
    near: nearness.Nearness
    out: routes.Ways

    def match(
        self,
        track: Track,
        errors: noise.Errors | None = None,
        rules: cleaning.Rules = cleaning.USUAL,
    ) -> Match:
        """Clean a track and match it.

        Parameters
        ----------
        track
            As recorded.
        errors
            Of its positions; None to estimate them.
        rules
            What counts as a gap, a jump and a stay.
        """
        pieces = cleaning.clean(track, rules)
        if errors is not None:
            return self._matched(pieces, errors, rules.gap_s)[0]
        supposed = noise.estimate(pieces.time_s, pieces.xy, pieces.start)
        found, off = self._matched(pieces, supposed, rules.gap_s)
        for _ in range(_AGAIN):
            if noise.offset_m(off) <= _SURPRISED * found.sigma_m:
                break
            supposed = noise.Errors(supposed.scatter_m, _GROWN * noise.offset_m(off))
            found, off = self._matched(pieces, supposed, rules.gap_s)
        return found

    def _matched(
        self, pieces: Pieces, errors: noise.Errors, gap_s: float
    ) -> tuple[Match, arrays.Floats]:
        """Match with errors given; also tell how far observations are off what was chosen."""
        if not len(pieces) or not self.place.net.n_edges:
            return _nothing(pieces), np.zeros(0)
        seen = thinning.observe(pieces, errors)
        radius = min(max(_RADIUS_M, _RADIUS_SIGMAS * seen.sigma_m), _WIDEST_M)
        places = self.index.around(seen.xy, radius)
        fate = _with_strangers(pieces, seen, places)
        seen = _near_network(seen, places, gap_s)
        if not len(seen):
            return _nothing(pieces), np.zeros(0)
        lattice = transitions.lay(self.place, self.near, seen, places.of_some())
        emission = lattice.places.off_m**2 / (2 * seen.sigma_m**2)
        chosen, begins = viterbi.cheapest(
            emission, lattice.places.start, lattice.pair_start, transitions.costs(lattice)
        )
        walked = sections.without_spurs(
            routes.walked(self.near, self.out, lattice, chosen, begins),
            self.place.net.length_m,
            _SPUR_M + _SPUR_SIGMAS * seen.sigma_m,
        )
        return (
            Match(walked, walked.covered(), fate, pieces.clock, seen.sigma_m),
            lattice.places.off_m[chosen],
        )


def prepare(net: network.Network, limit_m: float = LIMIT_M) -> Matcher:
    """Make a network ready for matching.

    Parameters
    ----------
    net
        The network.
    limit_m
        Longest way between two observations that is looked for; beyond it a walk is split.
    """
    place = along.lay_out(net)
    return Matcher(
        place, candidates.build(place), nearness.Nearness(net, limit_m), routes.ways(net)
    )


def _nothing(pieces: Pieces) -> Match:
    fate = pieces.fate.copy()
    fate[pieces.point] = Fate.OFF_NETWORK
    return Match(sections.none(), intervals.nothing(), fate, pieces.clock, 0.0)


def _with_strangers(
    pieces: Pieces, seen: thinning.Observations, places: candidates.Candidates
) -> arrays.Int8s:
    """Fates of the points, with those of observations that are near no section."""
    strange = np.repeat(np.diff(places.start) == 0, np.diff(np.append(seen.first, len(pieces))))
    fate = pieces.fate.copy()
    fate[pieces.point[strange]] = Fate.OFF_NETWORK
    return fate


def _near_network(
    seen: thinning.Observations, places: candidates.Candidates, gap_s: float
) -> thinning.Observations:
    """Observations with candidates; where too many were left out, a piece begins."""
    known = np.flatnonzero(np.diff(places.start))
    piece, time = np.cumsum(seen.begins)[known], seen.time_s[known]
    begins = np.ones(len(known), np.bool_)
    begins[1:] = (np.diff(piece) != 0) | (np.diff(time) > gap_s)
    return seen.take(known, begins)
