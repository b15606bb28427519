"""Log-in by an identity provider: OpenID Connect, authorization code flow with PKCE.

The provider is asked for its addresses and keys when somebody logs in, never before; without
settings it does not exist. What it vouches for is a name: the account must be there already.
Sources: OpenID Connect Core 1.0 (3.1) and Discovery 1.0, RFC 6749, RFC 7636, RFC 9207, RFC 9700.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any, Final, cast
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.jws import JWSRegistry

from services import errors
from services.settings import Settings

_TIMEOUT_SECONDS = 10.0
_LEEWAY_SECONDS = 60
_SCOPE = "openid profile email"
# Only signatures that the provider alone can make.
_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"]
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Provider:
    """Who vouches, and what we are to them.

    Attributes
    ----------
    issuer
        Their address, as their tokens name it.
    client_id, secret
        What they know us by.
    claim
        Claim of the token that holds the name of an account.
    """

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    claim: str = "preferred_username"


@dataclass(frozen=True)
class Journey:
    """What a browser keeps while it is away at the provider.

    Attributes
    ----------
    state
        Comes back with the browser: it is the one that was sent.
    nonce
        Comes back in the token: it was made for this log-in.
    verifier
        Proves to the provider that whoever fetches the token sent the browser (PKCE).
    """

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Whom the provider vouches for.

    Attributes
    ----------
    subject
        The person, by issuer and number; never given to another one.
    name
        What the configured claim says.
    """

    subject: str
    name: str


def configured(settings: Settings) -> Provider | None:
    """Return the provider of an installation; None: there is none.

    Raises
    ------
    errors.ProviderError
        The settings are incomplete, or the secret cannot be read.
    """
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id or settings.oidc_secret_file is None:
        raise errors.ProviderError("error.oidc.settings")
    _check_address(settings.oidc_issuer)
    try:
        secret = settings.oidc_secret_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise errors.ProviderError("error.oidc.secret") from error
    return Provider(settings.oidc_issuer, settings.oidc_client_id, secret, settings.oidc_claim)


def begin(provider: Provider, back: str) -> tuple[str, Journey]:
    """Return where to send a browser, and what it keeps until it comes back.

    Parameters
    ----------
    back
        Our address that it comes back to, as registered at the provider.

    Raises
    ------
    errors.ProviderError
        The provider does not answer, or not as it must.
    """
    journey = Journey(*(secrets.token_urlsafe(32) for _ in range(3)))
    known = _metadata(provider)
    with _client(provider, back) as client:
        address, _ = client.create_authorization_url(
            known["authorization_endpoint"],
            state=journey.state,
            nonce=journey.nonce,
            code_challenge=create_s256_code_challenge(journey.verifier),
            code_challenge_method="S256",
        )
    return str(address), journey


def finish(provider: Provider, back: str, journey: Journey, code: str) -> Identity:
    """Return whom the provider vouches for.

    Parameters
    ----------
    code
        What the browser brought along.

    Raises
    ------
    errors.ProviderError
        The provider does not answer, or not as it must.
    errors.UnknownCallerError
        The code is not taken, or the token proves nothing.
    """
    known = _metadata(provider)
    token = _token(provider, back, known["token_endpoint"], journey, code)
    claims = _claims(provider, token, _json(known["jwks_uri"]), journey)
    name = claims.get(provider.claim)
    if not isinstance(name, str) or not name.strip():
        raise errors.UnknownCallerError("error.oidc.claim", claim=provider.claim)
    return Identity(f"{provider.issuer} {claims['sub']}", name.strip().lower())


def _client(provider: Provider, back: str) -> Any:
    return OAuth2Session(
        provider.client_id,
        provider.secret,
        scope=_SCOPE,
        redirect_uri=back,
        default_timeout=_TIMEOUT_SECONDS,
    )


def _metadata(provider: Provider) -> dict[str, str]:
    found = _json(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if found.get("issuer") != provider.issuer or not all(
        isinstance(found.get(name), str) for name in names
    ):
        raise errors.ProviderError("error.oidc.metadata")
    for name in names:
        _check_address(found[name])
    return {name: found[name] for name in names}


def _json(address: str) -> dict[str, Any]:
    try:
        answer = requests.get(address, timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise errors.ProviderError("error.oidc.unreachable") from error
    if not isinstance(found, dict):
        raise errors.ProviderError("error.oidc.metadata")
    return found


def _token(
    provider: Provider, back: str, endpoint: str, journey: Journey, code: str
) -> dict[str, Any]:
    try:
        with _client(provider, back) as client:
            token: dict[str, Any] = client.fetch_token(
                endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=journey.verifier,
            )
    except AuthlibBaseError as error:
        raise errors.UnknownCallerError("error.oidc.refused") from error
    except (requests.RequestException, ValueError) as error:
        raise errors.ProviderError("error.oidc.unreachable") from error
    return token


def _claims(
    provider: Provider, token: dict[str, Any], keys: dict[str, Any], journey: Journey
) -> dict[str, Any]:
    """Return what a token says, when it is the provider's, for us, now, for this log-in."""
    asked = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
        "nonce": {"essential": True, "value": journey.nonce},
    }
    known = {
        "nonce": journey.nonce,
        "client_id": provider.client_id,
        "access_token": token.get("access_token"),
    }
    if not isinstance(keys.get("keys"), list):
        raise errors.ProviderError("error.oidc.metadata")
    try:
        registry = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
        key_set = KeySet.import_key_set(cast("KeySetSerialization", keys))
        opened = jwt.decode(str(token["id_token"]), key_set, registry=registry)
        claims = CodeIDToken(opened.claims, opened.header, asked, known)
        claims.validate(leeway=_LEEWAY_SECONDS)
    except (JoseError, AuthlibBaseError, KeyError, ValueError) as error:
        raise errors.UnknownCallerError("error.oidc.token") from error
    return dict(claims)


def _check_address(address: str) -> None:
    """Refuse addresses that others on the way could answer for, and what is no address."""
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise errors.ProviderError("error.oidc.metadata") from error
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise errors.ProviderError("error.oidc.insecure")
