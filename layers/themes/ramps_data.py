"""What the ramp map shows: asked of the services, and put into few bytes."""

from dataclasses import dataclass
from typing import Final

import shapely

from gis import codes
from layers.themes import embedding
from services import ground, units
from services.database import Transaction
from services.ground import Ground
from services.themes.ramps import Answer as Coverage
from services.themes.ramps import Ramps, RampsQuery
from services.themes.ramps.areas import Areas
from services.themes.ramps.basis import Basis
from services.themes.ramps.mending import Ranking
from services.themes.ramps.survey import Survey

LEVELS: Final = tuple(level.value for level in codes.LEVELS[1:])
MENDINGS: Final = 5
LOOKS: Final = 20


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
