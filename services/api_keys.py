"""Keys of other departments: shown once, kept as a hash, good for the collections granted."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services import audit, errors
from services.caller import Caller, Role
from services.database import Transaction

PREFIX = "wgk_"
"""How every key begins, so that one that got lost is recognised."""
_LIST = sa.text("""
    SELECT id, name, collections, created_at, revoked_at, last_used_at FROM api_keys ORDER BY name
""")


@dataclass(frozen=True)
class ApiKey:
    """A key, without what it says."""

    id: int
    name: str
    collections: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


def add(tx: Transaction, name: str, collections: Sequence[str]) -> str:
    """Make a key for a department; return it: it is not to be had again.

    Raises
    ------
    errors.RefusedError
        No collection is granted, or the name is taken.
    """
    if not collections:
        raise errors.RefusedError("error.keys.nothing_granted")
    key = PREFIX + secrets.token_urlsafe(32)
    statement = sa.text("""
        INSERT INTO api_keys (name, key_hash, collections) VALUES (:name, :hash, :collections)
    """)
    values = {"name": name.strip(), "hash": _digest(key), "collections": list(collections)}
    tx.sql.execute(statement, values)
    audit.append(tx, "key_add", name, collections=list(collections))
    return key


def listing(tx: Transaction) -> tuple[ApiKey, ...]:
    """Return every key, by name."""
    rows = tx.sql.execute(_LIST)
    return tuple(ApiKey(row.id, row.name, tuple(row.collections), *row[3:]) for row in rows)


def revoke(tx: Transaction, name: str) -> None:
    """Make a key useless.

    Raises
    ------
    errors.NotFoundError
        There is none of that name that is still of use.
    """
    statement = sa.text("""
        UPDATE api_keys SET revoked_at = now() WHERE name = :name AND revoked_at IS NULL
    """)
    if tx.sql.execute(statement, {"name": name}).rowcount == 0:
        raise errors.NotFoundError("error.keys.unknown", name=name)
    audit.append(tx, "key_revoke", name)


def find(tx: Transaction, key: str) -> tuple[Caller, tuple[str, ...]]:
    """Return the department that a key proves, and the collections it was granted.

    Raises
    ------
    errors.UnknownCallerError
        There is no such key, or it was revoked.
    """
    statement = sa.text("""
        SELECT name, collections, last_used_at IS NULL OR last_used_at < now() - interval '1 minute'
            AS stale FROM api_keys WHERE key_hash = :hash AND revoked_at IS NULL
    """)
    row = tx.sql.execute(statement, {"hash": _digest(key)}).one_or_none()
    if row is None:
        raise errors.UnknownCallerError("error.keys.wrong")
    if row.stale:
        used = sa.text("UPDATE api_keys SET last_used_at = now() WHERE key_hash = :hash")
        tx.sql.execute(used, {"hash": _digest(key)})
    return Caller(f"key:{row.name}", Role.DEPARTMENT), tuple(row.collections)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
