"""``/api/coverage/day-care``: figures, as JSON rows and as GeoJSON with the boundaries."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from services import coverage as rows
from services.themes.day_care import Coverage
from web.api import caching, delivery
from web.api.questions import Options, Question
from web.dependencies import Asker, Held, Reading

router = APIRouter(prefix="/api", tags=["coverage"])
_MOST_SPOTS = 100


@router.get("/coverage/day-care", response_class=Response)
def figures(request: Request, held: Held, tx: Reading, question: Question) -> Response:
    """Return the figures of a unit and all below it, a row for each, at every level."""
    return caching.json(
        request, tx, lambda: document(held.day_care.coverage(tx, question)), question
    )


@router.get("/coverage/day-care/items", response_class=Response)
def items(request: Request, held: Held, asker: Asker, tx: Reading, options: Options) -> Response:
    """Return the same rows with the boundaries of the units, as GeoJSON (RFC 7946)."""
    return delivery.collection(request, held, asker, tx, "coverage-day-care", options)


@router.get("/hot-spots", response_class=Response)
def hot_spots(
    held: Held, tx: Reading, question: Question, n: Annotated[int, Query(ge=1, le=_MOST_SPOTS)] = 10
) -> Response:
    """Return where most people live beyond the limit, as GeoJSON points."""
    features = [
        {
            "type": "Feature",
            "geometry": {
                "type": "Point",
                "coordinates": [round(spot.lon, 7), round(spot.lat, 7)],
            },
            "properties": {
                "unserved": spot.unserved,
                "unit_code": spot.unit_code,
                "unit_name": spot.unit_name,
            },
        }
        for spot in held.day_care.hot_spots(tx, question, n)
    ]
    content = orjson.dumps({"type": "FeatureCollection", "features": features})
    return Response(content, media_type="application/geo+json")


def document(answer: Coverage) -> dict[str, Any]:
    """Return coverage as JSON can hold it: what was asked, then a row for each unit."""
    return {
        "theme": "day-care",
        "unit": answer.scope.code,
        "as_of": answer.query.as_of.isoformat(),
        "max_walk_m": answer.max_walk_m,
        "min_age": answer.query.min_age,
        "rules": answer.rules.name,
        "generated": answer.generated,
        "outside": answer.outside,
        "bands_m": list(answer.rules.bands_m),
        "rows": [_row(row) for row in answer.rows],
    }


def _row(row: rows.CoverageRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "level": row.level.value,
        "kind": row.kind,
        "parent_code": row.parent_code,
        "demand": row.demand,
        "covered": row.covered,
        "share": row.share,
        "mean_walk_m": row.mean_walk_m,
        "median_walk_m": row.median_walk_m,
        "p90_walk_m": row.p90_walk_m,
        "beyond": row.beyond,
        "unreachable": row.unreachable,
        "unattached": row.unattached,
        "bands": list(row.bands),
        "farther": row.farther,
        "straight_covered": row.straight_covered,
        "straight_share": row.straight_share,
        "places": row.places,
        "places_per_100": row.places_per_100,
        "centres": row.centres,
        "state": row.state.value,
    }
