"""Errors on their way out: one table from class to HTTP status, told as the caller reads best.

Machines get ``application/problem+json`` (RFC 9457), people a readable page.
"""

from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from services import errors
from web import field_words, view, way_back

STATUS: dict[type[errors.WanggeError], HTTPStatus] = {
    errors.RefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.UnknownCallerError: HTTPStatus.UNAUTHORIZED,
    errors.ForbiddenError: HTTPStatus.FORBIDDEN,
    errors.ThrottledError: HTTPStatus.TOO_MANY_REQUESTS,
    errors.NotFoundError: HTTPStatus.NOT_FOUND,
    errors.ConflictError: HTTPStatus.CONFLICT,
    errors.CancelledError: HTTPStatus.CONFLICT,
    errors.ClusterError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ProviderError: HTTPStatus.BAD_GATEWAY,
    errors.DatabaseError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.WanggeError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
MEDIA_TYPE = "application/problem+json"
DOCUMENTED: dict[str, Any] = {
    "description": "Problem details (RFC 9457)",
    "content": {
        MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                },
            }
        }
    },
}
_BY_OGC = "/ogc"
_TO_BE_CHANGED = "error.password.must_change"
_MACHINES = ("/api/", "/ogc", "/tiles/", "/healthz", "/readyz", "/metrics")


def status_of(error: errors.WanggeError) -> HTTPStatus:
    """Return the HTTP status that stands for an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def install(app: FastAPI) -> None:
    """Answer every error of an application in one way."""
    app.add_exception_handler(errors.WanggeError, _ours)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(Exception, _unforeseen)


def _ours(request: Request, error: Exception) -> Response:
    if not isinstance(error, errors.WanggeError):
        raise error
    if not _is_machine(request):
        if isinstance(error, errors.UnknownCallerError):
            return _to_login(request)
        if error.key == _TO_BE_CHANGED:
            return _to_account(request)
    t = view.translator(request)
    response = answer(request, _status(request, status_of(error)), t.error(error), kind=error.key)
    if isinstance(error, errors.FaultsError) and _is_machine(request):
        return _with_faults(response, {name: t.error(one) for name, one in error.faults.items()})
    return response


def _with_faults(response: Response, faults: dict[str, str]) -> JSONResponse:
    """Say of each field what is wrong with it (RFC 9457, 3.2: an extension member)."""
    content = {**orjson.loads(response.body), "errors": faults}
    return JSONResponse(content, response.status_code, media_type=MEDIA_TYPE)


def _to_login(request: Request) -> Response:
    """Send a person to the log-in, and from there back to where the way was barred."""
    address = way_back.log_in(request)
    if view.is_fragment(request):
        return Response(status_code=HTTPStatus.OK, headers={"HX-Redirect": address})
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


def _to_account(request: Request) -> Response:
    """Send a person to where a first password is changed: every other page would only say so."""
    if view.is_fragment(request):
        return Response(status_code=HTTPStatus.OK, headers={"HX-Redirect": "/account"})
    return RedirectResponse("/account", HTTPStatus.SEE_OTHER)


def _is_machine(request: Request) -> bool:
    return request.url.path.startswith(_MACHINES)


def _unreadable(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    t = view.translator(request)
    told = dict.fromkeys(_parameter(part["loc"]) for part in error.errors())
    if not _is_machine(request):
        told = dict.fromkeys(field_words.called(t, request.url.path, name) for name in told)
    names = t("list.names").join(told)
    detail = t("error.request.parameter", names=names)
    status = _status(request, HTTPStatus.UNPROCESSABLE_ENTITY)
    return answer(request, status, detail, kind="error.request.parameter")


def _parameter(place: tuple[int | str, ...]) -> str:
    """Return which parameter a fault is in: not where in a list of its values."""
    return next((str(part) for part in reversed(place) if isinstance(part, str)), str(place[-1]))


def _status(request: Request, status: HTTPStatus) -> HTTPStatus:
    """Return the status for a door: what OGC API - Features cannot read is a bad request (7.5.1)."""
    is_unreadable = status is HTTPStatus.UNPROCESSABLE_ENTITY
    by_ogc = request.url.path.startswith(_BY_OGC)
    return HTTPStatus.BAD_REQUEST if is_unreadable and by_ogc else status


def _plain(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    key = f"error.http.{error.status_code}"
    t = view.translator(request)
    status = HTTPStatus(error.status_code)
    response = answer(request, status, t(key) if t.has(key) else status.phrase, kind="about:blank")
    response.headers.update(error.headers or {})
    return response


def _unforeseen(request: Request, error: Exception) -> Response:
    del error  # in the log, with its place; a caller is told no internals
    return refusal(request, HTTPStatus.INTERNAL_SERVER_ERROR, "error.http.500")


def refusal(request: Request, status: HTTPStatus, key: str) -> Response:
    """Return the answer to a request that no route was asked about."""
    return answer(request, status, view.translator(request)(key), kind=key)


def answer(request: Request, status: HTTPStatus, detail: str, kind: str) -> Response:
    """Return the answer that says what went wrong.

    Parameters
    ----------
    kind
        Message key of the error, which machines can hold on to.
    """
    t = view.translator(request)
    key = f"problem.title.{status.value}"
    title = t(key) if t.has(key) else status.phrase
    if _is_machine(request):
        content = {"type": kind, "title": title, "status": status.value, "detail": detail}
        return JSONResponse(content, status.value, media_type=MEDIA_TYPE)
    page = view.Page.opened(request)
    return page.render("problem.html", status.value, code=status.value, title=title, detail=detail)
