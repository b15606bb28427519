"""Patrols: which road sections were passed how often, when last, and as planned or not.

Demand: metres of road section in residential areas (a home within 50 m), and households along
them. Supply: tracks, matched to the network. A section is passed when 80 % of its length was
walked; metres and households are counted exactly, where a walk went.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from gis.arrays import Floats
from gis.tracks import coverage
from services import hierarchy, network, units
from services.database import Transaction
from services.import_history import has_generated
from services.memo import Memo, Newest, versions_for_all
from services.patrol import doing, figures, gaps, roads, routes, tracks
from services.patrol.doing import Doing, RouteReport
from services.patrol.figures import PatrolRow, Walked
from services.patrol.gaps import Gap
from services.patrol.roads import Roads

DAYS = 28
"""Length of a period, unless the question says another."""
LOOK_BACK_DAYS = 366
_MOST_PASSES = 1000
_OF_ROADS = (
    "networks",
    "unit_versions",
    "households",
    "household_assignments",
    "household_attachments",
)
_OF_WALKS = ("patrol_tracks", "patrol_routes")


@dataclass(frozen=True)
class PatrolQuery:
    """A question about patrols.

    Attributes
    ----------
    as_of
        Last day of the period.
    days
        Its length; the period is ``as_of - days + 1`` to ``as_of``.
    passes
        How often something must be passed in it to count.
    unit
        Code of the unit to answer for, with all below it; None: the district.
    """

    as_of: date
    days: int = DAYS
    passes: int = 1
    unit: str | None = None

    def __post_init__(self) -> None:
        """Refuse a period or a number that makes no sense."""
        if not 1 <= self.days <= LOOK_BACK_DAYS:
            message = f"days must lie in [1, {LOOK_BACK_DAYS}]"
            raise ValueError(message)
        if not 1 <= self.passes <= _MOST_PASSES:
            message = f"passes must lie in [1, {_MOST_PASSES}]"
            raise ValueError(message)

    @property
    def first(self) -> date:
        """First day of the period."""
        return self.as_of - timedelta(days=self.days - 1)


@dataclass(frozen=True)
class Coverage:
    """The answer: a row per unit, routes as they were walked, gaps.

    Attributes
    ----------
    reports
        Routes planned in the period; all, whatever the unit.
    tracks
        Number of tracks in the period.
    generated
        Whether generated sample data is part of it.
    """

    query: PatrolQuery
    root: units.Unit
    scope: units.Unit
    rows: tuple[PatrolRow, ...]
    reports: tuple[RouteReport, ...]
    gaps: tuple[Gap, ...]
    tracks: int
    network: network.NetworkInfo | None
    generated: bool

    @property
    def whole(self) -> PatrolRow:
        """The row of the unit answered for."""
        return next(row for row in self.rows if row.code == self.scope.code)


@dataclass(frozen=True, eq=False)
class Ground:
    """What an answer is made of, section by section."""

    roads: Roads
    walked: Walked
    doing: Doing
    sections: routes.Sections
    tracks: int


class Patrol:
    """Answers questions about patrols; keeps what it worked out while the data stands still.

    Parameters
    ----------
    kept
        How many results are kept for each step.
    """

    def __init__(self, kept: int = 8) -> None:
        self._networks = Memo(1)
        self._roads = Memo(2)
        self._grounds = Memo(kept)
        self._answers = Memo(4 * kept)
        self._years: Newest[figures.Year] = Newest(2)

    def coverage(self, tx: Transaction, query: PatrolQuery) -> Coverage:
        """Answer for a unit and all below it.

        Raises
        ------
        errors.NotFoundError
            No such unit, or no district at all on that day.
        """
        root = units.root(tx, query.as_of)
        scope = units.find(tx, query.unit, query.as_of) if query.unit else root.unit
        key, ground = self._ground(tx, query)
        if ground is None:
            rows = figures.empty_rows(hierarchy.load(tx, query.as_of))
            return self._answer(tx, query, (root.unit, scope), rows, None)
        rows = self._answers.get(
            (key, "rows"), lambda: figures.rows(ground.roads, ground.walked, ground.doing)
        )
        return self._answer(tx, query, (root.unit, scope), rows, ground)

    def ground(self, tx: Transaction, query: PatrolQuery) -> Ground | None:
        """Return what is known of every section; None without a network."""
        return self._ground(tx, query)[1]

    def roads(self, tx: Transaction, as_of: date) -> Roads | None:
        """Return the roads of a day; None without a network."""
        known = versions_for_all(tx)
        stored = self._networks.get(known.get("networks", 0), lambda: network.load(tx))
        if stored is None:
            return None
        key = (as_of, *(known.get(subject, 0) for subject in _OF_ROADS))
        return self._roads.get(
            key, lambda: roads.load(tx, as_of, stored, hierarchy.load(tx, as_of))
        )

    def _ground(self, tx: Transaction, query: PatrolQuery) -> tuple[Hashable, Ground | None]:
        known = versions_for_all(tx)
        subjects = (*_OF_ROADS, *_OF_WALKS)
        asked = (query.as_of, query.days, query.passes)
        key = (*asked, *(known.get(subject, 0) for subject in subjects))
        return key, self._grounds.get(key, lambda: self._made(tx, query))

    def _made(self, tx: Transaction, query: PatrolQuery) -> Ground | None:
        known = self.roads(tx, query.as_of)
        if known is None:
            return None
        year = self._year(tx, query.as_of, known.length_m)
        first, last = tracks.number(query.first), tracks.number(query.as_of)
        walked, passed = figures.walked(known, year, first, last, query.passes)
        planned = routes.listing(tx, query.first, query.as_of)
        sections = routes.sections_of(tx, planned)
        done = doing.compare(planned, sections, passed, known.length_m, (query.first, query.as_of))
        count = len(np.unique(year.record.between(first, last).walk))
        return Ground(known, walked, done, sections, count)

    def _year(self, tx: Transaction, as_of: date, length_m: Floats) -> figures.Year:
        """Read a year of tracks; those read before for the same network are not read again."""
        info = network.info(tx)
        kind = (as_of, info.imported_at if info else None)
        begin = as_of - timedelta(days=LOOK_BACK_DAYS)
        before = self._years.get(kind)
        record = tracks.record(tx, begin, as_of, before.record if before else None)
        passed = (
            coverage.passes_anew(record, before.record, before.passed, length_m)
            if before
            else coverage.passes(record, length_m)
        )
        made = figures.Year(record, passed)
        self._years.put(kind, made)
        return made

    def _answer(
        self,
        tx: Transaction,
        query: PatrolQuery,
        places: tuple[units.Unit, units.Unit],
        rows: tuple[PatrolRow, ...],
        ground: Ground | None,
    ) -> Coverage:
        root, scope = places
        found = gaps.find(ground.roads, ground.walked, query.unit) if ground else ()
        return Coverage(
            query=query,
            root=root,
            scope=scope,
            rows=tuple(row for row in rows if row.code.startswith(scope.code)),
            reports=ground.doing.reports if ground else (),
            gaps=found,
            tracks=ground.tracks if ground else 0,
            network=ground.roads.stored.info if ground else None,
            generated=has_generated(tx),
        )
