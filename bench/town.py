"""A whole district in a database: units, network, centres, people, all assigned and attached."""

from collections.abc import Iterator
from contextlib import contextmanager

from bench import arena, data
from services import assignment, network
from services.database import Database, Transaction

_CENTRES = 50


@contextmanager
def built(place: arena.Arena, households: int, elderly_in_every: int) -> Iterator[Database]:
    """Make a database with a district of so many households.

    Parameters
    ----------
    elderly_in_every
        One of so many households has a resident in demand.
    """
    with place.database() as database:
        with arena.transaction(database) as tx:
            data.store_units(tx, data.cells())
            data.store_homes(tx, data.homes(households))
            people_and_network(tx, elderly_in_every)
            assignment.assign_all(tx)
        arena.settle(database)
        yield database


def people_and_network(tx: Transaction, elderly_in_every: int) -> None:
    """Add what coverage needs beside units and homes."""
    data.store_residents(tx, elderly_in_every)
    data.store_centres(tx, _CENTRES)
    source = network.Source("bench", "0" * 64, data.METRIC, None, None)
    network.store(tx, data.paths(), source)
