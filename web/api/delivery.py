"""Collections on their way out, streamed: bytes leave while the rows are still being read."""

from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from services import exports
from services.caller import Caller
from services.database import Transaction
from services.exports import ExportOptions
from web.api import caching, taking
from web.state import State


def collection(
    request: Request,
    held: State,
    caller: Caller,
    tx: Transaction,
    name: str,
    options: ExportOptions,
) -> Response:
    """Return a collection as the body of an answer: drawn by a page, or taken by a key.

    Raises
    ------
    services.errors.NotFoundError
        No such collection, unit or rule set: before any byte is sent.
    """
    entity_tag = caching.tag(request, tx, name, options)
    known = caching.unchanged(request, entity_tag)
    if known is not None:
        return known
    drawn = exports.drawn(held.database, caller, name, options, held.themes)
    taking.begun(request, name, options)
    return StreamingResponse(
        drawn.body, media_type=drawn.media_type, headers=caching.headers(entity_tag)
    )


def file(held: State, caller: Caller, name: str, options: ExportOptions) -> Response:
    """Return a collection as a file that browsers save; that it was taken is kept before.

    Raises
    ------
    services.errors.NotFoundError
        No such collection, unit or rule set: before any byte is sent.
    """
    download = exports.download(held.database, caller, name, options, held.themes)
    disposition = f"attachment; filename*=UTF-8''{quote(download.file_name)}"
    return StreamingResponse(
        download.body,
        media_type=download.media_type,
        headers={"Content-Disposition": disposition, "Cache-Control": "private, no-store"},
    )
