"""The service with the known household of the small district, and all of its staff logged in."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from services.database import Database
from services.sealing import Sealer
from services.settings import Settings
from tests.conftest import Server
from tests.services import staff
from tests.services.households import caring
from tests.services.households.caring import Caring
from tests.web.conftest import Client, listening

STORED = '<script>document.title="taken"</script>\'"=1+1'
"""What somebody may write who wants it to be run elsewhere."""


@dataclass(frozen=True)
class Site:
    """A running service, and someone of each role who asks it."""

    address: str
    clients: dict[str, Client]
    care: Caring

    def __getitem__(self, name: str) -> Client:
        """Whoever has a name."""
        return self.clients[name]


@contextmanager
def opened(server: Server, template: str, home: Path) -> Iterator[Site]:
    """Start the service on a database of its own."""
    name = server.clone(template)
    database = Database(server.cluster.url(name), pool_size=2)
    care = caring.settle(staff.hire(database, caring.PEOPLE), Sealer.from_home(home))
    with listening(Settings(database_url=database.url, home=home)) as address:
        clients = {role: Client(address) for role in care.staff.callers}
        for role, client in clients.items():
            client.log_in(role)
        yield Site(address, clients, care)
    database.close()
    server.drop(name)


def field(html: str, name: str) -> str:
    """Return the value of a hidden field of a form."""
    found = re.search(rf'<input type="hidden" name="{re.escape(name)}" value="([^"]*)"', html)
    assert found, f"no {name} in {html[:400]}"
    return found[1]


def visit(**changed: object) -> dict[str, object]:
    """A visit as a phone sends it."""
    body: dict[str, object] = {
        "id": str(uuid4()),
        "visited_at": caring.NOW.isoformat(),
        "outcome": "met",
        "note": "",
    }
    return {**body, **changed}


def note(**changed: object) -> dict[str, object]:
    """A note as a phone sends it."""
    body: dict[str, object] = {
        "id": str(uuid4()),
        "text": "敲窗户",
        "written_at": caring.NOW.isoformat(),
    }
    return {**body, **changed}


def change(kind: str, values: dict[str, object], **changed: object) -> dict[str, object]:
    """A change as a phone sends it."""
    body: dict[str, object] = {
        "id": str(uuid4()),
        "kind": kind,
        "base_version": 1,
        "made_at": caring.NOW.isoformat(),
        "values": values,
    }
    return {**body, **changed}
