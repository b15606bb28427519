"""What the map pages of all themes share: how they open, where they fetch, their policy."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Query
from fastapi.responses import HTMLResponse

from gis import codes
from layers import endpoints
from layers.assets import ServedAssets
from layers.shell import MapParts
from layers.theme import FIRST_LEVEL, Opening
from web import security, view
from web.dependencies import Optional
from web.themes.theme import Theme


def opening(
    level: Annotated[codes.Level | None, Optional, Query()] = None,
    pick: Annotated[str, Query(max_length=20, pattern=r"^[0-9]*$")] = "",
) -> Opening:
    """Return what is seen first, as the address says."""
    return Opening(level.value if level else FIRST_LEVEL, pick)


Opened = Annotated[Opening, Depends(opening)]


def rendered(page: view.Page, parts: MapParts, theme: Theme) -> HTMLResponse:
    """Return the page around the parts of a map, which may run its own scripts only."""
    response = page.render("map.html", parts=parts, title=f"nav.{theme.package}")
    policy = security.policy(page.request.state.nonce, _image_source(page))
    response.headers["Content-Security-Policy"] = policy
    return response


def endpoints_of(page: view.Page, theme: Theme) -> endpoints.Endpoints:
    """Return where the map of a theme fetches what it shows."""
    online = page.state.settings.basemap_url
    return endpoints.Endpoints(
        page=theme.map_path,
        items=f"/api/coverage/{theme.name}/items",
        rows=f"/api/coverage/{theme.name}",
        assets=ServedAssets("/assets", "/static/map"),
        basemap=endpoints.OnlineBasemap(online) if online else None,
    )


def _image_source(page: view.Page) -> str:
    """Return whom pictures may come from: the online basemap, where one was set up."""
    parts = urlsplit(page.state.settings.basemap_url or "")
    host = parts.netloc.replace("{s}", "*")
    return f"{parts.scheme}://{host}" if host else ""
