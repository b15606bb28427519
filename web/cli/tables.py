"""Plain tables on a terminal, where a Chinese character is two columns wide."""

import unicodedata
from collections.abc import Sequence

_GAP = "  "


def text(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table with a line for the headings and one for each row."""
    lines = [headings, *rows]
    widths = [max(width(line[at]) for line in lines) for at in range(len(headings))]
    return "\n".join(
        _GAP.join(
            cell + " " * (size - width(cell)) for cell, size in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def width(words: str) -> int:
    """Return how many columns words take (UAX #11: wide and full-width ones take two)."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in words)
