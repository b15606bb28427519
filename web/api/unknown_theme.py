"""``/api/coverage``: says which themes there are to whoever asks for another."""

from typing import Annotated

from fastapi import APIRouter, Path

from services import errors
from web import themes

router = APIRouter(prefix="/api", include_in_schema=False)


@router.get("/coverage/{theme}")
@router.get("/coverage/{theme}/items")
def unknown(theme: Annotated[str, Path(max_length=40)]) -> None:
    """Refuse a theme that does not exist; those that do have routes of their own."""
    known = ", ".join(one.name for one in themes.ALL)
    raise errors.NotFoundError("error.themes.unknown", theme=theme, known=known)
