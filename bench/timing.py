"""Timing: contestants take turns, so that a busy moment of the machine hits all of them."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Contestant:
    """Something to be timed.

    Attributes
    ----------
    run
        What is timed.
    prepare
        Sets the stage before each run, not timed.
    """

    run: Callable[[], object]
    prepare: Callable[[], object] = lambda: None


def medians(contestants: Mapping[str, Contestant], repetitions: int) -> dict[str, float]:
    """Time contestants in turns; return the median seconds of each."""
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(repetitions):
        for name, contestant in contestants.items():
            contestant.prepare()
            gc.collect()
            begun = time.perf_counter()
            contestant.run()
            taken[name].append(time.perf_counter() - begun)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def once(run: Callable[[], object]) -> float:
    """Return the seconds of a single run."""
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def median(seconds: list[float]) -> float:
    """Return the middle one."""
    return statistics.median(seconds)
