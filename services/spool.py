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
        self.sweep()
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

    def empty(self, path: Path) -> None:
        """Delete an upload, and leave what was written beside it until `sweep` or `discard`."""
        if path.parent.parent == self.folder:
            path.unlink(missing_ok=True)

    def renew(self, path: Path) -> bool:
        """Keep an upload for another day, if it is still there; tell whether it is."""
        if path.parent.parent != self.folder or not path.exists():
            return False
        os.utime(path.parent)
        return True

    def beside(self, path: Path, name: str) -> Path | None:
        """Return a file that was written beside an upload; None: it is gone, or a day old."""
        found = path.with_name(name)
        if path.parent.parent != self.folder or not found.is_file():
            return None
        return None if _is_stale(found.parent) else found

    def sweep(self, wanted: Iterable[Path] = ()) -> None:
        """Delete uploads of yesterday that nobody came back to."""
        kept = {path.parent for path in wanted}
        if self.folder.is_dir():
            for own in self.folder.iterdir():
                if own not in kept and _is_stale(own):
                    shutil.rmtree(own, ignore_errors=True)


def plain_name(name: str) -> str:
    """Return the last part of a file name, without what has a meaning in paths."""
    last = _PLAIN.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(". ")
    return last[-_LONGEST_NAME:] or "upload"


def _is_stale(own: Path) -> bool:
    try:
        return own.stat().st_mtime < time.time() - _STALE_SECONDS
    except FileNotFoundError:  # somebody else has just deleted it
        return True


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
