"""The service on small databases, behind a real port."""

import itertools
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
import requests
import uvicorn
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from services import accounts
from services import caller as callers
from services.caller import Role
from services.database import Database
from services.settings import Settings
from tests.conftest import Server
from tests.services import small_district, staff
from web import access
from web.app import create_app

PEOPLE = [
    (9, 30, 25),  # 25 people of 70 half a square from the day-care centre
    (5, 20, 40),
    (0, 10, 30),
    (0, 0, 12),
    (6, 8, 22),
    (0, 0, 0),
    (7, 9, 31),
    (5, 5, 50),
]
DAY = small_district.DAY.isoformat()

PASSWORD = "correct horse battery"
PLANNER = accounts.NewAccount("planner", "Planner", Role.PLANNER)
ADMIN = accounts.NewAccount("admin", "Admin", Role.ADMIN)

Open = Callable[..., AbstractContextManager["Client"]]
_FORM_TOKEN = re.compile(r'<input type="hidden" name="csrf" value="([^"]+)">')
_CSRF = re.compile(r'<meta name="csrf" content="([^"]+)">')


class Client(requests.Session):
    """Asks one service by path."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        """Ask; an address is a path."""
        whole = url if url.startswith("http") else self.address + url
        return super().request(method, whole, *args, timeout=60, **kwargs)

    def try_log_in(self, name: str, password: str = PASSWORD, **more: Any) -> requests.Response:
        """Send the log-in form as the page has it."""
        form = _FORM_TOKEN.search(self.get("/login").text)
        assert form, "a form without its token"
        data = {"csrf": form[1], "name": name, "password": password, **more.pop("data", {})}
        return self.post("/login", data=data, **more)

    def log_in(self, name: str, password: str = PASSWORD) -> None:
        """Log in, and have every form carry what it must."""
        answer = self.try_log_in(name, password)
        assert answer.status_code == 200, answer.text
        page = self.get("/account")
        found = _CSRF.search(page.text)
        assert found, page.text
        self.headers["X-CSRF-Token"] = found[1]


def add_session(context: BrowserContext, client: Client) -> None:
    """Let a browser be whoever the client is."""
    token = client.cookies.get(access.COOKIE)
    assert token
    context.add_cookies([{"name": access.COOKIE, "value": token, "url": client.address}])


def add_accounts(url: str, *wanted: accounts.NewAccount) -> None:
    """Make accounts in a database, unless they are there."""
    database = Database(url, pool_size=1)
    with staff.hashed_once(), database.transaction(callers.operator()) as tx:
        there = {account.name for account in accounts.listing(tx)}
        for account in wanted:
            if account.name not in there:
                accounts.add(tx, account, PASSWORD)
        tx.commit()
    database.close()


@contextmanager
def listening(settings: Settings) -> Iterator[str]:
    """Run the service behind a port of its own; yield its address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(settings), log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            deadline = time.monotonic() + 30
            while not server.started:
                assert thread.is_alive(), "the service ended while starting"
                assert time.monotonic() < deadline, "the service does not start"
                time.sleep(0.02)
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)


@pytest.fixture(scope="session")
def open_service(tmp_path_factory: pytest.TempPathFactory) -> Open:
    """Start the service on a database and ask it, logged in as a planner unless told otherwise."""
    numbers = itertools.count()

    @contextmanager
    def opened(url: str, account: accounts.NewAccount = PLANNER) -> Iterator[Client]:
        home = tmp_path_factory.mktemp(f"home-{next(numbers)}")
        add_accounts(url, account)
        with listening(Settings(database_url=url, home=home)) as address, Client(address) as client:
            client.log_in(account.name)
            yield client

    return opened


@pytest.fixture(scope="session")
def small_url(server: Server, template: str) -> Iterator[str]:
    """Address of a database with the small district, which no test changes."""
    name = server.clone(template)
    database = Database(server.cluster.url(name), pool_size=1)
    with database.transaction(callers.operator()) as tx:
        small_district.fill(tx, PEOPLE, generated=True)
        tx.commit()
    database.close()
    yield server.cluster.url(name)
    server.drop(name)


@pytest.fixture(scope="session")
def client(open_service: Open, small_url: str) -> Iterator[Client]:
    """The service on the small district."""
    with open_service(small_url) as opened:
        yield opened


@pytest.fixture
def empty_client(open_service: Open, database: Database) -> Iterator[Client]:
    """The service on an empty database of this test's own."""
    with open_service(database.url, ADMIN) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, which asks nobody anything."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield opened
        opened.close()
