"""Keys of departments, for as long as a test takes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from services import api_keys
from services import caller as callers
from services.database import Database


@contextmanager
def granted(url: str, collections: Sequence[str]) -> Iterator[str]:
    """Give a department a key for some collections; afterwards there is none."""
    database = Database(url, pool_size=1)
    with database.transaction(callers.operator()) as tx:
        made = api_keys.add(tx, "民政局", collections)
        tx.commit()
    yield made
    with database.transaction(callers.operator()) as tx:
        api_keys.revoke(tx, "民政局")
        tx.driver.execute("DELETE FROM api_keys")
        tx.commit()
    database.close()
