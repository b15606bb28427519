"""A round on foot: in which order to visit stops, from where one stands.

The shortest open path through all stops is sought by PyVRP (Wouda, Lan & Kool 2024, "PyVRP: a
high-performance VRP solver package", INFORMS Journal on Computing), as a tour whose way back
costs nothing.
"""

from dataclasses import dataclass

import numpy as np
import pyvrp
from pyvrp import stop

from gis import arrays

_ROUNDS_WITHOUT_GAIN = 1000
_LONGEST_SECONDS = 1.5
_FAR = 1 << 28
"""What a way that does not exist is counted as, in the solver's decimetres."""


@dataclass(frozen=True, eq=False)
class Round:
    """Stops in walking order.

    Attributes
    ----------
    order
        Indices of the stops that can be reached, shape (n,).
    leg_m
        Metres from the one before (the first: from the start) to each, shape (n,).
    unreached
        Indices of the stops to which no way leads, shape (u,).
    """

    order: arrays.Int64s
    leg_m: arrays.Floats
    unreached: arrays.Int64s

    @property
    def length_m(self) -> float:
        """Metres of the whole walk."""
        return float(self.leg_m.sum())


def plan(distance_m: arrays.Floats, seed: int = 0) -> Round:
    """Order stops so that walking from the start through all of them is short.

    Parameters
    ----------
    distance_m
        Walking metres between places, symmetric; the start is place 0, stop i is place i + 1;
        infinite where no way leads, shape (n + 1, n + 1).
    seed
        Same seed, same answer.

    Raises
    ------
    ValueError
        The matrix is not square, or has a negative entry or NaN.
    """
    _check(distance_m)
    reached = np.flatnonzero(np.isfinite(distance_m[0, 1:]))
    places = np.concatenate([[0], reached + 1])
    metres = distance_m[np.ix_(places, places)]
    walked = _ordered(metres, seed)
    steps = np.concatenate([[0], walked])
    return Round(
        order=reached[walked - 1],
        leg_m=metres[steps[:-1], steps[1:]],
        unreached=np.flatnonzero(~np.isfinite(distance_m[0, 1:])),
    )


def _check(distance_m: arrays.Floats) -> None:
    if distance_m.ndim != 2 or distance_m.shape[0] != distance_m.shape[1] or not len(distance_m):
        raise ValueError("distances are a square matrix, the start included")
    if np.isnan(distance_m).any() or (distance_m < 0).any():
        raise ValueError("distances are metres, none negative, none unknown")


def _ordered(metres: arrays.Floats, seed: int) -> arrays.Int64s:
    """Return the places 1..n in walking order."""
    n = len(metres) - 1
    if n < 2:
        return np.arange(1, n + 1)
    whole = np.minimum(np.rint(np.minimum(metres, 1e9) * 10), _FAR).astype(np.int64)
    np.fill_diagonal(whole, 0)
    whole[:, 0] = 0  # the way back costs nothing: an open path
    data = pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in range(n + 1)],
        [pyvrp.Client(location=place) for place in range(1, n + 1)],
        [pyvrp.Depot(location=0)],
        [pyvrp.VehicleType()],
        [whole],
        [np.zeros_like(whole)],
    )
    enough = stop.MultipleCriteria(
        [stop.NoImprovement(_ROUNDS_WITHOUT_GAIN), stop.MaxRuntime(_LONGEST_SECONDS)]
    )
    found = pyvrp.solve(data, enough, seed=seed, collect_stats=False, display=False)
    visits = [step.idx for step in found.best.routes()[0] if step.is_client()]
    return np.array(visits, dtype=np.int64) + 1
