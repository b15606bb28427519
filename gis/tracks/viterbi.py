"""The cheapest sequence of candidates, one for each observation: Viterbi's algorithm."""

from collections.abc import Callable

import numpy as np

from gis import arrays

_PAIRS = 300_000
"""Costs of so many pairs are asked for at a time: few enough to stay in the processor's cache."""


def cheapest(
    emission: arrays.Floats,
    start: arrays.Int64s,
    pair_start: arrays.Int64s,
    costs: Callable[[int, int], arrays.Float32s],
) -> tuple[arrays.Int64s, arrays.Bools]:
    """Choose a candidate for each observation so that all costs together are least.

    Where no candidate of an observation can be reached from any before, the sequence breaks there
    and a new one begins: the costs of both are least, each for itself.

    Parameters
    ----------
    emission
        Cost of each candidate, finite, shape (c,).
    start
        First candidate of each observation, and the end of the last; each has one, shape (n + 1,).
    pair_start
        Pairs with candidates of the observation before, counted up to each observation; one
        without pairs begins a sequence, shape (n + 1,).
    costs
        Gives the costs of the pairs of observations ``low`` to ``high - 1``, infinite where there
        is no way: for each observation a row for each candidate, a column for each of the one
        before.

    Returns
    -------
    tuple[Int64s, Bools]
        The chosen candidates, and which of them begin a sequence, shape (n,) each.
    """
    n = len(start) - 1
    back = np.full(len(emission), -1, np.int64)
    begins = np.ones(n, np.bool_)
    last = np.zeros(n, np.int64)  # cheapest candidate of each observation, were it the last
    bounds, pairs = start.tolist(), pair_start.tolist()
    total = np.zeros(0)
    low = 0
    while low < n:
        high = max(low + 1, int(np.searchsorted(pair_start, pairs[low] + _PAIRS, "right")) - 1)
        table = costs(low, high)
        for t in range(low, high):
            first, end = bounds[t], bounds[t + 1]
            cost = emission[first:end]
            if pairs[t + 1] > pairs[t]:
                rows = table[pairs[t] - pairs[low] : pairs[t + 1] - pairs[low]]
                sums = rows.reshape(end - first, -1) + total
                best = sums.argmin(axis=1)
                reached = sums[np.arange(end - first), best]
                if reached.min() < np.inf:
                    begins[t] = False
                    back[first:end] = best + bounds[t - 1]
                    cost = cost + reached
            total = cost
            last[t] = first + int(total.argmin())
        low = high
    return _traced(back, begins, last), begins


def _traced(back: arrays.Int64s, begins: arrays.Bools, last: arrays.Int64s) -> arrays.Int64s:
    """Follow the candidates back from the end of each sequence."""
    chosen = last.copy()
    ends = np.append(begins[1:], True).tolist()
    for t in range(len(last) - 2, -1, -1):
        if not ends[t]:
            chosen[t] = back[chosen[t + 1]]
    return chosen
