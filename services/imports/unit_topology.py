"""Units against each other: siblings that overlap, children outside their parent, gaps.

Two drawings of one border differ by slivers. What is less than 10 cm wide on average, or less
than a square metre, is drawing; the rest is a fault (an overlap, an excess) or worth a warning
(a gap).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gis import boundaries, codes, crs
from gis.arrays import Floats, Objects

_SLIVER_M: Final = 0.1


@dataclass(frozen=True)
class Situation:
    """Boundaries of all units on a day.

    Attributes
    ----------
    codes
        Ascending, n of them.
    boundaries_m
        In the district's metric CRS, shape (n,).
    """

    codes: tuple[str, ...]
    boundaries_m: Objects

    @classmethod
    def of(cls, shapes: Mapping[str, shapely.MultiPolygon], metric_epsg: int) -> "Situation":
        """Project the boundaries of a day, stored CRS, by code."""
        ordered = tuple(sorted(shapes))
        geometry = np.array([shapes[code] for code in ordered], dtype=object)
        return cls(ordered, crs.project_areas(geometry, metric_epsg))


@dataclass(frozen=True)
class Overlap:
    """Two siblings that have an area in common."""

    first: str
    second: str
    area_m2: float


@dataclass(frozen=True)
class Excess:
    """A unit that lies partly outside its parent."""

    code: str
    parent: str
    area_m2: float


@dataclass(frozen=True)
class Gap:
    """Parts of a unit in none of the units below it."""

    parent: str
    pieces: int
    area_m2: float


def overlaps(situation: Situation, concerned: frozenset[str]) -> Iterator[Overlap]:
    """Find overlapping siblings where one of the two is concerned."""
    level = np.array([len(code) for code in situation.codes])
    for digits in np.unique(level):
        members = np.flatnonzero(level == digits)
        shapes = situation.boundaries_m[members]
        found = boundaries.overlaps(shapes)
        common = shapely.intersection(shapes[found.first], shapes[found.second])
        area_m2 = _wide_area(common)
        for k in np.flatnonzero(area_m2):
            first = situation.codes[members[found.first[k]]]
            second = situation.codes[members[found.second[k]]]
            if first in concerned or second in concerned:
                yield Overlap(first, second, float(area_m2[k]))


def excesses(situation: Situation, concerned: frozenset[str]) -> Iterator[Excess]:
    """Find units outside their parents where one of the two is concerned."""
    place = {code: i for i, code in enumerate(situation.codes)}
    pairs = [
        (i, place[parent])
        for i, code in enumerate(situation.codes)
        if (parent := codes.parent_of(code)) in place and (code in concerned or parent in concerned)
    ]
    if not pairs:
        return
    child, parent_at = np.array(pairs).T
    outside = shapely.difference(situation.boundaries_m[child], situation.boundaries_m[parent_at])
    area_m2 = _wide_area(outside)
    for k in np.flatnonzero(area_m2):
        yield Excess(situation.codes[child[k]], situation.codes[parent_at[k]], float(area_m2[k]))


def gaps(situation: Situation, concerned: frozenset[str]) -> Iterator[Gap]:
    """Find parents that their children do not fill, where parent or child is concerned."""
    children: dict[str, list[int]] = {}
    for i, code in enumerate(situation.codes):
        parent = codes.parent_of(code)
        if parent is not None:
            children.setdefault(parent, []).append(i)
    for i, code in enumerate(situation.codes):
        below = children.get(code, [])
        if not below or not ({code, *(situation.codes[k] for k in below)} & concerned):
            continue
        found = boundaries.gaps(situation.boundaries_m[i], situation.boundaries_m[below])
        area_m2 = _wide_area(found)
        if area_m2.any():
            yield Gap(code, int(np.count_nonzero(area_m2)), float(area_m2.sum()))


def _wide_area(areas: Objects) -> Floats:
    """Square metres of each area without the parts of it that are slivers, shape (n,)."""
    parts, of_area = shapely.get_parts(areas, return_index=True)
    area = np.asarray(shapely.area(parts), dtype=np.float64)
    half_perimeter = np.asarray(shapely.length(parts), dtype=np.float64) / 2
    wide = (area > boundaries.TOLERANCE_M2) & (area > _SLIVER_M * half_perimeter)
    return np.bincount(of_area[wide], area[wide], minlength=len(areas)).astype(np.float64)
