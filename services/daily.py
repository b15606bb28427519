"""Work that is due once a day: done at start, and again whenever a new day has begun.

It runs in a thread of the service, not on a clock that only strikes at night: a computer that is
off then would never get to it. Each process of a service may do it; whoever comes second finds
nothing left to do.
"""

import threading
from collections.abc import Callable
from datetime import date

import structlog

from services import errors

_LOOK_EVERY_SECONDS = 600.0


class Daily:
    """Does one piece of work once a day.

    Parameters
    ----------
    name
        What the log calls it.
    work
        What is to be done on a day; what it raises is tried again later.
    today
        Tells which day it is.
    look_every_s
        Seconds between two looks at the calendar.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[date], None],
        today: Callable[[], date],
        look_every_s: float = _LOOK_EVERY_SECONDS,
    ) -> None:
        self._work = work
        self._today = today
        self._look_every_s = look_every_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)
        self._log = structlog.get_logger(f"wangge.{name}")

    def start(self) -> None:
        """Start, and return at once."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; what is under way is finished first."""
        self._ended.set()
        self._thread.join()

    def _live(self) -> None:
        done: date | None = None
        while not self._ended.is_set():
            day = self._today()
            if day != done and self._is_done(day):
                done = day
            self._ended.wait(self._look_every_s)

    def _is_done(self, day: date) -> bool:
        try:
            self._work(day)
        except errors.WanggeError as error:
            self._log.warning("put off", reason=error.key)
            return False
        return True
