"""A raster that knows, for nearly every point, which polygon holds it without a geometric test.

The plane is cut into equal cells. A cell that no border touches lies in one polygon or in none:
its label answers at once. A cell that borders touch keeps a list of the edges in it, and a point
there is answered from a place with a known answer by counting the edges on the way to it.

All arithmetic is done in cell units. Mapping rounds coordinates by less than 2e-12 cells for
rasters up to 8192 cells across; whatever comes within `_NEAR` of an edge is not answered here but
reported as undecided, so that an answer given is the exact one.

Answers are sums: each polygon that holds a point contributes ``_ONE + index + 1``, so that the sum
tells how many polygons there are and, if one, which. Crossing an edge adds or takes away its
polygon's share, the difference of two for a border shared by two (cf. the winding number: Hormann
and Agathos 2001, Computational Geometry 20: 131-144).
"""

import dataclasses
from typing import Final

import numpy as np
import shapely

from gis import arrays
from gis.arrays import Bools, Floats, Int32s, Int64s, Objects

OUTSIDE: Final = -1
SEVERAL: Final = -2
"""Label of a cell that lies in more than one polygon, touched by no border."""

MOST_CELLS_ACROSS: Final = 8192

_ONE: Final = float(2**32)
_LEAST_EXTENT: Final = 1e-100
_SLACK: Final = 1e-6
_NEAR: Final = 1e-9
# An odd margin keeps round coordinates off the lines of the raster.
_MARGIN: Final = 1.2360679


@dataclasses.dataclass(frozen=True)
class Frame:
    """Where the raster lies: cell column = floor((x - west) * per_x), rows likewise."""

    west: float
    south: float
    per_x: float
    per_y: float
    columns: int
    rows: int

    def to_cells(self, xy: Floats) -> tuple[Floats, Floats]:
        """Map points (n, 2) to cell units, two of shape (n,)."""
        return (xy[:, 0] - self.west) * self.per_x, (xy[:, 1] - self.south) * self.per_y


def frame_around(bounds: tuple[float, float, float, float], resolution: int) -> Frame:
    """Lay a frame of about ``resolution`` squared cells around bounds, as square as it goes."""
    west, south, east, north = bounds
    least = max(east - west, north - south, _LEAST_EXTENT) * 1e-3
    width, height = max(east - west, least), max(north - south, least)
    columns = int(np.clip(np.sqrt(width / height) * resolution, 1, MOST_CELLS_ACROSS))
    rows = int(np.clip(np.sqrt(height / width) * resolution, 1, MOST_CELLS_ACROSS))
    return Frame(
        west=west - _MARGIN * width / columns,
        south=south - _MARGIN * height / rows,
        per_x=columns / width,
        per_y=rows / height,
        columns=columns + 3,
        rows=rows + 3,
    )


@dataclasses.dataclass(frozen=True)
class Edges:
    """Straight pieces of borders in cell units, each once, however many polygons share it.

    Attributes
    ----------
    start, end
        Ends, shape (e, 2); the start is west of the end, or south of it on the same meridian.
    share
        What the answer gains when the edge is crossed from its right to its left, shape (e,).
    """

    start: Floats
    end: Floats
    share: Floats

    @property
    def length(self) -> float:
        """Total length in cells."""
        return float(np.hypot(*(self.end - self.start).T).sum())


def edges_of(polygons: Objects, frame: Frame) -> Edges:
    """Take polygons (m,) apart into edges; missing and empty ones have none."""
    parts, polygon = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    uv = np.column_stack(frame.to_cells(xy))
    is_shell = np.diff(part, prepend=-1) != 0
    side = np.where(shapely.is_ccw(rings) == is_shell, 1.0, -1.0)
    share = (side * (_ONE + polygon[part] + 1.0))[ring]
    is_edge = (ring[1:] == ring[:-1]) & (uv[1:] != uv[:-1]).any(axis=1)
    return _merged(uv[:-1][is_edge], uv[1:][is_edge], share[:-1][is_edge])


