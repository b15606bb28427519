"""Elderly day care: who reaches an open day-care centre on foot, per unit at every level.

Demand: residents of at least 60 years on the as-of day. Supply: facilities of kind `day_care`
open that day. Distance: on the walking network, home to centre, access legs included.
"""

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
    hierarchy,
    network,
    rules,
    units,
)
from services import demand as demands
from services.coverage import CoverageRow, Limits
from services.coverage_basis import Basis, Centre
from services.coverage_capacity import CapacityCoverage
from services.coverage_maps import DemandCells, HotSpot, ServiceAreas
from services.database import Transaction
from services.facility_kinds import FacilityKind
from services.import_history import has_generated
from services.memo import Memo, versions

_OF_DEMAND = (
    "households",
    "residents",
    "networks",
    "unit_versions",
    "household_assignments",
    "household_attachments",
)
_OF_SUPPLY = ("facilities", "facility_assignments")


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
    min_age: int = 60
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
    """

    def __init__(self, kept: int = 8) -> None:
        self._networks = Memo(1)
        self._hierarchies = Memo(kept)
        self._bases = Memo(kept)
        self._demands = Memo(kept)
        self._answers = Memo(4 * kept)
        self._newest: Basis | None = None

    def coverage(self, tx: Transaction, query: DayCareQuery) -> Coverage:
        """Answer for a unit and all below it.

        Raises
        ------
        errors.NotFoundError
            No such unit or rule set, or no district at all on that day.
        """
        rule_set = rules.load(query.rules)
        limits = _limits(query, rule_set)
        basis = self._basis(tx, query)
        scope = units.find(tx, query.unit, query.as_of) if query.unit else basis.root.unit
        found = self._rows(tx, query, basis, limits)
        return Coverage(
            query=query,
            max_walk_m=limits.max_walk_m,
            rules=rule_set,
            root=basis.root.unit,
            scope=scope,
            rows=tuple(row for row in found if row.code.startswith(scope.code)),
            centres=coverage_basis.centres(basis, limits),
            network=basis.network.info if basis.network else None,
            outside=int(basis.measured.people[basis.measured.position < 0].sum()),
            generated=has_generated(tx),
        )

    def demand_table(self, tx: Transaction, query: DayCareQuery) -> DemandTable:
        """List every household in demand with its distance, to be re-checked one by one."""
        limits = _limits(query, rules.load(query.rules))
        basis = self._basis(tx, query)
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

    def service_areas(self, tx: Transaction, query: DayCareQuery) -> ServiceAreas:
        """Draw the areas within the limit and within each band, all centres together."""
        limits = _limits(query, rules.load(query.rules))
        basis = self._basis(tx, query)
        key = (self._key(tx, query), "areas", limits)
        return self._answers.get(key, lambda: coverage_maps.service_areas(basis, limits))

    def cells(self, tx: Transaction, query: DayCareQuery, size_m: float) -> DemandCells:
        """Add demand up in squares, for a map that shows people without showing anyone."""
        limits = _limits(query, rules.load(query.rules))
        basis = self._basis(tx, query)
        key = (self._key(tx, query), "cells", limits.max_walk_m, query.unit, size_m)
        return self._answers.get(
            key, lambda: coverage_maps.cells(basis, limits, query.unit, size_m)
        )

    def hot_spots(self, tx: Transaction, query: DayCareQuery, n: int = 10) -> tuple[HotSpot, ...]:
        """Find where most people live beyond the limit, at least five of them, most first."""
        limits = _limits(query, rules.load(query.rules))
        basis = self._basis(tx, query)
        key = (self._key(tx, query), "hot spots", limits.max_walk_m, query.unit, n)
        return self._answers.get(key, lambda: coverage_maps.hot_spots(basis, limits, query.unit, n))

    def capacity(self, tx: Transaction, query: DayCareQuery) -> CapacityCoverage:
        """Serve as many people as places allow with the least walking, and score access."""
        limits = _limits(query, rules.load(query.rules))
        basis = self._basis(tx, query)
        key = (self._key(tx, query), "capacity", limits, query.unit)
        return self._answers.get(key, lambda: coverage_capacity.capacity(basis, limits, query.unit))

    def _rows(
        self, tx: Transaction, query: DayCareQuery, basis: Basis, limits: Limits
    ) -> tuple[CoverageRow, ...]:
        make = coverage_rows.rows if basis.network else coverage_rows.rows_without_network
        key = (self._key(tx, query), "rows", limits)
        return self._answers.get(
            key, lambda: make(basis.tree, basis.measured, coverage_basis.supply(basis), limits)
        )

    def _key(self, tx: Transaction, query: DayCareQuery) -> tuple[object, ...]:
        known = versions(tx)
        return (_demand_key(query, known), *(known.get(subject, 0) for subject in _OF_SUPPLY))

    def _basis(self, tx: Transaction, query: DayCareQuery) -> Basis:
        return self._bases.get(self._key(tx, query), lambda: self._make_basis(tx, query))

    def _make_basis(self, tx: Transaction, query: DayCareQuery) -> Basis:
        known = versions(tx)
        root = units.root(tx, query.as_of)
        stored = self._networks.get(known.get("networks", 0), lambda: network.load(tx))
        wanted = self._demands.get(
            _demand_key(query, known),
            lambda: demands.load(tx, query.as_of, query.min_age, root.metric_epsg),
        )
        before = self._newest
        places = coverage_basis.places_on(
            tx, (query.as_of, FacilityKind.DAY_CARE), root.metric_epsg, stored, before
        )
        tree = self._hierarchies.get(
            (query.as_of, known.get("unit_versions", 0)), lambda: hierarchy.load(tx, query.as_of)
        )
        made = coverage_basis.make(root, tree, wanted, places, stored, before)
        self._newest = made
        return made


def _demand_key(query: DayCareQuery, known: dict[str, int]) -> tuple[object, ...]:
    return (query.as_of, query.min_age, *(known.get(subject, 0) for subject in _OF_DEMAND))


def _limits(query: DayCareQuery, rule_set: rules.RuleSet) -> Limits:
    limit = query.max_walk_m if query.max_walk_m is not None else rule_set.day_care_radius_m
    return Limits(float(limit), rule_set.bands_m)
