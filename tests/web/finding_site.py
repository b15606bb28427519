"""The service over the scattered homes of the finding tests, with staff logged in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.database import Database
from services.settings import Settings
from tests.conftest import Server
from tests.services import staff
from tests.services.households import finding_scene
from tests.services.households.finding_scene import Scene
from tests.web.conftest import Client, listening

NAMES = ("worker", "manager", "planner")


@contextmanager
def opened(server: Server, template: str, home: Path) -> Iterator[tuple[Scene, dict[str, Client]]]:
    """Start the service on a database of its own."""
    name = server.clone(template)
    database = Database(server.cluster.url(name), pool_size=2)
    scene = finding_scene.make(staff.hire(database, finding_scene.PEOPLE))
    with listening(Settings(database_url=database.url, home=home)) as address:
        clients = {role: Client(address) for role in NAMES}
        for role, client in clients.items():
            client.log_in(role)
        yield scene, clients
    database.close()
    server.drop(name)
