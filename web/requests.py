"""Every request gets a number, is logged without its query, counted and timed."""

import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.metrics import Metrics

_HEADER = "X-Request-ID"
_PLAUSIBLE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_QUIET = ("/static", "/assets", "/healthz", "/readyz", "/metrics")
_UNKNOWN = "unknown"


class RequestLog:
    """Numbers, logs, counts and times requests.

    Parameters
    ----------
    app
        What comes after.
    metrics
        Where requests are counted.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._log = structlog.get_logger("wangge.request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = _number(Headers(scope=scope))
        status = 500
        begun = time.perf_counter()

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[_HEADER] = number
            await send(message)

        with structlog.contextvars.bound_contextvars(request=number):
            try:
                await self._app(scope, receive, numbered)
            finally:
                self._note(scope, status, time.perf_counter() - begun)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        # The pattern of the route, not the address: codes of people never reach the log.
        route = getattr(scope.get("route"), "path", _UNKNOWN)
        self._metrics.note(scope["method"], route, status, seconds)
        if not route.startswith(_QUIET):
            self._log.info(
                "answered",
                method=scope["method"],
                route=route,
                status=status,
                milliseconds=round(seconds * 1000, 1),
            )


def _number(headers: Headers) -> str:
    """Take the number that a proxy in front of us gave, or make one."""
    given = headers.get(_HEADER, "")
    return given if _PLAUSIBLE.fullmatch(given) else uuid.uuid4().hex
