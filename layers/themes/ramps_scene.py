"""What the ramp map draws, put into few bytes: roads, barriers, entrances, people, areas."""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis import cells as squares
from gis import crs
from gis import network as networks
from gis import suppression as suppressing
from gis.stepfree.search import Outcome
from gis.stepfree.traits import State
from layers import compact
from layers.themes import embedding, ramp_lists
from layers.themes.ramps_data import Answer, Material
from services.themes.ramps import mending

MOST_CELLS: Final = 12_000
MOST_PLACES: Final = 20_000
CELL_SIZES_M: Final = (100.0, 200.0, 400.0, 800.0, 1600.0)
ROADS_BUDGET: Final = 900_000
AREAS_BUDGET: Final = 300_000

_FIELDS: Final = (
    "code", "name", "level", "kind", "parent_code", "demand", "covered", "unknown", "blocked",
    "beyond", "share", "out_covered", "out_unknown", "out_blocked", "mean_walk_m", "p90_walk_m",
    "detour", "entrances", "entrances_free", "entrances_ramped", "facilities", "facilities_ramped", "ramps",
    "ramps_compliant", "ramps_unknown", "state",
)  # fmt: skip


def scene(answer: Answer, budget: int = ROADS_BUDGET) -> dict[str, object]:
    """Return what is drawn on the map: roads, barriers and entrances by state, people in squares."""
    return {
        "scale": compact.SCALE,
        "roads": _roads(answer, budget),
        "barriers": _barriers(answer),
        "entrances": _entrances(answer),
        "people": _people(answer),
    }


def embedded(material: Material) -> dict[str, object]:
    """Return everything as the scripts read it."""
    answer = material.answer
    rows = answer.coverage.rows
    return {
        "scale": compact.SCALE,
        "fields": _FIELDS,
        "rows": [[getattr(row, field) for field in _FIELDS] for row in rows],
        "shapes": embedding.shapes(material.boundaries, answer.metric_epsg),
        "scene": scene(answer),
        "areas": _areas(material),
        "lines": embedding.lines(material.surroundings, answer.metric_epsg),
        "surfaces": embedding.surfaces(material.surroundings, answer.metric_epsg),
    }


def _areas(material: Material) -> list[dict[str, object]]:
    encoded = compact.within_budget(
        np.array([area for _, _, area in material.areas], dtype=object),
        compact.Budget(material.answer.metric_epsg, AREAS_BUDGET),
        embedding.simplified,
        lambda degrees: [compact.polygons(shape) for shape in degrees],
    )
    return [
        {"state": state.name.lower(), "limit_m": limit, "polygons": polygons}
        for (state, limit, _), polygons in zip(material.areas, encoded, strict=True)
    ]


def _roads(answer: Answer, budget: int) -> dict[str, object]:
    """Roads known to be step-free and known not to be; of the others nothing is known."""
    basis = answer.basis
    found: dict[str, object] = {}
    stored = basis.grounds.network
    if stored is None:
        return {"sure": [], "blocked": []}
    state = basis.streets.state[: stored.network.n_edges]
    for name, value in (("sure", State.SURE), ("blocked", State.BLOCKED)):
        edges = _near(answer, stored.network, np.flatnonzero(state == value))
        lines = networks.lines_of(stored.network, edges)
        degrees = crs.project_geometries(lines, stored.metric_epsg, crs.STORED)
        found[name] = compact.within_budget(
            degrees,
            compact.Budget(answer.metric_epsg, budget // 2),
            embedding.simplified,
            compact.lines,
        )
    return found


def _near(answer: Answer, net: networks.Network, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Edges whose box touches that of the unit answered for."""
    corners = np.array(answer.bounds).reshape(2, 2)
    (west, south), (east, north) = crs.project(corners, crs.STORED, answer.metric_epsg)
    box = net.bounds[:, edges]
    near = (box[0] <= east) & (box[2] >= west) & (box[1] <= north) & (box[3] >= south)
    return np.asarray(edges[near], dtype=np.int64)


def _barriers(answer: Answer) -> dict[str, object]:
    found, state = answer.basis.streets.barriers, answer.basis.streets.barrier_state
    on = np.unique(answer.basis.streets.gates.barrier)
    at = on[_within(answer, found.lonlat[on])][:MOST_PLACES]
    return {
        "points": compact.points(found.lonlat[at]),
        "state": state[at].tolist(),
        "kind": found.kind[at].tolist(),
        "name": [name or "" for name in found.name[at]],
        "height_m": _numbers(found.known.height_m[at]),
        "width_m": _numbers(found.known.width_m[at]),
    }


def _entrances(answer: Answer) -> dict[str, object]:
    owned = answer.basis.equipment
    told, state = owned.told, owned.entrance_state
    at = np.flatnonzero(_within(answer, told.lonlat))
    at = at[np.argsort(state[at], kind="stable")][:MOST_PLACES]  # what is blocked comes first
    return {
        "points": compact.points(told.lonlat[at]),
        "state": state[at].tolist(),
        "name": [name or "" for name in told.name[at]],
        "code": told.code[at].tolist(),
        "ramps": [ramp_lists.measured(answer.basis.equipment, told.ramps[i]) for i in at],
    }


def _people(answer: Answer) -> dict[str, object]:
    """People in squares: sure, unknown, blocked; squares of one to four of a kind are hidden."""
    basis, query = answer.basis, answer.coverage.query
    outcome = basis.outcomes(answer.coverage.limit_m)
    kinds = (Outcome.SURE, Outcome.UNKNOWN, Outcome.BLOCKED)
    at = np.flatnonzero(mending.inside(basis, query.unit) & (outcome <= Outcome.BLOCKED))
    parts = np.column_stack([basis.people[at] * (outcome[at] == kind) for kind in kinds])
    xy = basis.grounds.demand.xy[at]
    for size in CELL_SIZES_M:
        found = squares.cells(xy, parts.astype(np.float64), size)
        if len(found.weight) <= MOST_CELLS:
            break
    counts = found.weight.astype(np.int64).reshape(-1, len(kinds))
    hidden = suppressing.suppress(counts, np.arange(len(counts), dtype=np.int32))
    is_hidden = hidden.cells.any(axis=1) | hidden.totals
    outline = squares.cell_polygons(found)
    centre = shapely.get_coordinates(shapely.centroid(outline)).reshape(-1, 2)
    lonlat = crs.project(centre, basis.grounds.root.metric_epsg, crs.STORED)
    return {
        "size_m": size,
        "points": compact.points(lonlat),
        "values": [
            None if hide else values
            for values, hide in zip(counts.tolist(), is_hidden.tolist(), strict=True)
        ],
    }


def _within(answer: Answer, lonlat: NDArray[np.float64]) -> NDArray[np.bool_]:
    west, south, east, north = answer.bounds
    lon, lat = lonlat.T
    return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    return [ramp_lists.number(value) for value in values.tolist()]
