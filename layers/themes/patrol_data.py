"""What the patrol map shows: sections, routes, tracks and gaps, and all of it in few bytes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis import codes, crs
from gis import network as networks
from layers import compact
from layers.themes import embedding
from services import ground, units
from services.database import Transaction
from services.ground import Ground as Surroundings
from services.patrol import tracks as stored_tracks
from services.patrol.tracks import TrackLine
from services.themes.patrol import Coverage, Ground, Patrol, PatrolQuery

LEVELS: Final = tuple(level.value for level in codes.LEVELS[1:])
SECTIONS_BUDGET: Final = 900_000
MOST_TRACKS: Final = 60

DEMANDED, PLANNED, MISSED = 1, 2, 4
"""Flags of a section: in a residential area; planned in the period; planned and never done."""

_FIELDS: Final = (
    "code", "name", "level", "kind", "parent_code", "demand", "covered", "share", "unreachable",
    "length_m", "passed_m", "metres_share", "sections", "never", "late_m", "median_days",
    "planned_m", "kept_m", "missed_m", "extra_m", "state",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Answer:
    """What every page of the map shows, served or not.

    Attributes
    ----------
    ground
        Section by section; None without a network.
    edges
        Sections that are drawn, in their order there.
    tracks
        The latest of the period that touch them, the newest first.
    bounds
        ``(west, south, east, north)`` of the unit answered for, degrees.
    """

    coverage: Coverage
    ground: Ground | None
    edges: NDArray[np.int64]
    tracks: tuple[TrackLine, ...]
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
    surroundings: Surroundings


def ask(tx: Transaction, theme: Patrol, query: PatrolQuery) -> Answer:
    """Ask for what a served page holds.

    Raises
    ------
    errors.NotFoundError
        No such unit, or no district at all on that day.
    """
    coverage, found = theme.coverage(tx, query), theme.ground(tx, query)
    root = units.root(tx, query.as_of)
    bounds = root.bounds
    if coverage.scope.code != root.unit.code:
        _, shapes = units.geometries(tx, query.as_of, coverage.scope.code, coverage.scope.level)
        bounds = embedding.bounds_of(shapes)
    edges = drawn(found, query.unit)
    latest = stored_tracks.latest(tx, query.first, query.as_of, edges, MOST_TRACKS)
    return Answer(coverage, found, edges, latest, bounds, root.metric_epsg)


def gather(tx: Transaction, theme: Patrol, query: PatrolQuery) -> Material:
    """Ask for what a file holds."""
    answer = ask(tx, theme, query)
    found, shapes = units.geometries(tx, query.as_of, answer.coverage.scope.code)
    return Material(
        answer=answer,
        boundaries={unit.code: shape for unit, shape in zip(found, shapes, strict=True)},
        surroundings=ground.load(tx, answer.bounds),
    )


def drawn(found: Ground | None, unit: str | None) -> NDArray[np.int64]:
    """Find the sections to draw: of residential areas, walked, or planned."""
    if found is None:
        return np.zeros(0, np.int64)
    wanted = found.roads.is_residential | np.isfinite(found.walked.days)
    wanted[found.doing.edges(found.doing.planned)] = True
    return np.flatnonzero(wanted & found.roads.inside(unit))


def sections(answer: Answer, budget: int = SECTIONS_BUDGET) -> dict[str, object]:
    """Return the sections as the scripts read them; simplified only as far as a budget asks."""
    if answer.ground is None:
        return {"lines": [], "days": [], "passes": [], "flags": [], "metres": [], "names": [], "name": []}  # fmt: skip
    found, edges = answer.ground, answer.edges
    lines = networks.lines_of(found.roads.stored.network, edges)
    degrees = crs.project_geometries(lines, found.roads.stored.metric_epsg, crs.STORED)
    texts = [text or "" for text in found.roads.names[edges].tolist()]
    names = sorted(set(texts))
    place = {text: i for i, text in enumerate(names)}
    days = found.walked.days[edges]
    return {
        "lines": compact.within_budget(
            degrees,
            compact.Budget(answer.metric_epsg, budget),
            embedding.simplified,
            compact.each_line,
        ),
        "days": [int(value) if np.isfinite(value) else None for value in days.tolist()],
        "passes": found.walked.count[edges].tolist(),
        "flags": _flags(found)[edges].tolist(),
        "metres": np.round(found.roads.length_m[edges]).astype(np.int64).tolist(),
        "names": names,
        "name": [place[text] for text in texts],
    }


def _flags(found: Ground) -> NDArray[np.int64]:
    flags = np.where(found.roads.is_residential, DEMANDED, 0)
    planned = np.unique(found.doing.edges(found.doing.planned))
    kept = np.unique(found.doing.edges(found.doing.kept))
    flags[planned] |= PLANNED
    flags[np.setdiff1d(planned, kept)] |= MISSED
    return np.asarray(flags, np.int64)


def gaps(answer: Answer) -> list[dict[str, object]]:
    """Return the gaps as the scripts take them; counts of one to four homes are not told."""
    place = _places(answer)
    return [
        {
            "name": gap.name or "",
            "unit_name": gap.unit_name,
            "metres": round(gap.length_m),
            "households": gap.households if gap.households >= 5 or not gap.households else None,
            "days": gap.days,
            "sections": [place[edge] for edge in gap.edges if edge in place],
        }
        for gap in answer.coverage.gaps
    ]


def routes(answer: Answer) -> list[dict[str, object]]:
    """Return the routes that come through here, those least done first."""
    if answer.ground is None:
        return []
    place, of = _places(answer), answer.ground.sections
    found: list[dict[str, object]] = []
    least_done = sorted(answer.coverage.reports, key=lambda one: one.done - one.planned)
    for report in least_done:
        edges = np.unique(of.edge[of.route_id == report.route.id]).tolist()
        here = [place[edge] for edge in edges if edge in place]
        if here:
            route = report.route
            found.append(
                {
                    "code": route.code,
                    "name": route.name,
                    "team": route.team or "",
                    "weekdays": list(route.weekdays),
                    "shift": route.shift.value if route.shift else None,
                    "metres": round(route.length_m),
                    "planned": report.planned,
                    "done": report.done,
                    "last_on": report.last_on.isoformat() if report.last_on else None,
                    "sections": here,
                }
            )
    return found


def tracks(answer: Answer) -> list[dict[str, object]]:
    """Return the latest tracks: day, team and sections, nothing else is known of them."""
    place = _places(answer)
    return [
        {
            "day": track.day.isoformat(),
            "team": track.team or "",
            "metres": round(track.walked_m),
            "sections": [place[edge] for edge in track.edges if edge in place],
        }
        for track in answer.tracks
    ]


def _places(answer: Answer) -> dict[int, int]:
    return {edge: i for i, edge in enumerate(answer.edges.tolist())}


def embedded(material: Material) -> dict[str, object]:
    """Return everything as `source.js` reads it."""
    answer = material.answer
    return {
        "scale": compact.SCALE,
        "fields": _FIELDS,
        "rows": [[getattr(row, name) for name in _FIELDS] for row in answer.coverage.rows],
        "shapes": embedding.shapes(material.boundaries, answer.metric_epsg),
        "sections": sections(answer),
        "lines": embedding.lines(material.surroundings, answer.metric_epsg),
        "surfaces": embedding.surfaces(material.surroundings, answer.metric_epsg),
    }
