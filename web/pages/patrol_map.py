"""``/maps/patrol``: the map of patrols, in the page's own frame."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from gis import codes
from layers import endpoints
from layers.assets import ServedAssets
from layers.themes import patrol, patrol_data
from services import errors
from services.rights import Right
from web import security, view
from web.api.questions import PatrolQuestion
from web.dependencies import Optional, Page, Reading
from web.pages import maps

router = APIRouter(include_in_schema=False)


@router.get("/maps/patrol", response_class=HTMLResponse)
def show(
    page: Page,
    tx: Reading,
    question: PatrolQuestion,
    level: Annotated[codes.Level | None, Optional, Query()] = None,
    pick: Annotated[str, Query(max_length=20, pattern=r"^[0-9]*$")] = "",
) -> HTMLResponse:
    """Return the map; what it draws is fetched by the page."""
    if page.root is None:
        raise errors.NotFoundError("error.units.none", as_of=page.as_of)
    answer = patrol_data.ask(tx, page.state.patrol, question)
    nonce = page.request.state.nonce
    opening = (level.value if level else patrol.FIRST_LEVEL, pick)
    parts = patrol.served(answer, page.t, _endpoints(page), opening, nonce)
    response = page.render("map.html", parts=parts, theme="patrol")
    response.headers["Content-Security-Policy"] = security.policy(nonce, maps.image_source(page))
    return response


def _endpoints(page: view.Page) -> endpoints.Endpoints:
    online = page.state.settings.basemap_url
    return endpoints.Endpoints(
        page="/maps/patrol",
        items="/api/coverage/patrol/items",
        rows="/api/coverage/patrol",
        assets=ServedAssets("/assets", "/static/map"),
        basemap=endpoints.OnlineBasemap(online) if online else None,
        pages=_pages(page),
    )


def _pages(page: view.Page) -> tuple[tuple[str, str], ...]:
    routes = (("/patrol/routes", "route.title"),)
    return (*routes, ("/patrol/plans", "plan.title")) if page.may(Right.PATROL) else routes
