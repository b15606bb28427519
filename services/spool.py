"""Uploads between their arrival and their import: readable by the service only, then deleted."""

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from services import errors

MAX_BYTES = 4_000_000_000
_CHUNK = 1 << 20
_STALE_SECONDS = 24 * 3600.0
_PLAIN = re.compile(r"[^\w.() -]+")
_LONGEST_NAME = 120


@dataclass(frozen=True)
class Spool:
    """The folder of uploads.

    Attributes
    ----------
    folder
        Made when needed, mode 0700.
    """

    folder: Path

    def keep(self, file: BinaryIO, name: str) -> Path:
        """Write an upload into a folder of its own and return its path.

        Parameters
        ----------
        file
            What is uploaded.
        name
            What its owner calls it; formats are told by its ending.

        Raises
        ------
        errors.RefusedError
            It is empty, or larger than `MAX_BYTES`.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = self.folder / secrets.token_hex(16)
        own.mkdir(mode=0o700)
        path = own / plain_name(name)
        try:
            _write(file, path)
        except BaseException:
            self.discard(path)
            raise
        return path

    def discard(self, path: Path) -> None:
        """Delete an upload."""
        own = path.parent
        if own.parent == self.folder:
            shutil.rmtree(own, ignore_errors=True)

    def sweep(self, wanted: Iterable[Path] = ()) -> None:
        """Delete uploads of yesterday that nobody came back to."""
        kept = {path.parent for path in wanted}
        horizon = time.time() - _STALE_SECONDS
        if self.folder.is_dir():
            for own in self.folder.iterdir():
                if own not in kept and own.stat().st_mtime < horizon:
                    shutil.rmtree(own, ignore_errors=True)


def plain_name(name: str) -> str:
    """Return the last part of a file name, without what has a meaning in paths."""
    last = _PLAIN.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(". ")
    return last[-_LONGEST_NAME:] or "upload"


def _write(file: BinaryIO, path: Path) -> None:
    written = 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        while chunk := file.read(_CHUNK):
            written += len(chunk)
            if written > MAX_BYTES:
                raise errors.RefusedError("error.upload.too_large", limit=MAX_BYTES // 10**9)
            target.write(chunk)
    if not written:
        raise errors.RefusedError("error.upload.empty")
