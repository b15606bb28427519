"""Passwords: Argon2id by pwdlib, with the parameters it recommends (RFC 9106, low memory)."""

import secrets
from functools import cache

from pwdlib import PasswordHash

from services import errors

SHORTEST = 10
LONGEST = 200
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # nothing that is read as another
_MADE_LENGTH = 14


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_urlsafe())


def check(password: str, name: str = "") -> None:
    """Refuse a password that is too short, too long, or the name itself.

    Raises
    ------
    errors.RefusedError
        It may not be used.
    """
    if len(password) < SHORTEST:
        raise errors.RefusedError("error.password.short", least=SHORTEST)
    if len(password) > LONGEST:
        raise errors.RefusedError("error.password.long", most=LONGEST)
    if (name and name in password.lower()) or len(set(password)) < SHORTEST // 2:
        raise errors.RefusedError("error.password.weak")


def hashed(password: str) -> str:
    """Return what is stored of a password."""
    return _hasher().hash(password)


def made() -> str:
    """Return a password nobody has used yet, easily typed (14 letters, 70 bits)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_MADE_LENGTH))


def is_right(password: str, stored: str | None) -> tuple[bool, str | None]:
    """Tell whether a password is right, and its new hash if the old one is out of date.

    Takes as long for nobody as for somebody: `stored` None is checked against a hash of no use.
    """
    if len(password) > LONGEST:
        return False, None
    right, renewed = _hasher().verify_and_update(password, stored or _nobody())
    return right and stored is not None, renewed if stored else None
