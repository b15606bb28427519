"""Elderly day care: who reaches an open day-care centre on foot, per unit at every level.

Demand: residents of at least 60 years on the as-of day. Supply: facilities of kind `day_care`
open that day. Distance: on the walking network, home to centre, access legs included.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gis import coverage
from services import coverage as coverage_rows
from services import (
    coverage_basis,
    coverage_capacity,
    coverage_maps,
    network,
    rules,
    theme_sources,
    units,
)
from services import demand as demands
from services.coverage import CoverageRow, Table
from services.coverage_basis import Basis, Centre
from services.coverage_capacity import CapacityCoverage
from services.coverage_counts import Limits
from services.coverage_maps import DemandCells, HotSpot, ServiceAreas
from services.database import Transaction
from services.facility_kinds import FacilityKind
from services.import_history import has_generated
from services.memo import Memo, Newest, versions_for_all
from services.theme_sources import Sources

_OF_SUPPLY = ("facilities", "facility_assignments")


OLD_AGE = 60
"""Age from which people count unless another is asked for, years."""


@dataclass(frozen=True)
class DayCareQuery:
    """A question about day care.

    Attributes
    ----------
    as_of
        The day it is asked for.
    max_walk_m
        Longest walk that counts as covered, metres; None: the rule set's radius.
    unit
        Code of the unit to answer for, with all below it; None: the district.
    min_age
        Age from which a resident is in demand, years.
    rules
        Name of the rule set.
    """

    as_of: date
    max_walk_m: float | None = None
    unit: str | None = None
    min_age: int = OLD_AGE
    rules: str = rules.DEFAULT

    def __post_init__(self) -> None:
        """Refuse a limit or an age that makes no sense."""
        if self.max_walk_m is not None and not 0 < self.max_walk_m <= 20_000:
            message = "max_walk_m must lie in (0, 20000]"
            raise ValueError(message)
        if not 0 <= self.min_age <= 130:
            message = "min_age must lie in [0, 130]"
            raise ValueError(message)


@dataclass(frozen=True)
class Coverage:
    """The answer: a row per unit, the centres, and what it was worked out from.

    Attributes
    ----------
    max_walk_m
        The limit used, metres.
    outside
        People of the demand who live in no unit.
    generated
        Whether generated sample data is part of it.
    """

    query: DayCareQuery
    max_walk_m: float
    rules: rules.RuleSet
    root: units.Unit
    scope: units.Unit
    rows: tuple[CoverageRow, ...]
    centres: tuple[Centre, ...]
    network: network.NetworkInfo | None
    outside: int
    generated: bool


@dataclass(frozen=True)
class DemandTable:
    """One row per household in demand; arrays ``(n,)``. Not an aggregate: never published.

    Attributes
    ----------
    walk_m, straight_m
        Metres; NaN unattached, infinite unreachable.
    """

    code: NDArray[np.object_]
    demand: NDArray[np.int32]
    nearest_code: NDArray[np.object_]
    walk_m: NDArray[np.float64]
    straight_m: NDArray[np.float64]
    band: NDArray[np.object_]


class DayCare:
    """Answers questions about day care; keeps what it worked out while the data stands still.

    Parameters
    ----------
    kept
        How many results are kept for each step; an as-of day is one.
    sources
        What is read of the data, shared with other themes; None: its own.
    """

    def __init__(self, kept: int = 8, sources: Sources | None = None) -> None:
        self._rules = Memo(kept)
        self._sources = sources or Sources(kept)
        self._bases = Memo(kept)
        self._answers = Memo(4 * kept)
        self._newest_bases: Newest[Basis] = Newest(kept)
        self._newest_tables: Newest[Table] = Newest(4 * kept)

    def coverage(self, tx: Transaction, query: DayCareQuery) -> Coverage:
        """Answer for a unit and all below it.

        Raises
        ------
        errors.NotFoundError
            No such unit or rule set, or no district at all on that day.
        """
        limits = self._limits(query)
        key, basis = self._ground(tx, query)
        scope = units.find(tx, query.unit, query.as_of) if query.unit else basis.root.unit
        kind = (query.as_of, query.min_age, limits)
        found = self._answers.get((key, "rows", limits), lambda: self._table(basis, limits, kind))
        return Coverage(
            query=query,
            max_walk_m=limits.max_walk_m,
            rules=self._rule_set(query),
            root=basis.root.unit,
            scope=scope,
            rows=tuple(row for row in found.rows if row.code.startswith(scope.code)),
            centres=coverage_basis.centres(basis, limits),
            network=basis.network.info if basis.network else None,
            outside=int(basis.measured.people[basis.measured.position < 0].sum()),
            generated=has_generated(tx),
        )

    def demand_table(self, tx: Transaction, query: DayCareQuery) -> DemandTable:
        """List every household in demand with its distance, to be re-checked one by one."""
        limits = self._limits(query)
        _, basis = self._ground(tx, query)
        at = np.flatnonzero(coverage_basis.inside(basis, query.unit))
        labels = np.array(coverage.band_labels(limits.cuts_m), dtype=object)
        codes = np.array([place.code for place in basis.places.found] + [None], dtype=object)
        return DemandTable(
            code=demands.household_codes(tx, basis.demand.household_id[at]),
            demand=basis.demand.people[at],
            nearest_code=codes[basis.nearest.supply[at]],
            walk_m=basis.measured.walk_m[at],
            straight_m=basis.measured.straight_m[at],
            band=labels[coverage.band_index(basis.measured.walk_m[at], limits.cuts_m)],
        )

    def unserved(self, tx: Transaction, query: DayCareQuery) -> NDArray[np.int32]:
        """Return ids ``(n,)`` of the households in demand that reach no centre within the limit."""
        limits = self._limits(query)
        _, basis = self._ground(tx, query)
        # Not "beyond": who has no way at all, or is on no path, is not served either.
        is_served = basis.measured.walk_m <= limits.max_walk_m
        return basis.demand.household_id[~is_served]

    def service_areas(self, tx: Transaction, query: DayCareQuery) -> ServiceAreas:
        """Draw the areas within the limit and within each band, all centres together."""
        limits = self._limits(query)
        ground, basis = self._ground(tx, query)
        key = (ground, "areas", limits)
        return self._answers.get(key, lambda: coverage_maps.service_areas(basis, limits))

    def cells(self, tx: Transaction, query: DayCareQuery, size_m: float) -> DemandCells:
        """Add demand up in squares, for a map that shows people without showing anyone."""
        limits = self._limits(query)
        ground, basis = self._ground(tx, query)
        key = (ground, "cells", limits.max_walk_m, query.unit, size_m)
        return self._answers.get(
            key, lambda: coverage_maps.cells(basis, limits, query.unit, size_m)
        )

    def hot_spots(self, tx: Transaction, query: DayCareQuery, n: int = 10) -> tuple[HotSpot, ...]:
        """Find where most people live beyond the limit, at least five of them, most first."""
        limits = self._limits(query)
        ground, basis = self._ground(tx, query)
        key = (ground, "hot spots", limits.max_walk_m, query.unit, n)
        return self._answers.get(key, lambda: coverage_maps.hot_spots(basis, limits, query.unit, n))

    def capacity(self, tx: Transaction, query: DayCareQuery) -> CapacityCoverage:
        """Serve as many people as places allow with the least walking, and score access."""
        limits = self._limits(query)
        ground, basis = self._ground(tx, query)
        key = (ground, "capacity", limits, query.unit)
        return self._answers.get(key, lambda: coverage_capacity.capacity(basis, limits, query.unit))

    def _rule_set(self, query: DayCareQuery) -> rules.RuleSet:
        return self._rules.get(query.rules, lambda: rules.load(query.rules))

    def _limits(self, query: DayCareQuery) -> Limits:
        rule_set, limit = self._rule_set(query), query.max_walk_m
        return Limits(
            rule_set.day_care_radius_m if limit is None else float(limit), rule_set.bands_m
        )

    def _table(self, basis: Basis, limits: Limits, kind: Hashable) -> Table:
        """Make a table; rows that stay the same come from the last one of its kind."""
        supply = coverage_basis.supply(basis)
        if basis.network is None:
            return coverage_rows.table_without_network(basis.tree, basis.measured, supply, limits)
        before = self._newest_tables.get(kind)
        made = coverage_rows.table(basis.tree, basis.measured, supply, limits, before)
        self._newest_tables.put(kind, made)
        return made

    def _ground(self, tx: Transaction, query: DayCareQuery) -> tuple[Hashable, Basis]:
        """Return what the question rests on, and a key that tells it from any other."""
        known = versions_for_all(tx)
        key = (_demand_key(query, known), *(known.get(subject, 0) for subject in _OF_SUPPLY))
        return key, self._bases.get(key, lambda: self._basis(tx, query, known))

    def _basis(self, tx: Transaction, query: DayCareQuery, known: dict[str, int]) -> Basis:
        """Work it out; what stays the same comes from the last one of its kind."""
        root, kind = units.root(tx, query.as_of), (query.as_of, query.min_age)
        stored = self._sources.network(tx, known)
        who = demands.Who(query.min_age)
        wanted = self._sources.demand(tx, known, query.as_of, who, root.metric_epsg)
        before = self._newest_bases.get(kind)
        places = coverage_basis.places_on(
            tx, (query.as_of, FacilityKind.DAY_CARE), root.metric_epsg, stored, before
        )
        tree = self._sources.tree(tx, known, query.as_of)
        made = coverage_basis.make(root, tree, wanted, places, stored, before)
        self._newest_bases.put(kind, made)
        return made


def _demand_key(query: DayCareQuery, known: dict[str, int]) -> tuple[object, ...]:
    return (
        query.as_of,
        query.min_age,
        *(known.get(subject, 0) for subject in theme_sources.OF_DEMAND),
    )
