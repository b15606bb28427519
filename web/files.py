"""The files behind ``/static`` and ``/assets``."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse

from web.assets import Asset
from web.dependencies import Held

router = APIRouter(include_in_schema=False)
_FOR_A_YEAR = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"


@router.get("/static/{name:path}")
def own(request: Request, held: Held, name: str) -> FileResponse:
    """Return a file of our own."""
    return _answer(request, held.assets.find(f"static/{name}"))


@router.get("/assets/{name:path}")
def packaged(request: Request, held: Held, name: str) -> FileResponse:
    """Return a file of an npm package, if it is one of those listed."""
    return _answer(request, held.assets.find(f"assets/{name}"))


def _answer(request: Request, asset: Asset) -> FileResponse:
    named = request.query_params.get("v") == asset.digest
    headers = {"Cache-Control": _FOR_A_YEAR if named else _ASK_AGAIN}
    return FileResponse(asset.path, media_type=asset.media_type, headers=headers)
