"""Bodies that are too large are refused in words of ours, whatever refuses them."""

from http import HTTPStatus

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import problems


class BodyLimit:
    """Refuses bodies beyond a limit; a route may have another one of its own.

    Parameters
    ----------
    app
        What comes after.
    most
        Bytes.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = RequestBodyLimitMiddleware(app, most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        refused = False

        async def in_words(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and _is_bare(message):
                refused = True
                status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                answer = problems.refusal(Request(scope), status, "error.http.413")
                await answer(scope, receive, send)
            elif not refused:
                await send(message)

        await self._app(scope, receive, in_words)


def _is_bare(start: Message) -> bool:
    """Tell whether an answer is the limit's own, which says three words of English."""
    media = dict(start["headers"]).get(b"content-type", b"")
    too_large: bool = start["status"] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return too_large and media.startswith(b"text/plain")
