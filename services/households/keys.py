"""Where a page of found households ends, as text that a link can carry."""

import math
import re
from dataclasses import dataclass
from typing import Final

from services import errors

_TEXT: Final = re.compile(r"([0-2])~([0-9.e+-]{1,30}|inf)~([0-9]{1,10})")


@dataclass(frozen=True)
class Key:
    """The last household of a page.

    Attributes
    ----------
    tier
        How exactly words had to match for anything to be found.
    value
        What the answer is sorted by: metres, or the rank of the form of its address, or nothing.
    id
        Of the household; those of equal value are sorted by it.
    """

    tier: int
    value: float
    id: int

    @classmethod
    def read(cls, text: str) -> "Key":
        """Return the key of a link.

        Raises
        ------
        errors.RefusedError
            It is none of ours.
        """
        found = _TEXT.fullmatch(text)
        try:
            key = cls(int(found[1]), float(found[2]), int(found[3])) if found else None
        except ValueError:
            key = None
        if key is None or math.isnan(key.value) or key.id >= 1 << 31:
            raise errors.RefusedError("error.households.after")
        return key

    def __str__(self) -> str:
        """Return it as `read` reads it; no digit of the value is lost."""
        return f"{self.tier}~{self.value!r}~{self.id}"
