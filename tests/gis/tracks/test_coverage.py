"""Passes, days and metres by passes against counting metre by metre."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.tracks import coverage, intervals

LENGTH = np.array([10.0, 20.0, 5.0, 8.0])

pieces = st.lists(
    st.tuples(st.integers(0, 3), st.floats(0, 1), st.floats(0, 1), st.integers(0, 4)), max_size=15
)


def record(drawn, walk_offset=0):
    """Walk w took place on day 3 w; ends are rounded to whole metres."""
    edge = np.array([e for e, *_ in drawn], np.int32)
    a, b = (np.round(np.array([row[k] for row in drawn]) * LENGTH[edge]) for k in (1, 2))
    walk = np.array([w for *_, w in drawn], np.int64) + walk_offset
    return coverage.Record(intervals.of_walk(edge, a, b), walk, (3 * walk).astype(np.int32))


def metres(given_record):
    """Walks that covered each metre."""
    found = {}
    s = given_record.stretches
    for e, a, b, w in zip(s.edge, s.from_m, s.to_m, given_record.walk, strict=True):
        for m in range(int(a), int(b)):
            found.setdefault((int(e), m), set()).add(int(w))
    return found


@given(pieces, st.sampled_from([0.3, 0.8, 1.0]))
def test_a_pass_is_enough_metres_of_one_walk(drawn, share):
    taken = record(drawn)
    passed = coverage.passes(taken, LENGTH, share)
    expected = set()
    for edge, length in enumerate(LENGTH):
        for walk in range(5):
            own = sum(walk in walks for (e, _), walks in metres(taken).items() if e == edge)
            if own and own >= share * length - 1e-3:
                expected.add((edge, walk, 3 * walk))
    found = list(zip(passed.edge.tolist(), passed.walk.tolist(), passed.day.tolist(), strict=True))
    assert set(found) == expected
    assert len(found) == len(expected)


@given(pieces, st.integers(1, 4))
def test_metres_by_number_of_walks(drawn, times):
    taken = record(drawn)
    expected = np.zeros(len(LENGTH))
    for (edge, _), walks in metres(taken).items():
        expected[edge] += len(walks) >= times
    found = coverage.depth(taken).metres(len(LENGTH), times)
    np.testing.assert_allclose(found, expected)


@given(pieces, pieces)
def test_one_walk_more_is_as_all_anew(drawn, more):
    before, new = record(drawn), record([(e, a, b, 0) for e, a, b, _ in more], walk_offset=9)
    both = coverage.Record(
        intervals.Stretches(
            *(
                np.concatenate([getattr(r.stretches, name) for r in (before, new)])
                for name in ("edge", "from_m", "to_m")
            )
        ),
        np.concatenate([before.walk, new.walk]),
        np.concatenate([before.day, new.day]),
    )
    whole, grown = coverage.depth(both), coverage.depth(before).plus(new.stretches)
    for name in ("edge", "from_m", "to_m"):
        assert (getattr(whole.stretches, name) == getattr(grown.stretches, name)).all()
    assert (whole.times == grown.times).all()
    n = len(LENGTH)
    counted = coverage.tally(coverage.passes(both, LENGTH), n)
    added = coverage.tally(coverage.passes(before, LENGTH), n).plus(coverage.passes(new, LENGTH))
    assert (counted.count == added.count).all()
    assert (counted.last_day == added.last_day).all()


def test_days_since_and_periods():
    taken = record([(0, 0, 1, 1), (0, 0, 1, 2), (1, 0, 0.5, 4)])
    counted = coverage.tally(coverage.passes(taken, LENGTH), len(LENGTH))
    assert counted.count.tolist() == [2, 0, 0, 0]
    assert counted.days_since(10).tolist() == [4, np.inf, np.inf, np.inf]
    assert len(taken.between(3, 5)) == 1
    assert len(taken.between(3, 12)) == 3


def test_what_cannot_be_is_refused():
    taken = record([(3, 0, 1, 1)])
    with pytest.raises(ValueError, match="share"):
        coverage.passes(taken, LENGTH, 0.0)
    with pytest.raises(ValueError, match="section"):
        coverage.passes(taken, LENGTH[:2])
    with pytest.raises(ValueError, match="record"):
        coverage.Record(taken.stretches, taken.walk[:0], taken.day)


@given(pieces, pieces, st.sets(st.integers(0, 4)))
def test_passes_anew_are_those_of_all_walks(drawn, more, gone):
    before, new = record(drawn), record(more, walk_offset=9)
    kept = ~np.isin(before.walk, list(gone))
    both = coverage.Record(
        intervals.Stretches(
            *(
                np.concatenate(
                    [getattr(before.stretches, name)[kept], getattr(new.stretches, name)]
                )
                for name in ("edge", "from_m", "to_m")
            )
        ),
        np.concatenate([before.walk[kept], new.walk]),
        np.concatenate([before.day[kept], new.day]),
    )
    found = coverage.passes_anew(both, before, coverage.passes(before, LENGTH), LENGTH)
    anew = coverage.passes(both, LENGTH)
    for one in (found, anew):
        assert len({*zip(one.edge, one.walk, strict=True)}) == len(one.edge)
    assert {*zip(found.edge, found.walk, found.day, strict=True)} == {
        *zip(anew.edge, anew.walk, anew.day, strict=True)
    }
