"""Once a day, at start and on each new day; what failed is tried again."""

import threading
from datetime import date, timedelta

from services import errors
from services.daily import Daily

DAY = date(2026, 11, 23)


class _World:
    """A calendar, and what was done on which day."""

    def __init__(self, failing: int = 0) -> None:
        self.day = DAY
        self.done: list[date] = []
        self.failing = failing
        self.looked = threading.Semaphore(0)

    def today(self) -> date:
        self.looked.release()
        return self.day

    def work(self, day: date) -> None:
        if self.failing:
            self.failing -= 1
            raise errors.DatabaseError("error.database.unreachable", reason="away")
        self.done.append(day)

    def look(self, times: int) -> None:
        """Wait for so many more looks at the calendar; earlier ones do not count."""
        while self.looked.acquire(blocking=False):
            pass
        for _ in range(times):
            assert self.looked.acquire(timeout=10)


def test_it_is_done_at_start_and_on_each_new_day() -> None:
    world = _World()
    daily = Daily("test", world.work, world.today, 0.001)
    daily.start()
    world.look(5)
    assert world.done == [DAY]
    world.day += timedelta(days=1)
    world.look(5)
    daily.stop()
    assert world.done == [DAY, DAY + timedelta(days=1)]


def test_what_failed_is_tried_again() -> None:
    world = _World(failing=2)
    daily = Daily("test", world.work, world.today, 0.001)
    daily.start()
    world.look(6)
    daily.stop()
    assert world.done == [DAY]


def test_it_stops_at_once() -> None:
    world = _World()
    daily = Daily("test", world.work, world.today, 3600)
    daily.start()
    assert world.looked.acquire(timeout=10)
    daily.stop()
    assert world.done == [DAY]
