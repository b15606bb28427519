"""``/maps/{theme}``: the map of a theme, in the page's own frame."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from gis import codes
from layers import endpoints
from layers.assets import ServedAssets
from layers.shell import MapParts
from layers.theme import FIRST_LEVEL, Opening
from layers.themes import day_care, day_care_data
from services import errors
from web import security, view
from web.api.questions import Question, Theme
from web.dependencies import Optional, Page, Reading

router = APIRouter(include_in_schema=False)


def opening(
    level: Annotated[codes.Level | None, Optional, Query()] = None,
    pick: Annotated[str, Query(max_length=20, pattern=r"^[0-9]*$")] = "",
) -> Opening:
    """Return what is seen first, as the address says."""
    return Opening(level.value if level else FIRST_LEVEL, pick)


Opened = Annotated[Opening, Depends(opening)]


@router.get("/maps/{theme}", response_class=HTMLResponse)
def show(
    page: Page,
    tx: Reading,
    theme: Theme,
    question: Question,
    opened: Opened,
) -> HTMLResponse:
    """Return the map; what it draws is fetched by the page."""
    if page.root is None:
        raise errors.NotFoundError("error.units.none", as_of=page.as_of)
    answer = day_care_data.ask(tx, page.state.day_care, question)
    nonce = page.request.state.nonce
    parts = day_care.served(answer, page.t, endpoints_of(page, theme), opened, nonce)
    return rendered(page, parts, theme)


def rendered(page: view.Page, parts: MapParts, theme: str) -> HTMLResponse:
    """Return the page around the parts of a map, which may run its own scripts only."""
    response = page.render("map.html", parts=parts, theme=theme)
    policy = security.policy(page.request.state.nonce, _image_source(page))
    response.headers["Content-Security-Policy"] = policy
    return response


def endpoints_of(page: view.Page, theme: str) -> endpoints.Endpoints:
    """Return where the map of a theme fetches what it shows."""
    online = page.state.settings.basemap_url
    return endpoints.Endpoints(
        page=f"/maps/{theme}",
        items=f"/api/coverage/{theme}/items",
        rows=f"/api/coverage/{theme}",
        assets=ServedAssets("/assets", "/static/map"),
        basemap=endpoints.OnlineBasemap(online) if online else None,
    )


def _image_source(page: view.Page) -> str:
    """Return whom pictures may come from: the online basemap, where one was set up."""
    parts = urlsplit(page.state.settings.basemap_url or "")
    host = parts.netloc.replace("{s}", "*")
    return f"{parts.scheme}://{host}" if host else ""
