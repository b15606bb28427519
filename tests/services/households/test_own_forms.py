"""Own forms of addresses: which of them words stand in, against the definition at its word."""

import re

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.households import words
from services.households.own_forms import OwnForms

_SEARCHES = st.lists(st.text("ab 永里", min_size=1, max_size=8), max_size=6)
_PARTS = st.lists(st.text("ab永里", min_size=1, max_size=3), min_size=1, max_size=2)


def _own(searches: list[str]) -> OwnForms:
    return OwnForms.of([(-7 * at, at + 1, search) for at, search in enumerate(searches)])


@settings(max_examples=200, deadline=None)
@given(_SEARCHES, _PARTS)
def test_all_parts_stand_in_a_form(searches: list[str], parts: list[str]) -> None:
    found = _own(searches).fitting([re.compile(re.escape(part)) for part in parts])
    expected = [at for at, text in enumerate(searches) if all(part in text for part in parts)]
    assert found == tuple(-7 * at for at in expected)


@settings(max_examples=200, deadline=None)
@given(_SEARCHES, st.text("永里", min_size=1, max_size=3))
def test_characters_in_order_within_one_word(searches: list[str], part: str) -> None:
    within = [
        at
        for at, text in enumerate(searches)
        if any(_in_order(part, word) for word in text.split(" "))
    ]
    very = [at for at, text in enumerate(searches) if part in text]
    assume(very or within)  # else it is looked for by its sounds
    found = words.forms(words.read(part), _own(searches))
    assert found == tuple(-7 * at for at in very or within)


def _in_order(part: str, word: str) -> bool:
    rest = iter(word)
    return all(character in rest for character in part)


def test_errors_by_length_the_fewest_first() -> None:
    own = _own(["yonganlihuayuan", "yognannlihuayuan", "longhulu", "bagongshan"])
    assert words.forms(words.read("yongannlihuayuan"), own) == (0, -7)
    assert words.forms(words.read("yognannlihuayua"), own) == (-7,)
    assert words.forms(words.read("longhulv"), own) == (-14,)
    assert words.forms(words.read("永"), own) == (0,)
    assert words.forms(words.read("永"), _own(["bagongshan"])) == ()
    assert words.forms(words.read("xxxxxxxx"), own) == ()
    assert words.forms(words.read("yo"), _own([])) == ()
