"""Key files in the home folder: made whole or not at all, readable by the service's owner alone.

The first is ``residents.key``, those that followed it ``residents-2.key`` and so on. Each holds
64 random bytes: the key that seals, and the key of the hash.
"""

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from services import errors

KEY_BYTES = 32
LAST = 255
"""Highest number of a key: it is one byte of every sealed value."""
_NAME = re.compile(r"residents(?:-([0-9]{1,3}))?\.key")


def read(home: Path) -> Mapping[int, bytes]:
    """Return the content of each key file by the key's number, ascending; none on first use.

    Raises
    ------
    errors.ClusterError
        A file is damaged.
    """
    found: dict[int, bytes] = {}
    folder = _folder(home)
    for file in folder.iterdir() if folder.is_dir() else ():
        matched = _NAME.fullmatch(file.name)
        if matched is None:
            continue
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            continue  # a rotation that has just ended deleted it: nothing is sealed with it
        if len(content) != 2 * KEY_BYTES:
            raise errors.ClusterError("error.keys.damaged", file=file.name)
        found[int(matched[1] or 1)] = content
    return dict(sorted(found.items()))


def make(home: Path, number: int) -> None:
    """Make a key, unless there is one of that number.

    Raises
    ------
    errors.RefusedError
        There are no numbers left.
    """
    if number > LAST:
        raise errors.RefusedError("error.keys.used_up", most=LAST)
    folder = _folder(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=folder, prefix=".new-")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(os.urandom(2 * KEY_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        _link(Path(unfinished), _file(folder, number))
    finally:
        Path(unfinished).unlink()
    _sync(folder)


def delete(home: Path, number: int) -> None:
    """Delete a key that nothing is sealed with any more."""
    folder = _folder(home)
    _file(folder, number).unlink(missing_ok=True)
    _sync(folder)


def _link(unfinished: Path, file: Path) -> None:
    """Give a file its name in one step; whoever was quicker keeps it."""
    try:
        os.link(unfinished, file)
    except FileExistsError:
        return


def _folder(home: Path) -> Path:
    return home / "keys"


def _file(folder: Path, number: int) -> Path:
    return folder / ("residents.key" if number == 1 else f"residents-{number}.key")


def _sync(folder: Path) -> None:
    """Have a name that was given or taken away survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
