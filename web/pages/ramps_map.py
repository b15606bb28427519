"""``/maps/ramps``: the map of ways without a step, in the page's own frame."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from gis import codes
from layers import endpoints
from layers.assets import ServedAssets
from layers.themes import ramps, ramps_data
from services import errors
from web import security, view
from web.api.questions import SteplessQuestion
from web.dependencies import Optional, Page, Reading
from web.pages import maps

router = APIRouter(include_in_schema=False)


@router.get("/maps/ramps", response_class=HTMLResponse)
def show(
    page: Page,
    tx: Reading,
    question: SteplessQuestion,
    level: Annotated[codes.Level | None, Optional, Query()] = None,
    pick: Annotated[str, Query(max_length=20, pattern=r"^[0-9]*$")] = "",
) -> HTMLResponse:
    """Return the map; what it draws is fetched by the page."""
    if page.root is None:
        raise errors.NotFoundError("error.units.none", as_of=page.as_of)
    answer = ramps_data.ask(tx, page.state.ramps, question)
    nonce = page.request.state.nonce
    opening = (level.value if level else ramps.FIRST_LEVEL, pick)
    parts = ramps.served(answer, page.t, _endpoints(page), opening, nonce)
    response = page.render("map.html", parts=parts, theme="ramps")
    response.headers["Content-Security-Policy"] = security.policy(nonce, maps.image_source(page))
    return response


def _endpoints(page: view.Page) -> endpoints.Endpoints:
    online = page.state.settings.basemap_url
    return endpoints.Endpoints(
        page="/maps/ramps",
        items="/api/coverage/ramps/items",
        rows="/api/coverage/ramps",
        areas="/api/coverage/ramps/areas",
        assets=ServedAssets("/assets", "/static/map"),
        basemap=endpoints.OnlineBasemap(online) if online else None,
    )
