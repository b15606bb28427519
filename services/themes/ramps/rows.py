"""Rows per unit at every level, fit to be shown: small counts of people are held back."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis import codes, suppression
from gis.stepfree.search import Outcome
from gis.stepfree.traits import State
from services import coverage_counts, hierarchy
from services.coverage import SMALL, CoverageState
from services.themes.ramps.basis import Basis, Equipment


@dataclass(frozen=True)
class RampRow:
    """Ways without a step in one unit. None: not shown (see `state`) or not defined.

    Attributes
    ----------
    demand
        People with a mobility disability, and those of the age asked for.
    covered, unknown, blocked, beyond
        Of these: with a step-free way within the limit for sure; perhaps; within the limit only
        over steps; farther, or without any way.
    share
        ``covered / demand``.
    out_covered, out_unknown, out_blocked
        The same of getting out of the house.
    mean_walk_m, p90_walk_m
        Metres of the step-free ways of those covered.
    detour
        How many times as long as the way with steps, on average of those covered.
    entrances, entrances_free, entrances_ramped
        Entrances of which anything is known, those without a step or with a usable ramp, and those
        with a ramp that obeys the standard.
    facilities, facilities_ramped
        Public facilities, and those with a ramp that obeys the standard.
    ramps, ramps_compliant, ramps_unknown
        Ramps, those that obey the standard, those not measured enough to tell.
    """

    code: str
    name: str
    level: codes.Level
    kind: str
    parent_code: str | None
    demand: int | None
    covered: int | None
    unknown: int | None
    blocked: int | None
    beyond: int | None
    share: float | None
    out_covered: int | None
    out_unknown: int | None
    out_blocked: int | None
    mean_walk_m: float | None
    p90_walk_m: float | None
    detour: float | None
    entrances: int
    entrances_free: int
    entrances_ramped: int
    facilities: int
    facilities_ramped: int
    ramps: int
    ramps_compliant: int
    ramps_unknown: int
    state: CoverageState


def make(basis: Basis, limit_m: float) -> tuple[RampRow, ...]:
    """Make the row of every unit, by code."""
    tree = basis.grounds.tree
    outcome = basis.outcomes(limit_m)
    fine = coverage_counts.added_up(tree, _counted(basis, _merged(outcome), 4))
    out = coverage_counts.added_up(tree, _counted(basis, _rank(basis.way_out), 3))
    safe, safe_out = (suppression.suppress_tree(parts, tree.parent) for parts in (fine, out))
    # Who is covered is out, too: what lies between must not be told by subtraction.
    between = np.column_stack([fine[:, 0], out[:, 0] - fine[:, 0], out[:, 1:].sum(axis=1)])
    nested = suppression.suppress_tree(between, tree.parent).cells[:, :2].any(axis=1)
    hidden = safe.totals | safe_out.totals
    known = basis.grounds.network is not None
    figures = _Figures(
        _shown(fine.sum(axis=1), hidden),
        [_shown(fine[:, i], hidden | safe.cells[:, i]) for i in range(4)],
        [
            _shown(out[:, i], hidden | safe_out.cells[:, i] | (nested if i == 0 else False))
            for i in range(3)
        ],
        _walks(basis, outcome, tree),
        equipment_counts(basis.equipment, tree),
        fine.sum(axis=1),
    )
    return tuple(figures.rows(tree)) if known else tuple(figures.unknown_rows(tree))


@dataclass(frozen=True)
class _Figures:
    demand: list[int | None]
    outcomes: list[list[int | None]]
    out: list[list[int | None]]
    walks: list[tuple[float | None, float | None, float | None]]
    equipment: NDArray[np.int64]
    total: NDArray[np.int64]

    def rows(self, tree: hierarchy.Hierarchy) -> Iterable[RampRow]:
        """Put the figures of each unit together."""
        covered, unknown, blocked, beyond = self.outcomes
        for i, unit in enumerate(tree.units):
            demand, sure = self.demand[i], covered[i]
            walks = self.walks[i] if sure is not None and sure >= SMALL else (None, None, None)
            yield RampRow(
                unit.code, unit.name, unit.level, unit.kind, unit.parent_code,
                demand, sure, unknown[i], blocked[i], beyond[i],
                None if sure is None or not demand else round(sure / demand, 4),
                self.out[0][i], self.out[1][i], self.out[2][i],
                *walks,
                *_equipped(self.equipment[i]),
                _state(int(self.total[i]), demand, sure),
            )  # fmt: skip

    def unknown_rows(self, tree: hierarchy.Hierarchy) -> Iterable[RampRow]:
        """Say that without a network nothing is known of ways."""
        for i, unit in enumerate(tree.units):
            nobody = not self.total[i]
            yield RampRow(
                unit.code, unit.name, unit.level, unit.kind, unit.parent_code, self.demand[i],
                *(None,) * 11, *_equipped(self.equipment[i]),
                CoverageState.NOBODY if nobody else CoverageState.NO_DATA,
            )  # fmt: skip


_Equipped = tuple[int, int, int, int, int, int, int, int]


def _equipped(values: NDArray[np.int64]) -> _Equipped:
    a, b, c, d, e, f, g, h = values.tolist()
    return a, b, c, d, e, f, g, h


def _merged(outcome: NDArray[np.int8]) -> NDArray[np.int8]:
    """Count homes far from every path with those for whom it is too far."""
    return np.minimum(outcome, Outcome.BEYOND).astype(np.int8)


def _rank(state: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return the place of states in the order sure, unknown, blocked."""
    return (State.SURE - state).astype(np.int8)


