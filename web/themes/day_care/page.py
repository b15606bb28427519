"""``/maps/day-care``: the map of elderly day care, in the page's own frame."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from layers.themes import day_care, day_care_data
from services import errors
from web.api.questions import Question
from web.dependencies import Page, Reading
from web.themes import maps
from web.themes.day_care import THEME

router = APIRouter(include_in_schema=False)


@router.get(THEME.map_path, response_class=HTMLResponse)
def show(page: Page, tx: Reading, question: Question, opened: maps.Opened) -> HTMLResponse:
    """Return the map; what it draws is fetched by the page."""
    if page.root is None:
        raise errors.NotFoundError("error.units.none", as_of=page.as_of)
    answer = day_care_data.ask(tx, page.state.day_care, question)
    where = maps.endpoints_of(page, THEME)
    parts = day_care.served(answer, page.t, where, opened, page.request.state.nonce)
    return maps.rendered(page, parts, THEME)
