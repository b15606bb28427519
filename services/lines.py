"""Many short texts that are looked through at once, a line each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from gis.arrays import Int64s

END: Final = "\n"
"""What ends a line: no text has it."""


@dataclass(frozen=True)
class Lines:
    """Texts, laid out to be looked through.

    Attributes
    ----------
    text
        All of them, a line each.
    begins
        Where each line begins, shape (n,).
    """

    text: str
    begins: Int64s

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Lay out texts."""
        lengths = np.array([len(text) + len(END) for text in texts], dtype=np.int64)
        return cls(END.join(texts), np.cumsum(lengths) - lengths)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.begins)

    def fitting(self, pattern: re.Pattern[str]) -> NDArray[np.intp]:
        """Return the places of the lines in which a pattern stands; it may not go beyond a line."""
        hits = [hit.start() for hit in pattern.finditer(self.text)]
        return self.at(np.array(hits, dtype=np.int64))

    def at(self, positions: Int64s) -> NDArray[np.intp]:
        """Return the places of the lines in which characters stand, each once, in order."""
        places: NDArray[np.intp] = np.unique(np.searchsorted(self.begins, positions, "right") - 1)
        return places