def _counted(basis: Basis, kind: NDArray[np.int8], kinds: int) -> NDArray[np.int64]:
    """People of each unit itself by kind, ``(units, kinds)``."""
    inside = basis.position >= 0
    n = len(basis.grounds.tree.units)
    cell = basis.position[inside].astype(np.int64) * kinds + kind[inside]
    people = np.bincount(cell, basis.people[inside], minlength=n * kinds)
    return people.reshape(n, kinds).astype(np.int64)


def _walks(
    basis: Basis, outcome: NDArray[np.int8], tree: hierarchy.Hierarchy
) -> list[tuple[float | None, float | None, float | None]]:
    """Mean and 90 % quantile of the ways of those covered, and the mean detour."""
    homes = np.flatnonzero((outcome == Outcome.SURE) & (basis.position >= 0))
    metres, people = basis.sure.distance_m[homes], basis.people[homes]
    detour = metres / np.maximum(basis.walk_m[homes], 1.0)
    found: list[tuple[float | None, float | None, float | None]] = [(None, None, None)] * len(
        tree.units
    )
    for level in tree.at_level:
        unit = level[basis.position[homes]]
        order = np.lexsort((metres, unit))
        order = order[unit[order] >= 0]
        starts = np.flatnonzero(np.diff(unit[order], prepend=-1))
        for run in np.split(order, starts[1:]) if len(order) else ():
            weight = people[run]
            reached = np.searchsorted(np.cumsum(weight), 0.9 * weight.sum())
            found[unit[run[0]]] = (
                round(float(np.average(metres[run], weights=weight)), 1),
                round(float(metres[run[reached]]), 1),
                round(float(np.average(detour[run], weights=weight)), 2),
            )
    return found


def equipment_counts(owned: Equipment, tree: hierarchy.Hierarchy) -> NDArray[np.int64]:
    """Entrances, facilities and ramps of each unit, all levels: columns as in `RampRow`."""
    position = {unit.code: i for i, unit in enumerate(tree.units)}
    overall = owned.findings.overall
    compliant = np.array(
        [any(overall[ramp] == State.SURE for ramp in ramps) for ramps in owned.told.ramps],
        dtype=bool,
    )
    ramped = (owned.facility_told >= 0) & np.append(compliant, False)[owned.facility_told]
    own = np.zeros((len(tree.units), 8), dtype=np.int64)
    for units_of, column, counts in (
        (owned.told.unit, 0, np.ones(len(owned.told.unit), dtype=bool)),
        (owned.told.unit, 1, owned.entrance_state == State.SURE),
        (owned.told.unit, 2, compliant),
        ([f.unit_code for f in owned.open_facilities], 3, np.ones(len(ramped), dtype=bool)),
        ([f.unit_code for f in owned.open_facilities], 4, ramped),
        (owned.ramps.unit, 5, np.ones(len(overall), dtype=bool)),
        (owned.ramps.unit, 6, overall == State.SURE),
        (owned.ramps.unit, 7, overall == State.UNKNOWN),
    ):
        at = np.array([position.get(code or "", -1) for code in units_of], dtype=np.int64)
        kept = (at >= 0) & counts
        np.add.at(own[:, column], at[kept], 1)
    return coverage_counts.added_up(tree, own)


def _shown(values: NDArray[np.int64], hidden: NDArray[np.bool_]) -> list[int | None]:
    return [None if hide else value for value, hide in zip(values.tolist(), hidden, strict=True)]


def _state(total: int, demand: int | None, covered: int | None) -> CoverageState:
    if total == 0:
        return CoverageState.NOBODY
    if demand is None or covered is None:
        return CoverageState.SUPPRESSED
    return CoverageState.SHOWN
