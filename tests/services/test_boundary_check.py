"""Boundaries that do not fit together are found."""

import shapely

from services import boundary_check
from services.boundary_check import Kind
from services.caller import Caller
from services.database import Database, Transaction
from tests.services import small_district


def _move(tx: Transaction, code: str, first: float, count: float) -> None:
    west = small_district.WEST + small_district.SIDE * first
    south, side = small_district.SOUTH, small_district.SIDE
    box = shapely.MultiPolygon([shapely.box(west, south, west + side * count, south + side)])
    tx.driver.execute(
        "UPDATE unit_versions v SET geom = ST_GeomFromWKB(%s, 4490)"
        " FROM units u WHERE u.id = v.unit_id AND u.code = %s",
        (shapely.to_wkb(box), code),
    )


def _found(
    database: Database, caller: Caller, code: str, first: float, count: float
) -> set[tuple[Kind, tuple[str, ...]]]:
    with database.transaction(caller) as tx:
        small_district.fill(tx)
        _move(tx, code, first, count)
        return {
            (finding.kind, finding.codes)
            for finding in boundary_check.findings(tx, small_district.DAY)
            if finding.area_m2 > 1000
        }


def test_what_fits_is_not_told(database: Database, caller: Caller) -> None:
    with database.transaction(caller) as tx:
        small_district.fill(tx)
        assert list(boundary_check.findings(tx, small_district.DAY)) == []


def test_a_gap_between_communities(database: Database, caller: Caller) -> None:
    found = _found(database, caller, "340405001001", 0, 1.9)
    assert (Kind.GAP, ("340405001",)) in found


def test_an_overlap_of_siblings(database: Database, caller: Caller) -> None:
    found = _found(database, caller, "340405001001", 0, 2.1)
    assert (Kind.OVERLAP, ("340405001001", "340405001002")) in found


def test_a_unit_outside_its_parent(database: Database, caller: Caller) -> None:
    found = _found(database, caller, "340405002002", 6, 2.2)
    assert (Kind.OUTSIDE, ("340405002002",)) in found


def test_grids_may_leave_ground_out(database: Database, caller: Caller) -> None:
    assert _found(database, caller, "340405001001001", 0, 0.5) == set()
