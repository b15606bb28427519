"""``/login``, ``/logout``, ``/logout/left``, ``/account``: who am I, and my password."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services import accounts, errors, sessions, units
from services import caller as callers
from services.caller import Caller, Role
from services.rights import Door
from services.sessions import Session
from web import access, pre_session, problems, security, view, way_back
from web.dependencies import Asker, Held, Page
from web.state import State

router = APIRouter(include_in_schema=False)
_Text = Annotated[str, Form(max_length=300)]
_NOTICES = {"kept": "login.kept", "unsent": "login.unsent"}
"""What the address says of a form that met no session, each with its words."""
_FIRST_PAGE = {Role.GRID_WORKER: "/due", Role.ADMIN: "/admin"}


@router.get("/login", response_class=HTMLResponse)
def show(
    request: Request, to: Annotated[str, Query(alias="next", max_length=way_back.LONGEST)] = ""
) -> HTMLResponse:
    """Return the form."""
    return form(request, to, "", None)


@router.post("/login", response_class=HTMLResponse)
def log_in(
    request: Request,
    held: Held,
    name: _Text = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    to: Annotated[str, Form(alias="next", max_length=way_back.LONGEST)] = "",
    csrf: _Text = "",
) -> Response:
    """Open a session, and go on to where the way was barred."""
    if not pre_session.is_right(request, csrf):
        return form(request, to, name, errors.ForbiddenError("error.request.form_token"))
    try:
        token = sessions.log_in(held.database, name, password, _address(request))
    except (errors.UnknownCallerError, errors.ThrottledError) as error:
        return form(request, to, name, error)
    return entered(request, held, token, to)


@router.post("/logout")
def log_out(request: Request, held: Held) -> RedirectResponse:
    """End the session; what the phone took along, its own script clears."""
    with held.database.transaction(callers.gatekeeper(), Door.GATE) as tx:
        sessions.close(tx, request.cookies.get(access.COOKIE, ""))
        tx.commit()
    response = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    response.delete_cookie(access.COOKIE, path="/")
    return response


@router.post("/logout/left", status_code=HTTPStatus.NO_CONTENT)
def end_left(held: Held, leave: _Text = "") -> None:
    """End a session that was left on a phone, whoever has logged in there since.

    What the phone sends ends that one session and opens nothing, so it is proof enough: no other
    site can know it. The cookie is not looked at, it may be somebody else's by now.
    """
    with held.database.transaction(callers.gatekeeper(), Door.GATE) as tx:
        sessions.leave(tx, leave)
        tx.commit()


@router.get("/account", response_class=HTMLResponse)
def account(page: Page, held: Held, asker: Asker) -> HTMLResponse:
    """Return what is known of whoever asks, and the form for another password."""
    return _account(page, held, asker, None)


@router.post("/account/password", response_class=HTMLResponse)
def password(
    request: Request,
    page: Page,
    held: Held,
    asker: Asker,
    old: Annotated[str, Form(max_length=1000)] = "",
    new: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Change the password."""
    token = request.cookies.get(access.COOKIE, "")
    try:
        sessions.change_password(held.database, token, old, new, _address(request))
    except (errors.RefusedError, errors.ThrottledError) as error:
        return _account(page, held, asker, error)
    return RedirectResponse("/account?changed=1", HTTPStatus.SEE_OTHER)


def entered(request: Request, held: State, token: str, to: str) -> Response:
    """Go on with a session that was opened; the one that this browser had until now ends.

    Parameters
    ----------
    to
        Where the way was barred.
    """
    with held.database.transaction(callers.gatekeeper(), Door.GATE) as tx:
        sessions.close(tx, request.cookies.get(access.COOKIE, ""))
        found = sessions.find(tx, token)
        tx.commit()
    response = RedirectResponse(_first(found, way_back.inside(request, to)), HTTPStatus.SEE_OTHER)
    response.set_cookie(
        access.COOKIE,
        token,
        max_age=int(sessions.ABSOLUTE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=security.is_encrypted(request, held.settings),
    )
    return response


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _account(
    page: view.Page, held: State, asker: Caller, fault: errors.WanggeError | None
) -> HTMLResponse:
    with held.database.transaction(callers.gatekeeper(), Door.GATE) as tx:
        found = accounts.find(tx, asker.name)
    with held.database.snapshot(asker) as tx:
        names = units.names(tx, [scope.unit_code for scope in found.scopes], page.today)
    status = HTTPStatus.OK if fault is None else problems.status_of(fault)
    return page.render(
        "account.html",
        status.value,
        account=found,
        names=names,
        fault=page.t.error(fault) if fault else None,
        changed="changed" in page.request.query_params,
    )


def form(request: Request, to: str, name: str, error: errors.WanggeError | None) -> HTMLResponse:
    """Return the log-in form, with what went wrong."""
    page = view.Page.opened(request)
    status = HTTPStatus.OK if error is None else problems.status_of(error)
    if isinstance(error, errors.UnknownCallerError):
        status = HTTPStatus.UNPROCESSABLE_ENTITY  # 401 would have the browser ask by itself
    token = pre_session.token(request)
    answer = page.render(
        "login.html",
        status.value,
        to=way_back.inside(request, to),
        notice=next((_NOTICES[flag] for flag in _NOTICES if flag in request.query_params), None),
        name=name,
        token=token,
        provider=urlsplit(page.state.settings.oidc_issuer or "").hostname,
        fault=page.t.error(error) if error else None,
    )
    pre_session.keep(request, answer, token)
    return answer


def _first(session: Session, to: str) -> str:
    """Return where to go on to after the log-in."""
    if session.must_change_password:
        return "/account"
    if to == way_back.HOME:
        return _FIRST_PAGE.get(session.caller.role, to)
    return to
