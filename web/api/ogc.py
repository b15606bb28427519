"""``/ogc``: collections page by page, by OGC API - Features - Part 1: Core (OGC 17-069r4).

Coordinates are CRS84. A collection is given out as it was on a day: an instant ``datetime`` is
that day, of an interval it is the last day.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from gis import codes
from services import errors, exports, network, units
from services.database import Transaction
from services.exports import Collection, ExportOptions
from services.facility_kinds import FacilityKind
from web import access, days, problems
from web.api import caching, taking
from web.dependencies import EARLIEST, LATEST, Held, Optional, Reading, Words
from web.i18n import Translator

_BAD_REQUEST = HTTPStatus.BAD_REQUEST.value
_MOST = 10_000
_OPEN_ENDS = frozenset({"", ".."})
_CLASSES = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "geojson")
)
_ODBL = "https://opendatacommons.org/licenses/odbl/1-0/"
_When = Annotated[str, Field(max_length=80)]
_JSON, _GEOJSON = "application/json", "application/geo+json"
_DESCRIPTION = "application/vnd.oai.openapi+json;version=3.1"


def known_only(request: Request) -> None:
    """Refuse parameters that mean nothing here, as the standard asks (7.15.4)."""
    known = set(_Asked.model_fields) if request.scope["route"].path.endswith("/items") else set()
    if "/items/" in request.scope["route"].path:
        known = {"datetime"}
    unknown = [name for name in request.query_params if name not in known | {"lang"}]
    if unknown:
        raise errors.RefusedError("error.request.unknown_parameter", names=", ".join(unknown))


router = APIRouter(
    prefix="/ogc",
    tags=["OGC API - Features"],
    dependencies=[Depends(known_only)],
    responses={_BAD_REQUEST: problems.DOCUMENTED},
)


class _Asked(BaseModel):
    """What can be asked of the features of a collection."""

    model_config = ConfigDict(frozen=True)

    limit: Annotated[int, Field(ge=1)] = 100
    bbox: Annotated[str | None, Field(max_length=160), Optional] = None
    datetime: Annotated[_When | None, Optional] = None
    after: Annotated[str | None, Field(max_length=100), Optional] = None
    unit: Annotated[str | None, Field(max_length=20, pattern=r"^[0-9]*$"), Optional] = None
    level: Annotated[codes.Level | None, Optional] = None
    kind: Annotated[FacilityKind | None, Optional] = None


@router.get("", include_in_schema=False)  # not by a redirect, on which clients leave out their key
@router.get("/")
def landing(request: Request, t: Words) -> JSONResponse:
    """Return where everything is."""
    return JSONResponse(
        {
            "title": t("app.name"),
            "description": t("ogc.about"),
            "links": [
                _link(request, "self", "/ogc/"),
                _link(request, "service-desc", "/api/openapi.json", _DESCRIPTION),
                _link(request, "conformance", "/ogc/conformance"),
                _link(request, "data", "/ogc/collections"),
            ],
        }
    )


@router.get("/conformance")
def conformance() -> JSONResponse:
    """Return what of the standard is kept."""
    return JSONResponse({"conformsTo": _CLASSES})


@router.get("/collections")
def collections(request: Request, tx: Reading, t: Words) -> JSONResponse:
    """Return the collections; to a department, those that its key was granted."""
    granted = access.granted(request)
    shown = [
        _described(request, tx, t, found)
        for found in exports.COLLECTIONS.values()
        if granted is None or found.name in granted
    ]
    links = [_link(request, "self", "/ogc/collections")]
    return JSONResponse({"links": links, "collections": shown})


@router.get("/collections/{collection}")
def one_collection(request: Request, tx: Reading, t: Words, collection: str) -> JSONResponse:
    """Return what a collection is."""
    return JSONResponse(_described(request, tx, t, exports.published(collection)))


@router.get("/collections/{collection}/items", response_class=Response)
def items(
    request: Request,
    held: Held,
    tx: Reading,
    collection: str,
    asked: Annotated[_Asked, Query()],
) -> Response:
    """Return features of a collection; ``next`` among the links leads to those that follow."""
    found = exports.published(collection)
    options = ExportOptions(
        as_of=_day(asked.datetime),
        bbox=exports.read_bbox(_flat(asked.bbox)),
        unit=asked.unit,
        level=asked.level,
        kind=asked.kind,
        after=asked.after,
    )
    entity_tag = caching.tag(request, tx, options)
    known = caching.unchanged(request, entity_tag)
    if known is not None:
        return known
    page = exports.page(tx, found.name, options, held.themes, min(asked.limit, _MOST))
    if options.after is None:
        taking.begun(request, found.name, options)
    else:
        taking.read_on(request, options.format.value)
    path = f"/ogc/collections/{found.name}"
    links = [
        _link(request, "self", f"{path}/items", _GEOJSON, request.query_params),
        _link(request, "collection", path),
    ]
    if page.after is not None:
        following = {**request.query_params, "after": page.after}
        links.append(_link(request, "next", f"{path}/items", _GEOJSON, following))
    head = {
        "type": "FeatureCollection",
        **page.facts.items(),
        "timeStamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberMatched": page.matched,
        "numberReturned": page.returned,
        "links": links,
    }
    body = orjson.dumps(head)[:-1] + b',"features":[\n' + page.features + b"\n]}\n"
    return Response(body, media_type=_GEOJSON, headers=caching.headers(entity_tag))


@router.get("/collections/{collection}/items/{feature}", response_class=Response)
def one_feature(
    request: Request,
    held: Held,
    tx: Reading,
    collection: str,
    feature: str,
    datetime: Annotated[_When | None, Optional, Query()] = None,
) -> Response:
    """Return one feature."""
    found = exports.published(collection)
    options = ExportOptions(as_of=_day(datetime))
    whole = orjson.loads(exports.feature(tx, found.name, feature, options, held.themes))
    taking.read_on(request, options.format.value)
    path = f"/ogc/collections/{found.name}"
    whole["links"] = [
        _link(request, "self", request.url.path, _GEOJSON, request.query_params),
        _link(request, "collection", path),
    ]
    return Response(orjson.dumps(whole), media_type=_GEOJSON)


def _described(
    request: Request, tx: Transaction, t: Translator, found: Collection
) -> dict[str, Any]:
    path = f"/ogc/collections/{found.name}"
    links = [
        _link(request, "self", path),
        _link(request, "items", f"{path}/items", _GEOJSON),
    ]
    told: dict[str, Any] = {
        "id": found.name,
        "title": t(found.title),
        "description": t(found.about),
        "itemType": "feature",
        "links": links,
        **_extent(tx),
    }
    roads = network.info(tx) if found.on_roads else None
    if roads is not None and roads.attribution is not None:
        told["attribution"] = roads.attribution
        if "ODbL" in roads.attribution:
            links.append({"href": _ODBL, "rel": "license", "type": "text/html"})
    return told


def _extent(tx: Transaction) -> dict[str, Any]:
    """Return the district's box as the extent; nothing before there is a district."""
    try:
        bounds = units.root(tx, days.today()).bounds
    except errors.NotFoundError:
        return {}
    return {"extent": {"spatial": {"bbox": [list(bounds)]}}}


