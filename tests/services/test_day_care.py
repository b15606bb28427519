"""Day care on a road of which every distance is known."""

from datetime import date

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from gis import codes, crs
from gis import network as networks
from services import assignment, errors, network, rules
from services.coverage import CoverageState
from services.themes.day_care import DayCare, DayCareQuery
from tests.services import builders

TODAY = date(2026, 11, 23)
EAST, NORTH = 484_000.0, 3_608_000.0
OLD, YOUNG = date(1950, 1, 1), date(2000, 1, 1)
WEST_GRID, EAST_GRID = "340405001001001", "340405001001002"


def _degrees(x: float, y: float) -> tuple[float, float]:
    lon, lat = crs.project(np.array([[EAST + x, NORTH + y]]), builders.METRIC, crs.STORED)[0]
    return float(lon), float(lat)


def _area(west: float, east: float) -> shapely.Polygon:
    box = np.array([shapely.box(EAST + west, NORTH - 500, EAST + east, NORTH + 500)])
    area: shapely.Polygon = crs.project_geometries(box, builders.METRIC, crs.STORED)[0]
    return area


def _home(tx, code: str, x: float, y: float, people: int, born: date = OLD) -> None:
    household_id = builders.household(tx, code, *_degrees(x, y))
    builders.residents(tx, household_id, [born] * people)


@pytest.fixture
def tx(database, caller):
    """A road of 2 km from west to east; a centre at its beginning; a wall: no other way."""
    with database.transaction(caller) as opened:
        for code in ("340405", "340405001", "340405001001"):
            builders.unit(opened, code, _area(-100, 2400))
        builders.unit(opened, WEST_GRID, _area(-100, 1000))
        builders.unit(opened, EAST_GRID, _area(1000, 2400))
        road = shapely.LineString([(EAST, NORTH), (EAST + 2000, NORTH)])
        island = shapely.LineString([(EAST + 1500, NORTH + 300), (EAST + 1600, NORTH + 300)])
        attributes = networks.WayAttributes(
            np.array([1, 1], dtype=np.int8), np.array([0, 0], dtype=np.int16), ("residential",)
        )
        made = networks.build_from_lines(np.array([road, island]), attributes)
        _home(opened, "near", 100, 10, 10)
        _home(opened, "mid", 280, 30, 20)
        _home(opened, "far", 1200, 5, 30)
        _home(opened, "cut-off", 1550, 310, 40)
        _home(opened, "lost", 2350, 0, 50)
        _home(opened, "children", 50, 10, 7, YOUNG)
        builders.facility(opened, "C1", *_degrees(0, 20), capacity=25)
        network.store(opened, made, network.Source("test", "0" * 64, builders.METRIC, None, None))
        assignment.assign_all(opened)
        yield opened


def test_the_figures_of_every_level_are_those_on_paper(tx):
    answer = DayCare().coverage(tx, DayCareQuery(TODAY))
    rows = {row.code: row for row in answer.rows}
    assert list(rows) == ["340405", "340405001", "340405001001", WEST_GRID, EAST_GRID]
    for code in ("340405", "340405001", "340405001001"):
        row = rows[code]
        assert (row.demand, row.covered, row.beyond) == (150, 10, 50)
        assert (row.unreachable, row.unattached) == (40, 50)
        assert row.share == round(10 / 150, 4)
        assert row.state is CoverageState.SHOWN
        assert (row.centres, row.places, row.places_per_100) == (1, 25, round(2500 / 150, 2))
    west = rows[WEST_GRID]
    # near: 10 + 100 + 20 = 130 m; mid: 30 + 280 + 20 = 330 m, though 280.2 m as the crow flies.
    assert (west.demand, west.covered, west.straight_covered) == (30, 10, 30)
    assert west.mean_walk_m == pytest.approx((10 * 130 + 20 * 330) / 30, abs=0.05)
    assert west.median_walk_m == pytest.approx(330, abs=0.05)
    assert west.bands == (10, 20, 0)
    assert rows[EAST_GRID].covered == 0


