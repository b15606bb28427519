"""``/api/coverage/ramps``: ways without a step, what to mend first, what to look at first."""

from typing import Annotated, Any

import shapely
from fastapi import APIRouter, Query, Request, Response

from layers.themes import ramps_data, ramps_scene
from services.themes.ramps import Answer, RampRow
from services.themes.ramps.mending import Mending, Ranking
from services.themes.ramps.survey import Survey
from web.api import caching, delivery
from web.api.questions import Options, SteplessQuestion
from web.dependencies import Asker, Held, Reading

router = APIRouter(prefix="/api", tags=["ramps"])
MOST_MENDINGS = 20
MOST_LOOKS = 200


@router.get("/coverage/ramps", response_class=Response)
def figures(request: Request, held: Held, tx: Reading, question: SteplessQuestion) -> Response:
    """Return the figures of a unit and all below it, a row for each, at every level."""
    return caching.json(request, tx, lambda: document(held.ramps.coverage(tx, question)), question)


@router.get("/coverage/ramps/items", response_class=Response)
def items(request: Request, held: Held, asker: Asker, tx: Reading, options: Options) -> Response:
    """Return the same rows with the boundaries of the units, as GeoJSON (RFC 7946)."""
    return delivery.collection(request, held, asker, tx, "coverage-ramps", options)


@router.get("/coverage/ramps/mendings", response_class=Response)
def mendings(
    request: Request,
    held: Held,
    tx: Reading,
    question: SteplessQuestion,
    n: Annotated[int, Query(ge=1, le=MOST_MENDINGS)] = 5,
) -> Response:
    """Return what can be mended by whom each lets go, and the best set of n, as GeoJSON."""
    return caching.geojson(
        request, tx, lambda: ranking(held.ramps.mendings(tx, question, n)), question, n
    )


@router.get("/coverage/ramps/survey", response_class=Response)
def survey(
    request: Request,
    held: Held,
    tx: Reading,
    question: SteplessQuestion,
    n: Annotated[int, Query(ge=1, le=MOST_LOOKS)] = 20,
) -> Response:
    """Return what to look at first, so that most people's state becomes known, as GeoJSON."""
    return caching.geojson(
        request, tx, lambda: shortlist(held.ramps.survey(tx, question, n)), question, n
    )


@router.get("/coverage/ramps/areas", response_class=Response)
def areas(request: Request, held: Held, tx: Reading, question: SteplessQuestion) -> Response:
    """Return the areas from which the destination is reached without a step, as GeoJSON."""

    def reached() -> dict[str, Any]:
        features = [
            _feature(
                shapely.geometry.mapping(area), {"state": state.name.lower(), "limit_m": limit}
            )
            for state, limit, area in held.ramps.areas(tx, question)
        ]
        return {"type": "FeatureCollection", "features": features}

    return caching.geojson(request, tx, reached, question)


@router.get("/coverage/ramps/scene", response_class=Response)
def scene(request: Request, held: Held, tx: Reading, question: SteplessQuestion) -> Response:
    """Return what the map draws: roads, barriers and entrances by state, people in squares.

    Lines and points are differences of integers, in units of 1 / ``scale`` degrees.
    """

    def drawn() -> dict[str, Any]:
        return ramps_scene.scene(ramps_data.ask(tx, held.ramps, question), _BUDGET)

    return caching.json(request, tx, drawn, question)


_BUDGET = 4_000_000


@router.get("/ramps", response_class=Response)
def ramps(request: Request, held: Held, asker: Asker, tx: Reading, options: Options) -> Response:
    """Return the ramps, held against the standard, as GeoJSON points."""
    return delivery.collection(request, held, asker, tx, "ramps", options)


@router.get("/entrances", response_class=Response)
def entrances(
    request: Request, held: Held, asker: Asker, tx: Reading, options: Options
) -> Response:
    """Return the entrances of which anything is known, as GeoJSON points."""
    return delivery.collection(request, held, asker, tx, "entrances", options)


def document(answer: Answer) -> dict[str, Any]:
    """Return the answer as JSON can hold it: what was asked, then a row for each unit."""
    query = answer.query
    return {
        "theme": "ramps",
        "unit": answer.scope.code,
        "as_of": query.as_of.isoformat(),
        "max_walk_m": answer.limit_m,
        "min_age": query.min_age,
        "to": query.to.value,
        "profile": answer.profile.name,
        "edition": answer.edition.name,
        "rules": answer.rules.name,
        "generated": answer.generated,
        "outside": answer.outside,
        "rows": [row_of(row) for row in answer.rows],
    }


def row_of(row: RampRow) -> dict[str, Any]:
    """Return a row under the names that other themes use, too."""
    named = {**vars(row), "level": row.level.value, "state": row.state.value}
    return {**named, "unreachable": row.beyond}


def ranking(found: Ranking) -> dict[str, Any]:
    """Return mendings as GeoJSON; `best` numbers those of the best set."""
    features = [
        _feature(
            {"type": "Point", "coordinates": [round(one.lon, 7), round(one.lat, 7)]},
            {
                **_of_mending(one),
                "best": number if step else None,
                "then": step.people if step else None,
                "together": step.together if step else None,
            },
        )
        for number, (one, step) in enumerate(found.listed, start=1)
    ]
    return {
        "type": "FeatureCollection",
        "candidates": found.candidates,
        "fewer": found.fewer,
        "features": features,
    }


def _of_mending(one: Mending) -> dict[str, Any]:
    left_out = ("lon", "lat", "kind")
    return {
        "kind": one.kind.value,
        **{name: value for name, value in vars(one).items() if name not in left_out},
    }


def shortlist(found: Survey) -> dict[str, Any]:
    """Return what to look at as GeoJSON, in order."""
    features = [
        _feature(
            {"type": "Point", "coordinates": [round(look.lon, 7), round(look.lat, 7)]},
            {
                "number": i + 1,
                "kind": look.kind.value,
                "code": look.code,
                "name": look.name,
                "unit_code": look.unit_code,
                "unit_name": look.unit_name,
                "metres": look.metres,
                "settled": look.settled,
            },
        )
        for i, look in enumerate(found.looks)
    ]
    return {"type": "FeatureCollection", "unknown": found.unknown, "features": features}


def _feature(geometry: Any, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