def _merged(start: Floats, end: Floats, share: Floats) -> Edges:
    """Point all edges eastward and make one of equal ones."""
    du, dv = (end - start).T
    backward = (du < 0) | ((du == 0) & (dv < 0))
    ends = np.where(backward[:, np.newaxis], np.hstack((end, start)), np.hstack((start, end)))
    share = np.where(backward, -share, share)
    # Equal edges have equal keys; unequal ones that share a key merely stay apart or unmerged.
    key = ends @ np.array([0.7548776662, 0.5698402910, 0.3819660113, 0.2360679775])
    order = np.argsort(key)
    ends, share = ends[order], share[order]
    first = np.flatnonzero(np.r_[True, (ends[1:] != ends[:-1]).any(axis=1)][: len(ends)])
    total = np.add.reduceat(share, first) if len(first) else share
    return Edges(start=ends[first, :2], end=ends[first, 2:], share=total)


# Columns of a record: an edge as the points of one row of cells need it.
_FROM, _TO, _AT, _SLOPE, _NEAR_V, _CROSSING, _NEAR_U, _SHARE, _STEP = range(9)


@dataclasses.dataclass(frozen=True)
class LabelRaster:
    """The raster, ready to answer.

    Attributes
    ----------
    frame
        Where it lies.
    label
        Per cell, row by row: the index of the polygon it lies in, `OUTSIDE`, `SEVERAL`, or
        ``-3 - k`` for the k-th cell that borders touch.
    base
        Per touched cell: the answer at its west side, half-way up.
    first
        Per touched cell: start of its entries in ``entry``; shape (k + 1,).
    entry
        Records of the edges in each touched cell.
    records
        Edges by row, shape (r, 9).
    """

    frame: Frame
    label: Int32s
    base: Floats
    first: Int64s
    entry: Int64s
    records: Floats

    def cells(self, u: Floats, v: Floats) -> Int64s:
        """Give the cell of points in cell units; what lies off the raster gets an outside cell."""
        column = np.fmin(np.fmax(u, 0.0), self.frame.columns - 1.0).astype(np.int64)
        row = np.fmin(np.fmax(v, 0.0), self.frame.rows - 1.0).astype(np.int64)
        return row * self.frame.columns + column

    def resolve(self, u: Floats, v: Floats, touched: Int64s) -> tuple[Int32s, Bools]:
        """Answer points in touched cells.

        Parameters
        ----------
        u, v
            Points in cell units, shape (n,) each.
        touched
            Number of the touched cell of each, shape (n,).

        Returns
        -------
        tuple[Int32s, Bools]
            Index of the polygon or `OUTSIDE`, and whether the answer is decided; (n,) each. An
            undecided point lies on or next to an edge, or in several polygons.
        """
        counts = self.first[touched + 1] - self.first[touched]
        starts = arrays.offsets(counts)[:-1]
        record = self.records[self.entry[arrays.ranges(self.first[touched], counts)]].T
        point_u, point_v = np.repeat(u, counts), np.repeat(v, counts)
        gained, unsure = _on_the_way(record, point_u, point_v)
        answer = self.base[touched] + np.add.reduceat(gained, starts)
        index, is_one = _decode(answer)
        return index, is_one & ~np.logical_or.reduceat(unsure, starts)


def _on_the_way(record: Floats, u: Floats, v: Floats) -> tuple[Floats, Bools]:
    """Walk from the west side of the cell, half-way up, east and then north or south to a point.

    Returns what each edge adds to the answer, and whether it comes too close to tell.
    """
    half = np.floor(v) + 0.5
    at_u = record[_AT] + (u - record[_FROM]) * record[_SLOPE]
    passed = (record[_CROSSING] >= np.floor(u)) & (record[_CROSSING] < u)
    over = (record[_FROM] <= u) & (u < record[_TO])
    climbed = (at_u < v).astype(np.float64) - (at_u < half)
    gained = record[_STEP] * passed + record[_SHARE] * (climbed * over)
    beside = (record[_FROM] - _NEAR <= u) & (u <= record[_TO] + _NEAR)
    close = (np.abs(at_u - v) <= record[_NEAR_V]) | (np.abs(at_u - half) <= record[_NEAR_V])
    unsure = (beside & close) | (np.abs(record[_CROSSING] - u) <= record[_NEAR_U])
    return gained, unsure


def _decode(answer: Floats) -> tuple[Int32s, Bools]:
    """Read an answer: the polygon's index or `OUTSIDE`, and whether it is one or none at all."""
    is_none, is_one = answer == 0.0, (answer > _ONE) & (answer < 2.0 * _ONE)
    index = np.where(is_one, answer - (_ONE + 1.0), float(OUTSIDE)).astype(np.int32)
    return index, is_none | is_one


