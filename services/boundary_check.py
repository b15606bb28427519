"""Whether the boundaries of a day fit together: no overlap, no gap, nothing outside its parent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis import boundaries, codes, crs
from services import units
from services.database import Transaction


class Kind(StrEnum):
    """What is wrong between boundaries."""

    OVERLAP = "overlap"
    """Two siblings share ground."""
    OUTSIDE = "outside"
    """A unit reaches beyond its parent."""
    GAP = "gap"
    """The children of a unit leave a part of it out."""


@dataclass(frozen=True)
class Finding:
    """Boundaries that do not fit together.

    Attributes
    ----------
    codes
        The units concerned.
    """

    kind: Kind
    codes: tuple[str, ...]
    area_m2: float


def findings(tx: Transaction, as_of: date) -> Iterator[Finding]:
    """Find siblings that overlap, units outside their parent and gaps between siblings."""
    root = units.root(tx, as_of)
    listed, shapes = units.geometries(tx, as_of)
    metric = crs.project_areas(shapes, root.metric_epsg)
    position = {unit.code: at for at, unit in enumerate(listed)}
    families: dict[str, list[int]] = {}
    for at, unit in enumerate(listed):
        if unit.parent_code in position:
            families.setdefault(unit.parent_code or "", []).append(at)
    for parent_code, children in families.items():
        yield from _family(listed, metric, metric[position[parent_code]], children)


def _family(
    listed: list[units.Unit], metric: NDArray[np.object_], parent: Any, children: list[int]
) -> Iterator[Finding]:
    shapes = metric[children]
    pairs = boundaries.overlaps(shapes)
    for one, other, area in zip(pairs.first, pairs.second, pairs.area_m2, strict=True):
        names = (listed[children[one]].code, listed[children[other]].code)
        yield Finding(Kind.OVERLAP, names, float(area))
    for at, excess in zip(children, boundaries.outside_parent(shapes, parent), strict=True):
        if excess > 0:
            yield Finding(Kind.OUTSIDE, (listed[at].code,), float(excess))
    first = listed[children[0]]
    if first.level is not codes.Level.GRID:  # grids may leave out where nobody lives
        for gap in boundaries.gaps(parent, shapes):
            yield Finding(Kind.GAP, (first.parent_code or "",), float(shapely.area(gap)))
