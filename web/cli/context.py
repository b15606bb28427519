"""The transaction that a verb works in."""

from collections.abc import Iterator
from contextlib import contextmanager

from services import caller as callers
from services import exports
from services.database import Transaction
from services.exports import Taken
from services.settings import Settings
from web import databases


@contextmanager
def transaction(settings: Settings) -> Iterator[Transaction]:
    """Open a transaction of whoever sits at the command line."""
    with databases.database(settings) as opened, opened.transaction(callers.operator()) as tx:
        yield tx


def keep_taken(settings: Settings, taken: Taken) -> None:
    """Write to the audit log that a file is about to leave, whatever becomes of the verb."""
    with databases.database(settings) as opened:
        exports.keep_taken(opened, callers.operator(), taken)
