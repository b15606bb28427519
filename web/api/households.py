"""``/api/households``: households within the caller's scope, by place, unit, address, people."""

from typing import Annotated, Any

import numpy as np
import orjson
from fastapi import APIRouter, Body, Response

from gis import crs as systems
from services.caller import Caller
from services.database import Transaction
from services.households.found import Found
from services.households.question import Question
from web import finding
from web.dependencies import Asker, Held, Meeting
from web.finding import Asked, InAddress, Sought
from web.state import State

router = APIRouter(prefix="/api", tags=["households"])
_DIGITS = 7  # of degrees: a centimetre


@router.get("/households", response_class=Response)
def listing(held: Held, asker: Asker, tx: Meeting, asked: InAddress) -> Response:
    """Return households, the nearest first, with their distance in metres."""
    return _answer(held, asker, tx, asked, asked.question())


@router.post("/households/search", response_class=Response)
def search(held: Held, asker: Asker, tx: Meeting, asked: Annotated[Sought, Body()]) -> Response:
    """Return households as the listing does; names and long lines are sent in the body."""
    return _answer(held, asker, tx, asked, asked.question(asked.name, asked.polygon))


def _answer(
    held: State, asker: Caller, tx: Transaction, asked: Asked, question: Question
) -> Response:
    counted = finding.count(held, asker, tx, question) if asked.count else None
    page = finding.answer(held, asker, tx, question)
    tx.commit()
    content: dict[str, Any] = {
        "crs": asked.crs,
        "households": _households(page.rows, systems.parse_crs(asked.crs)),
        "next": str(page.next) if page.next else None,
    }
    if counted is not None:
        content["count"] = {"households": counted.homes, "or_more": counted.more}
    return Response(
        orjson.dumps(content),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _households(found: tuple[Found, ...], target: systems.SourceCrs) -> list[dict[str, Any]]:
    stored = np.array([(home.lon, home.lat) for home in found]).reshape(-1, 2)
    given = systems.from_stored(stored, target).round(_DIGITS).tolist()
    return [_household(home, lon, lat) for home, (lon, lat) in zip(found, given, strict=True)]


def _household(home: Found, lon: float, lat: float) -> dict[str, Any]:
    values = {name: value for name, value in vars(home).items() if name != "id"}
    values["distance_m"] = _metres(values.pop("metres"))
    values["walk_m"] = _metres(values["walk_m"])
    return {**values, "lon": lon, "lat": lat}


def _metres(metres: float | None) -> float | None:
    return None if metres is None else round(metres, 1)
