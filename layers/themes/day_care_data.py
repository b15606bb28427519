"""What the day-care map shows: asked of the services, and put into few bytes for a file."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gis import codes
from layers import compact
from layers.themes import embedding
from services import ground, units
from services.coverage import CoverageRow
from services.coverage_maps import DemandCells, HotSpot, ServiceAreas
from services.database import Transaction
from services.ground import Ground
from services.themes.day_care import Coverage, DayCare, DayCareQuery

# Bytes of JSON that each part of a file may take; what is finer is simplified until it fits.
AREAS_BUDGET: Final = 300_000
MOST_CELLS: Final = 12_000
CELL_SIZES_M: Final = (100.0, 200.0, 400.0, 800.0, 1600.0)

# Levels that have a map; the district itself is its frame.
LEVELS: Final = tuple(level.value for level in codes.LEVELS[1:])

_FIELDS: Final = (
    "code", "name", "level", "kind", "parent_code", "demand", "covered", "beyond", "unreachable",
    "unattached", "share", "median_walk_m", "p90_walk_m", "straight_covered", "straight_share",
    "places", "places_per_100", "centres", "state",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What every page of the map shows, served or not.

    Attributes
    ----------
    bounds
        ``(west, south, east, north)`` of the unit answered for, degrees.
    metric_epsg
        CRS in which the district is measured.
    """

    coverage: Coverage
    hot_spots: tuple[HotSpot, ...]
    bounds: tuple[float, float, float, float]
    metric_epsg: int

    @property
    def whole(self) -> CoverageRow:
        """The row of the unit answered for."""
        return next(r for r in self.coverage.rows if r.code == self.coverage.scope.code)

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that have units here; all of them where there are none at all."""
        here = {row.level.value for row in self.coverage.rows}
        return tuple(level for level in LEVELS if level in here) or LEVELS


@dataclass(frozen=True)
class Material:
    """All that a file holds.

    Attributes
    ----------
    boundaries
        Boundary by unit code, degrees, EPSG:4490.
    """

    answer: Answer
    boundaries: dict[str, shapely.Geometry]
    areas: ServiceAreas
    cells: DemandCells
    ground: Ground


def ask(tx: Transaction, theme: DayCare, query: DayCareQuery) -> Answer:
    """Ask for what a served page holds.

    Raises
    ------
    errors.NotFoundError
        No such unit or rule set, or no district at all on that day.
    """
    coverage = theme.coverage(tx, query)
    root = units.root(tx, query.as_of)
    bounds = root.bounds
    if coverage.scope.code != root.unit.code:
        _, shapes = units.geometries(tx, query.as_of, coverage.scope.code, coverage.scope.level)
        bounds = embedding.bounds_of(shapes)
    return Answer(coverage, theme.hot_spots(tx, query), bounds, root.metric_epsg)


def gather(tx: Transaction, theme: DayCare, query: DayCareQuery) -> Material:
    """Ask for what a file holds; the finest squares that are few enough."""
    answer = ask(tx, theme, query)
    found, shapes = units.geometries(tx, query.as_of, answer.coverage.scope.code)
    cells = theme.cells(tx, query, CELL_SIZES_M[0])
    for size in CELL_SIZES_M[1:]:
        if len(cells.outline) <= MOST_CELLS:
            break
        cells = theme.cells(tx, query, size)
    return Material(
        answer=answer,
        boundaries={unit.code: shape for unit, shape in zip(found, shapes, strict=True)},
        areas=theme.service_areas(tx, query),
        cells=cells,
        ground=ground.load(tx, answer.bounds),
    )


def centres(answer: Answer) -> list[dict[str, object]]:
    """Return the centres as the scripts take them."""
    return [
        {
            "code": centre.code,
            "name": centre.name,
            "lon": round(centre.lon, 6),
            "lat": round(centre.lat, 6),
            "places": centre.capacity,
            "floor_area": centre.floor_area,
            "opened_on": centre.opened_on.isoformat() if centre.opened_on else None,
            "closed_on": centre.closed_on.isoformat() if centre.closed_on else None,
            "load": centre.load,
        }
        for centre in answer.coverage.centres
    ]


def hot_spots(answer: Answer) -> list[dict[str, object]]:
    """Return where most people are left out as the scripts take it."""
    return [
        {
            "lon": round(spot.lon, 6),
            "lat": round(spot.lat, 6),
            "unserved": spot.unserved,
            "unit_name": spot.unit_name or "",
        }
        for spot in answer.hot_spots
    ]


def embedded(material: Material) -> dict[str, object]:
    """Return everything as `source.js` reads it."""
    rows = material.answer.coverage.rows
    return {
        "scale": compact.SCALE,
        "fields": _FIELDS,
        "rows": [[getattr(row, field) for field in _FIELDS] for row in rows],
        "shapes": embedding.shapes(material.boundaries, material.answer.metric_epsg),
        "areas": _areas(material),
        "cells": _cells(material.cells),
        "lines": embedding.lines(material.ground, material.answer.metric_epsg),
        "surfaces": embedding.surfaces(material.ground, material.answer.metric_epsg),
    }


def _areas(material: Material) -> list[dict[str, object]]:
    encoded = compact.within_budget(
        material.areas.areas,
        compact.Budget(material.answer.metric_epsg, AREAS_BUDGET),
        embedding.simplified,
        lambda degrees: [compact.polygons(shape) for shape in degrees],
    )
    return [
        {"limit_m": limit, "polygons": polygons}
        for limit, polygons in zip(material.areas.limits_m, encoded, strict=True)
    ]


def _cells(cells: DemandCells) -> dict[str, object]:
    bounds = shapely.bounds(cells.outline).reshape(-1, 4)
    counts = np.column_stack([cells.covered, cells.beyond, cells.unreachable]).tolist()
    return {
        "size_m": cells.size_m,
        "points": compact.points((bounds[:, :2] + bounds[:, 2:]) / 2),
        "values": [
            None if hidden else values
            for values, hidden in zip(counts, cells.suppressed.tolist(), strict=True)
        ],
    }