def test_the_limit_the_rule_set_and_the_age_can_be_chosen(tx):
    day_care = DayCare()
    wider = day_care.coverage(tx, DayCareQuery(TODAY, max_walk_m=330.5))
    assert wider.rows[0].covered == 30
    other = day_care.coverage(tx, DayCareQuery(TODAY, rules="guizhou"))
    assert (other.max_walk_m, other.rows[0].covered) == (700.0, 30)
    everyone = day_care.coverage(tx, DayCareQuery(TODAY, min_age=0))
    assert everyone.rows[0].demand == 157


def test_a_rule_set_is_read_once(tx, monkeypatch):
    read = []
    load = rules.load
    monkeypatch.setattr(rules, "load", lambda name: read.append(name) or load(name))
    day_care = DayCare()
    for name in (rules.DEFAULT, "guizhou", rules.DEFAULT):
        day_care.coverage(tx, DayCareQuery(TODAY, rules=name))
    assert read == [rules.DEFAULT, "guizhou"]
    for _ in range(2):
        with pytest.raises(errors.NotFoundError):
            day_care.coverage(tx, DayCareQuery(TODAY, rules="none"))


def test_a_unit_is_answered_for_with_all_below_it_and_none_beside(tx):
    answer = DayCare().coverage(tx, DayCareQuery(TODAY, unit=WEST_GRID))
    assert [row.code for row in answer.rows] == [WEST_GRID]
    assert answer.scope.level is codes.Level.GRID
    with pytest.raises(errors.NotFoundError):
        DayCare().coverage(tx, DayCareQuery(TODAY, unit="340405999"))


def test_people_are_as_old_as_they_were_that_day(tx):
    answer = DayCare().coverage(tx, DayCareQuery(date(2009, 12, 31)))
    assert answer.rows[0].state is CoverageState.NOBODY
    assert DayCare().coverage(tx, DayCareQuery(date(2010, 1, 1))).rows[0].demand == 150


def test_a_centre_serves_from_the_day_it_opens(tx):
    builders.facility(tx, "C2", *_degrees(1250, 0), 5, date(2026, 1, 1))
    assignment.assign_all(tx)
    day_care = DayCare()
    before = day_care.coverage(tx, DayCareQuery(date(2025, 12, 31)))
    after = day_care.coverage(tx, DayCareQuery(TODAY))
    assert (before.rows[0].covered, after.rows[0].covered) == (10, 40)
    assert [c.code for c in before.centres] == ["C1"]
    assert {c.code: c.load for c in after.centres} == {"C1": 10, "C2": 30}


def test_a_change_of_the_data_is_seen_at_once(tx):
    day_care = DayCare()
    assert day_care.coverage(tx, DayCareQuery(TODAY)).rows[0].covered == 10
    tx.sql.execute(sa.text("DELETE FROM facilities"))
    tx.sql.execute(
        # A transaction sees its own change under its own number; another one has another.
        sa.text("UPDATE data_versions SET version = version + 1 WHERE subject = 'facilities'")
    )
    row = day_care.coverage(tx, DayCareQuery(TODAY)).rows[0]
    assert (row.covered, row.unreachable) == (0, 100)


def test_a_new_centre_changes_what_a_search_from_scratch_would_change(tx):
    day_care = DayCare()
    day_care.coverage(tx, DayCareQuery(TODAY))
    builders.facility(tx, "B0", *_degrees(1250, 30), 5)
    builders.facility(tx, "Z9", *_degrees(1560, 300), 5)
    assignment.assign_all(tx)
    tx.sql.execute(
        sa.text("UPDATE data_versions SET version = version + 1 WHERE subject = 'facilities'")
    )
    kept, fresh = (
        day_care.coverage(tx, DayCareQuery(TODAY)),
        DayCare().coverage(tx, DayCareQuery(TODAY)),
    )
    assert kept.rows == fresh.rows
    assert kept.centres == fresh.centres
    assert {c.code: c.load for c in kept.centres} == {"B0": 30, "C1": 10, "Z9": 40}


