"""``/login/oidc``: away to the identity provider, and back."""

import base64
import binascii
import hmac
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from services import caller as callers
from services import errors, oidc, sessions
from services.oidc import Journey, Provider
from services.rights import Door
from web import security, way_back
from web.dependencies import Held
from web.pages import login
from web.state import State

router = APIRouter(include_in_schema=False)
_COOKIE = "wangge_oidc"
_PATH = "/login/oidc"
_MINUTES = 10
_To = Annotated[str, Query(alias="next", max_length=way_back.LONGEST)]
_Text = Annotated[str, Query(max_length=4000)]


@router.get("/login/oidc")
def leave(request: Request, held: Held, to: _To = "") -> Response:
    """Send the browser to the provider."""
    provider = _provider(held)
    try:
        address, journey = oidc.begin(provider, _back(request, held))
    except errors.ProviderError as error:
        return login.form(request, to, "", error)
    response = RedirectResponse(address, HTTPStatus.SEE_OTHER)
    response.set_cookie(
        _COOKIE,
        base64.urlsafe_b64encode(orjson.dumps({**asdict(journey), "next": to})).decode(),
        max_age=_MINUTES * 60,
        path=_PATH,
        httponly=True,
        samesite="lax",  # it has to come along when the provider sends the browser back
        secure=security.is_encrypted(request, held.settings),
    )
    return response


@dataclass(frozen=True)
class _Brought:
    """What the browser brings back from the provider."""

    code: str
    state: str
    issuer: str


def _brought(code: _Text = "", state: _Text = "", iss: _Text = "") -> _Brought:
    return _Brought(code, state, iss)


@router.get("/login/oidc/return")
def come_back(
    request: Request, held: Held, brought: Annotated[_Brought, Depends(_brought)]
) -> Response:
    """Open a session for whom the provider vouches."""
    provider = _provider(held)
    journey, to = _kept(request)
    try:
        _check(provider, journey, brought)
        identity = oidc.finish(provider, _back(request, held), journey, brought.code)
        with held.database.transaction(callers.gatekeeper(), Door.GATE) as tx:
            token = sessions.log_in_vouched(tx, identity.subject, identity.name)
            tx.commit()
    except (errors.ProviderError, errors.UnknownCallerError) as error:
        answer: Response = login.form(request, to, "", error)
    else:
        answer = login.entered(request, held, token, to)
    answer.delete_cookie(_COOKIE, path=_PATH)
    return answer


def _check(provider: Provider, journey: Journey, brought: _Brought) -> None:
    """Refuse what this browser was not sent away for, or what another provider sends (RFC 9207)."""
    if not journey.state or not hmac.compare_digest(journey.state.encode(), brought.state.encode()):
        raise errors.UnknownCallerError("error.oidc.state")
    if brought.issuer not in ("", provider.issuer) or not brought.code:
        raise errors.UnknownCallerError("error.oidc.refused")


def _provider(held: State) -> Provider:
    found = oidc.configured(held.settings)
    if found is None:
        raise errors.NotFoundError("error.oidc.none")
    return found


def _back(request: Request, held: State) -> str:
    base = held.settings.public_url or str(request.base_url)
    return f"{base.rstrip('/')}{_PATH}/return"


def _kept(request: Request) -> tuple[Journey, str]:
    """Return what the browser kept while it was away, and where it wanted to go."""
    try:
        kept = orjson.loads(base64.urlsafe_b64decode(request.cookies.get(_COOKIE, "")))
        journey = Journey(*(str(kept[name]) for name in ("state", "nonce", "verifier")))
        return journey, str(kept["next"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        return Journey("", "", ""), ""
