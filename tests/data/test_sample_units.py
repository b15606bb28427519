"""Units: the published list, exact partitions at every level, usable grid cells."""

import numpy as np
import pytest
import shapely

from data.sample import SampleDistrict, facts
from gis import codes, crs
from gis.arrays import Floats, Int64s, Objects

LEVELS = [level.value for level in codes.LEVELS]


def _of_level(sample: SampleDistrict, level: str) -> Objects:
    found: Objects = sample.units.geometry[np.array(sample.units.level) == level]
    return found


def _cell_of_household(sample: SampleDistrict) -> Int64s:
    tree = shapely.STRtree(_of_level(sample, "grid"))
    home, cell = tree.query(shapely.points(sample.households.lonlat), predicate="within")
    assert home.tolist() == list(range(facts.HOUSEHOLDS)), "each home inside exactly one cell"
    found: Int64s = cell
    return found


def test_codes_and_names_are_the_published_ones(sample: SampleDistrict) -> None:
    rows = dict(zip(sample.units.code, sample.units.name, strict=True))
    assert rows["340405"] == "八公山区"
    assert rows["340405002"] == "土坝孜街道"
    assert rows["340405001001"] == "治东社区居委会"
    assert rows["340405121205"] == "李咀村村委会"
    counts = [sample.units.level.count(level) for level in LEVELS]
    assert counts[:3] == [1, 6, 44]
    assert 110 <= counts[3] <= 135


def test_every_code_lies_under_its_parent(sample: SampleDistrict) -> None:
    units = sample.units
    assert len(set(units.code)) == len(units.code)
    for code, parent, level in zip(units.code, units.parent_code, units.level, strict=True):
        assert codes.level_of(code).value == level
        assert parent == (code[:-3] if level != "district" else "")
        assert level == "district" or parent in units.code


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("epsg", [crs.STORED, facts.METRIC_EPSG])
def test_units_of_a_level_share_their_borders(
    sample: SampleDistrict, level: str, epsg: int
) -> None:
    geoms = crs.project_geometries(_of_level(sample, level), crs.STORED, epsg)
    assert shapely.is_valid(geoms).all()
    assert shapely.coverage_is_valid(geoms)
    assert not shapely.is_empty(geoms).any()


def test_seven_digits_are_all_there_is(sample: SampleDistrict) -> None:
    xy = shapely.get_coordinates(sample.units.geometry)
    assert np.array_equal(xy, np.round(xy, 7))


@pytest.mark.parametrize("level", LEVELS[1:])
def test_children_fill_their_parent_exactly(sample: SampleDistrict, level: str) -> None:
    units = sample.units
    children = np.flatnonzero(np.array(units.level) == level)
    parents = np.array(units.parent_code)[children]
    for parent in np.unique(parents):
        joined = shapely.coverage_union_all(units.geometry[children[parents == parent]])
        assert shapely.equals(joined, units.geometry[units.code.index(str(parent))])


def test_grid_cells_hold_300_to_500_households(sample: SampleDistrict) -> None:
    kinds = np.array(sample.units.kind)[np.array(sample.units.level) == "grid"]
    size = np.bincount(_cell_of_household(sample), minlength=len(kinds))
    residential = size[kinds == "residential"]
    assert residential.max() <= 500
    assert np.sort(residential)[:2].tolist() == [23, 300], "only the forest farm is smaller"
    assert (kinds == "special").sum() >= 5
    assert (size[kinds == "special"] == 0).all()


def test_grid_cells_are_numbered_from_west_to_east_and_north_to_south(
    sample: SampleDistrict,
) -> None:
    units = sample.units
    cells = np.flatnonzero(np.array(units.level) == "grid")
    metric = crs.project_geometries(units.geometry[cells], crs.STORED, facts.METRIC_EPSG)
    centre: Floats = shapely.get_coordinates(shapely.centroid(metric))
    parents = np.array(units.parent_code)[cells]
    wide = [parent for parent in np.unique(parents) if (parents == parent).sum() > 1]
    assert len(wide) > 20
    for parent in wide:
        own = np.flatnonzero(parents == parent)
        numbers = [int(units.code[cells[index]][-3:]) for index in own]
        assert numbers == list(range(1, len(own) + 1))
        first, last = centre[own[0]], centre[own[-1]]
        assert first[1] > last[1] or first[0] < last[0]


def test_each_household_lies_in_its_township(sample: SampleDistrict) -> None:
    units = sample.units
    cells = np.array(units.code)[np.array(units.level) == "grid"]
    townships = np.array(sorted(facts.PEOPLE_OF_TOWNSHIP))
    found = cells[_cell_of_household(sample)]
    assert (found.astype("U9") == townships[sample.households.township]).all()


def test_townships_and_communities_are_of_one_piece(sample: SampleDistrict) -> None:
    for level in ("district", "township", "community"):
        assert (shapely.get_num_geometries(_of_level(sample, level)) == 1).all()


def test_it_is_where_it_should_be(sample: SampleDistrict) -> None:
    outline = _of_level(sample, "district")
    west, south, east, north = shapely.total_bounds(outline)
    assert 116.75 < west < 116.83 < east < 116.92
    assert 32.56 < south < 32.63 < north < 32.70
    metric = crs.project_geometries(outline, crs.STORED, facts.METRIC_EPSG)
    assert 60e6 < shapely.area(metric)[0] < 90e6
