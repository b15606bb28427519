"""Cutting one tour into as many walks as there are patrols."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gis import arrays
    from gis.patrol.legs import Legs

_TURNS = 32
"""Places along a closed tour where the first walk may begin."""

_HALVINGS = 50


def classical(legs: Legs, tour: arrays.Int64s, patrols: int) -> list[arrays.Int64s]:
    """Split a tour as Frederickson, Hecht and Kim do.

    The longest walk is at most 2 - 1/k times the best if the tour is (Frederickson, Hecht & Kim
    1978, SIAM Journal on Computing 7:178-193): walk j of k ends near a share j/k of the tour,
    where the way home and the way back are short. Ways without a leg at the ends of a walk, which
    the rule would keep, are cut short.

    Parameters
    ----------
    legs
        What is walked.
    tour
        Every leg once, as directed legs.
    patrols
        Number of walks, some of which may have nothing to do.
    """
    if not len(tour):
        return [tour] * patrols
    along = _along(legs, tour)
    stops = np.stack([legs.into[tour], legs.out[tour]], axis=1).ravel()  # in the order of walking
    home = legs.home[stops]
    met = along.ravel()
    total = met[-1] + home[-1]
    farthest = float(legs.alone().max()) / 2.0
    cuts = [0]
    for j in range(1, patrols):
        reach = j / patrols * (total - 2.0 * farthest) + farthest
        last = int(np.searchsorted(met, reach, side="right")) - 1
        last = min(max(last, 0), len(stops) - 2)
        left = reach - met[last]
        step = met[last + 1] - met[last]
        if left + home[last] > step - left + home[last + 1]:
            last += 1
        cuts.append(max((last + 1) // 2, cuts[-1]))  # legs that end at or before this stop
    return np.split(tour, cuts[1:])


def fairest(legs: Legs, tour: arrays.Int64s, patrols: int) -> list[arrays.Int64s]:
    """Split a tour so that the longest walk is as short as this order of legs allows.

    No walk gets shorter by one more leg, so walks of at most some length are found by letting
    each go on as far as it can, and the length by halving (Ulusoy 1985, European Journal of
    Operational Research 22:329-337, for one length). A closed tour is begun at several places.
    """
    best = _split(legs, tour, patrols)
    if legs.start != legs.end or len(tour) < 2:
        return best[1]
    for turn in np.unique(np.linspace(0, len(tour) - 1, _TURNS).astype(np.int64)).tolist():
        best = min(best, _split(legs, np.roll(tour, -turn), patrols), key=lambda found: found[0])
    return best[1]


def _along(legs: Legs, tour: arrays.Int64s) -> arrays.Floats:
    """Metres from the start to the beginning and the end of each leg of a tour, shape (t, 2)."""
    begin = np.concatenate([legs.there[legs.into[tour[:1]]], legs.hops(tour)]).cumsum()
    begin[1:] += legs.cost[tour[:-1]].cumsum()
    return np.stack([begin, begin + legs.cost[tour]], axis=1)


def _split(legs: Legs, tour: arrays.Int64s, patrols: int) -> tuple[float, list[arrays.Int64s]]:
    """Length of the longest walk, and the walks."""
    if not len(tour):
        return 0.0, [tour] * patrols
    along = _along(legs, tour)
    # walk i..j takes saved[i] + reached[j]
    saved = legs.there[legs.into[tour]] - along[:, 0]
    reached = along[:, 1] + legs.home[legs.out[tour]]
    low, high = float((saved + reached).max()), float(saved[0] + reached[-1])
    cuts = _cuts(saved, reached, high)
    for _ in range(_HALVINGS):
        if high - low <= 1e-6:
            break
        middle = (low + high) / 2.0
        tried = _cuts(saved, reached, middle)
        if len(tried) <= patrols:
            high, cuts = middle, tried
        else:
            low = middle
    walks = np.split(tour, cuts[:-1])
    ends = np.array(cuts)
    longest = float((saved[np.concatenate([[0], ends[:-1]])] + reached[ends - 1]).max())
    return longest, walks + [tour[:0]] * (patrols - len(walks))


def _cuts(saved: arrays.Floats, reached: arrays.Floats, limit: float) -> list[int]:
    """End of each walk when each goes on as far as the limit allows, the last of them included."""
    cuts, first = [], 0
    while first < len(saved):
        end = int(np.searchsorted(reached, limit - saved[first] + 1e-9, side="right"))
        first = max(end, first + 1)  # what is too far alone is walked alone
        cuts.append(first)
    return cuts
