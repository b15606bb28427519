"""Personal values at rest: sealed with AES-GCM, found again by a keyed hash.

The key lies outside the database, in a file only the service can read. A sealed value starts
with the key's number, so that a new key can be brought in while old values are still read.
Algorithms: AES-256-GCM (NIST SP 800-38D), HMAC-SHA-256 (RFC 2104).
"""

import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services import errors

_KEY_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True)
class Sealer:
    """Seals and opens values with one key.

    Attributes
    ----------
    key
        32 bytes for encryption.
    hash_key
        32 bytes for the keyed hash.
    number
        Which key this is, 0-255; the first byte of every sealed value.
    """

    key: bytes
    hash_key: bytes
    number: int = 1

    def __post_init__(self) -> None:
        """Refuse values that make no sense."""
        if len(self.key) != _KEY_BYTES or len(self.hash_key) != _KEY_BYTES:
            message = "keys have 32 bytes"
            raise ValueError(message)

    @classmethod
    def from_home(cls, home: Path) -> "Sealer":
        """Read the key file of a home folder; made on first use, readable by its owner only.

        Raises
        ------
        errors.ClusterError
            The key file is damaged.
        """
        file = home / "keys" / "residents.key"
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            content = file.read_bytes()
        else:
            content = os.urandom(2 * _KEY_BYTES)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                os.fsync(stream.fileno())
        if len(content) != 2 * _KEY_BYTES:
            raise errors.ClusterError("error.keys.damaged", file=file.name)
        return cls(content[:_KEY_BYTES], content[_KEY_BYTES:])

    def seal_many(self, values: Iterable[str | None]) -> list[bytes | None]:
        """Encrypt values; the same value is never the same bytes twice."""
        cipher, prefix = AESGCM(self.key), bytes([self.number])
        sealed: list[bytes | None] = []
        for value in values:
            if value is None:
                sealed.append(None)
                continue
            nonce = os.urandom(_NONCE_BYTES)
            sealed.append(prefix + nonce + cipher.encrypt(nonce, value.encode(), prefix))
        return sealed

    def hash_many(self, values: Iterable[str | None]) -> list[bytes | None]:
        """Hash values with the key, to find or compare a whole value without opening it."""
        return [
            None if value is None else hmac.digest(self.hash_key, value.encode(), hashlib.sha256)
            for value in values
        ]

    def open(self, sealed: bytes) -> str:
        """Decrypt one value.

        Raises
        ------
        errors.RefusedError
            The value was sealed with another key, or was tampered with.
        """
        prefix, nonce = sealed[:1], sealed[1 : 1 + _NONCE_BYTES]
        if prefix != bytes([self.number]):
            raise errors.RefusedError("error.keys.other_key")
        try:
            opened = AESGCM(self.key).decrypt(nonce, sealed[1 + _NONCE_BYTES :], prefix)
        except InvalidTag as error:
            raise errors.RefusedError("error.keys.tampered") from error
        return opened.decode()
