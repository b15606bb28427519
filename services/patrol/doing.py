"""Planned and done: which sections on which days, and how each route fared."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from gis.tracks import coverage, intervals
from services.patrol.routes import Route, Sections
from services.patrol.tracks import number

DONE_SHARE = coverage.PASS_SHARE
"""Share of a route's metres that must have been passed on a day for it to count as walked."""


@dataclass(frozen=True)
class RouteReport:
    """How a route fared in a period.

    Attributes
    ----------
    planned, done
        Days on which it was to be walked, and on which of those it was.
    last_on
        Last planned day on which it was walked, in the period.
    """

    route: Route
    planned: int
    done: int
    last_on: date | None


@dataclass(frozen=True, eq=False)
class Doing:
    """Sections by day, planned and done; pairs of arrays ``(k,)``, each pair once.

    Attributes
    ----------
    planned, done
        A number for each pair of section and day, ascending.
    reports
        Of every route.
    """

    planned: NDArray[np.int64]
    done: NDArray[np.int64]
    reports: tuple[RouteReport, ...]
    days: int

    def edges(self, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the section of each pair."""
        return pairs // self.days

    @property
    def kept(self) -> NDArray[np.int64]:
        """Pairs planned and done."""
        return np.intersect1d(self.planned, self.done, assume_unique=True)

    @property
    def missed(self) -> NDArray[np.int64]:
        """Pairs planned, not done."""
        return np.setdiff1d(self.planned, self.done, assume_unique=True)

    @property
    def extra(self) -> NDArray[np.int64]:
        """Pairs done, not planned."""
        return np.setdiff1d(self.done, self.planned, assume_unique=True)


def compare(
    routes: tuple[Route, ...],
    sections: Sections,
    passed: coverage.Passes,
    length_m: NDArray[np.float64],
    period: tuple[date, date],
) -> Doing:
    """Compare the routes of a period with the passes in it, day by day.

    A walk counts for the day on which it began, whoever walked it.
    """
    first, last = period
    days = (last - first).days + 1
    done = np.unique(passed.edge.astype(np.int64) * days + (passed.day - number(first)))
    planned, reports = [np.zeros(0, np.int64)], []
    edges_of = _edges(sections, length_m)
    for route in routes:
        edges = edges_of.get(route.id, np.zeros(0, np.int64))
        on = [d for d in range(days) if route.on(first + timedelta(days=d))]
        pairs = edges[:, None] * days + np.array(on, dtype=np.int64)[None, :]
        planned.append(pairs.ravel())
        metres = length_m[edges]
        share = (np.isin(pairs, done) * metres[:, None]).sum(axis=0) / max(metres.sum(), 1e-9)
        walked = [d for d, part in zip(on, share.tolist(), strict=True) if part >= DONE_SHARE]
        last_on = first + timedelta(days=walked[-1]) if walked else None
        reports.append(RouteReport(route, len(on), len(walked), last_on))
    return Doing(np.unique(np.concatenate(planned)), done, tuple(reports), days)


def _edges(sections: Sections, length_m: NDArray[np.float64]) -> dict[int, NDArray[np.int64]]:
    """Find the sections that each route passes, by the same measure as those of tracks."""
    walk = sections.route_id.astype(np.int64)
    stretches = intervals.of_walk(sections.edge, sections.from_m, sections.to_m)
    record = coverage.Record(stretches, walk, np.zeros(len(walk), np.int32))
    passed = coverage.passes(record, length_m)
    order = np.argsort(passed.walk, kind="stable")
    names, start = np.unique(passed.walk[order], return_index=True)
    parts = np.split(passed.edge[order].astype(np.int64), start[1:]) if len(names) else []
    return dict(zip(names.tolist(), parts, strict=True))
