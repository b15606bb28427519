"""End what a test run started, even when the run itself is killed.

A guard is a process that waits for its standard input to end. The other end of that pipe is
held by the run alone, so it ends with the run, whatever the run dies of.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.cluster import PrivateCluster

CHECKOUT = Path(__file__).parent.parent
_SHARED_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30


def quickest_folder() -> Path | None:
    """Return the folder of shared memory where there is one with room; None: the usual one.

    Every test copies a database of 18 MB and drops it again: on a disk that is a quarter of a
    second and, when others write too, half of one; in memory it is 20 ms.
    """
    there = _SHARED_MEMORY.is_dir() and os.access(_SHARED_MEMORY, os.W_OK | os.X_OK)
    return _SHARED_MEMORY if there and shutil.disk_usage(_SHARED_MEMORY).free > _ROOM else None


@contextmanager
def guarded_home() -> Iterator[Path]:
    """Return a folder for a private cluster, of which nothing is left afterwards."""
    home = Path(tempfile.mkdtemp(prefix="wangge-test-", dir=quickest_folder()))
    home.chmod(0o711)  # the account of PostgreSQL must get through
    with subprocess.Popen(
        [sys.executable, "-m", "tests.guard", home],
        stdin=subprocess.PIPE,
        cwd=CHECKOUT,
        start_new_session=True,
    ):
        yield home  # leaving the block closes the pipe and waits for the guard


if __name__ == "__main__":
    sys.stdin.read()
    watched = Path(sys.argv[1])
    PrivateCluster.for_tests(watched).destroy()
    shutil.rmtree(watched, ignore_errors=True)
