"""A line of the audit log in words: who, what, whom or what about, and what else is known.

The log holds codes and kinds. What an administrator reads are words; a code that names one person
or place stays what it is. What a later version writes and this one does not know is shown as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from services import exports
from services.audit import Line
from web.i18n import Translator

_DOORS: Final = frozenset({"login", "login_failed", "logout"})
_SERVICE: Final = frozenset({"gate", "operator", "retention"})
_KEY: Final = "key:"

_ABOUT: Final = MappingProxyType(
    {
        "account": "account",
        "login": "account",
        "logout": "account",
        "roster": "account",
        "household": "household",
        "visit": "household",
        "note": "household",
        "change": "card",
        "resident": "resident",
        "assistance": "resident",
        "route": "route",
        "key": "key",
    }
)
"""What the subject is, by the word that an action begins with."""

_VALUES: Final = MappingProxyType(
    {
        "role": "role.",
        "outcome": "visit.outcome.",
        "field": "person.",
        "by": "person.",
        "format": "exports.format.",
        "asked": "audit.asked.",
        "conflicts": "person.",
        "overruled": "person.",
    }
)
"""How the key of a value's words begins, by the name of the detail."""

_KINDS: Final = MappingProxyType(
    {"assistance": "assistance.kind.", "change": "change.kind.", "import": "import.kind."}
)
"""How the key of a kind's words begins, by the word that an action begins with."""


@dataclass(frozen=True)
class Told:
    """A line in words.

    Attributes
    ----------
    who
        An account, a department's key or a part of the service; at the door, the account that
        was tried.
    who_code
        What finds that one's lines; None: nothing does.
    about
        What kind of thing the subject is; empty: it needs no saying.
    details
        Each with its label.
    """

    line: Line
    who: str
    who_code: str | None
    action: str
    about: str
    subject: str
    details: tuple[tuple[str, str], ...]


def told(t: Translator, line: Line) -> Told:
    """Put a line in words."""
    key = f"audit.{line.action}"
    action = t(key) if t.has(key) else line.action
    who, code = _who(t, line)
    about, subject = _subject(t, line)
    return Told(line, who, code, action, about, subject, tuple(_details(t, line)))


def who(t: Translator, line: Line) -> str:
    """Return whose line it is: at the door, the account that was tried."""
    return _who(t, line)[0]


def filtered(t: Translator, name: str, value: object) -> str:
    """Return what a list is narrowed by as its lines say it."""
    if name == "action":
        return _word(t, "audit.", str(value))
    return _caller(t, str(value)) if name == "who" else str(value)


def _who(t: Translator, line: Line) -> tuple[str, str | None]:
    if line.action in _DOORS and line.caller == "gate":
        return line.subject or t("audit.who.unknown"), line.subject
    return _caller(t, line.caller), line.caller


def _caller(t: Translator, name: str) -> str:
    if name in _SERVICE:
        return t(f"audit.who.{name}")
    if name.startswith(_KEY):
        return t("audit.who.key", name=name.removeprefix(_KEY))
    return name


def _subject(t: Translator, line: Line) -> tuple[str, str]:
    subject = line.subject or ""
    if not subject or line.action in _DOORS:
        return "", ""
    if line.action in {"export", "household_export"}:
        return "", _collection(t, subject)
    if line.action == "visit_rule_change":
        return "", _word(t, "visit.rule.", subject)
    if line.action == "assistance_rule_change":
        return "", _word(t, "assistance.kind.", subject)
    if line.action == "route_adopt":
        return t("audit.about.plan"), subject
    about = _ABOUT.get(line.action.partition("_")[0])
    return (t(f"audit.about.{about}") if about else ""), subject


def _details(t: Translator, line: Line) -> Iterable[tuple[str, str]]:
    for name, value in line.details.items():
        if value is None or value in ([], ""):
            continue
        label = t(f"audit.detail.{name}") if t.has(f"audit.detail.{name}") else name
        yield label, _value(t, line.action, name, value)


def _value(t: Translator, action: str, name: str, value: object) -> str:
    if isinstance(value, list):
        return t("audit.between").join(_value(t, action, name, part) for part in value)
    if isinstance(value, Mapping):
        return _period(t, value)
    if isinstance(value, str):
        return _text(t, action, name, value)
    return t.shown(value)


def _text(t: Translator, action: str, name: str, value: str) -> str:
    if name == "collections":
        return _collection(t, value)
    if name == "kind":
        prefix = _KINDS.get(action.partition("_")[0])
        return _word(t, prefix, value) if prefix else value
    if name in {"conflicts", "overruled"} and t.has(f"audit.field.{value}"):
        return t(f"audit.field.{value}")
    return _word(t, _VALUES[name], value) if name in _VALUES else value


def _period(t: Translator, scope: Mapping[str, object]) -> str:
    """Return a unit and when it is somebody's; without days it is always."""
    code, begins, ends = (scope.get(name) for name in ("unit_code", "begins", "ends"))
    if begins and ends:
        return t("audit.scope", code=code, begins=begins, ends=ends)
    if begins:
        return t("audit.scope.from", code=code, begins=begins)
    return t("audit.scope.until", code=code, ends=ends) if ends else str(code)


def _collection(t: Translator, name: str) -> str:
    known = exports.COLLECTIONS.get(name) or exports.PERSONAL.get(name)
    return t(known.title) if known else _word(t, "audit.file.", name)


def _word(t: Translator, prefix: str, value: str) -> str:
    key = prefix + value
    return t(key) if t.has(key) else value
