"""``/sw.js``, ``/manifest.webmanifest``, ``/offline``: what makes the service a phone's own.

None of them holds a person: the shell is the same for everybody, what it shows is kept sealed
on the phone.
"""

import hashlib
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from web import view
from web.dependencies import Held, Words

router = APIRouter(include_in_schema=False)
SHELL = (
    "static/app.css",
    "static/icon.svg",
    "static/offline/app.js",
    "static/offline/changes.js",
    "static/offline/choice.js",
    "static/offline/dom.js",
    "static/offline/forms.js",
    "static/offline/kept.js",
    "static/offline/left.js",
    "static/offline/logout.js",
    "static/offline/outbox.js",
    "static/offline/pages.js",
    "static/offline/store.js",
    "static/offline/sync.js",
    "static/offline/tabs.js",
    "static/offline/words.js",
    "static/standing.js",
)
"""Files that the offline page needs."""
_WORDS = ("offline.", "visit.rule.")


@router.get("/offline", response_class=HTMLResponse)
def shell(request: Request) -> HTMLResponse:
    """Return the page that is shown without network; its script fills it from the phone."""
    page = view.Page.opened(request)
    return page.render("offline.html", words=_words(page))


@router.get("/sw.js", response_class=Response)
def worker(held: Held) -> Response:
    """Return the service worker; another version of any file is another worker."""
    files = ["/offline", *(held.assets.url(name) for name in SHELL)]
    version = hashlib.sha256("\n".join(files).encode()).hexdigest()[:12]
    start = f"const VERSION = {orjson.dumps(version).decode()};\n"
    left = held.assets.url("static/offline/left.js")
    start += f"const LEFT = {orjson.dumps(left).decode()};\n"
    start += f"const SHELL = {orjson.dumps(files).decode()};\n"
    code = held.assets.find("static/offline/worker.js").content.decode()
    return Response(
        start + code,
        media_type="text/javascript",
        headers={"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"},
    )


@router.get("/manifest.webmanifest", response_class=Response)
def manifest(held: Held, t: Words) -> Response:
    """Return what a phone needs to install the service (W3C Web Application Manifest)."""
    icons = [
        {"src": held.assets.url(f"static/icon-{size}.png"), "sizes": f"{size}x{size}",
         "type": "image/png", "purpose": "any maskable"}
        for size in (192, 512)
    ]  # fmt: skip
    content: dict[str, Any] = {
        "name": t("app.name"),
        "short_name": t("app.name"),
        "lang": t("html.lang"),
        "id": "/due",
        "start_url": "/due",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f7f7",
        "theme_color": "#0b636b",
        "icons": icons,
    }
    return Response(orjson.dumps(content), media_type="application/manifest+json")


def _words(page: view.Page) -> dict[str, str]:
    known = page.state.translators[page.t.language].messages
    return {key: words for key, words in known.items() if key.startswith(_WORDS)}
