"""Words that somebody types to find an address: parts of it, its sounds, initials, numbers.

``永安里12栋501`` is taken apart into what must stand in the form of the address (永安里) and numbers
that must stand in it in this order (12, 501); the last one may go on. The counting words behind a
number (栋, 单元, 室) are not asked for: some registers write them, others have columns instead.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from services import likeness, pinyin
from services.database import Transaction
from services.households.own_forms import OwnForms

MOST_PARTS: Final = 8
_SIMILAR_FROM: Final = 4  # letters: fewer are alike by chance
_ALIKE: Final = "0.3"  # of word similarity: less than any that the errors allowed leave over
_LETTERS_FOR_AN_ERROR: Final = 4
_CHARACTERS_FOR_AN_ERROR: Final = 3
_MOST_ALIKE: Final = 60
_NUMBER: Final = re.compile(r"[0-9]+")
_COUNTER: Final = re.compile(r"^(号楼|号院|单元|栋|幢|座|号|楼|层|室|户|门|院|弄|巷)+")

_SIMILAR: Final[LiteralString] = """
    SELECT id, search FROM address_forms
    WHERE %(spoken)s <%% search AND id = ANY (%(own)s::bigint[])
    ORDER BY word_similarity(%(spoken)s, search) DESC, length(text), text, id LIMIT %(most)s
"""
_THRESHOLD: Final = "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)"


@dataclass(frozen=True)
class Words:
    """What was typed, taken apart.

    Attributes
    ----------
    parts
        Tidied texts without digits.
    numbers
        A regular expression of PostgreSQL for the numbers; None: none were typed.
    """

    parts: tuple[str, ...]
    numbers: str | None


def read(text: str) -> Words:
    """Take apart what was typed, at spaces too; what stands between two numbers keeps them apart."""
    narrow = unicodedata.normalize("NFKC", text)
    first, *behind = _NUMBER.split(narrow)
    texts = [first, *(_COUNTER.sub("", part.strip()) for part in behind)]
    parts = [pinyin.tidied(word) for part in texts for word in part.split()]
    numbers = _NUMBER.findall(narrow)[:MOST_PARTS]
    goes_on = bool(behind) and not behind[-1].strip()
    return Words(
        tuple(part for part in parts if part)[:MOST_PARTS],
        _expression(numbers, goes_on=goes_on) if numbers else None,
    )


def forms(tx: Transaction, words: Words, own: OwnForms) -> tuple[int, ...]:
    """Find the own forms that words fit, the best first.

    The very words, else their characters with others between them, else their sounds, else what
    is like it but for typing errors.
    """
    spoken = tuple(map(pinyin.sounds, words.parts))
    scattered = [_scattered(part) for part in words.parts]
    ways: tuple[Callable[[str], bool], ...] = (
        lambda search: all(part in search for part in words.parts),
        lambda search: all(pattern.search(search) for pattern in scattered),
        lambda search: all(part in search for part in spoken),
    )
    for fits in ways:
        found = tuple(form for form, search in own.searches.items() if fits(search))
        if found:
            return found
    return _similar(tx, dict(zip(words.parts, spoken, strict=True)), tuple(own.homes))


def escaped(part: str) -> str:
    """Return text as a pattern of LIKE that fits nothing else."""
    return re.sub(r"([\\%_])", r"\\\1", part)


def alike(tx: Transaction, threshold: str = _ALIKE) -> None:
    """Set how alike words must be, for the rest of a transaction."""
    tx.driver.execute(_THRESHOLD, (threshold,))


def is_comparable(spoken: str) -> bool:
    """Tell whether a text is long enough to look for what is like it."""
    return len(spoken) >= _SIMILAR_FROM


def _similar(tx: Transaction, sounds: Mapping[str, str], own: Sequence[int]) -> tuple[int, ...]:
    """Return the forms in which every part stands with as few errors as its length allows."""
    longest = max(sounds.values(), key=len, default="")
    if not is_comparable(longest):
        return ()
    alike(tx)
    values = {"spoken": longest, "own": list(own), "most": _MOST_ALIKE}
    rows: list[Any] = tx.driver.execute(_SIMILAR, values).fetchall()
    wrong = {form: _errors(sounds, search) for form, search in rows}
    meant = [form for form, count in wrong.items() if count is not None]
    return tuple(sorted(meant, key=lambda form: wrong[form] or 0))


def _errors(sounds: Mapping[str, str], search: str) -> int | None:
    """Count the errors with which all parts stand in a form; None: one has more than it may."""
    total = 0
    for part, spoken in sounds.items():
        count = likeness.errors_in(spoken, search)
        if count > len(spoken) // _LETTERS_FOR_AN_ERROR and (
            likeness.errors_in(part, search) > len(part) // _CHARACTERS_FOR_AN_ERROR
        ):
            return None
        total += count
    return total


def _scattered(part: str) -> re.Pattern[str]:
    """Return the pattern of characters in order, others between them; of letters, as they are."""
    return re.compile(re.escape(part) if part.isascii() else "[^ ]*".join(map(re.escape, part)))


def _expression(numbers: list[str], *, goes_on: bool) -> str:
    between = "[^0-9](.*[^0-9])?"
    return f"(^|[^0-9]){between.join(numbers)}" + ("" if goes_on else "([^0-9]|$)")
