"""Results that are kept while the data they came from has not changed.

Keys carry the versions of the tables (`versions`), so nothing has to be thrown away by hand: a
change of the data is another key, and the oldest results make room.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Any, Generic, TypeVar, cast

import sqlalchemy as sa

from services.database import Transaction

T = TypeVar("T")

_VERSIONS = sa.text("SELECT subject, version FROM data_versions")


def versions(tx: Transaction) -> dict[str, int]:
    """Return the id of the last change of each table; a table never changed is not in it."""
    return {row.subject: row.version for row in tx.sql.execute(_VERSIONS)}


def versions_for_all(tx: Transaction) -> dict[str, int]:
    """Return the same, for results that are kept for every caller.

    Raises
    ------
    ValueError
        The transaction's door shows less than all: what is worked out there is not for everybody.
    """
    if not tx.door.counts_everybody:
        message = "what is kept for every caller is asked at a door that counts all"
        raise ValueError(message)
    return versions(tx)


class Memo:
    """A bounded store of results, shared by the threads of one process.

    Kinds with a size of their own neither push out others nor are pushed out: what is small and
    wanted by everybody who works can be kept in thousands, a network once or twice.

    Parameters
    ----------
    size
        How many results are kept; the least recently used goes first.
    sizes
        How many of some kinds, which count apart. The kind is what a key begins with.
    """

    def __init__(self, size: int, sizes: Mapping[Hashable, int] | None = None) -> None:
        self._size = size
        self._sizes = dict(sizes or {})
        self._kept: dict[Hashable, OrderedDict[Hashable, Any]] = {}
        self._locks: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the result of a key; made once, while others who want it wait."""
        kind = key[0] if isinstance(key, tuple) and key[:1] and key[0] in self._sizes else None
        with self._lock:
            kept = self._kept.setdefault(kind, OrderedDict())
            if key in kept:
                kept.move_to_end(key)
                return cast("T", kept[key])
            own = self._locks.setdefault(key, Lock())
        with own:
            with self._lock:
                if key in kept:
                    return cast("T", kept[key])
            try:
                made = make()
                with self._lock:
                    kept[key] = made
                    while len(kept) > self._sizes.get(kind, self._size):
                        kept.popitem(last=False)
            finally:
                with self._lock:
                    self._locks.pop(key, None)
        return made


class Newest(Generic[T]):
    """The last result of each kind, from which the next one may take over what has not changed.

    Parameters
    ----------
    size
        Of how many kinds one is kept; the least recently used goes first.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def get(self, kind: Hashable) -> T | None:
        """Return the last result of a kind."""
        with self._lock:
            return self._kept.get(kind)

    def put(self, kind: Hashable, result: T) -> None:
        """Keep the result in place of the last one."""
        with self._lock:
            self._kept[kind] = result
            self._kept.move_to_end(kind)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
