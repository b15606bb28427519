"""Log-in by an identity provider, over real HTTP with signed tokens; and all that must not work."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from services import accounts, audit, oidc
from services import caller as callers
from services.database import Database
from services.settings import Settings
from tests.conftest import Server
from tests.services import staff
from tests.web import identity_provider
from tests.web.conftest import Client, listening
from tests.web.identity_provider import CLIENT, OTHER_KEY, SECRET, Provider
from web import access


@dataclass(frozen=True)
class Site:
    """The service, its provider, its database."""

    address: str
    provider: Provider
    database: Database

    def client(self) -> Client:
        return Client(self.address)

    def one(self, query: str) -> sa.Row[tuple[object, ...]]:
        with self.database.transaction(callers.operator()) as tx:
            return tx.sql.execute(sa.text(query)).one()

    def is_in(self, client: Client) -> bool:
        return client.get("/account", allow_redirects=False).status_code == 200


@pytest.fixture(scope="module")
def site(server: Server, template: str, tmp_path_factory) -> Iterator[Site]:
    name, home = server.clone(template), tmp_path_factory.mktemp("oidc")
    database = Database(server.cluster.url(name), pool_size=2)
    staff.hire(database, [(0, 0, 1)] * 8)
    (home / "secret").write_text(f"{SECRET}\n", encoding="utf-8")
    with identity_provider.running() as provider:
        settings = Settings(
            database_url=database.url,
            home=home,
            oidc_issuer=provider.issuer,
            oidc_client_id=CLIENT,
            oidc_secret_file=home / "secret",
        )
        with listening(settings) as address:
            assert provider.requests == 0, "nobody is asked before somebody logs in"
            yield Site(address, provider, database)
    database.close()
    server.drop(name)


def test_whom_the_provider_vouches_for_is_in(site: Site) -> None:
    client = site.client()
    assert "/login/oidc?next=" in client.get("/login?next=/units").text
    site.provider.vouch("7", "Planner")
    answer = client.get("/login/oidc", params={"next": "/units"})
    assert answer.status_code == 200
    assert answer.url == site.address + "/units"
    asked = site.provider.asked
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["redirect_uri"] == site.address + "/login/oidc/return"
    assert "openid" in asked["scope"].split()
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    (cookie,) = (cookie for cookie in client.cookies if cookie.name == access.COOKIE)
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert not any(cookie.name == "wangge_oidc" for cookie in client.cookies)
    with site.database.transaction(callers.operator()) as tx:
        (line, *_) = audit.lines(tx, audit.Filter(action="login"))
    assert (line.action, line.subject) == ("login", "planner")
    client.get("/login/oidc", params={"next": "//evil.example"})
    assert client.get("/account").status_code == 200


def test_the_person_is_known_whatever_they_are_called_later(site: Site) -> None:
    site.provider.vouch("w", "worker")
    first = site.client()
    first.get("/login/oidc")
    assert site.is_in(first)
    for subject, name in (("x", "worker"), ("w2", "worker")):
        site.provider.vouch(subject, name)
        other = site.client()
        assert other.get("/login/oidc").status_code == 422, "the name is another's"
        assert not site.is_in(other)
    site.provider.vouch("w", "renamed")
    again = site.client()
    again.get("/login/oidc")
    assert "网格员甲" in again.get("/account").text


def test_a_first_password_that_was_never_changed_opens_nothing_any_more(site: Site) -> None:
    with site.database.transaction(callers.operator()) as tx:
        wanted = accounts.NewAccount("fresh", "新人", accounts.Role.PLANNER)
        accounts.add(tx, wanted, staff.PASSWORD, must_change=True)
        tx.commit()
    site.provider.vouch("f", "fresh")
    client = site.client()
    assert client.get("/login/oidc").status_code == 200
    assert client.get("/units").status_code == 200, "no other password is asked for"
    assert site.client().try_log_in("fresh").status_code == 422
    with site.database.transaction(callers.operator()) as tx:
        accounts.set_password(tx, "fresh", staff.PASSWORD)
        tx.commit()
    site.client().log_in("fresh")
    assert site.one("SELECT oidc_subject FROM accounts WHERE name = 'fresh'")[0] is None


@pytest.mark.parametrize(
    ("name", "wrong", "status"),
    [
        ("nobody", {}, 422),
        ("admin", {"claims": {"nonce": "another"}}, 422),
        ("admin", {"claims": {"nonce": None}}, 422),
        ("admin", {"claims": {"aud": "another"}}, 422),
        ("admin", {"claims": {"aud": [CLIENT, "another"]}}, 422),
        ("admin", {"claims": {"iss": "http://127.0.0.1:1"}}, 422),
        ("admin", {"claims": {"exp": int(time.time()) - 600}}, 422),
        ("admin", {"claims": {"iat": int(time.time()) + 6000}}, 422),
        ("admin", {"claims": {"preferred_username": ["admin"]}}, 422),
        ("", {}, 422),
        ("admin", {"key": OTHER_KEY}, 422),
        ("admin", {"header": {"alg": "none"}, "key": None}, 422),
        ("admin", {"metadata": {"issuer": "http://127.0.0.1:1"}}, 502),
        ("admin", {"metadata": {"token_endpoint": "http://evil.example/"}}, 502),
        ("admin", {"metadata": {"jwks_uri": None}}, 502),
        ("admin", {"metadata": {"authorization_endpoint": "https://[provider/"}}, 502),
    ],
)
def test_what_proves_nothing_opens_nothing(
    site: Site, name: str, wrong: dict[str, object], status: int
) -> None:
    site.provider.vouch("a", name, **wrong)
    client = site.client()
    answer = client.get("/login/oidc")
    assert answer.status_code == status, answer.text
    assert 'role="alert"' in answer.text
    assert not site.is_in(client)


def test_nobody_is_made_an_account(site: Site) -> None:
    before = site.one("SELECT count(*) FROM accounts")
    site.provider.vouch("n", "new.one")
    site.client().get("/login/oidc")
    assert site.one("SELECT count(*) FROM accounts") == before


def test_disabled_is_disabled(site: Site) -> None:
    with site.database.transaction(callers.operator()) as tx:
        accounts.disable(tx, "colleague")
        tx.commit()
    site.provider.vouch("c", "colleague")
    client = site.client()
    assert client.get("/login/oidc").status_code == 422
    assert not site.is_in(client)


def test_a_return_belongs_to_the_browser_that_left(site: Site) -> None:
    site.provider.vouch("m", "manager")
    thief, victim = site.client(), site.client()
    away = thief.get("/login/oidc", allow_redirects=False).headers["location"]
    back = thief.get(away, allow_redirects=False).headers["location"]
    assert victim.get(back).status_code == 422, "it never left"
    victim.get("/login/oidc", allow_redirects=False)
    assert victim.get(back).status_code == 422, "it left for another log-in"
    assert not site.is_in(victim)
    back = back.replace("iss=http", "iss=https")
    assert thief.get(back).status_code == 422, "another provider sent it"
    for query in ("", "?code=x&state=y", "?error=access_denied&state=z", "?state=é"):
        assert site.client().get(f"/login/oidc/return{query}").status_code == 422


def test_a_code_that_was_used_is_worth_nothing(site: Site) -> None:
    site.provider.vouch("t", "township")
    client = site.client()
    away = client.get("/login/oidc", allow_redirects=False).headers["location"]
    back = client.get(away, allow_redirects=False).headers["location"]
    site.provider.codes.clear()
    assert client.get(back).status_code == 422
    assert not site.is_in(client)


def test_settings_that_cannot_be_are_told(tmp_path) -> None:
    whole = {"oidc_issuer": "https://id.example", "oidc_client_id": "x"}
    assert oidc.configured(Settings()) is None
    for wrong in (
        {"oidc_issuer": "https://id.example"},
        {**whole, "oidc_secret_file": tmp_path / "none"},
        {**whole, "oidc_issuer": "http://id.example", "oidc_secret_file": tmp_path},
    ):
        with pytest.raises(oidc.errors.ProviderError):
            oidc.configured(Settings(**wrong))


def test_without_a_provider_there_is_no_way_there(client: Client) -> None:
    assert "/login/oidc" not in client.get("/login").text
    assert client.get("/login/oidc").status_code == 404
    assert client.get("/login/oidc/return?code=x&state=y").status_code == 404


def test_a_provider_that_is_away_is_told(small_url: str, tmp_path) -> None:
    (tmp_path / "secret").write_text("x")
    settings = Settings(
        database_url=small_url,
        home=tmp_path,
        oidc_issuer="http://127.0.0.1:9",
        oidc_client_id="x",
        oidc_secret_file=tmp_path / "secret",
    )
    with listening(settings) as address:
        answer = Client(address).get("/login/oidc")
    assert answer.status_code == 502
    assert 'name="password"' in answer.text, "and a password still opens"
