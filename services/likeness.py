"""How nearly a text stands somewhere in others: typing errors between them, trigrams in common.

An error is a character too many, too few or another one, or two that changed places (optimal
string alignment); where the part begins and ends in a text costs nothing. P. H. Sellers, "The
Theory and Computation of Evolutionary Distances: Pattern Recognition", Journal of Algorithms 1
(1980), 359-373. Thousands of texts are gone through side by side, a character of each at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from gis.arrays import Floats, Int64s
from services.lines import Lines

Counts = NDArray[np.uint8]

LONGEST: Final = 100
"""A part is cut after so many characters: errors are counted in a byte."""
_ONE: Final = np.uint8(1)
_BITS: Final = np.uint64(21)  # of a character
# Of ASCII; whatever is beyond it counts as the last one.
_IN_WORDS: Final = np.array([chr(code).isalnum() for code in range(127)] + [True])


@dataclass(frozen=True)
class Texts:
    """Texts, laid out to be compared.

    Attributes
    ----------
    order
        Which text is longest, which next, shape (n,).
    columns
        The first character of each text in this order, the second of each that has one, and so on.
    """

    order: Int64s
    columns: tuple[NDArray[np.uint32], ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Lay out texts."""
        length = np.array([len(text) for text in texts], dtype=np.int64)
        order = np.argsort(-length, kind="stable")
        start = (np.cumsum(length) - length)[order]
        characters = np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32)
        # How many texts are longer than 0, than 1, ... characters.
        longer = len(texts) - np.searchsorted(
            np.sort(length), np.arange(length.max(initial=0)), "right"
        )
        columns = (characters[start[:many] + at] for at, many in enumerate(longer.tolist()))
        return cls(order, tuple(columns))


def errors_in(part: str, texts: Texts) -> Counts:
    """Return the least number of errors with which a part stands anywhere in each text.

    Parameters
    ----------
    part
        Of at most `LONGEST` characters; what is beyond is not compared.

    Returns
    -------
    Counts
        Shape (n,), in the order in which `Texts.of` was given them.
    """
    wanted = np.array([ord(character) for character in part[:LONGEST]], np.uint32)[:, np.newaxis]
    size, many = len(wanted), len(texts.order)
    # Errors with which the first 0, 1, ... wanted characters end here, in each text.
    last = np.repeat(np.arange(size + 1, dtype=np.uint8)[:, np.newaxis], many, axis=1)
    before, differed = last, np.ones((size, many), dtype=np.bool_)
    least = last[size].copy()
    for column in texts.columns:
        here = len(column)
        differs = wanted != column
        cost = np.minimum(last[:-1, :here] + differs, last[1:, :here] + _ONE)
        swapped = ~(differed[1:, :here] | differs[:-1])
        np.minimum(cost[1:], before[:-2, :here] + _ONE, out=cost[1:], where=swapped)
        before, last, differed = last, _with_too_many(cost), differs
        np.minimum(least[:here], last[size], out=least[:here])
    counts: Counts = np.empty_like(least)
    counts[texts.order] = least
    return counts


def _with_too_many(cost: Counts) -> Counts:
    """Let wanted characters be left out, one after the other; the first row is that of none."""
    row: Counts = np.zeros((len(cost) + 1, cost.shape[1]), dtype=np.uint8)
    for i, alone in enumerate(cost):
        np.minimum(alone, row[i] + _ONE, out=row[i + 1])
    return row


def trigrams_in(part: str, texts: Lines) -> Floats:
    """Return the share of a part's trigrams that stand in each text, shape (n,).

    pg_trgm's ``word_similarity`` is never more than that: it counts the same trigrams, of each
    word with two spaces before and one behind, in some stretch of the text, and divides by no
    fewer (PostgreSQL documentation, F.35 pg_trgm).

    Parameters
    ----------
    part
        Letters and digits.
    texts
        Words with a space before each.
    """
    keys = _trigrams(texts.text)
    wanted = np.unique(_trigrams(f" {part} ")[: len(part)])
    # Of the two spaces before a word, texts have one.
    beginning = _trigrams(f" {part}")[0] >> _BITS
    count = _standing(keys >> _BITS == beginning, texts)
    for trigram in wanted:
        count += _standing(keys == trigram, texts)
    shares: Floats = count / (1 + len(wanted))
    return shares


def _trigrams(text: str) -> NDArray[np.uint64]:
    """Return a number for the three characters that begin at each; all that ends a word is alike."""
    characters = np.frombuffer(f"{text}  ".encode("utf-32-le"), np.uint32)
    in_words = _IN_WORDS[np.minimum(characters, len(_IN_WORDS) - 1)]
    coded = np.where(in_words, characters, ord(" ")).astype(np.uint64)
    return (coded[:-2] << _BITS | coded[1:-1]) << _BITS | coded[2:]


def _standing(found: NDArray[np.bool_], texts: Lines) -> Int64s:
    """Return 1 for each text in which something was found, else 0."""
    count = np.zeros(len(texts), dtype=np.int64)
    count[texts.at(np.flatnonzero(found))] = 1
    return count
