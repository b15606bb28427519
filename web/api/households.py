"""``/api/households``: households within the caller's scope, by place, unit, address, people."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Body, Response

from services.households import finding
from services.households.finding import Found
from web import finding as questions
from web.dependencies import Day, Meeting
from web.finding import Asked, InAddress

router = APIRouter(prefix="/api", tags=["households"])
_Name = Annotated[str, Body(max_length=1000)]


@router.get("/households", response_class=Response)
def listing(tx: Meeting, query: InAddress) -> Response:
    """Return households, the nearest first, with their distance in metres."""
    found = finding.find(tx, query)
    tx.commit()
    return _json(found, query.limit)


@router.post("/households/search", response_class=Response)
def search(tx: Meeting, day: Day, asked: Annotated[Asked, Body()], name: _Name = "") -> Response:
    """Return households as the listing does; the name of a resident is sent in the body."""
    query = asked.query(day, name)
    found = finding.find(tx, query)
    tx.commit()
    return _json(found, query.limit)


def _json(found: tuple[Found, ...], limit: int) -> Response:
    content: dict[str, Any] = {
        "households": [_plain(home) for home in found],
        "next": questions.key(found[-1]) if len(found) == limit else None,
    }
    return Response(
        orjson.dumps(content),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _plain(home: Found) -> dict[str, Any]:
    metres = home.distance_m
    return {**vars(home), "distance_m": None if metres is None else round(metres, 1)}
