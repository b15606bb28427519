"""A small map drawn by the server as SVG: units, points in them; no script, no tiles.

It is a first look and a way to a unit's page; the map proper is in `layers`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis import crs
from layers import units as unit_layer
from services import units
from services.coverage import CoverageRow, CoverageState

WIDTH = 640.0  # of the drawing, in its own units
_TALLEST = 600.0  # narrow districts are drawn smaller, so that letters keep their size
_SCALE_ROOM = 24.0  # below the units
_DETAIL = 0.8  # drawing units that are not seen
_MARGIN = 6.0
_LETTER = 11.0
_ENDINGS = ("居委会", "村委会")


@dataclass(frozen=True)
class Area:
    """One unit: its outline as SVG path data, and how it is filled.

    Attributes
    ----------
    fill
        CSS colour; None: hatched as `hatch` says.
    name
        What is written on it: without the words that every name ends in.
    label
        Where that goes; None: no room.
    """

    unit: units.Unit
    name: str
    path: str
    fill: str | None
    hatch: str
    label: tuple[float, float] | None


@dataclass(frozen=True)
class MiniMap:
    """A small map.

    Attributes
    ----------
    height
        Of the drawing, at the width `WIDTH`.
    points
        Positions of places, in the drawing.
    scale_m, scale_length
        A round distance, and how long it is in the drawing.
    """

    height: float
    areas: tuple[Area, ...]
    points: tuple[tuple[float, float], ...]
    scale_m: float
    scale_length: float


def draw(
    found: Sequence[units.Unit],
    boundaries: NDArray[np.object_],
    metric_epsg: int,
    rows: Mapping[str, CoverageRow],
    lonlat: NDArray[np.float64],
) -> MiniMap:
    """Draw units coloured by their share of people reached.

    Parameters
    ----------
    found, boundaries
        n units and their outlines ``(n,)``, EPSG:4490.
    metric_epsg
        In which metres are measured.
    rows
        Figures by unit code; a unit without any is drawn plain.
    lonlat
        Places to mark, ``(k, 2)``, EPSG:4490.
    """
    metric = shapely.transform(boundaries, lambda xy: crs.project(xy, crs.STORED, metric_epsg))
    west, south, east, north = shapely.total_bounds(metric)
    factor = min(
        (WIDTH - 2 * _MARGIN) / max(east - west, 1.0),
        (_TALLEST - 2 * _MARGIN) / max(north - south, 1.0),
    )
    left = (WIDTH - (east - west) * factor) / 2
    height = (north - south) * factor + 2 * _MARGIN + _SCALE_ROOM

    def drawn(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(
            [(xy[:, 0] - west) * factor + left, (north - xy[:, 1]) * factor + _MARGIN]
        )

    # Shared borders stay shared: neighbours are simplified together.
    simple = shapely.coverage_simplify(metric, _DETAIL / factor)
    shapes = shapely.transform(simple, drawn)
    names = [_short(unit.name) for unit in found]
    labels = _placed(names, shapes)
    areas = tuple(
        Area(unit, name, _path(shape), *_look(rows.get(unit.code)), label)
        for unit, name, shape, label in zip(found, names, shapes, labels, strict=True)
    )
    points = drawn(crs.project(lonlat, crs.STORED, metric_epsg)) if len(lonlat) else lonlat
    scale_m = _round_distance(max(east - west, north - south) / 5)
    return MiniMap(
        round(height, 1),
        areas,
        tuple((round(float(x), 1), round(float(y), 1)) for x, y in points),
        scale_m,
        round(scale_m * factor, 1),
    )


def _short(name: str) -> str:
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name


def _placed(names: Sequence[str], shapes: NDArray[np.object_]) -> list[tuple[float, float] | None]:
    """Return where each name goes; the larger unit has it where two would touch."""
    centres = shapely.get_coordinates(shapely.point_on_surface(shapes))
    half = np.array([[len(name) * _LETTER / 2, _LETTER * 0.6] for name in names])
    labels: list[tuple[float, float] | None] = [None] * len(names)
    taken: list[int] = []
    for at in np.argsort(-shapely.area(shapes), kind="stable").tolist():
        apart = np.abs(centres[taken] - centres[at]) > half[taken] + half[at]
        if apart.any(axis=1).all():
            taken.append(at)
            x, y = centres[at].tolist()
            labels[at] = (round(x, 1), round(y, 1))
    return labels


def _look(row: CoverageRow | None) -> tuple[str | None, str]:
    if row is None:
        return None, "plain"
    if row.state is not CoverageState.SHOWN or row.share is None:
        return None, row.state.value.replace("_", "-")
    at = int(np.searchsorted(unit_layer.SHARE_BREAKS, row.share, side="right"))
    return unit_layer.YLGNBU[min(at, len(unit_layer.YLGNBU) - 1)], ""


def _path(shape: Any) -> str:
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    return "".join(_ring(shapely.get_coordinates(ring)) for ring in rings)


def _ring(xy: NDArray[np.float64]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in xy[:-1].tolist()) + "Z"


def _round_distance(metres: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not longer."""
    power = 10.0 ** np.floor(np.log10(max(metres, 1.0)))
    return float(max(step * power for step in (1, 2, 5) if step * power <= max(metres, 1.0)))
