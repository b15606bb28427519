from datetime import date

import pytest
import shapely

from gis import codes
from services import errors, units
from tests.services import builders

TODAY = date(2026, 11, 23)
WHOLE = shapely.box(116.80, 32.60, 116.82, 32.61)


@pytest.fixture
def tx(database, caller):
    with database.transaction(caller) as opened:
        for code in ("340405", "340405001", "340405001001", "340405001002"):
            builders.unit(opened, code, WHOLE)
        # 李冲回族乡 belonged to the district from 2013-10-01 until 2015-07-01 only.
        builders.unit(opened, "340405200", WHOLE, date(2013, 10, 1), date(2015, 7, 1))
        yield opened


def test_units_are_those_of_the_day(tx):
    past = [unit.code for unit in units.listing(tx, date(2014, 1, 1), level=codes.Level.TOWNSHIP)]
    now = [unit.code for unit in units.listing(tx, TODAY, level=codes.Level.TOWNSHIP)]
    assert past == ["340405001", "340405200"]
    assert now == ["340405001"]
    assert units.find(tx, "340405200", date(2015, 6, 30)).code == "340405200"
    with pytest.raises(errors.NotFoundError):
        units.find(tx, "340405200", date(2015, 7, 1))


def test_the_hierarchy_is_read_up_and_down(tx):
    assert [u.code for u in units.children(tx, "340405001", TODAY)] == [
        "340405001001",
        "340405001002",
    ]
    assert [u.code for u in units.ancestors(tx, "340405001001", TODAY)] == ["340405", "340405001"]
    assert [u.code for u in units.listing(tx, TODAY, within="340405001")] == [
        "340405001",
        "340405001001",
        "340405001002",
    ]


def test_the_root_knows_how_to_measure(tx):
    root = units.root(tx, TODAY)
    assert root.unit.code == "340405"
    assert root.metric_epsg == builders.METRIC
    assert root.bounds == (116.80, 32.60, 116.82, 32.61)


def test_an_empty_database_says_so(database, caller):
    with database.transaction(caller) as tx, pytest.raises(errors.NotFoundError) as raised:
        units.root(tx, TODAY)
    assert raised.value.key == "error.units.none"


def test_search_finds_by_name_and_by_code(tx):
    assert [u.code for u in units.search(tx, "34040500100", TODAY)] == [
        "340405001001",
        "340405001002",
    ]
    assert units.search(tx, "%", TODAY) == []


def test_versions_come_newest_first_with_their_area(tx):
    builders.unit(tx, "340405200", WHOLE, date(2012, 1, 1), date(2013, 1, 1))
    found = units.versions(tx, "340405200")
    assert [v.valid_from for v in found] == [date(2013, 10, 1), date(2012, 1, 1)]
    assert 2_000_000 < found[0].area_m2 < 2_100_000


def test_geometries_stand_beside_their_units(tx):
    found, shapes = units.geometries(tx, TODAY, within="340405001001")
    assert [u.code for u in found] == ["340405001001"]
    assert shapely.equals(shapes[0], WHOLE)
