"""All that is held about one person, as somebody reads it: sections of lines with words."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from services.households import persons
from web import days
from web.i18n import Translator

_SECTIONS: Final = (
    "resident",
    "household",
    "units",
    "assistance",
    "visits",
    "household_notes",
    "changes",
    "audit",
)
_OF_PEOPLE: Final = frozenset({*persons.FIELDS, "on", "to", "lon", "lat"})
# Values that are words of ours, by section and field: how their keys begin.
_WORDS: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("resident", "sex"): "person.sex.",
        ("resident", "disability_type"): "person.disability.",
        ("resident", "tags"): "person.tag.",
        ("resident", "left_reason"): "change.kind.",
        ("assistance", "kind"): "assistance.kind.",
        ("visits", "outcome"): "visit.outcome.",
        ("visits", "rule"): "visit.rule.",
        ("changes", "kind"): "change.kind.",
        ("changes", "state"): "change.state.",
        ("audit", "action"): "audit.",
    }
)

Line = tuple[str, str]
"""What a value is called, and the value."""


@dataclass(frozen=True)
class Section:
    """What is held of one sort.

    Attributes
    ----------
    entries
        One after the other, each as lines.
    """

    title: str
    entries: Sequence[Sequence[Line]]


def sections(content: Mapping[str, Any], t: Translator) -> list[Section]:
    """Return what `subject_access.export` found, in words; nothing that is held is left out."""
    return [
        Section(t(f"held.{name}"), [_lines(t, name, entry) for entry in _entries(content[name])])
        for name in _SECTIONS
    ]


def text(content: Mapping[str, Any], t: Translator) -> str:
    """Return the same as plain text."""
    parts = []
    for section in sections(content, t):
        parts += [section.title, "=" * _width(section.title)]
        if not section.entries:
            parts += [t("held.nothing"), ""]
        for entry in section.entries:
            parts += [*(f"{label}: {value}" for label, value in entry), ""]
    return "\n".join(parts)


def _width(words: str) -> int:
    """Return how many places words take in a terminal: Chinese characters two each (UAX #11)."""
    return sum(2 if unicodedata.east_asian_width(sign) in "FW" else 1 for sign in words)


def _entries(found: Any) -> Sequence[Mapping[str, Any]]:
    return [found] if isinstance(found, Mapping) else found


def _lines(t: Translator, section: str, entry: Mapping[str, Any]) -> list[Line]:
    return [(_label(t, field), _value(t, section, field, entry[field])) for field in entry]


def _label(t: Translator, field: str) -> str:
    return t(f"person.{field}") if field in _OF_PEOPLE else t(f"held.field.{field}")


def _value(t: Translator, section: str, field: str, value: Any) -> str:
    if value is None or value in ("", [], {}):
        return t("value.none")
    if isinstance(value, Mapping):
        return _fields(t, section, value)
    if isinstance(value, list):
        return ", ".join(_value(t, section, field, one) for one in value)
    if isinstance(value, bool | date):
        return days.moment(value) if isinstance(value, datetime) else t.shown(value)
    key = f"{_WORDS.get((section, field), '')}{value}"
    if (section, field) in _WORDS and t.has(key):
        return t(key)
    return f"{value:.6f}" if isinstance(value, float) else str(value)  # degrees, to 0.1 m


def _fields(t: Translator, section: str, values: Mapping[str, Any]) -> str:
    """Write values within a value: of the audit log technical words, else fields of a resident."""
    if section == "audit":
        return ", ".join(f"{name}={values[name]}" for name in values)
    return "; ".join(f"{label}: {shown}" for label, shown in _lines(t, "resident", values))
