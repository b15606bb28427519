"""Stretches of edges against sets of whole metres."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.tracks import intervals

pieces = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20), st.integers(0, 20)), max_size=12)


def stretches(drawn: list[tuple[int, int, int]]) -> intervals.Stretches:
    edge, a, b = (
        (np.array(column, float) for column in zip(*drawn, strict=True)) if drawn else ([], [], [])
    )
    return intervals.of_walk(np.array(edge, np.int32), np.array(a, float), np.array(b, float))


def metres(drawn: list[tuple[int, int, int]]) -> set[tuple[int, int]]:
    return {(e, m) for e, a, b in drawn for m in range(min(a, b), max(a, b))}


@given(pieces)
def test_union_is_every_metre_once(drawn):
    joined = intervals.union(stretches(drawn))
    assert joined.total_m == len(metres(drawn))
    covered = {
        (int(e), m)
        for e, a, b in zip(joined.edge, joined.from_m, joined.to_m, strict=True)
        for m in range(int(a), int(b))
    }
    assert covered == metres(drawn)
    same = np.diff(joined.edge) == 0
    assert (np.diff(joined.edge) >= 0).all()
    assert (joined.from_m[1:][same] > joined.to_m[:-1][same]).all()


@given(pieces, pieces)
def test_overlap_is_what_both_have(one, other):
    found = intervals.overlap_m(intervals.union(stretches(one)), stretches(other)).sum()
    assert found == pytest.approx(len(metres(one) & metres(other)), abs=1e-9)


@given(pieces, st.integers(1, 3))
def test_groups_are_joined_apart(drawn, groups):
    group = np.arange(len(drawn)) % groups
    joined, of = intervals.union_by(stretches(drawn), group)
    for number in range(groups):
        mine = [piece for piece, g in zip(drawn, group, strict=True) if g == number]
        assert joined.take(of == number).total_m == len(metres(mine))


def test_malformed_stretches_are_refused():
    edge = np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="begins"):
        intervals.Stretches(edge, np.array([5.0]), np.array([4.0]))
    with pytest.raises(ValueError, match="differ"):
        intervals.Stretches(edge, np.zeros(2), np.zeros(2))