def _day(text: str | None) -> date:
    """Read ``datetime`` (RFC 3339, 5.6): the day of an instant, the last day of an interval."""
    first, _, last = (text or "").strip().partition("/")
    ends = [end.strip() for end in ([first, last] if "/" in (text or "") else [first])]
    read = [None if end in _OPEN_ENDS else _instant(end) for end in ends]
    if len(read) == 2 and read[0] is not None and read[1] is not None and read[0] > read[1]:
        raise errors.RefusedError("error.request.parameter", names="datetime")
    return read[-1] or days.today()


def _instant(text: str) -> date:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise errors.RefusedError("error.request.parameter", names="datetime") from None
    day = moment.astimezone(days.ZONE).date() if moment.tzinfo else moment.date()
    if not EARLIEST <= day <= LATEST:
        raise errors.RefusedError("error.request.parameter", names="datetime")
    return day


def _flat(bbox: str | None) -> str | None:
    """Return a box without its heights, which features here have none of."""
    parts = (bbox or "").split(",")
    return ",".join(parts[:2] + parts[3:5]) if len(parts) == 6 else bbox


def _link(
    request: Request,
    rel: str,
    path: str,
    media_type: str = _JSON,
    query: Mapping[str, str] | Iterable[tuple[str, str]] = (),
) -> dict[str, str]:
    asked = urlencode(dict(query))
    base = str(request.base_url).rstrip("/")
    return {
        "href": f"{base}{path}?{asked}" if asked else base + path,
        "rel": rel,
        "type": media_type,
    }
