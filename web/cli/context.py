"""The transaction that a verb works in."""

from collections.abc import Iterator
from contextlib import contextmanager

from services import caller as callers
from services.database import Transaction
from services.settings import Settings
from web import databases


@contextmanager
def transaction(settings: Settings) -> Iterator[Transaction]:
    """Open a transaction of whoever sits at the command line."""
    with databases.database(settings) as opened, opened.transaction(callers.operator()) as tx:
        yield tx
