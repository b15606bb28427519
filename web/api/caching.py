"""Answers that were given before need not be given again: entity tags by the versions of the data."""

import hashlib

from fastapi import Request, Response

from services.database import Transaction
from services.memo import versions

_ASK_FIRST = "private, no-cache"


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
