"""The way back: the page that one goes on to after the log-in, within our own pages only."""

from typing import Any
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from fastapi import Request
from starlette.routing import Match

from web import access, view

HOME = "/"
LONGEST = 500
"""Characters of an address that the log-in carries along."""
_LOG_IN = "/login"


def log_in(request: Request) -> str:
    """Return the address of the log-in for a request that was barred.

    It leads back to the page that was asked for, or that a form or htmx asked from. Of a form it
    says that nothing was stored.
    """
    to = _barred(request)
    query = {"next": to} if to not in ("", HOME) and len(to) <= LONGEST else {}
    if request.method not in access.SAFE_METHODS:
        query["unsent"] = "1"
    return f"{_LOG_IN}?{urlencode(query)}" if query else _LOG_IN


def inside(request: Request, to: str) -> str:
    """Return where to go on to: an address of ours that a browser can ask for, else the first page.

    Parameters
    ----------
    to
        As the address of the log-in says it: anybody may have written it.
    """
    is_ours = to.startswith("/") and not to.startswith(("//", "/\\", _LOG_IN))
    return to if is_ours and to.isprintable() and _can_be_asked(request, to) else HOME


def _barred(request: Request) -> str:
    if view.is_fragment(request):
        return _page(request, "hx-current-url")
    if request.method in access.SAFE_METHODS:
        return urlunsplit(("", "", request.url.path, request.url.query, ""))
    return _page(request, "referer")


def _page(request: Request, header: str) -> str:
    """Return the page of ours that a header names, its path and query; empty: it names none."""
    try:
        named = urlsplit(request.headers.get(header, ""))
    except ValueError:
        return ""
    is_ours = named.netloc.lower() == request.headers.get("host", "").lower()
    return urlunsplit(("", "", named.path, named.query, "")) if is_ours else ""


def _can_be_asked(request: Request, to: str) -> bool:
    """Tell whether there is such a page: some addresses take forms only."""
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": unquote(urlsplit(to).path),
        "root_path": "",
    }
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
