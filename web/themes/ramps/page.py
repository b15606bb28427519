"""``/maps/ramps``: the map of ways without a step, in the page's own frame."""

from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from layers.themes import ramps, ramps_data
from services import errors
from web.api.questions import SteplessQuestion
from web.dependencies import Page, Reading
from web.themes import maps
from web.themes.ramps import THEME

router = APIRouter(include_in_schema=False)


@router.get(THEME.map_path, response_class=HTMLResponse)
def show(
    page: Page,
    tx: Reading,
    question: SteplessQuestion,
    opened: maps.Opened,
) -> HTMLResponse:
    """Return the map; what it draws is fetched by the page."""
    if page.root is None:
        raise errors.NotFoundError("error.units.none", as_of=page.as_of)
    answer = ramps_data.ask(tx, page.state.ramps, question)
    where = replace(maps.endpoints_of(page, THEME), areas="/api/coverage/ramps/areas")
    parts = ramps.served(answer, page.t, where, opened, page.request.state.nonce)
    return maps.rendered(page, parts, THEME)
