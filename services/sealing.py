"""Personal values at rest: sealed with AES-GCM, found again by a keyed hash.

The keys lie outside the database, in files only the service can read. A sealed value starts with
the number of its key: the newest key seals, each opens what it sealed, until a rotation
(`services.key_rotation`) has brought every value under the newest.
Algorithms: AES-256-GCM (NIST SP 800-38D), HMAC-SHA-256 (RFC 2104).
"""

import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services import errors, key_files
from services.database import Transaction

LOCK = (0x57534C52, 1)
"""Advisory lock: shared by whoever reads or writes sealed values, taken alone to bring a key in."""
_NONCE_BYTES = 12
_HOLD = sa.text("SELECT pg_advisory_xact_lock_shared(:space, :number)")


@dataclass(frozen=True)
class Sealer:
    """Seals and opens values.

    Attributes
    ----------
    key
        32 bytes for encryption.
    hash_key
        32 bytes for the keyed hash.
    number
        Which key this is, 1-255; the first byte of every sealed value.
    former
        Older keys, the newest first: they open what they sealed, and seal nothing more.
    home
        Where the keys were read; None: they come from elsewhere.
    """

    key: bytes = field(repr=False)
    hash_key: bytes = field(repr=False)
    number: int = 1
    former: tuple["Sealer", ...] = ()
    home: Path | None = None

    def __post_init__(self) -> None:
        """Refuse values that make no sense."""
        if len(self.key) != key_files.KEY_BYTES or len(self.hash_key) != key_files.KEY_BYTES:
            message = "keys have 32 bytes"
            raise ValueError(message)
        if not all(1 <= older.number < self.number <= key_files.LAST for older in self.former):
            message = "former keys have lower numbers"
            raise ValueError(message)

    @classmethod
    def from_home(cls, home: Path) -> "Sealer":
        """Read the key files of a home folder; the first is made on first use.

        Raises
        ------
        errors.ClusterError
            A key file is damaged.
        """
        found = key_files.read(home)
        if not found:
            key_files.make(home, 1)
            found = key_files.read(home)
        size = key_files.KEY_BYTES
        *former, (number, newest) = found.items()
        older = tuple(cls(key[:size], key[size:], at) for at, key in reversed(former))
        return cls(newest[:size], newest[size:], number, older, home)

    def seal(self, value: str) -> bytes:
        """Encrypt one value; the same value is never the same bytes twice."""
        return self.seal_bytes(value.encode())

    def seal_bytes(self, value: bytes) -> bytes:
        """Encrypt bytes; the same are never sealed alike twice."""
        return self._sealed(AESGCM(self.key), value)

    def seal_many(self, values: Iterable[str | None]) -> list[bytes | None]:
        """Encrypt values; None stays None."""
        cipher = AESGCM(self.key)
        return [None if value is None else self._sealed(cipher, value.encode()) for value in values]

    def hash_many(self, values: Iterable[str | None]) -> list[bytes | None]:
        """Hash values with the newest key, to compare a whole value without opening it."""
        return [None if value is None else _hashed(self.hash_key, value) for value in values]

    def hashes(self, value: str) -> list[bytes]:
        """Hash one value with each key, to find it whichever key it was stored under."""
        return [_hashed(holder.hash_key, value) for holder in (self, *self.former)]

    def open(self, sealed: bytes) -> str:
        """Decrypt one value.

        Raises
        ------
        errors.RefusedError
            The value was sealed with a key that is not here, or was tampered with.
        """
        return self.open_bytes(sealed).decode()

    def open_bytes(self, sealed: bytes) -> bytes:
        """Decrypt bytes.

        Raises
        ------
        errors.RefusedError
            They were sealed with a key that is not here, or were tampered with.
        """
        prefix, nonce = sealed[:1], sealed[1 : 1 + _NONCE_BYTES]
        holder = next((one for one in (self, *self.former) if prefix == bytes([one.number])), None)
        if holder is None:
            raise errors.RefusedError("error.keys.other_key")
        try:
            return AESGCM(holder.key).decrypt(nonce, sealed[1 + _NONCE_BYTES :], prefix)
        except InvalidTag as error:
            raise errors.RefusedError("error.keys.tampered") from error

    def _sealed(self, cipher: AESGCM, value: bytes) -> bytes:
        prefix, nonce = bytes([self.number]), os.urandom(_NONCE_BYTES)
        return prefix + nonce + cipher.encrypt(nonce, value, prefix)


def held(tx: Transaction, sealer: Sealer) -> Sealer:
    """Return the keys as they are now; they stay so until the transaction ends.

    Whoever seals asks for them in the transaction that stores what was sealed: no key can be
    brought in meanwhile, so nothing is left behind under a key that is to be deleted.
    """
    space, number = LOCK
    tx.sql.execute(_HOLD, {"space": space, "number": number})
    return sealer if sealer.home is None else Sealer.from_home(sealer.home)


def _hashed(key: bytes, value: str) -> bytes:
    return hmac.digest(key, value.encode(), hashlib.sha256)
