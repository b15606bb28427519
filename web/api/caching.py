"""Answers that were given before need not be given again: entity tags by the versions of the data."""

import hashlib
from collections.abc import Callable

import orjson
from fastapi import Request, Response

from services.database import Transaction
from services.memo import versions
from web.api import taking

_ASK_FIRST = "private, no-cache"
_MEDIA_TYPES = {"json": "application/json", "geojson": "application/geo+json"}


def tag(request: Request, tx: Transaction, *others: object) -> str:
    """Return the entity tag (RFC 9110, 8.8.3) of an answer.

    Parameters
    ----------
    others
        What it depends on besides the address and the data: the day, the language.
    """
    seen = (request.url.path, request.url.query, sorted(versions(tx).items()), others)
    return f'W/"{hashlib.sha256(repr(seen).encode()).hexdigest()[:24]}"'


def headers(entity_tag: str) -> dict[str, str]:
    """Return the headers of an answer with a tag."""
    return {"ETag": entity_tag, "Cache-Control": _ASK_FIRST}


def is_known(request: Request, entity_tag: str) -> bool:
    """Tell whether whoever asks has this very answer."""
    known = {part.strip() for part in request.headers.get("if-none-match", "").split(",")}
    return entity_tag in known


def unchanged(request: Request, entity_tag: str) -> Response | None:
    """Return "not modified" if whoever asks has this very answer."""
    if not is_known(request, entity_tag):
        return None
    return Response(status_code=304, headers=headers(entity_tag))


def json(
    request: Request, tx: Transaction, make: Callable[[], object], *others: object
) -> Response:
    """Return what is made as JSON, or "not modified"; nothing is made then. See `tag`."""
    return _made(request, tag(request, tx, *others), make, "json")


def geojson(
    request: Request, tx: Transaction, make: Callable[[], object], *others: object
) -> Response:
    """Return what is made as GeoJSON, or "not modified"; nothing is made then. See `tag`."""
    return _made(request, tag(request, tx, *others), make, "geojson")


def _made(request: Request, entity_tag: str, make: Callable[[], object], form: str) -> Response:
    known = unchanged(request, entity_tag)
    if known is not None:
        return known
    content = orjson.dumps(make(), option=orjson.OPT_SERIALIZE_NUMPY)
    taking.read_on(request, form)
    return Response(content, media_type=_MEDIA_TYPES[form], headers=headers(entity_tag))
