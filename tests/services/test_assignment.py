from datetime import date

import numpy as np
import shapely
import sqlalchemy as sa

from gis.moved_borders import MovedBorders
from services import assignment
from tests.services import builders

TODAY = date(2026, 11, 23)
WEST, EAST = "340405001001001", "340405001001002"


def _district(tx, border: float = 116.81) -> None:
    whole = shapely.box(116.80, 32.60, 116.82, 32.61)
    for code in ("340405", "340405001", "340405001001"):
        builders.unit(tx, code, whole)
    builders.unit(tx, WEST, shapely.box(116.80, 32.60, border, 32.61))
    builders.unit(tx, EAST, shapely.box(border, 32.60, 116.82, 32.61))


def _stored(tx, day: date = TODAY) -> dict[str, str]:
    rows = tx.sql.execute(
        sa.text(
            "SELECT h.code, u.code AS unit FROM household_assignments a"
            " JOIN households h ON h.id = a.household_id JOIN units u ON u.id = a.unit_id"
            " WHERE a.valid_from <= :day AND a.valid_to > :day"
        ),
        {"day": day},
    )
    return {row.code: row.unit for row in rows}


def _border_moved(*borders: float) -> MovedBorders:
    before, after = (
        np.array([shapely.box(116.80, 32.60, at, 32.61), shapely.box(at, 32.60, 116.82, 32.61)])
        for at in borders
    )
    return MovedBorders.between(before, after)


def _unit_ids(tx) -> np.ndarray:
    return np.array(tx.sql.execute(sa.text("SELECT id FROM units ORDER BY id")).scalars().all())


def test_a_place_belongs_to_the_cell_it_lies_in_and_a_border_to_the_lowest_code(database, caller):
    with database.transaction(caller) as tx:
        _district(tx)
        builders.household(tx, "west", 116.805, 32.605)
        builders.household(tx, "east", 116.815, 32.605)
        builders.household(tx, "border", 116.81, 32.605)
        builders.household(tx, "abroad", 117.5, 32.605)
        report = assignment.assign_all(tx)
        assert _stored(tx) == {"west": WEST, "east": EAST, "border": WEST}
    assert (report.assigned, report.outside, report.ambiguous, report.changed) == (3, 1, 1, 3)


def test_without_a_grid_cell_the_lowest_larger_unit_answers(database, caller):
    with database.transaction(caller) as tx:
        whole = shapely.box(116.80, 32.60, 116.82, 32.61)
        for code in ("340405", "340405001", "340405001001"):
            builders.unit(tx, code, whole)
        builders.unit(tx, WEST, shapely.box(116.80, 32.60, 116.81, 32.61))
        builders.household(tx, "gap", 116.815, 32.605)
        assignment.assign_all(tx)
        assert _stored(tx) == {"gap": "340405001001"}


def test_past_days_keep_their_answer_after_a_border_moved(database, caller):
    moved = date(2025, 7, 1)
    whole = shapely.box(116.80, 32.60, 116.82, 32.61)
    with database.transaction(caller) as tx:
        for code in ("340405", "340405001", "340405001001"):
            builders.unit(tx, code, whole)
        for code, west, east, begins, ends in (
            (WEST, 116.80, 116.81, None, moved),
            (EAST, 116.81, 116.82, None, moved),
            (WEST, 116.80, 116.815, moved, None),
            (EAST, 116.815, 116.82, moved, None),
        ):
            builders.unit(tx, code, shapely.box(west, 32.60, east, 32.61), begins, ends)
        builders.household(tx, "between", 116.812, 32.605)
        builders.household(tx, "west", 116.801, 32.605)
        assignment.assign_all(tx)
        assert _stored(tx, date(2025, 6, 30)) == {"between": EAST, "west": WEST}
        assert _stored(tx, moved) == {"between": WEST, "west": WEST}
        rows = tx.sql.execute(sa.text("SELECT count(*) FROM household_assignments")).scalar_one()
    assert rows == 3


def test_only_what_lies_where_borders_moved_is_recomputed(database, caller):
    with database.transaction(caller) as tx:
        _district(tx)
        for number in range(20):
            builders.household(tx, f"h{number:02}", 116.8005 + number * 0.001, 32.605)
        assignment.assign_all(tx)
        tx.sql.execute(
            sa.text(
                "UPDATE unit_versions v SET geom = ST_Multi(ST_MakeEnvelope("
                " CASE u.code WHEN :west THEN 116.80 ELSE 116.813 END, 32.60,"
                " CASE u.code WHEN :west THEN 116.813 ELSE 116.82 END, 32.61, 4490))"
                " FROM units u WHERE u.id = v.unit_id AND u.level = 'grid'"
            ),
            {"west": WEST},
        )
        written = assignment.assign_where_borders_moved(
            tx, _border_moved(116.81, 116.813), _unit_ids(tx)
        )
        after = _stored(tx)
        again = assignment.assign_all(tx)
    assert written == 3
    assert sorted(after.values()).count(WEST) == 13
    assert again.changed == 0


def test_moved_and_new_households_are_recomputed_by_id(database, caller):
    with database.transaction(caller) as tx:
        _district(tx)
        first = builders.household(tx, "first", 116.805, 32.605)
        builders.household(tx, "second", 116.805, 32.606)
        assignment.assign_all(tx)
        tx.sql.execute(
            sa.text("UPDATE households SET geom = ST_SetSRID(ST_MakePoint(116.815, 32.605), 4490)")
        )
        report = assignment.assign_households(tx, np.array([first]))
        assert _stored(tx) == {"first": EAST, "second": WEST}
    assert report.changed == 1


def test_places_in_no_unit_are_listed_with_the_nearest(database, caller):
    with database.transaction(caller) as tx:
        _district(tx)
        builders.household(tx, "abroad", 116.83, 32.605)
        builders.facility(tx, "F1", 116.79, 32.605)
        tx.driver.execute(
            "INSERT INTO entrances (code, geom)"
            " VALUES ('E1', ST_SetSRID(ST_MakePoint(116.79, 32.606), 4490))"
        )
        report = assignment.assign_all(tx)
        places = assignment.outside(tx, TODAY)
    assert report.outside == len(places)
    assert [(p.subject, p.code, p.nearest_code) for p in places] == [
        ("entrance", "E1", WEST),
        ("facility", "F1", WEST),
        ("household", "abroad", EAST),
    ]
    assert all(900 < p.distance_m < 1000 for p in places)


def test_deleting_a_household_takes_its_assignment_along(database, caller):
    with database.transaction(caller) as tx:
        _district(tx)
        builders.household(tx, "west", 116.805, 32.605)
        assignment.assign_all(tx)
        tx.sql.execute(sa.text("DELETE FROM households"))
        assert _stored(tx) == {}