def build(edges: Edges, frame: Frame) -> LabelRaster:
    """Draw edges into a raster."""
    edge, row = _rows_of(edges)
    records = _records(edges, edge, row)
    west, east = _columns_of(edges, edge, row)
    counts = east - west + 1
    cell = np.repeat(row * frame.columns, counts) + arrays.ranges(west, counts)
    order = np.argsort(cell, kind="stable")
    sorted_cell = cell[order]
    is_first = np.diff(sorted_cell, prepend=-1) != 0
    touched = sorted_cell[is_first]
    answer = _scanned(records, row, frame)
    index, is_plain = _decode(answer)
    label = np.where(is_plain, index, np.int32(SEVERAL))
    label[touched] = -3 - np.arange(len(touched), dtype=np.int32)
    return LabelRaster(
        frame=frame,
        label=label,
        base=answer[touched - 1],
        first=np.append(np.flatnonzero(is_first), len(cell)),
        entry=np.repeat(np.arange(len(row)), counts)[order],
        records=records,
    )


def _rows_of(edges: Edges) -> tuple[Int64s, Int64s]:
    """List the rows each edge touches: edge and row, one pair per record."""
    low = np.minimum(edges.start[:, 1], edges.end[:, 1]) - _SLACK
    high = np.maximum(edges.start[:, 1], edges.end[:, 1]) + _SLACK
    bottom = np.floor(low).astype(np.int64)
    counts = np.floor(high).astype(np.int64) - bottom + 1
    return np.repeat(np.arange(len(counts)), counts), arrays.ranges(bottom, counts)


def _columns_of(edges: Edges, edge: Int64s, row: Int64s) -> tuple[Int64s, Int64s]:
    """Give the first and last column an edge touches in a row, never one too few."""
    (from_u, from_v), (to_u, to_v) = edges.start[edge].T, edges.end[edge].T
    du, dv = to_u - from_u, to_v - from_v
    flat = np.abs(dv) < _NEAR
    rise = np.where(flat, 1.0, dv)
    at_bottom = np.where(flat, 0.0, np.clip((row - _SLACK - from_v) / rise, 0.0, 1.0))
    at_top = np.where(flat, 1.0, np.clip((row + 1.0 + _SLACK - from_v) / rise, 0.0, 1.0))
    slack = _SLACK + 1e-11 * du / np.abs(rise)
    west = np.maximum(np.minimum(at_bottom, at_top) * du - slack, -_SLACK) + from_u
    east = np.minimum(np.maximum(at_bottom, at_top) * du + slack, du + _SLACK) + from_u
    return np.floor(west).astype(np.int64), np.floor(east).astype(np.int64)


def _records(edges: Edges, edge: Int64s, row: Int64s) -> Floats:
    """Work out what a walk within one row needs to know of an edge."""
    (from_u, from_v), (to_u, to_v) = edges.start[edge].T, edges.end[edge].T
    du, dv, half = to_u - from_u, to_v - from_v, row + 0.5
    upright = du < _NEAR
    slope = np.where(upright, 0.0, dv / np.where(upright, 1.0, du))
    crosses = (from_v <= half) != (to_v <= half)
    rise = np.where(crosses, dv, 1.0)
    crossing = np.clip(from_u + (half - from_v) / rise * du, from_u, to_u)
    records = np.empty((len(edge), 9))
    records[:, _FROM], records[:, _TO], records[:, _AT] = from_u, to_u, from_v
    records[:, _SLOPE] = slope
    records[:, _NEAR_V] = np.where(upright, np.inf, _NEAR * (1.0 + np.abs(slope)))
    records[:, _CROSSING] = np.where(crosses, crossing, np.inf)
    records[:, _NEAR_U] = np.where(crosses, _NEAR * (1.0 + du / np.maximum(np.abs(rise), 1e-12)), 0)
    records[:, _SHARE] = edges.share[edge]
    records[:, _STEP] = np.where(crosses, -np.sign(dv) * edges.share[edge], 0.0)
    return records


def _scanned(records: Floats, row: Int64s, frame: Frame) -> Floats:
    """Sum along the middle of each row: the answer at the east side of every cell, half-way up.

    Borders are closed, so each row ends with nothing and the next begins with it.
    """
    crossed = np.isfinite(records[:, _CROSSING])
    column = np.floor(records[crossed, _CROSSING]).astype(np.int64)
    gained = np.bincount(
        row[crossed] * frame.columns + column,
        weights=records[crossed, _STEP],
        minlength=frame.rows * frame.columns,
    )
    answer: Floats = np.cumsum(gained)
    return answer
