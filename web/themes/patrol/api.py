"""``/api/coverage/patrol`` and ``/api/patrol``: figures, sections and routes of patrols."""

from typing import Annotated, Any

import numpy as np
import orjson
from fastapi import APIRouter, Query, Request, Response

from layers import compact
from layers.themes import patrol_data
from services import errors
from services.patrol import drawing
from services.patrol.figures import PatrolRow
from services.themes.patrol import Coverage
from web import days, patrol_terms
from web.api import caching, delivery
from web.api.questions import Options, PatrolQuestion
from web.dependencies import Asker, Held, Reading

router = APIRouter(prefix="/api", tags=["patrol"])


@router.get("/coverage/patrol", response_class=Response)
def figures(request: Request, held: Held, tx: Reading, question: PatrolQuestion) -> Response:
    """Return the figures of a unit and all below it, a row for each, at every level."""
    return caching.json(request, tx, lambda: document(held.patrol.coverage(tx, question)), question)


@router.get("/coverage/patrol/items", response_class=Response)
def items(request: Request, held: Held, asker: Asker, tx: Reading, options: Options) -> Response:
    """Return the same rows with the boundaries of the units, as GeoJSON (RFC 7946)."""
    return delivery.collection(request, held, asker, tx, "coverage-patrol", options)


@router.get("/patrol/routes", response_class=Response)
def routes(request: Request, held: Held, asker: Asker, tx: Reading, options: Options) -> Response:
    """Return the routes planned in a period, and on how many days each was walked."""
    return delivery.collection(request, held, asker, tx, "patrol-routes", options)


@router.get("/patrol/way", response_class=Response)
def way(
    held: Held,
    tx: Reading,
    points: Annotated[str, Query(max_length=8000, description="lon,lat,lon,lat,...; EPSG:4490")],
) -> Response:
    """Return the shortest way along the roads through some places, and its length.

    ``minutes`` are those of a walker of 4 km/h; ``line`` is longitude and latitude by turns.
    """
    roads = held.patrol.roads(tx, days.today())
    if roads is None:
        raise errors.RefusedError("error.import.track.no_network")
    found = drawing.join(roads.stored, roads.joiner, patrol_terms.points(points))
    content = {
        "length_m": round(found.length_m, 1),
        "minutes": round(found.length_m / _METRES_A_MINUTE, 1),
        "line": np.round(drawing.line(roads.stored, found), 7).tolist(),
    }
    return Response(orjson.dumps(content), media_type="application/json")


@router.get("/patrol/sections", response_class=Response)
def sections(request: Request, held: Held, tx: Reading, question: PatrolQuestion) -> Response:
    """Return road sections by days since their last pass, in few bytes.

    Lines are differences of integers, in units of 1 / ``scale`` degrees: x, y, dx, dy, ...; as
    GeoJSON they are the collection ``patrol-sections``.
    """

    def drawn() -> dict[str, Any]:
        answer = patrol_data.ask(tx, held.patrol, question)
        return {"scale": compact.SCALE, **patrol_data.sections(answer, _BUDGET)}

    return caching.json(request, tx, drawn, question)


_BUDGET = 4_000_000
_METRES_A_MINUTE = 4000 / 60


def document(answer: Coverage) -> dict[str, Any]:
    """Return coverage as JSON can hold it: what was asked, then a row for each unit."""
    query = answer.query
    return {
        "theme": "patrol",
        "unit": answer.scope.code,
        "as_of": query.as_of.isoformat(),
        "first": query.first.isoformat(),
        "days": query.days,
        "passes": query.passes,
        "generated": answer.generated,
        "tracks": answer.tracks,
        "rows": [_row(row) for row in answer.rows],
        "routes": [
            {
                "code": report.route.code,
                "name": report.route.name,
                "team": report.route.team,
                "planned": report.planned,
                "done": report.done,
                "last_on": report.last_on.isoformat() if report.last_on else None,
            }
            for report in answer.reports
        ],
    }


def _row(row: PatrolRow) -> dict[str, Any]:
    figures = {name: getattr(row, name) for name in row.__dataclass_fields__}
    return {**figures, "level": row.level.value, "state": row.state.value}
