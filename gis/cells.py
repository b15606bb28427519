"""Square cells in a metric CRS: points summed up for drawing, and where their weight piles up."""

import dataclasses
from typing import Final

import numpy as np
import shapely

from gis.arrays import Floats, Int32s, Int64s, Objects

_KEYS_PER_POINT: Final = 8
_FEW_KEYS: Final = 1 << 16
_FARTHEST: Final = 2**31 - 1


@dataclasses.dataclass(frozen=True)
class Cells:
    """Cells that hold at least one point.

    Attributes
    ----------
    ij
        Column and row, shape (m, 2): the cell spans ``i * size_m`` to ``(i + 1) * size_m`` of x,
        and rows likewise of y, lower borders included. Sorted by row, then column.
    weight
        Sums of the points' weights, shape (m, k).
    size_m
        Side in metres.
    """

    ij: Int32s
    weight: Floats
    size_m: float

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together."""
        if self.ij.shape != (len(self.weight), 2) or self.weight.ndim != 2:
            raise ValueError("ij must have the shape (m, 2), weight (m, k)")
        if not (np.isfinite(self.size_m) and self.size_m > 0):
            raise ValueError("the side of a cell must be positive")


@dataclasses.dataclass(frozen=True)
class HotSpots:
    """Places where weight piles up, the heaviest first.

    Attributes
    ----------
    x, y
        Weighted mean of the points of each, metric, shape (s,).
    weight
        Their weight, shape (s,).
    """

    x: Floats
    y: Floats
    weight: Floats

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together."""
        if not (self.x.shape == self.y.shape == self.weight.shape):
            raise ValueError("x, y and weight must be equally long")


def cells(points_m: Floats, weights: Floats, size_m: float) -> Cells:
    """Sum up points by cell.

    Parameters
    ----------
    points_m
        Metric coordinates, shape (n, 2).
    weights
        One or several weights of each point, shape (n, k).
    size_m
        Side of the cells in metres.

    Raises
    ------
    ValueError
        If a coordinate is not finite or too far from the origin for cells of that size, or the
        shapes do not match.
    """
    if weights.ndim != 2 or points_m.shape != (len(weights), 2):
        raise ValueError("points must have the shape (n, 2), weights (n, k)")
    if not size_m > 0:
        raise ValueError("the side of a cell must be positive")
    ij = np.floor(points_m / size_m)
    if not (np.abs(ij) < _FARTHEST).all():
        raise ValueError("points must be finite and near enough to be numbered in cells")
    if len(ij) == 0:
        return Cells(np.zeros((0, 2), np.int32), np.zeros((0, weights.shape[1])), size_m)
    lowest = ij.min(axis=0).astype(np.int64)
    columns, rows = ij.max(axis=0).astype(np.int64) - lowest + 1
    local = ij.astype(np.int64) - lowest
    key = local[:, 1] * columns + local[:, 0]
    held, weight = _sums_by_key(key, weights, int(columns * rows))
    found = np.column_stack((held % columns, held // columns)) + lowest
    return Cells(found.astype(np.int32), weight, size_m)


def _sums_by_key(key: Int64s, weights: Floats, keys: int) -> tuple[Int64s, Floats]:
    """Sum weights (n, k) by key: the keys met, ascending, and the sums of each.

    Counted directly where keys are few for the points, by sorting where they are scattered.
    """
    if keys <= max(_KEYS_PER_POINT * len(key), _FEW_KEYS):
        held = np.flatnonzero(np.bincount(key, minlength=keys))
        columns = [np.bincount(key, w, minlength=keys)[held] for w in weights.T]
    else:
        held, place = np.unique(key, return_inverse=True)
        columns = [np.bincount(place, w, minlength=len(held)) for w in weights.T]
    sums = np.empty((len(held), weights.shape[1]))
    for k, column in enumerate(columns):
        sums[:, k] = column
    return held, sums


def cell_polygons(summed: Cells) -> Objects:
    """Draw cells as squares in their metric CRS, shape (m,)."""
    low, high = summed.ij * summed.size_m, (summed.ij.astype(np.float64) + 1.0) * summed.size_m
    squares: Objects = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    return squares


def hot_spots(
    points_m: Floats, weight: Floats, *, size_m: float = 100.0, window: int = 3, n: int = 20
) -> HotSpots:
    """Find where most weight lies close together.

    A window of ``window`` by ``window`` cells with the most weight is taken, then the next that
    shares no cell with those before, and so on; of equal ones the southernmost, then westernmost.

    Parameters
    ----------
    points_m
        Metric coordinates, shape (n, 2).
    weight
        Not negative, shape (n,): for instance the people there whom nothing reaches.
    size_m
        Side of the cells in metres.
    window
        Cells along a side of the window.
    n
        Most places to give; fewer where no weight is left.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, or the window is not positive.
    """
    if window < 1 or not (np.isfinite(weight) & (weight >= 0)).all():
        raise ValueError("weights must not be negative, the window must be positive")
    heavy = weight > 0
    points_m, weight = points_m[heavy], weight[heavy]
    origin = np.floor(points_m.mean(axis=0)) if len(points_m) else np.zeros(2)
    moments = weight[:, np.newaxis] * np.column_stack((np.ones(len(weight)), points_m - origin))
    corner, sums = _windows(cells(points_m, moments, size_m), window)
    left, taken = sums[:, 0].copy(), []
    for _ in range(n):
        if not left.any():
            break
        best = int(left.argmax())
        taken.append(best)
        left[(np.abs(corner - corner[best]) < window).all(axis=1)] = 0.0
    found = sums[taken]
    x, y = (found[:, 1:] / found[:, :1] + origin).T
    return HotSpots(x, y, found[:, 0])


def _windows(summed: Cells, window: int) -> tuple[Int64s, Floats]:
    """Sum up every window that holds a cell: its south-western cell (w, 2), and the sums (w, k)."""
    step = np.arange(window)
    shifts = np.column_stack((np.tile(step, window), np.repeat(step, window)))
    corners = (summed.ij[:, np.newaxis].astype(np.int64) - shifts).reshape(-1, 2)
    order = np.lexsort((corners[:, 0], corners[:, 1]))
    ordered = corners[order]
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    first = np.flatnonzero(is_first)
    weights = np.repeat(summed.weight, window * window, axis=0)[order]
    sums = np.add.reduceat(weights, first) if len(first) else weights
    return ordered[first], sums
