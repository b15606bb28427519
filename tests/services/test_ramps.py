"""Ways without a step on a road of which every distance is known."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely

from gis import crs
from gis import network as networks
from services import assignment, errors, network
from services.coverage import CoverageState
from services.themes.ramps import Destination, Mend, Ramps, RampsQuery
from tests.services import builders

TODAY = date(2026, 11, 23)
EAST, NORTH = 484_000.0, 3_608_000.0
OLD = date(1940, 1, 1)
GRID = "340405001001001"
QUERY = RampsQuery(TODAY)


def _degrees(x: float, y: float) -> tuple[float, float]:
    lon, lat = crs.project(np.array([[EAST + x, NORTH + y]]), builders.METRIC, crs.STORED)[0]
    return float(lon), float(lat)


def _point(x: float, y: float) -> bytes:
    return shapely.to_wkb(shapely.Point(_degrees(x, y)))


def _home(tx, code: str, x: float, people: int, y: float = 10) -> None:
    household_id = builders.household(tx, code, *_degrees(x, y))
    builders.residents(tx, household_id, [OLD] * people)


def entrance(tx, code: str, serves: str, *, free: bool | None = None, steps: int | None = None):
    tx.driver.execute(
        "INSERT INTO entrances (code, serves_code, step_free, steps, geom)"
        " VALUES (%s, %s, %s, %s, ST_GeomFromWKB(%s, 4490))",
        (code, serves, free, steps, _point(0, 0)),
    )
    assignment.assign_all(tx)


def ramp(tx, code: str, serves: str, rise: float, run: float) -> None:
    tx.driver.execute(
        "INSERT INTO facilities (code, kind, name, rise_m, run_m, width_m, handrail, landing,"
        " serves_code, geom)"
        " VALUES (%s, 'ramp', %s, %s, %s, 1.2, true, true, %s, ST_GeomFromWKB(%s, 4490))",
        (code, code, rise, run, serves, _point(50, 5)),
    )
    assignment.assign_all(tx)


def barrier(tx, code: str, kind: str, x: float, height: float | None = None) -> None:
    tx.driver.execute(
        "INSERT INTO barriers (code, kind, height_m, geom)"
        " VALUES (%s, %s, %s, ST_GeomFromWKB(%s, 4490))",
        (code, kind, height, _point(x, 1)),
    )


@pytest.fixture
def tx(database, caller):
    """A road of 1 km, said to be free of steps up to 500 m, the rest unknown; a centre at 0."""
    with database.transaction(caller) as opened:
        box = np.array([shapely.box(EAST - 100, NORTH - 500, EAST + 1400, NORTH + 500)])
        area = crs.project_geometries(box, builders.METRIC, crs.STORED)[0]
        for code in ("340405", "340405001", "340405001001", GRID):
            builders.unit(opened, code, area)
        lines = [[(0, 0), (150, 0), (500, 0)], [(500, 0), (1000, 0)], [(150, 0), (150, 60)]]
        drawn = [shapely.LineString([(EAST + x, NORTH + y) for x, y in line]) for line in lines]
        attributes = networks.WayAttributes(
            np.array([1, 0, -1], dtype=np.int8),
            np.array([0, 0, 1], dtype=np.int16),
            ("residential", "steps"),
        )
        made = networks.build_from_lines(np.array(drawn), attributes)
        _home(opened, "near", 100, 10)
        _home(opened, "over steps", 155, 20, 70)
        _home(opened, "behind", 250, 30)
        _home(opened, "far", 700, 40)
        _home(opened, "lost", 1350, 50, 300)
        builders.facility(opened, "C1", *_degrees(0, 20), capacity=25)
        network.store(opened, made, network.Source("test", "0" * 64, builders.METRIC, None, None))
        assignment.assign_all(opened)
        yield opened


def _row(tx, query: RampsQuery = QUERY):
    return Ramps().coverage(tx, query).whole


def test_of_what_nobody_told_nothing_is_sure(tx):
    row = _row(tx)
    assert row.demand == 150
    assert (row.covered, row.unknown, row.blocked, row.beyond) == (0, 40, 20, 90)
    assert (row.out_covered, row.out_unknown, row.out_blocked) == (0, 130, 20)
    assert row.state is CoverageState.SHOWN


def test_with_entrances_told_the_way_is_sure(tx):
    entrance(tx, "E1", "near", free=True)
    entrance(tx, "E2", "behind", steps=3)
    ramp(tx, "R1", "behind", 0.3, 3.7)
    entrance(tx, "E3", "C1", steps=0)
    row = _row(tx)
    # near: 10 + 100 + 20 = 130 m; behind: by its ramp, 8.1 %: 10 + 250 + 20 = 280 m.
    assert (row.covered, row.unknown, row.blocked) == (40, 0, 20)
    assert row.share == round(40 / 150, 4)
    assert row.mean_walk_m == pytest.approx((10 * 130 + 30 * 280) / 40, abs=0.1)
    assert row.detour == 1.0
    assert (row.entrances, row.entrances_free, row.entrances_ramped) == (3, 3, 1)
    assert (row.ramps, row.ramps_compliant) == (1, 1)


def test_a_ramp_too_steep_leaves_the_door_shut_and_fails_the_standard(tx):
    entrance(tx, "E2", "behind", steps=3)
    entrance(tx, "E3", "C1", free=True)
    ramp(tx, "R1", "behind", 0.3, 2.0)
    row = _row(tx)
    assert (row.unknown, row.blocked) == (10, 50)
    assert (row.out_blocked, row.ramps, row.ramps_compliant) == (50, 1, 0)
    assert _row(tx, replace(QUERY, profile="powered-wheelchair")).blocked == 20


def test_a_kerb_parts_the_road_where_it_stands(tx):
    entrance(tx, "E3", "C1", free=True)
    barrier(tx, "B1", "kerb", 200, 0.12)
    row = _row(tx)
    assert (row.unknown, row.blocked) == (10, 50)
    tx.driver.execute("UPDATE barriers SET height_m = 0.02")
    assert _row(tx).blocked == 20
    tx.driver.execute("UPDATE barriers SET height_m = NULL")
    entrance(tx, "E2", "behind", free=True)
    entrance(tx, "E1", "near", free=True)
    row = _row(tx)
    assert (row.covered, row.unknown, row.blocked) == (10, 30, 20)


def test_the_destination_the_limit_and_the_age_can_be_chosen(tx):
    entrance(tx, "E3", "C1", free=True)
    wider = _row(tx, replace(QUERY, max_walk_m=800))
    assert (wider.unknown, wider.blocked, wider.beyond) == (80, 20, 50)
    nowhere = _row(tx, replace(QUERY, to=Destination.HEALTH_STATION))
    assert (nowhere.unknown, nowhere.beyond) == (0, 150)
    assert _row(tx, replace(QUERY, min_age=100)).state is CoverageState.NOBODY
    tx.driver.execute("UPDATE residents SET disability_type = 'physical'")
    assert _row(tx, replace(QUERY, min_age=100)).demand == 150


def test_what_does_not_exist_is_named(tx):
    for wrong in (
        replace(QUERY, profile="jet"),
        replace(QUERY, edition="gb1"),
        replace(QUERY, unit="999999"),
    ):
        with pytest.raises(errors.NotFoundError):
            Ramps().coverage(tx, wrong)


def test_without_a_network_nothing_is_known(tx):
    tx.driver.execute("DELETE FROM networks")
    network.attach_households(tx, None)
    row = _row(tx)
    assert row.state is CoverageState.NO_DATA
    assert (row.demand, row.covered) == (150, None)


def test_mendings_are_ranked_and_the_best_set_is_counted_anew(tx):
    entrance(tx, "E1", "near", steps=2)
    entrance(tx, "E3", "C1", free=True)
    barrier(tx, "B1", "kerb", 200, 0.12)
    found = Ramps().mendings(tx, replace(QUERY, max_walk_m=800))
    # Behind the kerb are 30 and 40; up the steps 20; near the centre 10 who cannot get out.
    assert [(m.kind.value, m.code, m.people) for m in found.ranked] == [
        ("kerb", "B1", 70),
        ("stairs", None, 20),
        ("door", "E1", 10),
    ]
    assert [(s.mending.kind.value, s.people, s.together) for s in found.best] == [
        ("kerb", 70, 70),
        ("stairs", 20, 90),
        ("door", 10, 100),
    ]
    assert found.ranked[0].unit_code == GRID
    assert len(Ramps().mendings(tx, QUERY, 1).best) == 1


def test_what_no_ramp_mends_is_left_out_unless_asked_for(tx):
    entrance(tx, "E3", "C1", free=True)
    barrier(tx, "B1", "gate", 200)
    tx.driver.execute("UPDATE barriers SET step_free = false")
    wide = replace(QUERY, max_walk_m=800)
    by_ramp = Ramps().mendings(tx, wide)
    assert [(m.kind.value, m.people) for m in by_ramp.ranked] == [("stairs", 20)]
    everything = Ramps().mendings(tx, replace(wide, mend=Mend.ALL))
    assert [(m.kind.value, m.people) for m in everything.ranked] == [
        ("barrier", 70),
        ("stairs", 20),
    ]
    assert [one for one, _ in everything.listed] == list(everything.ranked)
    assert [step.people if step else None for _, step in everything.listed] == [70, 20]


def test_small_doors_are_looked_at_together_and_told_by_the_road(tx):
    # Two homes of three people on one road: neither door may be named, both together may.
    _home(tx, "small one", 610, 3)
    _home(tx, "small two", 620, 3)
    _home(tx, "lonely", 90, 3, -15)
    assignment.assign_all(tx)
    network.attach_households(tx, None)
    found = Ramps().survey(tx, replace(QUERY, max_walk_m=800))
    kinds = [look.kind.value for look in found.looks]
    assert kinds.count("doors") == 1
    shared = found.looks[kinds.index("doors")]
    assert (shared.code, shared.name) == (None, None)
    middle = _degrees(750, 0)
    assert (shared.lon, shared.lat) == pytest.approx(middle, abs=1e-6)
    homes = tx.driver.execute(
        "SELECT ST_X(geom), ST_Y(geom) FROM households WHERE code IN ('small one', 'lonely')"
    ).fetchall()
    for look in found.looks:
        assert all(abs(look.lon - lon) + abs(look.lat - lat) > 1e-6 for lon, lat in homes)


def test_the_survey_settles_most_people_first(tx):
    found = Ramps().survey(tx, QUERY)
    # near and behind wait for the centre's entrance, then for a door each.
    assert found.unknown == 40
    assert [(look.kind.value, look.settled) for look in found.looks] == [
        ("facility", 0),
        ("door", 30),
        ("door", 40),
    ]


def test_the_survey_tells_no_small_count_by_subtraction(tx):
    tx.driver.execute(
        "DELETE FROM residents WHERE id IN (SELECT r.id FROM residents r JOIN households h"
        " ON h.id = r.household_id WHERE h.code = 'near' ORDER BY r.id LIMIT 7)"
    )
    found = Ramps().survey(tx, QUERY)
    # 30 behind; of 3 near not even the door is told, and so not what is left.
    assert found.unknown == 33
    assert [look.settled for look in found.looks] == [0, None]
    behind = pytest.approx(_degrees(250, 10), abs=1e-6)
    assert (found.looks[-1].lon, found.looks[-1].lat) == behind
