"""``/maps/patrol``: the map of patrols, in the page's own frame."""

from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from layers.themes import patrol, patrol_data
from services import errors
from services.rights import Right
from web import view
from web.api.questions import PatrolQuestion
from web.dependencies import Page, Reading
from web.themes import maps
from web.themes.patrol import THEME

router = APIRouter(include_in_schema=False)


@router.get(THEME.map_path, response_class=HTMLResponse)
def show(
    page: Page,
    tx: Reading,
    question: PatrolQuestion,
    opened: maps.Opened,
) -> HTMLResponse:
    """Return the map; what it draws is fetched by the page."""
    if page.root is None:
        raise errors.NotFoundError("error.units.none", as_of=page.as_of)
    answer = patrol_data.ask(tx, page.state.patrol, question)
    where = replace(maps.endpoints_of(page, THEME), pages=_pages(page))
    parts = patrol.served(answer, page.t, where, opened, page.request.state.nonce)
    return maps.rendered(page, parts, THEME)


def _pages(page: view.Page) -> tuple[tuple[str, str], ...]:
    routes = (("/patrol/routes", "route.title"),)
    return (*routes, ("/patrol/plans", "plan.title")) if page.may(Right.PATROL) else routes
