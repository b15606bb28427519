"""Rows of patrol coverage: what was passed, what was planned, what waits, per unit."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis import codes, suppression
from gis.tracks import coverage
from services.hierarchy import Hierarchy
from services.patrol.doing import Doing
from services.patrol.roads import Roads, added_up

LATE_DAYS: Final = 30
"""Sections not passed for more days are late."""


class RowState(StrEnum):
    """Why a row has figures, or has none."""

    SHOWN = "shown"
    NOBODY = "nobody"
    """No home along any road: nothing to patrol."""
    NO_DATA = "no_data"


@dataclass(frozen=True)
class PatrolRow:
    """Patrols of one unit in a period. None: not shown, or not defined.

    Attributes
    ----------
    demand, covered, share
        Households along sections; of these passed often enough; their share.
    unreachable
        Households farther than 50 m from every section.
    length_m, passed_m, metres_share
        Metres of sections in residential areas; of these passed often enough; their share.
    sections, never
        Number of these sections; of these not passed in the last year.
    late_m
        Metres not passed for more than 30 days, or never.
    median_days
        Half of the metres were passed within so many days; None: more than half never were.
    planned_m, kept_m, missed_m, extra_m
        Metres times days: planned; of these done, and not done; and done without a plan.
    """

    code: str
    name: str
    level: codes.Level
    kind: str
    parent_code: str | None
    demand: int | None
    covered: int | None
    share: float | None
    unreachable: int | None
    length_m: float
    passed_m: float
    metres_share: float | None
    sections: int
    never: int
    late_m: float
    median_days: int | None
    planned_m: float
    kept_m: float
    missed_m: float
    extra_m: float
    state: RowState


@dataclass(frozen=True, eq=False)
class Walked:
    """What tracks did to sections and homes.

    Attributes
    ----------
    days
        Days since the last pass of each section, infinite for none in the last year, ``(e,)``.
    count
        Passes of each section in the period, ``(e,)``.
    passed_m
        Metres of each section passed often enough in the period, ``(e,)``.
    is_passed
        Which homes were: on one section within 50 m, where it is nearest to them, ``(n,)``.
    """

    days: NDArray[np.float64]
    count: NDArray[np.int64]
    passed_m: NDArray[np.float64]
    is_passed: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Year:
    """What tracks of a year covered, and which sections they passed."""

    record: coverage.Record
    passed: coverage.Passes


def walked(
    roads: Roads, year: Year, first_day: int, last_day: int, passes: int
) -> tuple[Walked, coverage.Passes]:
    """Count what tracks of a year, and of a period in it, covered at least so many times."""
    length = roads.length_m
    period = year.record.between(first_day, last_day)
    passed = coverage.passes(period, length)
    depth = coverage.depth(period)
    last = coverage.tally(year.passed, len(length))
    homes = roads.homes
    times = homes.of_places(depth.at(homes.near_edge, homes.near_m))
    found = Walked(
        days=last.days_since(last_day),
        count=coverage.tally(passed, len(length)).count,
        passed_m=np.minimum(depth.metres(len(length), passes), length),
        is_passed=times >= passes,
    )
    return found, passed


def rows(roads: Roads, done: Walked, doing: Doing) -> tuple[PatrolRow, ...]:
    """Make the row of every unit, by code."""
    metres = _metres(roads, done, doing)
    homes, hidden = _homes(roads, done)
    medians = _medians(roads, done)
    made = []
    for i, unit in enumerate(roads.tree.units):
        length, passed, sections, never, late, planned, kept, missed, extra = metres[i].tolist()
        covered, beyond, off = homes[i].tolist()
        no_cell = hidden.cells[i].tolist()
        known = not (no_cell[0] or no_cell[1])
        made.append(
            PatrolRow(
                *(unit.code, unit.name, unit.level, unit.kind, unit.parent_code),
                demand=covered + beyond if known else None,
                covered=covered if known else None,
                share=covered / (covered + beyond) if known and covered + beyond else None,
                unreachable=None if no_cell[2] else off,
                length_m=length,
                passed_m=passed,
                metres_share=passed / length if length else None,
                sections=int(sections),
                never=int(never),
                late_m=late,
                median_days=medians[i],
                planned_m=planned,
                kept_m=kept,
                missed_m=missed,
                extra_m=extra,
                state=RowState.SHOWN if length else RowState.NOBODY,
            )
        )
    return tuple(made)


def empty_rows(tree: Hierarchy) -> tuple[PatrolRow, ...]:
    """Make the rows where there is no network."""
    return tuple(
        PatrolRow(
            *(unit.code, unit.name, unit.level, unit.kind, unit.parent_code),
            *(None, None, None, None),
            *(0.0, 0.0, None),
            *(0, 0),
            *(0.0, None),
            *(0.0, 0.0, 0.0, 0.0),
            state=RowState.NO_DATA,
        )
        for unit in tree.units
    )


def _metres(roads: Roads, done: Walked, doing: Doing) -> NDArray[np.float64]:
    """Add metres up by unit, ``(units, 9)``."""
    length, demanded = roads.length_m, roads.is_residential
    late = demanded & ~(done.days <= LATE_DAYS)
    never = demanded & ~np.isfinite(done.days)
    columns = [length * demanded, done.passed_m * demanded, demanded, never, length * late]
    for pairs in (doing.planned, doing.kept, doing.missed, doing.extra):
        times = np.bincount(doing.edges(pairs), minlength=len(length))
        columns.append(length * times)
    inside = roads.unit >= 0
    own = np.zeros((len(roads.tree.units), len(columns)))
    np.add.at(own, roads.unit[inside], np.column_stack(columns)[inside])
    return added_up(roads.tree, own)


def _homes(roads: Roads, done: Walked) -> tuple[NDArray[np.int64], suppression.Suppression]:
    """Count homes passed, along a section but not passed, and off; and what must not be shown."""
    homes = roads.homes
    kind = np.where(done.is_passed, 0, np.where(homes.is_along, 1, 2))
    inside = homes.unit >= 0
    own = np.zeros((len(roads.tree.units), 3))
    np.add.at(own, (homes.unit[inside], kind[inside]), 1.0)
    counts = added_up(roads.tree, own).astype(np.int64)
    return counts, suppression.suppress_tree(counts, roads.tree.parent)


def _medians(roads: Roads, done: Walked) -> list[int | None]:
    """Days within which half of the metres of each unit were passed."""
    found: list[int | None] = [None] * len(roads.tree.units)
    edge = roads.demanded()
    for level in roads.tree.at_level:
        unit = level[roads.unit[edge]]
        some = edge[unit >= 0]
        order = np.lexsort((done.days[some], unit[unit >= 0]))
        of, sorted_edges = unit[unit >= 0][order], some[order]
        for k, part in _groups(of, sorted_edges):
            reach = np.cumsum(roads.length_m[part])
            days = float(done.days[part[np.searchsorted(reach, reach[-1] / 2)]])
            found[k] = int(days) if np.isfinite(days) else None
    return found


def _groups(
    of: NDArray[np.int32], values: NDArray[np.int64]
) -> list[tuple[int, NDArray[np.int64]]]:
    names, start = np.unique(of, return_index=True)
    return list(zip(names.tolist(), np.split(values, start[1:]), strict=True)) if len(of) else []
