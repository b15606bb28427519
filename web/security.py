"""What the service refuses before a route is asked, and what it tells browsers to refuse.

A service bound to this machine answers loopback names only: a page elsewhere that resolves its
own name to 127.0.0.1 (DNS rebinding) gets nothing.
"""

import ipaddress
import secrets
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.settings import Settings
from web import access, problems

_OWN_SITES = frozenset({"same-origin", "none"})


def is_loopback(host: str) -> bool:
    """Tell whether a host, by name or number, is this machine and no other can reach it."""
    name = host.strip("[]")
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def names_of(host: str) -> Callable[[str], bool]:
    """Return what tells whether a service bound to a host answers to a name.

    Bound to this machine, it has loopback names only; bound to others, whatever they call it.
    """
    return is_loopback if is_loopback(host) else bool


def is_encrypted(request: Request, settings: Settings) -> bool:
    """Tell whether the browser reaches the service by TLS: a cookie then never goes without.

    The proxy in front of the service ends TLS; what it was asked by is known from a proxy that is
    trusted, or from the address that the service was told to be known by.
    """
    public = urlsplit(settings.public_url or "").scheme
    return "https" in (request.url.scheme, public.lower())


class Guard:
    """Refuses foreign hosts and foreign forms; sets the headers that protect a page.

    Parameters
    ----------
    app
        What comes after.
    is_answered
        Tells whether the service answers to a host name.
    """

    def __init__(self, app: ASGIApp, is_answered: Callable[[str], bool]) -> None:
        self._app = app
        self._is_answered = is_answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})["nonce"] = secrets.token_urlsafe(16)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _protect(MutableHeaders(scope=message), scope["state"]["nonce"])
            await send(message)

        key = _objection(scope, self._is_answered)
        if key is None:
            await self._app(scope, receive, guarded)
            return
        request = Request(scope)
        status = HTTPStatus.MISDIRECTED_REQUEST if key.endswith("host") else HTTPStatus.FORBIDDEN
        response = problems.refusal(request, status, key)
        await response(scope, receive, guarded)


def _objection(scope: Scope, is_answered: Callable[[str], bool]) -> str | None:
    """Return the message key of what is wrong with a request, if anything is."""
    headers = Headers(scope=scope)
    if not is_answered(_name(headers.get("host", ""))):
        return "error.request.host"
    if scope["method"] not in access.SAFE_METHODS and not _is_own(headers):
        return "error.request.origin"
    return None


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_own(headers: Headers) -> bool:
    """Tell whether a form comes from our own page (Fetch Metadata, or the origin).

    Programs send neither; only browsers carry other people's forms.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in _OWN_SITES
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _protect(headers: MutableHeaders, nonce: str) -> None:
    headers.setdefault("Content-Security-Policy", policy(nonce))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")


def policy(nonce: str, image_sources: str = "") -> str:
    """Return the content security policy of a page.

    Parameters
    ----------
    nonce
        What marks our own inline scripts.
    image_sources
        Where pictures may come from besides here (an online basemap).
    """
    images = f"'self' data: {image_sources}".strip()
    return (
        "default-src 'self'; "
        f"script-src 'self' 'nonce-{nonce}'; "
        "style-src 'self' 'unsafe-inline'; "
        f"img-src {images}; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
