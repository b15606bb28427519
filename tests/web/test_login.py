"""Cookies, sessions and tries of whoever logs in by a browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from services.database import Database
from services.settings import Settings
from tests.services import staff
from tests.web import identity_provider
from tests.web.conftest import Client, listening
from web import access, pre_session


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    staff.hire(database, [(0, 0, 1)] * 8)
    return Settings(database_url=database.url, home=tmp_path)


@pytest.fixture
def site(settings: Settings) -> Iterator[str]:
    with listening(settings) as address:
        yield address


def _cookies(address: str, **headers: str) -> dict[str, str]:
    """Log in by hand; return what the service said of each cookie, by name."""
    shown = requests.get(address + "/login", headers=headers, timeout=30)
    token = re.search(r'name="csrf" value="([^"]+)"', shown.text)
    assert token
    answer = requests.post(
        address + "/login",
        data={"name": "worker", "password": staff.PASSWORD, "csrf": token[1]},
        headers={**headers, "Cookie": f"{pre_session.COOKIE}={token[1]}"},
        allow_redirects=False,
        timeout=30,
    )
    assert answer.status_code == 303, answer.text
    said = [shown.headers["Set-Cookie"], answer.headers["Set-Cookie"]]
    return {one.partition("=")[0]: one for one in said}


def test_cookies_go_by_tls_only_where_a_trusted_proxy_says_so(site: str) -> None:
    plain, by_tls = _cookies(site), _cookies(site, **{"X-Forwarded-Proto": "https"})
    for name in (access.COOKIE, pre_session.COOKIE):
        assert "HttpOnly" in plain[name]
        assert "Secure" not in plain[name], "a browser would not keep it"
        assert "Secure" in by_tls[name]


def test_cookies_go_by_tls_only_where_the_service_is_known_by_it(settings: Settings) -> None:
    secret = settings.home / "secret"
    secret.write_text(identity_provider.SECRET, encoding="utf-8")
    with identity_provider.running() as provider:
        known = settings.model_copy(
            update={
                "public_url": "HTTPS://wangge.example",
                "oidc_issuer": provider.issuer,
                "oidc_client_id": identity_provider.CLIENT,
                "oidc_secret_file": secret,
            }
        )
        with listening(known) as address:
            assert all("Secure" in said for said in _cookies(address).values())
            left = requests.get(address + "/login/oidc", allow_redirects=False, timeout=30)
            assert left.status_code == 303
            assert "Secure" in left.headers["Set-Cookie"]


def test_a_browser_that_logs_in_anew_leaves_no_session_open(site: str) -> None:
    client = Client(site)
    client.log_in("worker")
    former = client.cookies[access.COOKIE]
    client.log_in("manager")
    assert "<dd>manager</dd>" in client.get("/account").text
    stolen = requests.get(
        site + "/api/session", headers={"Cookie": f"{access.COOKIE}={former}"}, timeout=30
    )
    assert stolen.status_code == 401


def test_another_device_of_the_same_account_stays_in(site: str) -> None:
    desk, phone = Client(site), Client(site)
    desk.log_in("worker")
    phone.log_in("worker")
    assert desk.get("/api/session").status_code == 200


def test_the_old_password_is_guessed_six_times_at_most(site: str) -> None:
    client = Client(site)
    client.log_in("worker")
    form = {"old": "wrong password", "new": "my own good secret"}
    told = [client.post("/account/password", data=form).status_code for _ in range(7)]
    assert told == [422] * 6 + [429]
    answer = client.post("/account/password", data={**form, "old": staff.PASSWORD})
    assert answer.status_code == 429
    assert 'role="alert"' in answer.text
    assert Client(site).try_log_in("worker").status_code == 200, "the owner still gets in"
