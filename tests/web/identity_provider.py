"""A small identity provider on this machine: OpenID Connect as far as a log-in needs it."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "wangge", "the:provider's secret"
KEY = RSAKey.generate_key(2048, {"kid": "1"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "1"})


@dataclass
class Provider:
    """Who it vouches for next, and what it does wrong."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: KEY)
    asked: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    requests: int = 0

    def vouch(self, subject: str, name: str, **wrong: Any) -> None:
        """Vouch for somebody from now on; claims and other parts can be made wrong."""
        self.claims = {"sub": subject, "preferred_username": name, **wrong.get("claims", {})}
        self.metadata = wrong.get("metadata", {})
        self.header = wrong.get("header", {"alg": "RS256", "kid": "1"})
        self.key = wrong.get("key", KEY)

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.metadata,
        }

    def sent_back(self, query: dict[str, str]) -> str:
        """The person has agreed: back to where they came from, with a code."""
        self.asked = query
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        back = urlencode({"code": code, "state": query["state"], "iss": self.issuer})
        return f"{query['redirect_uri']}?{back}"

    def token(self, form: dict[str, str], credentials: str) -> dict[str, Any] | None:
        """Return what a code is worth, once, to whoever sent the browser."""
        begun = self.codes.pop(form.get("code", ""), None)
        user, _, secret = base64.b64decode(credentials).decode().partition(":")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            begun is None
            or (user, secret) != (CLIENT, SECRET)
            or begun["code_challenge"] != challenge
            or begun["code_challenge_method"] != "S256"
            or begun["redirect_uri"] != form["redirect_uri"]
        ):
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": begun["nonce"],
            **self.claims,
        }
        signed = jwt.encode(self.header, claims, self.key, algorithms=["RS256", "HS256", "none"])
        return {"access_token": "x", "token_type": "Bearer", "id_token": signed}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        self.provider.requests += 1
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.provider.sent_back(query))
            self.end_headers()
        elif parts.path == "/keys":
            self._answer(200, KeySet([KEY]).as_dict(private=False))
        elif parts.path == "/.well-known/openid-configuration":
            self._answer(200, self.provider.described())
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
        credentials = self.headers.get("Authorization", "Basic ").removeprefix("Basic ")
        token = self.provider.token(form, credentials)
        if token is None:
            self._answer(400, {"error": "invalid_grant"})
        else:
            self._answer(200, token)

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def running() -> Iterator[Provider]:
    """Run one behind a port of its own."""
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield provider
        server.shutdown()
        thread.join()
