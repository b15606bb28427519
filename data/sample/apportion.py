"""Dealing out whole numbers in proportion, exactly."""

import numpy as np

from gis.arrays import Floats, Int64s


def by_largest_remainder(totals: Int64s, weights: Floats, group: Int64s) -> Int64s:
    """Deal each group's total to its members in proportion to their weights.

    The method of largest remainders (Hare-Niemeyer) within each group; equal remainders go to
    the member that comes first.

    Parameters
    ----------
    totals
        Whole number to deal out in each group, shape (g,).
    weights
        Positive weight of each member, shape (n,).
    group
        Group of each member, shape (n,).

    Returns
    -------
    Int64s
        Share of each member, shape (n,); sums to `totals` by group.

    Raises
    ------
    ValueError
        If a group has something to deal out and nobody to take it.
    """
    of_group = np.bincount(group, weights, minlength=len(totals))
    if ((of_group <= 0) & (totals > 0)).any():
        raise ValueError("a group with a total has no members")
    exact = weights * totals[group] / of_group[group]
    whole = np.floor(exact).astype(np.int64)
    left = totals - np.bincount(group, whole, minlength=len(totals)).astype(np.int64)
    order = np.lexsort((whole - exact, group))
    first = np.searchsorted(group[order], np.arange(len(totals)))
    rank = np.arange(len(group)) - first[group[order]]
    whole[order] += rank < left[group[order]]
    return whole


def within_bounds(total: int, weights: Floats, low: int, high: int) -> Int64s:
    """Deal a total out in proportion as far as every share stays within bounds.

    Raises
    ------
    ValueError
        If no such shares exist.
    """
    count = len(weights)
    if not low * count <= total <= high * count:
        raise ValueError(f"{total} cannot be dealt out to {count} between {low} and {high}")
    # The sum of the clipped shares grows with the factor: bisect for the one that fits.
    below, above = 0.0, high * count / float(weights.min())
    for _ in range(100):
        factor = (below + above) / 2.0
        fits = np.clip(weights * factor, low, high).sum() <= total
        below, above = (factor, above) if fits else (below, factor)
    shares = np.clip(weights * below, low, high)
    whole = np.floor(shares).astype(np.int64)
    remainder = np.where(whole < high, whole - shares, 1.0)
    whole[np.argsort(remainder, kind="stable")[: total - int(whole.sum())]] += 1
    return whole
