"""A district of many cells, to see whether the map stays quick."""

import dataclasses

import numpy as np
import shapely

from gis import codes
from layers.themes.day_care_data import Material
from services.coverage import CoverageState

_STATES = (
    CoverageState.SHOWN,
    CoverageState.SHOWN,
    CoverageState.SUPPRESSED,
    CoverageState.NOBODY,
)


def cells(material: Material, count: int, vertices: int) -> Material:
    """The same district with this many grids instead of its own, each of as many vertices."""
    coverage = material.answer.coverage
    model = next(r for r in coverage.rows if r.level is codes.Level.GRID)
    rows = [r for r in coverage.rows if r.level is not codes.Level.GRID]
    shapes = {c: s for c, s in material.boundaries.items() if len(c) < 15}
    west, south, east, north = material.answer.bounds
    columns = int(np.ceil(np.sqrt(count)))
    angle = np.linspace(0, 2 * np.pi, vertices + 1)[:-1]
    random = np.random.default_rng(7)
    for number in range(count):
        row, column = divmod(number, columns)
        radius = 0.5 + 0.1 * random.random(vertices)
        x = west + (column + 0.5 + radius * np.cos(angle)) * (east - west) / columns
        y = south + (row + 0.5 + radius * np.sin(angle)) * (north - south) / columns
        code = f"340405001{number // 999 + 1:03d}{number % 999 + 1:03d}"
        state = _STATES[number % len(_STATES)]
        share = float(random.random()) if state is CoverageState.SHOWN else None
        rows.append(dataclasses.replace(model, code=code, name=code, state=state, share=share))
        shapes[code] = shapely.Polygon(np.column_stack([x, y]))
    answer = dataclasses.replace(
        material.answer, coverage=dataclasses.replace(coverage, rows=tuple(rows))
    )
    return dataclasses.replace(material, answer=answer, boundaries=shapes)
