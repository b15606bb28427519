"""What the ramp map shows: asked of the services, and put into few bytes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis import cells as squares
from gis import codes, crs
from gis import network as networks
from gis import suppression as suppressing
from gis.stepfree.compliance import RULES
from gis.stepfree.search import Outcome
from gis.stepfree.traits import State
from layers import compact
from layers.themes import embedding
from services import ground, units
from services.database import Transaction
from services.ground import Ground
from services.themes.ramps import Answer as Coverage
from services.themes.ramps import Ramps, RampsQuery, mending
from services.themes.ramps.areas import Areas
from services.themes.ramps.basis import Basis
from services.themes.ramps.mending import Mending, Ranking
from services.themes.ramps.survey import Survey

LEVELS: Final = tuple(level.value for level in codes.LEVELS[1:])
MENDINGS: Final = 5
LOOKS: Final = 20
MOST_LISTED: Final = 20
MOST_CELLS: Final = 12_000
MOST_PLACES: Final = 20_000
CELL_SIZES_M: Final = (100.0, 200.0, 400.0, 800.0, 1600.0)
ROADS_BUDGET: Final = 900_000
AREAS_BUDGET: Final = 300_000

_FIELDS: Final = (
    "code", "name", "level", "kind", "parent_code", "demand", "covered", "unknown", "blocked",
    "beyond", "share", "out_covered", "out_unknown", "out_blocked", "mean_walk_m", "p90_walk_m",
    "detour", "entrances", "entrances_free", "facilities", "facilities_ramped", "ramps",
    "ramps_compliant", "ramps_unknown", "state",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Answer:
    """What every page of the map shows, served or not.

    Attributes
    ----------
    bounds
        ``(west, south, east, north)`` of the unit answered for, degrees.
    """

    coverage: Coverage
    basis: Basis
    ranking: Ranking
    survey: Survey
    bounds: tuple[float, float, float, float]
    metric_epsg: int

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that have units here; all of them where there are none at all."""
        here = {row.level.value for row in self.coverage.rows}
        return tuple(level for level in LEVELS if level in here) or LEVELS


@dataclass(frozen=True)
class Material:
    """All that a file holds."""

    answer: Answer
    boundaries: dict[str, shapely.Geometry]
    areas: Areas
    surroundings: Ground


def ask(tx: Transaction, theme: Ramps, query: RampsQuery) -> Answer:
    """Ask for what a served page holds.

    Raises
    ------
    errors.NotFoundError
        No such unit, profile or rule set, or no district at all on that day.
    """
    coverage = theme.coverage(tx, query)
    root, scope = coverage.root, coverage.scope
    bounds = root.bounds
    if scope.code != root.unit.code:
        _, shapes = units.geometries(tx, query.as_of, scope.code, scope.level)
        bounds = embedding.bounds_of(shapes)
    return Answer(
        coverage,
        theme.basis(tx, query)[1],
        theme.mendings(tx, query, MENDINGS),
        theme.survey(tx, query, LOOKS),
        bounds,
        root.metric_epsg,
    )


def gather(tx: Transaction, theme: Ramps, query: RampsQuery) -> Material:
    """Ask for what a file holds."""
    answer = ask(tx, theme, query)
    found, shapes = units.geometries(tx, query.as_of, answer.coverage.scope.code)
    return Material(
        answer,
        {unit.code: shape for unit, shape in zip(found, shapes, strict=True)},
        theme.areas(tx, query),
        ground.load(tx, answer.bounds),
    )


def mendings(answer: Answer) -> list[dict[str, object]]:
    """Return the best set, then the others by whom each frees, as the scripts take them."""
    ranking = answer.ranking
    best = [step.mending for step in ranking.best]
    others = [one for one in ranking.ranked if one not in best]
    listed: list[dict[str, object]] = [
        {**_mending(step.mending), "then": step.people, "together": step.together}
        for step in ranking.best
    ]
    listed += [{**_mending(one), "then": None, "together": None} for one in others]
    return listed[:MOST_LISTED]


def _mending(one: Mending) -> dict[str, object]:
    return {
        "kind": one.kind.value,
        "code": one.code or "",
        "name": one.name or "",
        "lon": round(one.lon, 6),
        "lat": round(one.lat, 6),
        "unit_name": one.unit_name or "",
        "people": one.people,
    }


def looks(answer: Answer) -> list[dict[str, object]]:
    """Return what to look at first as the scripts take it."""
    return [
        {
            "kind": look.kind.value,
            "name": look.name or "",
            "lon": round(look.lon, 6),
            "lat": round(look.lat, 6),
            "unit_name": look.unit_name or "",
            "metres": look.metres,
            "settled": look.settled,
        }
        for look in answer.survey.looks
    ]


def destinations(answer: Answer) -> list[dict[str, object]]:
    """Return the facilities to be reached, with the states of their entrances."""
    basis, scope = answer.basis, answer.coverage.scope.code
    return [
        {
            "code": place.code,
            "name": place.name,
            "lon": round(place.lon, 6),
            "lat": round(place.lat, 6),
            "state": state,
        }
        for place, state in zip(basis.places.found, basis.supplies.state.tolist(), strict=True)
        if (place.unit_code or "").startswith(scope)
    ]


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
        "ramps": [_ramps(answer, told.ramps[i]) for i in at],
    }


def _ramps(answer: Answer, ramps: tuple[int, ...]) -> list[dict[str, object]]:
    """Measures of ramps, and the rules that each fails, by how much."""
    owned = answer.basis.equipment
    measures, findings = owned.ramps.measures, owned.findings
    return [
        {
            "rise_m": _number(measures.rise_m[ramp]),
            "run_m": _number(measures.run_m[ramp]),
            "width_m": _number(measures.width_m[ramp]),
            "state": int(findings.overall[ramp]),
            "fails": [
                [rule.value, round(float(findings.short_m[ramp, i]), 2)]
                for i, rule in enumerate(RULES)
                if findings.states[ramp, i] == State.BLOCKED
            ],
        }
        for ramp in ramps
    ]


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
    return [_number(value) for value in values.tolist()]


def _number(value: float) -> float | None:
    return round(float(value), 3) if np.isfinite(value) else None
