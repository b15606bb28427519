"""The files behind ``/static`` and ``/assets``.

They wait for nothing, so they are answered where requests come in, without a thread for each.
"""

from fastapi import APIRouter, Request, Response

from web import state
from web.api import caching
from web.assets import Asset

router = APIRouter(include_in_schema=False)
_FOR_A_YEAR = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"


@router.get("/static/{name:path}")
async def own(request: Request, name: str) -> Response:
    """Return a file of our own."""
    return _answer(request, f"static/{name}")


@router.get("/assets/{name:path}")
async def packaged(request: Request, name: str) -> Response:
    """Return a file of an npm package, if it is one of those listed."""
    return _answer(request, f"assets/{name}")


def _answer(request: Request, name: str) -> Response:
    asset = state.of(request).assets.find(name)
    named = request.query_params.get("v") == asset.digest
    headers = {
        "Cache-Control": _FOR_A_YEAR if named else _ASK_AGAIN,
        "ETag": f'W/"{asset.digest}"',
        "Vary": "Accept-Encoding",
    }
    if caching.is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return _content(request, asset, headers)


def _content(request: Request, asset: Asset, headers: dict[str, str]) -> Response:
    if asset.packed is None or "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(asset.content, media_type=asset.media_type, headers=headers)
    packed = {**headers, "Content-Encoding": "gzip"}
    return Response(asset.packed, media_type=asset.media_type, headers=packed)
