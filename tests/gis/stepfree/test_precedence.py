"""Orders and sets of what makes sense only after something else, against all there are."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.stepfree import precedence


@st.composite
def forests(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    count = draw(st.integers(1, 8))
    parent = [draw(st.integers(-1, i - 1)) for i in range(count)]
    people = [draw(st.integers(0, 9)) for _ in range(count)]
    return np.array(parent, dtype=np.int64), np.array(people, dtype=np.int64)


@given(forests())
@settings(max_examples=150, deadline=None)
def test_no_list_of_that_length_settles_more(forest: tuple[np.ndarray, np.ndarray]) -> None:
    parent, people = forest
    done: list[int] = []
    for block, gained in precedence.order(parent, people):
        for item in block:
            assert parent[item] < 0 or parent[item] in done
            done.append(item)
        assert gained == people[block].sum()
        best = max(
            people[list(items)].sum()
            for items in itertools.combinations(range(len(parent)), len(done))
            if all(parent[i] < 0 or parent[i] in items for i in items)
        )
        assert people[done].sum() == best
    assert sorted(done) == list(range(len(parent)))


def _closed(parent: np.ndarray, items: tuple[int, ...]) -> bool:
    return all(parent[i] < 0 or parent[i] in items for i in items)


@given(forests(), st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_no_set_of_that_size_has_more_people_nor_a_smaller_one_as_many(
    forest: tuple[np.ndarray, np.ndarray], most: int
) -> None:
    parent, people = forest
    chosen = precedence.best_set(parent, people, most).tolist()
    assert len(chosen) <= most
    for i, item in enumerate(chosen):
        assert parent[item] < 0 or parent[item] in chosen[:i]
    best = {
        size: max(
            (people[list(items)].sum() for items in itertools.combinations(range(len(parent)), size)
             if _closed(parent, items)),
            default=0,
        )
        for size in range(min(most, len(parent)) + 1)
    }  # fmt: skip
    assert people[chosen].sum() == max(best.values())
    assert len(chosen) == min(size for size, value in best.items() if value == max(best.values()))


def test_a_long_way_to_many_does_not_hide_the_short_way_to_few() -> None:
    # Five looks one after the other settle 100 people, one look elsewhere settles 3.
    parent = np.array([-1, 0, 1, 2, 3, -1])
    people = np.array([0, 0, 0, 0, 100, 3])
    assert precedence.best_set(parent, people, 3).tolist() == [5]
    assert precedence.best_set(parent, people, 5).tolist() == [0, 1, 2, 3, 4]
