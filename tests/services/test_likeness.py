"""Typing errors in a part of a text, against the definition taken at its word."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services import likeness
from services.likeness import Texts

_TEXTS = st.text("abc", max_size=6)


def _distance(one: str, other: str) -> int:
    """Optimal string alignment, by recursion."""
    if not one or not other:
        return len(one) + len(other)
    best = min(
        _distance(one[:-1], other[:-1]) + (one[-1] != other[-1]),
        _distance(one[:-1], other) + 1,
        _distance(one, other[:-1]) + 1,
    )
    if one[-2:] == other[-2:][::-1] and len(one) > 1:
        best = min(best, _distance(one[:-2], other[:-2]) + 1)
    return best


@settings(max_examples=60, deadline=None)
@given(st.text("abc", max_size=4), st.lists(_TEXTS, max_size=4))
def test_least_over_all_places(part: str, texts: list[str]) -> None:
    found = likeness.errors_in(part, Texts.of(texts))
    assert found.tolist() == [_least(part, text) for text in texts]


def _least(part: str, text: str) -> int:
    places = [text[i:j] for i in range(len(text) + 1) for j in range(i, len(text) + 1)]
    return min(_distance(part, place) for place in places)


@pytest.mark.parametrize(
    ("part", "text", "count"),
    [
        ("yongnali", "bayonganli", 1),
        ("永按里", "永安里", 1),
        ("𠮷安里", "𠮷按里", 1),
        ("", "x", 0),
        ("abc", "", 3),
        ("a" * 300, "b", likeness.LONGEST),
    ],
)
def test_known(part: str, text: str, count: int) -> None:
    assert likeness.errors_in(part, Texts.of([text, ""])).tolist() == [count, len(part[:100])]
