"""Names for the array types that the package hands around, and ragged-array helpers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Float32s = npt.NDArray[np.float32]
Int8s = npt.NDArray[np.int8]
Int16s = npt.NDArray[np.int16]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]
AnyInts = npt.NDArray[np.signedinteger[Any]]


def offsets(counts: AnyInts) -> Int64s:
    """Start of each run of a ragged array, and the end of the last, from the runs' lengths.

    Parameters
    ----------
    counts
        Length of each run, shape (n,).

    Returns
    -------
    Int64s
        Shape (n + 1,); run i is ``values[result[i]:result[i + 1]]``.
    """
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def ranges(first: AnyInts, counts: AnyInts) -> Int64s:
    """Concatenate the integer ranges ``first[i] .. first[i] + counts[i] - 1``.

    Parameters
    ----------
    first
        First integer of each range, shape (n,).
    counts
        Length of each range, shape (n,); zero is allowed.

    Returns
    -------
    Int64s
        Shape (sum of counts,).
    """
    starts = offsets(counts)
    jump = np.asarray(first, dtype=np.int64) - starts[:-1]
    return np.arange(starts[-1], dtype=np.int64) + np.repeat(jump, counts)


def sums_of_runs(values: Floats, starts: AnyInts) -> Floats:
    """Sum each run of a ragged array, `values[starts[i]:starts[i + 1]]`, empty runs included.

    Parameters
    ----------
    values
        Shape (c,).
    starts
        Ascending, shape (n + 1,).
    """
    sums = np.zeros(len(starts) - 1)
    some = np.flatnonzero(np.diff(starts) > 0)
    if len(some):
        sums[some] = np.add.reduceat(values[: starts[-1]], starts[some])
    return sums


def segments(coords: Floats, coord_start: AnyInts) -> tuple[Int64s, Int32s]:
    """Straight segments of polylines kept as one ragged array.

    Parameters
    ----------
    coords
        Vertices, shape (c, 2).
    coord_start
        First vertex of each line, shape (n + 1,).

    Returns
    -------
    tuple[Int64s, Int32s]
        Index of each segment's first vertex (its end is the next vertex), and its line; (s,) each.
    """
    counts = np.diff(coord_start)
    last = np.asarray(coord_start[1:], dtype=np.int64)[counts > 0] - 1
    inner = np.ones(len(coords), dtype=np.bool_)
    inner[last] = False
    vertex = np.flatnonzero(inner).astype(np.int64)
    line = np.repeat(np.arange(len(counts), dtype=np.int32), counts)[vertex]
    return vertex, line


def curve_order(xy: Floats) -> Int64s:
    """Order points along a Z-curve: what is near in the plane comes to be near in memory.

    Parameters
    ----------
    xy
        Finite coordinates, shape (n, 2).

    Returns
    -------
    Int64s
        A permutation, shape (n,); equal points keep their order.
    """
    if not len(xy):
        return np.zeros(0, dtype=np.int64)
    low = xy.min(axis=0)
    scale = 65535.0 / max(float((xy.max(axis=0) - low).max()), 1e-9)
    cell = ((xy - low) * scale).astype(np.uint64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        cell = (cell | (cell << np.uint64(shift))) & np.uint64(mask)
    key = cell[:, 0] | (cell[:, 1] << np.uint64(1))
    return np.lexsort((xy[:, 1], xy[:, 0], key)).astype(np.int64)
