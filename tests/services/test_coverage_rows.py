"""Rows of coverage at every level against counting people one by one."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import codes
from services import coverage, hierarchy, units
from services.coverage import CoverageRow, CoverageState
from services.coverage_counts import Limits, Supply
from services.measured import Measured

CODES = [
    "340405",
    *("340405001", "340405001001", "340405001001001", "340405001001002", "340405001002"),
    *("340405002", "340405002001", "340405002001001"),
]
LEVEL = {codes.CODE_LENGTH[level]: level for level in codes.LEVELS}
DISTANCES = st.one_of(
    st.sampled_from([0.0, 300.0, 500.0, math.inf, math.nan]), st.integers(0, 1500).map(float)
)
PLACES = st.lists(
    st.tuples(st.integers(-1, len(CODES) - 1), st.integers(0, 40), DISTANCES, st.floats(0, 900)),
    max_size=60,
)
Place = tuple[int, int, float, float]


def tree() -> hierarchy.Hierarchy:
    position = {code: i for i, code in enumerate(CODES)}
    listed = tuple(
        units.Unit(
            id=i + 1,
            code=code,
            name=f"unit {code}",
            level=LEVEL[len(code)],
            kind="any",
            parent_code=code[:-3] if len(code) > 6 else None,
        )
        for i, code in enumerate(CODES)
    )
    parent = [position[unit.parent_code] if unit.parent_code else -1 for unit in listed]
    at_level = [
        [position.get(code[: codes.CODE_LENGTH[level]], -1) if len(code) >= codes.CODE_LENGTH[level]
         else -1 for code in CODES]
        for level in codes.LEVELS
    ]  # fmt: skip
    return hierarchy.Hierarchy(listed, np.array(parent, np.int32), np.array(at_level, np.int32))


SUPPLY = Supply(np.arange(len(CODES)) * 10, np.arange(len(CODES)))


def measured_of(places: list[Place]) -> Measured:
    return Measured(
        np.array([at for at, _, _, _ in places], np.int32),
        np.array([people for _, people, _, _ in places], np.int32),
        np.array([walk for _, _, walk, _ in places], np.float64),
        np.array([straight for _, _, _, straight in places], np.float64),
    )


def rows_of(places: list[Place], limits: Limits) -> tuple[CoverageRow, ...]:
    return coverage.table(tree(), measured_of(places), SUPPLY, limits).rows


def walks_in(places: list[Place], code: str) -> list[float]:
    return sorted(
        walk
        for at, people, walk, _ in places
        for _ in range(people)
        if at >= 0 and CODES[at].startswith(code) and math.isfinite(walk)
    )


@settings(max_examples=60, deadline=None)
@given(PLACES, st.sampled_from([300.0, 400.0, 1200.0]), st.sampled_from([(300.0, 500.0), ()]))
def test_what_is_shown_is_what_counting_gives(
    places: list[Place], max_walk_m: float, bands_m: tuple[float, ...]
):
    found = rows_of(places, Limits(max_walk_m, bands_m))
    assert [row.code for row in found] == CODES
    for i, row in enumerate(found):
        inside = [p for p in places if p[0] >= 0 and CODES[p[0]].startswith(row.code)]
        walks = walks_in(places, row.code)
        total = sum(people for _, people, _, _ in inside)
        assert row.demand in {None, total}
        assert row.covered in {None, sum(walk <= max_walk_m for walk in walks)}
        assert row.beyond in {None, sum(walk > max_walk_m for walk in walks)}
        assert row.unreachable in {None, sum(p[1] for p in inside if p[2] == math.inf)}
        assert row.unattached in {None, sum(p[1] for p in inside if math.isnan(p[2]))}
        straight = sum(p[1] for p in inside if p[3] <= max_walk_m or p[2] <= max_walk_m)
        assert row.straight_covered in {None, straight}
        ends = (-1.0, *bands_m)
        assert len(row.bands) == len(bands_m)
        for shown, low, high in zip(row.bands, ends[:-1], ends[1:], strict=True):
            assert shown in {None, sum(low < walk <= high for walk in walks)}
        longest = max(bands_m, default=-1.0)
        assert row.farther in {None, sum(walk > longest for walk in walks)}
        assert (row.state is CoverageState.NOBODY) == (total == 0)
        assert (row.places, row.centres) == (10 * i, i)
        if row.covered is not None and row.demand:
            assert row.share == round(row.covered / row.demand, 4)
            assert row.places_per_100 == round(1000 * i / row.demand, 2)


@settings(max_examples=60, deadline=None)
@given(PLACES)
def test_walks_are_told_of_five_people_or_more(places: list[Place]):
    for row in rows_of(places, Limits(300.0, (300.0, 500.0))):
        walks = walks_in(places, row.code)
        if len(walks) < coverage.SMALL:
            assert row.mean_walk_m is row.median_walk_m is row.p90_walk_m is None
            continue
        assert row.mean_walk_m == pytest.approx(sum(walks) / len(walks), abs=0.051)
        assert row.median_walk_m == walks[math.ceil(0.5 * len(walks)) - 1]
        assert row.p90_walk_m == walks[-(-9 * len(walks) // 10) - 1]


def test_without_anything_small_everything_is_shown():
    places = [(at, 10 * (at + 1), 100.0 * at, 50.0 * at) for at in range(len(CODES))]
    for row in rows_of(places, Limits(300.0, (300.0, 500.0))):
        assert row.state is CoverageState.SHOWN
        assert None not in (row.demand, row.covered, row.beyond, row.unreachable, row.unattached)
        assert None not in (row.straight_covered, *row.bands)
        parts = (*row.bands, row.farther, row.unreachable, row.unattached)
        assert sum(filter(None, parts)) == row.demand


@settings(max_examples=60, deadline=None)
@given(PLACES, st.lists(st.lists(st.tuples(st.integers(0, 59), DISTANCES)), max_size=3))
def test_what_is_taken_over_from_an_earlier_table_is_what_is_made_afresh(
    places: list[Place], changes: list[list[tuple[int, float]]]
):
    units, limits = tree(), Limits(400.0, (300.0, 500.0))
    measured = measured_of(places)
    made = coverage.table(units, measured, SUPPLY, limits)
    for number, change in enumerate(changes):
        walk_m = measured.walk_m.copy()
        for at, walk in change:
            walk_m[at : at + 1] = walk
        measured = measured.moved(walk_m, np.fmin(measured.straight_m, walk_m))
        supply = Supply(SUPPLY.places + (np.arange(len(CODES)) == number), SUPPLY.centres)
        made = coverage.table(units, measured, supply, limits, made)
        alone = Measured(measured.position, measured.people, walk_m, measured.straight_m)
        np.testing.assert_array_equal(measured.walks(units).figures, alone.walks(units).figures)
        assert made.rows == coverage.table(units, alone, supply, limits).rows


def test_rows_that_stay_the_same_are_not_made_again():
    units, limits = tree(), Limits(300.0, (300.0, 500.0))
    places = [(at, 10 * (at + 1), 100.0 * at, 50.0 * at) for at in range(len(CODES))]
    measured = measured_of(places)
    first = coverage.table(units, measured, SUPPLY, limits)
    nearer = np.where(measured.position == len(CODES) - 1, 20.0, measured.walk_m)
    moved = measured.moved(nearer, measured.straight_m)
    second = coverage.table(units, moved, SUPPLY, limits, first)
    same = {row.code for row, old in zip(second.rows, first.rows, strict=True) if row is old}
    assert same == {code for code in CODES if not CODES[-1].startswith(code)}
    for other in (Limits(301.0, (300.0, 500.0)), limits):
        assert coverage.table(tree(), moved, SUPPLY, other, first).rows == (
            coverage.table(tree(), moved, SUPPLY, other).rows
        )
