"""A token for forms of those who have not logged in yet: a cookie and a field that agree.

Without it, another site could have a browser log in as somebody else, who then reads what is
written (OWASP, "Cross-Site Request Forgery Prevention": login CSRF, double-submit cookie).
"""

import hmac
import secrets

from fastapi import Request, Response

from web import security, state

COOKIE = "wangge_form"
_LONGEST = 100


def token(request: Request) -> str:
    """Return the token of a browser: the one that it has, or a new one."""
    return _held(request) or secrets.token_urlsafe(32)


def is_right(request: Request, sent: str) -> bool:
    """Whether a form carries the token of the browser that sends it."""
    held = _held(request)
    return bool(held) and hmac.compare_digest(held.encode(), sent.encode())


def keep(request: Request, response: Response, value: str) -> None:
    """Have the browser keep the token until it is closed."""
    response.set_cookie(
        COOKIE,
        value,
        path="/login",
        httponly=True,
        samesite="strict",
        secure=security.is_encrypted(request, state.of(request).settings),
    )


def _held(request: Request) -> str:
    return request.cookies.get(COOKIE, "")[:_LONGEST]