def test_every_household_can_be_checked(tx):
    table = DayCare().demand_table(tx, DayCareQuery(TODAY))
    found = {
        code: (int(people), nearest, walk, band)
        for code, people, nearest, walk, band in zip(
            table.code, table.demand, table.nearest_code, table.walk_m, table.band, strict=True
        )
    }
    assert found["near"][:2] == (10, "C1")
    assert found["near"][2] == pytest.approx(130, abs=0.01)
    assert found["near"][3] == "<=300"
    assert found["mid"][3] == "<=500"
    assert found["far"][3] == "beyond"
    assert found["cut-off"][3] == "unreachable"
    assert found["lost"][3] == "unattached"
    assert found["lost"][1] is None


def test_areas_agree_with_the_distances(tx):
    areas = DayCare().service_areas(tx, DayCareQuery(TODAY))
    assert areas.limits_m == (300.0, 500.0, 1000.0)
    inside = [[bool(shapely.covers(a, shapely.Point(*_degrees(x, y)))) for a in areas.areas]
              for x, y in ((100, 10), (280, 30), (1200, 5), (1550, 310))]  # fmt: skip
    assert inside == [[True] * 3, [False, True, True], [False] * 3, [False] * 3]


def test_squares_add_up_to_the_demand_and_hide_few_people(tx):
    _home(tx, "few", 600, 10, 3)
    network.attach_households(tx, None)
    assignment.assign_all(tx)
    found = DayCare().cells(tx, DayCareQuery(TODAY), 100.0)
    assert int((found.covered + found.beyond + found.unreachable).sum()) == 150
    assert int(found.suppressed.sum()) == 1


def test_hot_spots_are_where_most_people_go_without(tx):
    spots = DayCare().hot_spots(tx, DayCareQuery(TODAY))
    assert [spot.unserved for spot in spots] == [50, 40, 30, 20]
    assert spots[0].unit_code == EAST_GRID


def test_hot_spots_are_looked_for_once_per_limit_and_number(tx):
    theme = DayCare()
    farther = DayCareQuery(TODAY, max_walk_m=500)
    first = theme.hot_spots(tx, DayCareQuery(TODAY))
    assert theme.hot_spots(tx, DayCareQuery(TODAY)) is first
    assert theme.hot_spots(tx, DayCareQuery(TODAY), 2) == first[:2]
    assert [spot.unserved for spot in theme.hot_spots(tx, farther)] == [50, 40, 30]


def test_nobody_is_served_by_a_full_centre(tx):
    answer = DayCare().capacity(tx, DayCareQuery(TODAY, max_walk_m=500))
    # 25 places: the ten nearby and fifteen of the twenty farther on.
    assert (answer.served, answer.unserved) == (25, 125)
    assert answer.total_walk_m == pytest.approx(10 * 130 + 15 * 330, abs=1)
    assert answer.gap == pytest.approx(0, abs=1e-9)


def test_without_a_network_nothing_is_claimed(database, caller):
    with database.transaction(caller) as tx:
        builders.unit(tx, "340405", _area(-100, 2400))
        _home(tx, "near", 100, 10, 10)
        builders.facility(tx, "C1", *_degrees(0, 20))
        assignment.assign_all(tx)
        row = DayCare().coverage(tx, DayCareQuery(TODAY)).rows[0]
    assert (row.state, row.demand, row.covered) == (CoverageState.NO_DATA, 10, None)
    assert row.straight_covered == 10


def test_an_impossible_question_is_refused_at_birth():
    for wrong in ({"max_walk_m": -1.0}, {"max_walk_m": float("nan")}, {"min_age": 200}):
        with pytest.raises(ValueError, match="must lie in"):
            DayCareQuery(TODAY, **wrong)
