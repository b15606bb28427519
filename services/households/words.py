"""Words that somebody types to find an address: parts of it, its sounds, initials, numbers.

``永安里12栋501`` is taken apart into what must stand in the form of the address (永安里) and numbers
that must stand in it in this order (12, 501); the last one may go on. The counting words behind a
number (栋, 单元, 室) are not asked for: some registers write them, others have columns instead. But
where another one stands the number is not meant: 3栋 is no third floor and no room 3. Before a
counting word a number may be spoken: 三栋 is 3栋.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from services import likeness, pinyin
from services.households.own_forms import OwnForms

MOST_PARTS: Final = 8
_SIMILAR_FROM: Final = 4  # letters: fewer are alike by chance
_LETTERS_FOR_AN_ERROR: Final = 5  # fewer letters stand somewhere in any address, but for one
_CHARACTERS_FOR_AN_ERROR: Final = 3
_MOST_ALIKE: Final = 60
_ONES: Final = "一二三四五六七八九"
_NUMBER: Final = re.compile(
    rf"[0-9]+|(?<![{_ONES}十百])(?:[{_ONES}]?十[{_ONES}]?|[{_ONES}])(?=号楼|栋|幢|单元|层|室)"
)
_COUNTER: Final = re.compile(r"^(号楼|号院|单元|栋|幢|座|号|楼|层|室|户|门|院|弄|巷)+")
_BUILDING: Final = "单元|门|层|室|户|房|院|弄|巷"
_ROOM: Final = "单元|号楼|栋|幢|座|层|楼|院|弄|巷"
_OTHERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("号楼", "栋", "幢", "座"), _BUILDING),
        "单元": "号|栋|幢|座|层|楼|室|户|房|院|弄|巷",
        "层": "号|栋|幢|座|单元|门|室|户|房|院|弄|巷",
        **dict.fromkeys(("室", "户"), _ROOM),
    }
)
"""By a counting word, those that say that a number is one of something else."""


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
    meant = [
        _written(number) + _meant(after) for number, after in zip(numbers, behind, strict=False)
    ]
    goes_on = bool(behind) and not behind[-1].strip()
    return Words(
        tuple(part for part in parts if part)[:MOST_PARTS],
        _expression(meant, goes_on=goes_on) if meant else None,
    )


def forms(words: Words, own: OwnForms) -> tuple[int, ...]:
    """Find the own forms that words fit, the best first.

    The very words, else their characters with others between them, else their sounds, else what
    is like it but for typing errors.
    """
    spoken = tuple(map(pinyin.sounds, words.parts))
    ways = (
        [re.compile(re.escape(part)) for part in words.parts],
        [_scattered(part) for part in words.parts],
        [re.compile(re.escape(part)) for part in spoken],
    )
    for patterns in ways:
        found = own.fitting(patterns)
        if found:
            return found
    return _similar(words.parts, spoken, own)


def is_comparable(spoken: str) -> bool:
    """Tell whether a text is long enough to look for what is like it."""
    return len(spoken) >= _SIMILAR_FROM


def _similar(parts: Sequence[str], spoken: Sequence[str], own: OwnForms) -> tuple[int, ...]:
    """Return the forms in which every part stands with as few errors as its length allows."""
    if not is_comparable(max(spoken, key=len, default="")):
        return ()
    total = np.zeros(len(own.lines), dtype=np.int64)
    meant = np.ones(len(own.lines), dtype=np.bool_)
    for part, sounds in zip(parts, spoken, strict=True):
        wrong = likeness.errors_in(sounds, own.compared)
        fits = wrong <= len(sounds) // _LETTERS_FOR_AN_ERROR
        if part != sounds:
            as_written = likeness.errors_in(part, own.compared)
            fits |= as_written <= len(part) // _CHARACTERS_FOR_AN_ERROR
        meant &= fits
        total += wrong
    taken = np.flatnonzero(meant)
    best = taken[np.argsort(total[taken], kind="stable")]
    return own.some(best[:_MOST_ALIKE])


def _scattered(part: str) -> re.Pattern[str]:
    """Return the pattern of characters in order, others between them; of letters, as they are."""
    return re.compile(re.escape(part) if part.isascii() else r"[^ \n]*".join(map(re.escape, part)))


def _written(number: str) -> str:
    """Return the pattern of a number: of one in words, its digits or the words."""
    if number.isascii():
        return number
    tens, ten, ones = number.rpartition("十")
    value = (_ONES.index(tens) + 1 if tens else 1) * 10 if ten else 0
    return f"({value + (_ONES.index(ones) + 1 if ones else 0)}|{number})"


def _meant(after: str) -> str:
    """Return the condition on what follows a number, by the counting word typed behind it."""
    written = after.strip()
    others = next((bad for word, bad in _OTHERS.items() if written.startswith(word)), None)
    return f"(?!{others})" if others else ""


def _expression(numbers: list[str], *, goes_on: bool) -> str:
    between = "[^0-9](.*[^0-9])?"
    return f"(^|[^0-9]){between.join(numbers)}" + ("" if goes_on else "([^0-9]|$)")
