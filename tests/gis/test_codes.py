"""Codes and levels, with the real codes of a district's units as examples."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import codes
from gis.codes import Level, UnitKind

digits = st.text("0123456789", min_size=6, max_size=6)
tails = st.lists(st.text("0123456789", min_size=3, max_size=3), max_size=3)


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        ("340405", Level.DISTRICT, None),
        ("340405001", Level.TOWNSHIP, "340405"),
        ("340405001004", Level.COMMUNITY, "340405001"),
        ("340405001004012", Level.GRID, "340405001004"),
    ],
)
def test_length_gives_level_and_parent(code: str, level: Level, parent: str | None):
    assert codes.level_of(code) is level
    assert codes.parent_of(code) == parent


@pytest.mark.parametrize("code", ["", "34040", "3404050", "34040500100", "34040A", "３４０４０５"])
def test_what_is_no_code_is_refused(code: str):
    with pytest.raises(ValueError, match="digits"):
        codes.level_of(code)
    with pytest.raises(ValueError, match="digits"):
        codes.is_ancestor(code, "340405001")


@given(digits, tails)
def test_ancestors_are_the_chain_of_parents(district: str, rest: list[str]):
    code = district + "".join(rest)
    chain = []
    above = codes.parent_of(code)
    while above is not None:
        chain.append(above)
        above = codes.parent_of(above)
    every = [district + "".join(rest[:i]) for i in range(4)]
    assert {c for c in every if codes.is_ancestor(c, code)} == set(chain)
    assert not codes.is_ancestor(code, code)
    assert len(chain) == codes.LEVELS.index(codes.level_of(code))


@pytest.mark.parametrize(
    ("padded", "level", "code"),
    [
        ("340405000000", Level.DISTRICT, "340405"),
        ("340405001000", Level.TOWNSHIP, "340405001"),
        ("340405100000", Level.TOWNSHIP, "340405100"),
        ("340405001001", Level.COMMUNITY, "340405001001"),
        ("340405001001000", Level.COMMUNITY, "340405001001"),
        ("340405001", Level.TOWNSHIP, "340405001"),
        ("340405001001007", Level.GRID, "340405001001007"),
    ],
)
def test_padding_is_stripped(padded: str, level: Level, code: str):
    assert codes.shorten(padded, level) == code
    assert codes.shorten(code, level) == code


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("340405001001", Level.TOWNSHIP),
        ("340405", Level.TOWNSHIP),
        ("340405001", Level.COMMUNITY),
        ("34040500x000", Level.TOWNSHIP),
        ("", Level.DISTRICT),
    ],
)
def test_codes_of_another_level_are_refused(code: str, level: Level):
    with pytest.raises(ValueError, match=r"."):
        codes.shorten(code, level)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("district", (Level.DISTRICT, UnitKind.DISTRICT)),
        ("township", (Level.TOWNSHIP, None)),
        ("community", (Level.COMMUNITY, None)),
        ("Grid ", (Level.GRID, None)),
        ("forest_farm", (Level.TOWNSHIP, UnitKind.FARM)),
        ("forest farm", (Level.TOWNSHIP, UnitKind.FARM)),
        ("subdistrict", (Level.TOWNSHIP, UnitKind.SUBDISTRICT)),
        ("街道", (Level.TOWNSHIP, UnitKind.SUBDISTRICT)),
        ("乡镇街道", (Level.TOWNSHIP, None)),
        ("社区", (Level.COMMUNITY, UnitKind.COMMUNITY)),
        ("村", (Level.COMMUNITY, UnitKind.VILLAGE)),
        ("村（社区）", (Level.COMMUNITY, None)),
        ("网格", (Level.GRID, None)),
        ("专属网格", (Level.GRID, UnitKind.SPECIAL)),
    ],
)
def test_words_for_levels_are_understood(text: str, meaning: tuple[Level, UnitKind | None]):
    assert codes.level_from_text(text) == meaning


def test_every_name_in_code_is_understood():
    assert set(UnitKind) == {kind for kinds in codes.KINDS_OF.values() for kind in kinds}
    for level in Level:
        assert codes.level_from_text(level.value)[0] is level
    for kind in UnitKind:
        level, found = codes.level_from_text(kind.value)
        assert kind in codes.KINDS_OF[level]
        assert found is kind or found is None


@pytest.mark.parametrize("text", ["", "road", "省", "网"])
def test_unknown_words_are_refused(text: str):
    with pytest.raises(ValueError, match="neither"):
        codes.level_from_text(text)


def test_grid_codes_continue_the_community():
    assert codes.grid_code("340405001004", 12) == "340405001004012"
    for community, number in (("340405001", 1), ("340405001004", 0), ("340405001004", 1000)):
        with pytest.raises(ValueError, match="no grid cell"):
            codes.grid_code(community, number)


@given(st.integers(1, 9), st.integers(1, 9), st.randoms(use_true_random=False))
def test_a_lattice_is_numbered_as_a_page_is_read(rows: int, columns: int, shuffle: random.Random):
    page = [(100.0 * c, -100.0 * r) for r in range(rows) for c in range(columns)]
    mixed = page.copy()
    shuffle.shuffle(mixed)
    order = codes.grid_sequence(np.array(mixed))
    assert [mixed[i] for i in order] == page


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), max_size=60))
def test_numbering_takes_each_cell_once(points: list[tuple[float, float]]):
    xy = np.array(points, dtype=np.float64).reshape(-1, 2)
    order = codes.grid_sequence(xy)
    assert sorted(order.tolist()) == list(range(len(xy)))
    assert np.array_equal(order, codes.grid_sequence(xy.copy()))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_a_row_runs_east_and_a_column_runs_south(along: list[float]):
    line, zero = np.array(along), np.zeros(len(along))
    eastward = codes.grid_sequence(np.column_stack((line, zero)))
    assert np.array_equal(line[eastward], np.sort(line))
    southward = codes.grid_sequence(np.column_stack((zero, line)))
    assert np.array_equal(line[southward], np.sort(line)[::-1])


def test_numbering_needs_places():
    with pytest.raises(ValueError, match="finite"):
        codes.grid_sequence(np.array([[0.0, np.nan]]))
