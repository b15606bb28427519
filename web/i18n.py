"""Texts in the users' languages: message keys and their words, read from the catalogues.

The catalogues are gettext ``.po`` files whose msgid is a message key
(``error.import.unknown_parent``) and whose words name their values in braces (``{name}``).
They are read as they are: no compile step stands between an edit and the page.
"""

import math
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Protocol

from babel.messages import pofile

from services import errors
from services.settings import Language

FOLDER = Path(__file__).parent / "locale"
_KILOMETRE = 1000.0
_NAMED = "@"
_COUNTED = "#"
_UNKNOWN_CONSTRAINT = "error.constraint"


class Translate(Protocol):
    """What other packages need of a translator."""

    def __call__(self, key: str, **params: object) -> str:
        """Return the words of a message key, its values filled in."""


class _Words(string.Formatter):
    """`str.format` that shows numbers and dates as the language does.

    ``{level:@level}`` is the value's own words: those of the key ``level.`` and the value.
    ``{n} {n:#day|days}`` takes the word for one, or for any other number.
    """

    def __init__(self, translator: "Translator") -> None:
        self._translator = translator

    def format_field(self, value: object, format_spec: str) -> str:
        if format_spec.startswith(_NAMED):
            return self._translator(f"{format_spec.removeprefix(_NAMED)}.{value}")
        if format_spec.startswith(_COUNTED):
            one, others = format_spec.removeprefix(_COUNTED).split("|")
            return one if str(value) == "1" else others
        if format_spec:
            return format(value, format_spec)
        return self._translator.shown(value)


@dataclass(frozen=True)
class Translator:
    """Words, numbers and dates of one language.

    Attributes
    ----------
    language
        The language.
    messages
        Words by message key.
    """

    language: Language
    messages: Mapping[str, str]

    def __call__(self, key: str, **params: object) -> str:
        """Return the words of a message key; the key itself where there are none.

        Whole and broken numbers among the values are grouped, dates written as 2026-11-23.
        """
        words = self.messages.get(key)
        if words is None:
            return key
        return _Words(self).vformat(words, (), params) if params else words

    def has(self, key: str) -> bool:
        """Tell whether there are words for a key."""
        return key in self.messages

    def error(self, error: errors.WanggeError) -> str:
        """Return the sentence of an error."""
        if not self.has(error.key) and error.key.startswith(f"{_UNKNOWN_CONSTRAINT}."):
            name = error.key.removeprefix(f"{_UNKNOWN_CONSTRAINT}.")
            return self(_UNKNOWN_CONSTRAINT, name=name)
        return self(error.key, **error.params)

    def shown(self, value: object) -> str:
        """Return a value as the language writes it: numbers grouped, dates in ISO order."""
        if value is None:
            return self("value.none")
        if isinstance(value, bool):
            return self("value.yes" if value else "value.no")
        if isinstance(value, int | float):
            return self.number(value, digits=2)
        return value.isoformat() if isinstance(value, date) else str(value)

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return a number with at most so many digits after the point.

        Both languages group by commas and break at a point (CLDR, zh and en-GB); a third one
        that does not needs its own signs here.
        """
        if value is None or math.isnan(value):
            return self("value.none")
        written = f"{_rounded(value, digits):,.{digits}f}"
        return written.rstrip("0").rstrip(".") if digits else written

    def percent(self, share: float | None, digits: int = 0) -> str:
        """Return a share of 1 as per cent."""
        if share is None or math.isnan(share):
            return self("value.none")
        return f"{_rounded(Decimal(repr(float(share))) * 100, digits):,.{digits}f}%"

    def distance(self, metres: float | None) -> str:
        """Return a distance: metres below 1 km, kilometres from there."""
        if metres is None or math.isnan(metres):
            return self("value.none")
        whole = int(_rounded(metres, 0))
        if whole < _KILOMETRE:
            return self("value.metres", n=whole)
        return self("value.kilometres", n=self.number(metres / _KILOMETRE, digits=1))


def _rounded(value: float | Decimal, digits: int) -> Decimal:
    """Round half away from zero, as people and the maps' scripts do, and not to the even one."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) if exact.is_finite() else exact


def load(language: Language) -> Translator:
    """Read the catalogue of a language."""
    path = FOLDER / language / "LC_MESSAGES" / "wangge.po"
    with path.open("rb") as file:
        catalogue = pofile.read_po(file, locale=language, abort_invalid=True)
    words = {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id
    }
    return Translator(language, words)


def load_all() -> Mapping[Language, Translator]:
    """Read every catalogue."""
    return {language: load(language) for language in Language}


def choose(asked: str | None, remembered: str | None, accepted: str, default: Language) -> Language:
    """Return the language to answer in.

    Parameters
    ----------
    asked
        What the address says.
    remembered
        What the cookie says.
    accepted
        The header ``Accept-Language`` (RFC 9110, 12.5.4).
    default
        The language of this installation.
    """
    for name in (asked, remembered, *_by_preference(accepted)):
        primary = (name or "").strip().lower().partition("-")[0]
        if primary in set(Language):
            return Language(primary)
    return default


def _by_preference(accepted: str) -> Sequence[str]:
    ranges = [part.strip().partition(";") for part in accepted.split(",") if part.strip()]
    weighted = [(name, _quality(parameters)) for name, _, parameters in ranges]
    return _names(sorted(weighted, key=lambda pair: -pair[1]))


def _names(weighted: Iterable[tuple[str, float]]) -> list[str]:
    return [name for name, quality in weighted if quality > 0]


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
